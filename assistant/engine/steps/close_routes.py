"""Puts a switch into the routes that a person wants to be able to close while their leak is mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.events import FactTaken, FixProposed
from assistant.engine.actions import approved, begins, undone
from assistant.engine.patching import propose_closing
from assistant.engine.steps import patch_code
from assistant.engine.writing import propose_files
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Generator

    from assistant.domain.events import Happening
    from assistant.engine.actions import Context


@begins("close-routes")
def begin(context: Context) -> Generator[Happening, None, str]:
    """The edits for the routes that were chosen; without a choice, how to make one."""
    from assistant.write.patches import contents

    world, step = context.world, context.step.id
    if not world.closing:
        return "nothing is chosen: press r, then x on a route that shall be closable"
    proposal = propose_closing(world.root, world.code(), world.closing)
    for fix in proposal.fixes:
        yield FixProposed(step=step, fix=fix.id, title=fix.title, applies=fix.applies.value)
    for none in proposal.not_fixed:
        yield FactTaken(step=step, says=f"not edited: {none.finding}: {none.reason}")
    if not proposal.files:
        return f"nothing to edit: {plural(len(proposal.not_fixed), 'handler')} without an edit"
    yield FactTaken(step=step, says=proposal.afterwards)
    world.patches[step] = proposal.files
    asks = f"Put the switch into {plural(len(proposal.fixes), 'handler')}? Each edit can be taken, left or changed."
    yield from propose_files(context, lambda _at: contents(proposal.files), asks)
    return ""


@approved("close-routes")
def write(context: Context) -> Generator[Happening, None, str]:
    """Write the accepted edits, or commit them on a branch."""
    says = yield from patch_code.write(context)
    context.world.closing = ()
    return says


@undone("close-routes")
def take_back(context: Context) -> Generator[Happening, None, str]:
    """Bring the files back to what they were."""
    return (yield from patch_code.take_back(context))
