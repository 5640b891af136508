"""The terminal interface: one window onto the engine; stages are its modes.

Everything the engine does runs in a thread worker of the app and speaks in one message, ``Happened``. An exception
becomes a sentence and a remedy, never a crash. Nothing here decides anything: it shows, asks and passes on.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.binding import Binding
from textual.worker import WorkerState

from assistant.domain.errors import StanchError
from assistant.domain.events import Progressed, StepState
from assistant.domain.playbook import Stage, StepKind
from assistant.engine.commands import Answer, Note, Run, Skip, Undo
from assistant.engine.fold import APPROVAL
from assistant.engine.options import Options
from assistant.engine.playbooks import load_playbook
from assistant.faces.tui import terminal
from assistant.faces.tui.keys import ACTIONS
from assistant.faces.tui.looking import Looking
from assistant.faces.tui.messages import Ended, Happened
from assistant.faces.tui.screens.stage import StageScreen
from assistant.faces.tui.view import next_step, stages, steps_of
from assistant.text.screen import screen


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.app import SystemCommand
    from textual.screen import Screen
    from textual.worker import Worker

    from assistant.domain.events import Asked, Event, Incident
    from assistant.domain.playbook import Playbook, Step
    from assistant.engine.commands import Command
    from assistant.engine.session import Session


class StanchApp(Looking):
    """One incident in one repository."""

    CSS_PATH = Path(__file__).with_name("stanch.tcss")
    TITLE = "stanch"
    ENABLE_COMMAND_PALETTE = True
    ANIMATION_LEVEL = "none"
    DEFAULT_MODE = Stage.TRIAGE.value
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        stage.value: partial(StageScreen, stage) for stage in Stage
    }
    BINDINGS: ClassVar = [Binding("ctrl+c", "leave", show=False, priority=True)]

    def __init__(self, root: Path, options: Options | None = None, keymap: dict[str, str] | None = None) -> None:
        """Show the incident of the repository at ``root``; the case file is opened after the first paint."""
        super().__init__()
        self.theme = "ansi-dark"
        self.animation_level = "none"
        self.root, self.options = root, options or Options()
        self.session: Session | None = None
        self.incident: Incident | None = None
        self.playbook: Playbook | None = None
        self.working = False
        self.acting: Step | None = None
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._keys = keymap or {}

    # -- opening -----------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Paint first, then open the case file in a worker."""
        if self._keys:
            self.set_keymap(self._keys)
        self.call_after_refresh(self._open)

    @work(thread=True, group="engine", exclusive=True, exit_on_error=False)
    def _open(self) -> None:
        from assistant.engine.entry import enter

        try:
            self.session = enter(self.root, self.options, on_event=self._tell_event, on_progress=self._tell_progress)
        except StanchError as error:
            self.post_message(Ended((error.says, error.remedy)))
            return
        self.playbook = self.session.playbook
        self.incident = self.session.incident
        self.post_message(Ended())

    def _tell_event(self, event: Event, incident: Incident) -> None:
        self.post_message(Happened(event.what, incident))

    def _tell_progress(self, progress: Progressed) -> None:
        if self.incident is not None:
            self.post_message(Happened(progress, self.incident))

    # -- what the engine says ----------------------------------------------------------------------------------------

    def on_happened(self, message: Happened) -> None:
        """Show it; only here does what is shown change."""
        if isinstance(message.what, Progressed):
            stage = self._stage_screen()
            if stage is not None:
                stage.show_progress(message.what)
            return
        self.incident = message.incident
        if self.playbook is None:
            self.playbook = load_playbook(message.incident.playbook)
        self._show()

    def on_ended(self, message: Ended) -> None:
        """The worker is done: show where things stand, and what went wrong in two sentences."""
        self.working = False
        if message.problem is not None:
            from assistant.faces.tui.screens.dialogs import Say

            self.push_screen(Say(*message.problem))
        self._show()
        stage, acting = self._stage_screen(), self.acting
        self.acting = None
        if stage is None or self.incident is None:
            return
        if acting is not None and message.problem is None and acting.kind is not StepKind.AUTO and self._asked(acting):
            self.act_on(acting)
            return
        coming = next_step(self.incident)
        if (
            coming is not None
            and coming.stage is not stage.stage
            and all(view.state in _OVER for view in steps_of(self.incident, stage.stage))
        ):
            self.notify(f"{stage.stage.value} is over; ] goes to {coming.stage.value}.", markup=False)
        elif coming is not None and coming.stage is stage.stage:
            stage.select(coming.id)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Whatever a worker did not expect becomes a sentence; the incident goes on."""
        error = event.worker.error
        if event.state is WorkerState.ERROR and error is not None:
            says = f"stanch met something it does not know: {type(error).__name__}: {error}"
            self.post_message(
                Ended((says, "Everything so far is in the journal; run the step again, or leave and resume."))
            )

    def _show(self) -> None:
        stage = self._stage_screen()
        if stage is not None:
            stage.show()

    def _stage_screen(self) -> StageScreen | None:
        return next((shown for shown in reversed(self.screen_stack) if isinstance(shown, StageScreen)), None)

    # -- what the operator says --------------------------------------------------------------------------------------

    def send(self, command: Command) -> None:
        """Pass a command to the engine, unless it is still at work."""
        if self.session is None or self.working:
            self.notify("A step is still running; press c to cancel it.", markup=False)
            return
        self.working = True
        self._walk(command)

    @work(thread=True, group="engine", exclusive=True, exit_on_error=False)
    def _walk(self, command: Command) -> None:
        assert self.session is not None
        try:
            self.session.send(command)
        except StanchError as error:
            self.post_message(Ended((error.says, error.remedy)))
        else:
            self.post_message(Ended())

    def act_on(self, step: Step) -> None:
        """Run a step, or put its question."""
        if self.incident is None:
            return
        asked = self._asked(step)
        if asked is None:
            self.acting = step
            self.send(Run(step=step.id))
        elif asked.question == APPROVAL:
            from assistant.faces.tui.approvals import ask_approval

            ask_approval(self, step, asked)
        else:
            self._answer(step, asked)

    def _asked(self, step: Step) -> Asked | None:
        from assistant.engine.walk import pending

        assert self.incident is not None
        return pending(self.incident, step.id)

    # dialogs are pushed at once, not from a worker: what is typed ahead over a slow line must not reach the screen below
    def _answer(self, step: Step, asked: Asked) -> None:
        from assistant.faces.tui.screens.dialogs import Choose, Write

        helps = next((asking.help for asking in step.asks if asking.id == asked.question), "")

        def answered(answer: str | None) -> None:
            if answer is not None:
                self.acting = step
                self.send(Answer(step=step.id, question=asked.question, answer=answer))

        dialog = (
            Choose(asked.asks, asked.choices, helps)
            if asked.choices
            else Write(asked.asks, helps, empty="not known yet")
        )
        self.push_screen(dialog, answered)

    def skip(self, step: Step) -> None:
        """Ask why, then skip."""
        from assistant.faces.tui.screens.dialogs import Write

        def explained(because: str | None) -> None:
            if because:
                self.send(Skip(step=step.id, because=because))

        self.push_screen(Write(f"Why leave out “{step.title}”?", "The runbook repeats the reason."), explained)

    def undo(self, step: Step) -> None:
        """Ask once, then undo."""
        from assistant.faces.tui.screens.dialogs import Choose

        if not step.undo:
            self.notify("This step wrote nothing that could be undone.", markup=False)
            return

        def sure(answer: str | None) -> None:
            if answer == "undo it":
                self.send(Undo(step=step.id))

        self.push_screen(Choose(f"Undo “{step.title}”?", ("undo it", "leave it"), step.undo), sure)

    def action_add_note(self) -> None:
        """A line for the timeline."""
        from assistant.faces.tui.screens.dialogs import Write

        def said(text: str | None) -> None:
            if text:
                self.send(Note(text=text))

        self.push_screen(Write("What should the timeline say?"), said)

    def action_cancel_step(self) -> None:
        """Ask the running step to stop."""
        if self.session is not None and self.working:
            self.session.cancel()

    # -- looking -----------------------------------------------------------------------------------------------------

    def evidence_text(self, evidence: str) -> str:
        """The stored text behind an id, empty when there is none."""
        if not evidence or self.session is None:
            return ""
        try:
            return self.session.evidence.read(evidence)
        except StanchError:
            return ""

    def evidence_kind(self, evidence: str) -> str:
        """Kind of the stored text behind an id, empty when there is none."""
        assert self.session is not None
        try:
            return self.session.evidence.describe(evidence).kind
        except StanchError:
            return ""

    def action_open_timeline(self) -> None:
        """Everything that happened."""
        from assistant.faces.tui.screens.timeline import TimelineScreen

        self.push_screen(TimelineScreen())

    def copy(self, text: str) -> None:
        """Copy by every way that may work and say which."""
        from assistant.store.places import Places

        places = Places(self.root)
        try:
            places.prepare()
            said = terminal.copy(self, text, places.folder / "copied.txt")
        except (OSError, StanchError) as error:
            said = f"not copied: {error}"
        self.notify(screen(said), markup=False)

    def action_leave(self) -> None:
        """Stop the running step if there is one, and leave; the journal has everything."""
        if self.session is not None:
            self.session.cancel()
        self.exit()

    def action_next_stage(self) -> None:
        """The next stage that has steps."""
        self._turn(1)

    def action_previous_stage(self) -> None:
        """The stage before."""
        self._turn(-1)

    def _turn(self, by: int) -> None:
        if self.playbook is None:
            return
        order = [stage.value for stage in stages(self.playbook)]
        if self.current_mode in order:
            self.switch_mode(order[(order.index(self.current_mode) + by) % len(order)])

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: the one table of actions, as far as they work here."""
        from textual.app import SystemCommand

        for act in ACTIONS:
            name = act.action.partition("(")[0]
            if "stage" in act.screens and isinstance(screen, StageScreen) and not name.startswith("move"):
                yield SystemCommand(act.label, act.says, partial(screen.run_action, act.action))


def open_tui(root: Path, options: Options | None = None, keymap: dict[str, str] | None = None) -> int:
    """Show the terminal interface until the operator leaves.

    Returns:
        The exit code: 0 when the incident is proven or closed, 5 when it still needs a person.
    """
    terminal.forgive_mouse_bytes()
    app = StanchApp(root, options, keymap)
    try:
        app.run()
    finally:
        if app.session is not None:
            app.session.close()
    done = app.incident is None or all(view.state not in _OPEN for view in app.incident.steps)
    return 0 if done else 5


_OVER = (StepState.DONE, StepState.SKIPPED)
_OPEN = (StepState.NEEDS_YOU, StepState.RUNNING, StepState.FAILED, StepState.WAITING)
