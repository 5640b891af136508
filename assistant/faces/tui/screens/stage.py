"""A stage of the incident: its steps on the left, what the step found in the middle, the evidence behind a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import OptionList, Static

from assistant.domain.events import Progressed, StepState
from assistant.faces.tui.view import Line, events_of, heading, lines_of, stages, step_line, steps_of
from assistant.faces.tui.widgets.frame import Frame, keys
from assistant.faces.tui.widgets.lists import Steps
from assistant.faces.tui.widgets.plain import plain
from assistant.faces.tui.words import STATE_STYLE


if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from assistant.domain.events import Incident
    from assistant.domain.playbook import Playbook, Stage, Step

OPENING = "Opening the case file …"


class StageScreen(Frame):
    """One mode of the app; all of them read the same incident."""

    BINDINGS: ClassVar = keys("stage")

    def __init__(self, stage: Stage) -> None:
        """Show ``stage``."""
        super().__init__()
        self.stage = stage
        self.lines: tuple[Line, ...] = ()
        self.progress = ""

    def body(self) -> Iterable[Widget]:
        """Heading, stages, and the three panes."""
        yield Static(plain(OPENING), id="heading")
        yield Static("", id="stages", markup=False)
        yield Horizontal(
            Steps(id="steps", markup=False),
            Vertical(
                Vertical(Static("", id="why", markup=False), OptionList(id="lines", markup=False), id="now"),
                VerticalScroll(Static("", id="evidence", markup=False), id="proof"),
                id="work",
            ),
            id="body",
        )

    def on_mount(self) -> None:
        """Show what is known already."""
        self.query_one("#steps").focus()
        self.show()

    def on_screen_resume(self) -> None:
        """Coming back from another screen or stage."""
        self.show()

    def current(self) -> Step | None:
        """The step under the cursor."""
        incident, playbook = self.stanch.incident, self.stanch.playbook
        at = self.query_one("#steps", OptionList).highlighted
        if incident is None or playbook is None or at is None:
            return None
        views = steps_of(incident, self.stage)
        return next((step for step in playbook.steps if at < len(views) and step.id == views[at].id), None)

    def show(self) -> None:
        """Everything, from the incident as it stands."""
        incident, playbook = self.stanch.incident, self.stanch.playbook
        if incident is None or playbook is None or not self.is_mounted:
            return
        self.query_one("#heading", Static).update(plain(heading(incident, self.stanch.now())))
        names = [f"[{stage.value.upper()}]" if stage is self.stage else stage.value for stage in stages(playbook)]
        self.query_one("#stages", Static).update(plain("  ".join(names)))
        self._show_steps(incident, playbook)
        self._show_step()

    def select(self, step: str) -> None:
        """Put the cursor on a step."""
        incident = self.stanch.incident
        if incident is None:
            return
        for at, view in enumerate(steps_of(incident, self.stage)):
            if view.id == step:
                self.query_one("#steps", OptionList).highlighted = at

    def show_progress(self, progress: Progressed) -> None:
        """How far the running step is, with a count."""
        count = f" {progress.done} of {progress.total}" if progress.total else ""
        self.progress = f"{progress.says}{count}"
        self._show_why()

    def _show_steps(self, incident: Incident, playbook: Playbook) -> None:
        steps = self.query_one("#steps", OptionList)
        at = steps.highlighted
        by_id = {step.id: step for step in playbook.steps}
        views = steps_of(incident, self.stage)
        steps.clear_options()
        steps.add_options([plain(step_line(view, by_id[view.id]), STATE_STYLE[view.state]) for view in views])
        if views:
            steps.highlighted = min(at or 0, len(views) - 1)

    def _show_why(self) -> None:
        step, incident = self.current(), self.stanch.incident
        if step is None or incident is None:
            return
        view = next(view for view in incident.steps if view.id == step.id)
        parts = [step.why]
        if view.state is StepState.RUNNING:
            parts.append(f"» {self.progress or 'running'}  (c cancels)")
        elif view.state is StepState.WAITING:
            parts.append("Enter runs it.")
        elif view.state is StepState.NEEDS_YOU:
            parts.append("Enter answers.")
        elif view.state is StepState.FAILED and step.fallback:
            parts.append(f"By hand: {step.fallback}")
        self.query_one("#why", Static).update(plain("\n".join(part for part in parts if part)))

    def _show_step(self) -> None:
        step, incident = self.current(), self.stanch.incident
        self._show_why()
        shown = self.query_one("#lines", OptionList)
        at = shown.highlighted
        self.lines = lines_of(events_of(incident, step.id)) if step is not None and incident is not None else ()
        shown.clear_options()
        shown.add_options([plain(line.text, line.style) for line in self.lines])
        if self.lines:
            shown.highlighted = min(at or 0, len(self.lines) - 1)
        self._show_evidence()

    def _show_evidence(self) -> None:
        at = self.query_one("#lines", OptionList).highlighted
        text = ""
        if at is not None and at < len(self.lines):
            line = self.lines[at]
            text = "\n\n".join(
                part for part in (line.text, line.more, self.stanch.evidence_text(line.evidence)) if part
            )
        self.query_one("#evidence", Static).update(
            plain(text or "The evidence behind the line under the cursor stands here.")
        )

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """The cursor moved: on a step, or on a line of it."""
        event.stop()
        if event.option_list.id == "steps":
            self._show_step()
        else:
            self._show_evidence()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter on a step acts; Enter on a line reads its evidence."""
        event.stop()
        if event.option_list.id == "steps":
            self.action_run_step()
        else:
            self.add_class("reading")
            self.query_one("#proof").focus()

    def action_back(self) -> None:
        """From the evidence to the lines, from the lines to the steps."""
        self.remove_class("reading")
        focused = self.focused.id if self.focused is not None else ""
        self.query_one("#lines" if focused == "proof" else "#steps").focus()

    def action_next_pane(self) -> None:
        """Steps, lines, evidence, and round again."""
        order = ("steps", "lines", "proof")
        focused = self.focused.id if self.focused is not None and self.focused.id in order else "proof"
        after = order[(order.index(str(focused)) + 1) % len(order)]
        self.set_class(after == "proof", "reading")
        self.query_one(f"#{after}").focus()

    def action_run_step(self) -> None:
        """Run the step under the cursor, or answer what it asks."""
        step = self.current()
        if step is not None:
            self.stanch.act_on(step)

    def action_skip_step(self) -> None:
        """Leave the step out, with a reason."""
        step = self.current()
        if step is not None:
            self.stanch.skip(step)

    def action_undo_step(self) -> None:
        """Take back what the step wrote."""
        step = self.current()
        if step is not None:
            self.stanch.undo(step)

    def action_copy_text(self) -> None:
        """Copy the evidence of the line under the cursor."""
        at = self.query_one("#lines", OptionList).highlighted
        if at is not None and at < len(self.lines):
            line = self.lines[at]
            self.stanch.copy(
                "\n\n".join(part for part in (line.text, line.more, self.stanch.evidence_text(line.evidence)) if part)
            )
