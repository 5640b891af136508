"""Asks which routes need no session on purpose, and keeps the answers with their reasons in stanch.toml once a person approved it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.events import FactTaken
from assistant.engine.actions import approved, begins, undone
from assistant.engine.decisions import decisions_artifact, load_decisions
from assistant.engine.writing import propose_files, remove_files, write_files
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from datetime import datetime

    from assistant.domain.events import Happening
    from assistant.domain.fixes import Artifact
    from assistant.engine.actions import Context
    from assistant.engine.writing import Plan


@begins("public-routes")
def begin(context: Context) -> Generator[Happening, None, str]:
    """What is still asked; and the file, when something was said that it does not say."""
    world, step = context.world, context.step.id
    asked = world.code().questions
    for question in asked:
        yield FactTaken(
            step=step,
            says=f"open question: {question.asks} {question.why}",
            data={"question": question.id, "group": question.group},
        )
    said = world.decisions or load_decisions(world.root)
    if decisions_artifact(world.root, said) is not None:
        names = ", ".join((*said.public, *sorted(said.private)))
        yield FactTaken(step=step, says=f"said so far: {names}")
        yield from propose_files(context, _plan(context), "Keep this in stanch.toml?")
        return ""
    if asked:
        return f"{plural(len(asked), 'route group')} not answered: press r, then p on a route"
    return f"{plural(len(said.public), 'route')} public on purpose, nothing else is asked"


@approved("public-routes")
def write(context: Context) -> Generator[Happening, None, str]:
    """Save what was said."""
    says = yield from write_files(context, _plan(context))
    context.world.decisions = None
    return f"kept; {says}"


@undone("public-routes")
def take_back(context: Context) -> Generator[Happening, None, str]:
    """Bring stanch.toml back to what it was."""
    return (yield from remove_files(context))


def _plan(context: Context) -> Plan:
    def plan(_at: datetime) -> Sequence[Artifact]:
        world = context.world
        artifact = decisions_artifact(world.root, world.decisions or load_decisions(world.root))
        return () if artifact is None else (artifact,)

    return plan
