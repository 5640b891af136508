"""Asking for approval: the diff first, then yes, no, or the operator's own editor; nothing is written in between."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from assistant.domain.errors import StanchError
from assistant.engine.commands import Approve, Decline, Edit
from assistant.faces.tui.editor import edit
from assistant.faces.tui.screens.dialogs import Choose, Say
from assistant.faces.tui.view import events_of, proposal


if TYPE_CHECKING:
    from assistant.domain.events import Asked
    from assistant.domain.playbook import Step
    from assistant.faces.tui.app import StanchApp


def ask_approval(app: StanchApp, step: Step, asked: Asked) -> None:
    """Show what a step wants to write and pass on what the operator says."""
    from assistant.faces.tui.screens.approve import ApproveScreen

    assert app.incident is not None
    if app.session is not None and (files := app.session.world.patches.get(step.id)):
        from assistant.faces.tui.screens.hunks import HunksScreen

        app.push_screen(HunksScreen(step.id, asked.asks, files, app.send))
        return
    wanted = proposal(events_of(app.incident, step.id), app.evidence_text, app.evidence_kind)
    answer = partial(_decide, app, step)
    app.push_screen(ApproveScreen(asked.asks, wanted.proof, wanted.files, wanted.diff, answer))


def _decide(app: StanchApp, step: Step, answer: str) -> None:
    if answer == "approve":
        app.send(Approve(step=step.id))
    elif answer == "decline":
        app.send(Decline(step=step.id))
    else:
        _edit(app, step)


def _edit(app: StanchApp, step: Step) -> None:
    assert app.session is not None
    proposed = app.session.world.proposed.get(step.id, ())
    files = {file.path: file.content for file in proposed if file.kind != "undo"}
    if not files:
        says = "The proposal is from before stanch was started again."
        app.push_screen(Say(says, "Run the step again, then edit."))
    elif len(files) == 1:
        _open(app, step, files, next(iter(files)))
    else:
        app.push_screen(Choose("Which file?", tuple(files)), partial(_open, app, step, files))


def _open(app: StanchApp, step: Step, files: dict[str, str], path: str | None) -> None:
    """What comes back from the editor is tried, and asked about again."""
    if path is None:
        return
    try:
        with app.suspend():
            text = edit(path, files[path])
    except StanchError as error:
        app.push_screen(Say(error.says, error.remedy))
        return
    app.acting = step
    if text == files[path]:
        app.act_on(step)
    else:
        app.send(Edit(step=step.id, path=path, text=text))
