"""``stanch own``: who owns each row, with the evidence; ``--confirm`` saves the map as stanch.toml.

``--public ROUTE --because WHY`` and ``--private ROUTE`` answer the scan's question whether a route needs no session, in the same file.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from assistant.domain.errors import UsageError
from assistant.domain.ownership import OwnerKind
from assistant.engine.mapfile import MAP_FILE, map_artifact
from assistant.engine.rehearsal import rehearse
from assistant.faces.cli.exits import Exit
from assistant.faces.cli.report import SCHEMA, questions, replay_record
from assistant.faces.cli.settings import options_from, repository_root
from assistant.text.plural import plural


if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from assistant.domain.ownership import Ownership, OwnershipMap
    from assistant.engine.rehearsal import Rehearsal
    from assistant.faces.cli.say import Voice


def run(arguments: argparse.Namespace, voice: Voice) -> int:
    """Exit 5 while a table has no evidence for its owner, else 0."""
    root = repository_root(arguments.repo)
    if arguments.public or arguments.private or arguments.because:
        return _decide(arguments, voice, root)
    with rehearse(root, options_from(arguments, root, voice), voice.progress) as rehearsal:
        ownership = rehearsal.ownership
        written: list[str] = []
        if arguments.confirm:
            from assistant.write.apply import apply

            artifact = map_artifact(rehearsal.repository.root, ownership)
            written = list(apply(rehearsal.repository.root, (artifact,))) if artifact else []
        if arguments.json:
            voice.json(_record(rehearsal) | {"written": written})
        else:
            _tell(voice, ownership)
            if arguments.confirm:
                voice.line(
                    f"Saved {MAP_FILE}: review it like code." if written else f"{MAP_FILE} says all of this already."
                )
            elif not ownership.confirmed:
                voice.line(f"Inferred. Save it with `stanch own --confirm`, then correct {MAP_FILE} where it is wrong.")
    asked = any(entry.kind is OwnerKind.UNKNOWN for entry in ownership.entries.values())
    return Exit.NEEDS_PERSON if asked else Exit.CALM


def _decide(arguments: argparse.Namespace, voice: Voice, root: Path) -> int:
    """Keep what the operator says about routes; only routes that the code has."""
    from assistant.engine.codehalf import surveying
    from assistant.engine.decisions import decided_private, decided_public, decisions_artifact, load_decisions
    from assistant.write.apply import apply

    decisions = load_decisions(root)
    if arguments.because and not arguments.public:
        raise UsageError("--because gives the reason of --public.", "Name the route with --public.")
    if arguments.public and not arguments.because:
        raise UsageError("a public route needs a reason.", 'Give it with --because "…"; it is kept beside the route.')
    with surveying(root, options_from(arguments, root, voice), voice.progress) as survey:
        entries = survey.map().entries
    known = {entry.group for entry in entries} | {entry.id for entry in entries}
    for name in filter(None, (arguments.public, arguments.private)):
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), n=1)
            raise UsageError(
                f"the code has no route group and no entry {name!r}.",
                f"Did you mean {near[0]!r}?" if near else "`stanch scan --map` lists them.",
            )
    if arguments.public:
        decisions = decided_public(decisions, arguments.public, arguments.because)
    if arguments.private:
        decisions = decided_private(decisions, arguments.private)
    artifact = decisions_artifact(root, decisions)
    written = list(apply(root, (artifact,))) if artifact else []
    if arguments.json:
        said = {"public": dict(decisions.public), "private": sorted(decisions.private)}
        voice.json({"schema": SCHEMA, "code": said, "written": written})
    else:
        voice.line(f"Saved {MAP_FILE}: review it like code." if written else f"{MAP_FILE} says all of this already.")
    return Exit.CALM


def _tell(voice: Voice, ownership: OwnershipMap) -> None:
    for entry in ownership.entries.values():
        sure = "confirmed" if entry.confirmed else f"{entry.confidence.value} confidence"
        voice.line(f"{entry.name}: {_owner(entry)} ({sure})")
        for says in entry.evidence[:2]:
            voice.line(says, indent=4)
        if entry.sensitive:
            voice.line(f"nobody else reads: {', '.join(entry.sensitive)}", indent=4)
        if entry.privileged:
            voice.line(f"the owner may not write: {', '.join(entry.privileged)}", indent=4)
    voice.line()
    if ownership.questions:
        voice.line(f"{plural(len(ownership.questions), 'question')} for you:", kind="strong")
        for question in ownership.questions:
            voice.line(f"{question.asks} ({question.why})", indent=2)
            voice.line(", ".join(str(name) for name in question.objects), indent=4)
        voice.line()
    for stale in ownership.stale:
        voice.line(f"{MAP_FILE} names {stale}, which does not exist")


def _owner(entry: Ownership) -> str:
    columns = ", ".join(entry.columns)
    match entry.kind:
        case OwnerKind.SELF:
            return f"the row is the user, {columns}"
        case OwnerKind.USER:
            return f"owned by the user in {columns}"
        case OwnerKind.TENANT:
            return f"owned by the tenant in {columns}" + (
                f", members through {entry.membership}" if entry.membership else ""
            )
        case OwnerKind.VIA:
            return f"owned like its parent {entry.parent}, through {columns}"
        case OwnerKind.MEMBERSHIP:
            return f"says who belongs to which tenant, {columns}"
        case OwnerKind.PUBLIC:
            return f"readable by everyone{': ' + entry.why if entry.why else ''}"
        case OwnerKind.CONDITIONAL:
            return f"owned through {columns}, readable by everyone while {entry.condition}"
        case OwnerKind.SERVICE:
            return f"server only{': ' + entry.why if entry.why else ''}"
        case _:
            return "no evidence who owns a row: please say"


def _record(rehearsal: Rehearsal) -> dict[str, Any]:
    ownership = rehearsal.ownership
    return {
        "schema": SCHEMA,
        "map": "confirmed" if ownership.confirmed else "inferred",
        "objects": [
            {
                "object": str(entry.name),
                "kind": entry.kind.value,
                "columns": list(entry.columns),
                "base": entry.base.value if entry.base else None,
                "tenant": str(entry.tenant) if entry.tenant else None,
                "membership": str(entry.membership) if entry.membership else None,
                "parent": str(entry.parent) if entry.parent else None,
                "condition": entry.condition,
                "sensitive": list(entry.sensitive),
                "privileged": list(entry.privileged),
                "evidence": list(entry.evidence),
                "confidence": entry.confidence.value,
                "confirmed": entry.confirmed,
            }
            for entry in ownership.entries.values()
        ],
        "questions": questions(ownership),
        "stale": list(ownership.stale),
        "replay": replay_record(rehearsal.replay),
    }
