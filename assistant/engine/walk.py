"""Walks one command through the playbook: takes what a person said, yields what happens, never prompts and never stores.

When a person is needed it yields ``Asked`` and stops. Whatever fails inside a step becomes ``Failed`` with one sentence
and one remedy; nothing that a step raises ends the program, except an interrupt.
"""

from __future__ import annotations

import getpass
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant import __version__
from assistant.domain.errors import NeedsPersonError, StanchError, UsageError
from assistant.domain.events import (
    Asked,
    Closed,
    Decided,
    Failed,
    IncidentState,
    Noted,
    Opened,
    StepEnded,
    StepStarted,
    StepState,
    Undone,
)
from assistant.engine.actions import Action, Context, actions
from assistant.engine.commands import Answer, Approve, Close, Decline, Edit, Note, Open, Run, Skip, Undo
from assistant.engine.fold import APPROVAL, UNDOING, WRITING
from assistant.engine.playbooks import load_playbook


if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from assistant.domain.events import Event, Happening, Incident
    from assistant.domain.playbook import Step
    from assistant.engine.actions import Act
    from assistant.engine.commands import Command
    from assistant.engine.world import World

APPROVE = "approve"
DECLINE = "decline"


def walk(incident: Incident | None, command: Command, world: World) -> Iterator[Happening]:
    """What happens when a person says this.

    Args:
        incident: as it stands; None before ``Open``.
        command: what the person said.
        world: what may be touched.

    Raises:
        UsageError: the command does not fit: no such step, nothing is being asked, an empty reason.
        NeedsPersonError: the incident cannot be closed as it stands without a remark.
    """
    if isinstance(command, Open):
        yield from _open(incident, command, world)
        return
    if incident is None:
        raise UsageError("no incident is open.", "Open one first.")
    if incident.state is IncidentState.CLOSED and not isinstance(command, Note):
        raise UsageError(f"incident {incident.id} is closed.", "Open a new one.")
    if isinstance(command, Note):
        if not command.text.strip():
            raise UsageError("a note needs words.", "Write what you want to remember.")
        yield Noted(text=command.text.strip(), step=command.step)
    elif isinstance(command, Close):
        yield from _close(incident, command.says)
    else:
        yield from _on_step(_context(incident, command.step, world), command)


def _on_step(context: Context, command: Run | Answer | Approve | Decline | Edit | Skip | Undo) -> Iterator[Happening]:
    match command:
        case Run():
            yield from _run(context)
        case Answer(question=question, answer=answer):
            yield from _answer(context, question, answer)
        case Approve():
            yield from _answer(replace(context, approval=command), APPROVAL, APPROVE)
        case Decline(because=because):
            yield from _decline(context, because)
        case Edit(path=path, text=text):
            yield from _edit(context, path, text)
        case Skip(because=because):
            yield from _skip(context, because)
        case Undo():
            yield from _undo(context)


