"""Prints the runbook and writes it into the repository after approval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.errors import UsageError
from assistant.domain.fixes import Artifact
from assistant.engine.actions import approved, begins, undone
from assistant.engine.handover import print_runbook
from assistant.engine.walk import latest_run
from assistant.engine.writing import propose_files, remove_files, write_files
from assistant.store.codec import event_sha


if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from datetime import datetime

    from assistant.domain.events import Happening
    from assistant.engine.actions import Context

FOLDER = "docs/incidents"


@begins("runbook")
def begin(context: Context) -> Generator[Happening, None, str]:
    """Show it; then the question."""
    upto = context.incident.events[-1].n

    def plan(_at: datetime) -> Sequence[Artifact]:
        return (_artifact(context, upto),)

    yield from propose_files(context, plan, "Write this runbook into the repository?")
    return ""


@approved("runbook")
def write(context: Context) -> Generator[Happening, None, str]:
    """Write it as it was shown."""
    run = latest_run(context.incident, context.step.id)
    upto = run[0].n - 1

    def plan(_at: datetime) -> Sequence[Artifact]:
        return (_artifact(context, upto),)

    return (yield from write_files(context, plan))


@undone("runbook")
def take_back(context: Context) -> Generator[Happening, None, str]:
    """Remove it."""
    return (yield from remove_files(context))


def _artifact(context: Context, upto: int) -> Artifact:
    """The runbook after event ``upto``; its number in the name keeps a later one from meeting an earlier one."""
    incident = context.incident
    path = f"{FOLDER}/{incident.id}.md"
    if (context.world.root / path).exists():
        path = f"{FOLDER}/{incident.id}-{upto}.md"
    if (context.world.root / path).exists():
        raise UsageError(f"{path} exists already.", "Move it away, or print the runbook with `stanch runbook`.")
    head = (upto, event_sha(incident.events[upto - 1]))
    text = print_runbook(incident, head, context.world.evidence, upto=upto)
    return Artifact(path=path, kind="runbook", content=text)
