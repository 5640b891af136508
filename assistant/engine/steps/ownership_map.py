"""Shows whose each row is, and saves the map as stanch.toml once a person confirmed it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from assistant.domain.events import FactTaken
from assistant.domain.ownership import OwnerKind
from assistant.engine.actions import approved, begins, edited, undone
from assistant.engine.mapfile import map_artifact, map_from
from assistant.engine.writing import as_edited, propose_files, remove_files, write_files
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from datetime import datetime

    from assistant.domain.events import Happening
    from assistant.domain.fixes import Artifact
    from assistant.domain.ownership import OwnershipMap
    from assistant.engine.actions import Context
    from assistant.engine.writing import Plan


@begins("ownership-map")
def begin(context: Context) -> Generator[Happening, None, str]:
    """Say what was inferred and what is doubtful, then ask."""
    rehearsal, step = context.world.rehearsal(), context.step.id
    ownership = rehearsal.ownership
    kinds = Counter(entry.kind.value for entry in ownership.entries.values())
    yield FactTaken(
        step=step,
        says=f"{plural(len(ownership.entries), 'object')}: "
        + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())),
        evidence=context.world.evidence.put("map", "who owns each row", describe(ownership)).id,
        data={"kinds": dict(sorted(kinds.items()))},
    )
    for entry in ownership.entries.values():
        if entry.kind is OwnerKind.UNKNOWN:
            yield FactTaken(step=step, says=f"{entry.name}: no evidence who owns a row")
    for question in ownership.questions:
        yield FactTaken(
            step=step, says=f"open question: {question.asks}", data={"question": question.id, "why": question.why}
        )
    for stale in ownership.stale:
        yield FactTaken(step=step, says=f"stanch.toml names {stale}, which no longer exists")
    artifact = map_artifact(context.world.root, ownership)
    if artifact is None:
        return f"{plural(len(ownership.entries), 'object')}, confirmed in stanch.toml"
    yield from propose_files(context, _plan(context), "Is this who owns each row, and may it be saved as stanch.toml?")
    return ""


@approved("ownership-map")
def write(context: Context) -> Generator[Happening, None, str]:
    """Save the map."""
    says = yield from write_files(context, _plan(context))
    return f"confirmed; {says}"


@edited("ownership-map")
def take_edited(context: Context, path: str, text: str) -> Generator[Happening, None, str]:
    """Go on with the map as it now reads, and propose it."""
    rehearsal = context.world.rehearsal()
    artifacts = yield from as_edited(context, path, text)
    rehearsal.use(map_from(text, rehearsal.ownership, rehearsal.catalog))
    yield from propose_files(context, lambda _at: artifacts, "Save the map as you edited it?")
    return ""


@undone("ownership-map")
def take_back(context: Context) -> Generator[Happening, None, str]:
    """Bring stanch.toml back to what it was."""
    return (yield from remove_files(context))


def _plan(context: Context) -> Plan:
    def plan(_at: datetime) -> Sequence[Artifact]:
        artifact = map_artifact(context.world.root, context.world.rehearsal().ownership)
        return () if artifact is None else (artifact,)

    return plan


def describe(ownership: OwnershipMap) -> str:
    """One line an object: kind, columns, confidence and the strongest evidence."""
    lines = []
    for entry in ownership.entries.values():
        columns = f"({', '.join(entry.columns)})" if entry.columns else ""
        parent = f" -> {entry.parent or entry.tenant}" if entry.parent or entry.tenant else ""
        sure = "confirmed" if entry.confirmed else entry.confidence.value
        lines.append(
            f"{entry.name}: {entry.kind.value}{columns}{parent} [{sure}] {'; '.join(entry.evidence[:2])}".rstrip()
        )
    return "\n".join(lines) + "\n"