def operator() -> str:
    """The login name of the person at the keyboard."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "operator"


def pending(incident: Incident, step: str) -> Asked | None:
    """The question that a step is waiting with, None when it waits for nothing."""
    for event in reversed(incident.events):
        if getattr(event.what, "step", "") == step:
            return event.what if isinstance(event.what, Asked) else None
    return None


def latest_run(incident: Incident, step: str) -> tuple[Event, ...]:
    """The events of a step since it was last started, without those of other steps."""
    events = [event for event in incident.events if getattr(event.what, "step", "") == step]
    starts = [
        at
        for at, event in enumerate(events)
        if isinstance(event.what, StepStarted) and not event.what.intent.startswith((WRITING, UNDOING))
    ]
    return tuple(events[starts[-1] :]) if starts else ()


def answers(incident: Incident, step: str) -> dict[str, str]:
    """What the person answered to the questions of a step, in its latest run."""
    run = (event.what for event in latest_run(incident, step))
    return {what.question: what.answer for what in run if isinstance(what, Decided)}


def _open(incident: Incident | None, command: Open, world: World) -> Iterator[Happening]:
    if incident is not None and incident.state is not IncidentState.CLOSED:
        raise UsageError(f"incident {incident.id} is still open.", "Resume it, or close it first.")
    load_playbook(command.playbook)
    yield Opened(incident=world.incident, playbook=command.playbook, head=world.head(), version=__version__)


def _close(incident: Incident, says: str) -> Iterator[Happening]:
    if incident.state is not IncidentState.PROVEN and not says.strip():
        raise NeedsPersonError(
            f"the incident is {incident.state.value}, not proven.",
            "Walk it to its end, or close it with a remark that says why it ends here.",
        )
    yield Closed(says=says.strip() or "Proven and handed over.")


def _context(incident: Incident, name: str, world: World) -> Context:
    step = next((step for step in load_playbook(incident.playbook).steps if step.id == name), None)
    if step is None:
        raise UsageError(f"the playbook has no step {name!r}.", "Choose one of the list.")
    return Context(step=step, incident=incident, world=world)


def _action(step: Step) -> Action | None:
    return actions()[step.does] if step.does else None


def _run(context: Context) -> Iterator[Happening]:
    step = context.step
    yield StepStarted(step=step.id, intent=step.title)
    action = _action(step)
    says = (yield from _guarded(context, action.begin)) if action else ""
    if says is not None:
        yield from _ask_or_end(context, {}, says)


def _answer(context: Context, question: str, answer: str) -> Iterator[Happening]:
    step = context.step
    asked = pending(context.incident, step.id)
    if asked is None or asked.question != question:
        raise UsageError(f"the step {step.id} is not asking {question!r}.", "Run the step first.")
    if not answer.strip():
        raise UsageError("an answer needs words.", "Answer, or skip the step with a reason.")
    if asked.choices and answer not in asked.choices:
        raise UsageError(f"{answer!r} is not one of the choices.", f"Choose one of: {', '.join(asked.choices)}.")
    if question == APPROVAL and answer == DECLINE:
        yield from _decline(context, "")
        return
    yield Decided(step=step.id, question=question, answer=answer.strip(), by=operator())
    says: str | None = ""
    action = _action(step)
    if question == APPROVAL and action is not None and action.approved is not None:
        says = yield from _guarded(context, action.approved)
    if says is not None:
        yield from _ask_or_end(context, answers(context.incident, step.id) | {question: answer.strip()}, says)


def _decline(context: Context, because: str) -> Iterator[Happening]:
    asked = pending(context.incident, context.step.id)
    if asked is None or asked.question != APPROVAL:
        raise UsageError(f"the step {context.step.id} proposes nothing to decline.", "Run the step first.")
    yield Decided(step=context.step.id, question=APPROVAL, answer=DECLINE, by=operator())
    says = f"declined: {because.strip()}" if because.strip() else "declined; nothing was written"
    yield StepEnded(step=context.step.id, state=StepState.SKIPPED, says=says)


def _edit(context: Context, path: str, text: str) -> Iterator[Happening]:
    asked, action = pending(context.incident, context.step.id), _action(context.step)
    if asked is None or asked.question != APPROVAL or action is None or action.edited is None:
        raise UsageError(f"the step {context.step.id} proposes nothing to edit.", "Run the step first.")
    change = action.edited
    yield StepStarted(step=context.step.id, intent=f"try {path} as edited by hand")
    yield from _guarded(context, lambda again: change(again, path, text))


def _skip(context: Context, because: str) -> Iterator[Happening]:
    if not because.strip():
        raise UsageError("a step is skipped for a reason.", "Say why; the runbook repeats it.")
    yield StepEnded(step=context.step.id, state=StepState.SKIPPED, says=because.strip())


def _undo(context: Context) -> Iterator[Happening]:
    action = _action(context.step)
    if action is None or action.undo is None:
        raise UsageError(f"the step {context.step.id} has nothing to undo.", "Run it again to change its outcome.")
    yield StepStarted(step=context.step.id, intent=f"{UNDOING}{context.step.undo or context.step.title}")
    says = yield from _guarded(context, action.undo)
    if says is not None:
        yield Undone(step=context.step.id, says=says)


def _ask_or_end(context: Context, answered: Mapping[str, str], says: str) -> Iterator[Happening]:
    step = context.step
    for asking in step.asks:
        if asking.id not in answered:
            yield Asked(step=step.id, question=asking.id, asks=asking.asks, choices=asking.choices)
            return
    yield StepEnded(step=step.id, state=StepState.DONE, says=says or _answered(step, answered))


def _answered(step: Step, answered: Mapping[str, str]) -> str:
    return f"{len(answered)} of {len(step.asks)} questions answered" if step.asks else "done"


def _kind(error: StanchError) -> str:
    """The class of ``assistant.domain.errors`` that the error is one of."""
    return next(kind.__name__ for kind in type(error).__mro__ if kind.__module__ == StanchError.__module__)


def _guarded(context: Context, act: Act) -> Generator[Happening, None, str | None]:
    """Run one phase; None when it asked or failed, otherwise its closing sentence."""
    asked = False
    says = ""
    try:
        doing = act(context)
        while True:
            try:
                happening = next(doing)
            except StopIteration as end:
                says = end.value or ""
                break
            asked = isinstance(happening, Asked)
            yield happening
    except StanchError as error:
        yield Failed(step=context.step.id, says=error.says, remedy=error.remedy, kind=_kind(error))
        return None
    except Exception as error:  # noqa: BLE001 - whatever a step raises becomes a sentence; the incident goes on
        yield Failed(
            step=context.step.id,
            says=f"the step met something stanch does not know: {type(error).__name__}: {error}",
            remedy="Run it again; if it happens twice, report it with `stanch incident export`.",
        )
        return None
    return None if asked else says
