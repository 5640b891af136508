"""``stanch deploys --diff A..B``: what actors can do at one revision that they could not at another, with the lines responsible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.collect.git import top_of
from assistant.engine.behaviour import behaviour
from assistant.engine.leaks import where
from assistant.faces.cli.exits import Exit
from assistant.faces.cli.settings import options_from
from assistant.faces.cli.words import sentence
from assistant.text.plural import plural


if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.domain.deploys import Commit, Reason
    from assistant.domain.matrix import Cell
    from assistant.engine.behaviour import Behaviour, Gained
    from assistant.faces.cli.say import Voice

_SHORT = 12
_MOST = 12


def run_diff(arguments: argparse.Namespace, voice: Voice, root: Path, spec: str) -> int:
    """Exit 1 when something became possible, 0 when nothing did."""
    options = options_from(arguments, root, voice)
    below = "" if options.folder is None else f"{options.folder.relative_to(root).as_posix()}/"
    found = behaviour(top_of(root), spec, options, voice.progress, below=below)
    if arguments.json:
        voice.json(record(found))
    else:
        tell(voice, found)
    return Exit.FOUND if found.gained else Exit.CALM


def record(found: Behaviour) -> dict[str, Any]:
    """What ``--json`` prints."""
    return {
        "older": _commit(found.older),
        "newer": _commit(found.newer),
        "gained": [
            _cell(one.cell)
            | {"new_object": one.new_object, "asked": one.asked, "where": where(one.place), "witness": one.cell.witness}
            for one in found.gained
        ],
        "lost": [_cell(cell) for cell in found.lost],
        "locked_out": [_cell(cell) for cell in found.locked_out],
        "rules": {
            "widened": [_reason(reason) for reason in found.rules.widened],
            "narrowed": [_reason(reason) for reason in found.rules.narrowed],
        },
        "untested": list(found.untested),
        "seconds": round(found.seconds, 3),
    }


def tell(voice: Voice, found: Behaviour) -> None:
    """In words: what became possible first."""
    for line in found.untested:
        voice.line(line, kind="high")
    between = f"from {found.older.sha[:_SHORT]} to {found.newer.sha[:_SHORT]}"
    leaks = _one_an_object([one for one in found.gained if not one.asked])
    asked = _one_an_object([one for one in found.gained if one.asked])
    if not found.gained:
        voice.line(f"Nothing became possible {between} that was not before.", kind="good")
    if leaks:
        voice.line(f"Became possible {between}, {plural(len(leaks), 'object')}:", kind="strong")
        for one, more in leaks[:_MOST]:
            _tell_gained(voice, one, more)
        _tell_rest(voice, len(leaks))
        if (witness := leaks[0][0].cell.witness) != "":
            voice.line("see the first yourself, in psql on a copy that holds no customer's rows:", indent=2)
            voice.block(witness, indent=4)
    if asked:
        voice.line(f"Possible too by now, and perhaps meant so, {plural(len(asked), 'object')}:", kind="strong")
        for one, more in asked[:_MOST]:
            _tell_gained(voice, one, more)
        _tell_rest(voice, len(asked))
    _tell_cells(voice, "No longer possible:", found.lost)
    _tell_cells(voice, "Locked out of their own rows:", found.locked_out)
    if found.rules.widened:
        voice.line("Rules that let more in:", kind="strong")
        for reason in found.rules.widened[:_MOST]:
            place = f" ({reason.file}:{reason.line})" if reason.file else ""
            voice.line(f"{reason.says}{place}", indent=2)
        _tell_rest(voice, len(found.rules.widened))
    voice.line(f"{plural(len(found.rules.narrowed), 'rule')} became narrower; {found.seconds:.1f} s.")


def _tell_gained(voice: Voice, one: Gained, more: int) -> None:
    new = " (new)" if one.new_object else ""
    others = f" and {more} more ways" if more else ""
    voice.line(f"{sentence(one.cell)}{new}{others}", indent=2, kind=one.cell.severity.value)
    if one.place is not None:
        voice.line(f"set in {one.place}", indent=4)


def _tell_cells(voice: Voice, headline: str, cells: Sequence[Cell]) -> None:
    first: dict[str, Cell] = {}
    for cell in cells:
        first.setdefault(cell.object, cell)
    if first:
        voice.line(headline, kind="strong")
    for cell in list(first.values())[:_MOST]:
        voice.line(sentence(cell), indent=2)
    _tell_rest(voice, len(first))


def _tell_rest(voice: Voice, many: int) -> None:
    if many > _MOST:
        voice.line(f"and {many - _MOST} more: `--json` lists all", indent=2)


def _one_an_object(gained: Sequence[Gained]) -> list[tuple[Gained, int]]:
    """The worst of each object, with how many more there are."""
    by_object: dict[str, list[Gained]] = {}
    for one in gained:
        by_object.setdefault(f"{one.cell.object} {one.cell.variant if one.cell.kind == 'bucket' else ''}", []).append(
            one
        )
    return [(several[0], len(several) - 1) for several in by_object.values()]


def _commit(commit: Commit) -> dict[str, Any]:
    return {"sha": commit.sha, "at": commit.at.isoformat(), "author": commit.author, "subject": commit.subject}


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "object": cell.object,
        "kind": cell.kind,
        "verb": cell.verb.value,
        "actor": cell.actor.value,
        "variant": cell.variant,
        "severity": cell.severity.value,
        "reason": cell.reason,
        "steps": list(cell.steps),
        "columns": list(cell.columns),
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "kind": reason.kind,
        "says": reason.says,
        "file": reason.file or None,
        "line": reason.line or None,
        "weight": reason.weight,
    }
