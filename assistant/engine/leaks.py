"""The leaks of a matrix in the order in which a frightened reader should meet them, and as the records of the JSON contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.findings import CONFIDENCE_RANK
from assistant.domain.matrix import SEVERITY_RANK, Actor, Verb


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assistant.domain.facts import Place
    from assistant.domain.findings import Finding
    from assistant.domain.matrix import Cell
    from assistant.domain.replay import Replay

_ACTORS = {actor: rank for rank, actor in enumerate(Actor)}
_VERBS = {verb: rank for rank, verb in enumerate(Verb)}


def worst_first(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """By severity, confidence, whole rows before single columns, fewest steps, most exposed actor, then name."""
    return tuple(
        sorted(
            cells,
            key=lambda cell: (
                SEVERITY_RANK[cell.severity],
                CONFIDENCE_RANK[cell.confidence],
                cell.kind == "column",
                len(cell.steps),
                _ACTORS[cell.actor],
                _VERBS[cell.verb],
                cell.key,
            ),
        )
    )


def places(findings: Iterable[Finding]) -> dict[tuple[str, ...], Place]:
    """The line that each cell's finding blames, by cell key; the finding that ranks first wins."""
    blamed: dict[tuple[str, ...], Place] = {}
    for finding in findings:
        if finding.where is not None:
            for key in finding.cells:
                blamed.setdefault(key, finding.where)
    return blamed


def place_of(cell: Cell, replay: Replay, blamed: Mapping[tuple[str, ...], Place]) -> Place | None:
    """The line to look at: what the cell's finding blames, or else the line that last set the object."""
    if cell.key in blamed:
        return blamed[cell.key]
    kinds = (cell.kind, "rls", "grant", "table", "view", "matview", "function", "bucket")
    names: tuple[str, ...] = (cell.object,)
    if cell.kind == "column":
        names = (*(f"{cell.object}.{column}" for column in cell.columns), cell.object)
    for name in names:
        for kind in kinds:
            place = replay.provenance.get(f"{kind} {name}")
            if place is not None:
                return place
    return None


def leak_records(cells: Iterable[Cell], replay: Replay, findings: Iterable[Finding]) -> list[dict[str, object]]:
    """The ``leaks`` of the JSON contract, in the order given."""
    blamed = places(findings)
    return [
        {
            "object": cell.object,
            "kind": cell.kind,
            "verb": cell.verb.value,
            "actor": cell.actor.value,
            "steps": list(cell.steps),
            "columns": list(cell.columns),
            "severity": cell.severity.value,
            "confidence": cell.confidence.value,
            "where": where(place_of(cell, replay, blamed)),
            "witness": cell.witness,
            "variant": cell.variant,
            "reason": cell.reason,
        }
        for cell in cells
    ]


def where(place: Place | None) -> dict[str, object] | None:
    """``{"file", "line"}``, with ``symbol`` when there is one; None when no file of the repository set it."""
    if place is None:
        return None
    found: dict[str, object] = {"file": place.file, "line": place.line}
    if place.symbol is not None:
        found["symbol"] = place.symbol
    return found
