"""The records of the JSON contract, built from a rehearsal; the human output reads the same values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.domain.matrix import Verdict
from assistant.engine.leaks import leak_records, where, worst_first


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assistant.domain.findings import Finding
    from assistant.domain.matrix import Cell, Matrix
    from assistant.domain.ownership import OwnershipMap, Question
    from assistant.domain.replay import NotRead, Replay
    from assistant.engine.codehalf import CodeHalf
    from assistant.engine.examination import Examination
    from assistant.engine.rehearsal import Rehearsal

SCHEMA = 1
"""Version of the JSON contract."""


def prove_report(rehearsal: Rehearsal) -> dict[str, Any]:
    """What ``stanch prove --json`` prints; the keys up to ``seconds`` are the contract, those after it are extra."""
    matrix, replay = rehearsal.attack(), rehearsal.replay
    return {
        "schema": SCHEMA,
        "replay": replay_record(replay),
        "objects": objects_of(rehearsal),
        "cells": matrix.counts(),
        "map": "confirmed" if rehearsal.ownership.confirmed else "inferred",
        "leaks": leak_records(worst_first(matrix.of(Verdict.LEAKS)), replay, rehearsal.findings()),
        "locked_out": [_cell(cell) for cell in matrix.of(Verdict.LOCKED_OUT)],
        "unknown": [_cell(cell) for cell in matrix.of(Verdict.UNKNOWN)],
        "seconds": seconds(rehearsal),
        "questions": questions(matrix, rehearsal.ownership),
        "seeding": {
            "tables": matrix.seeding.tables,
            "seeded": matrix.seeding.seeded,
            "not_seeded": dict(matrix.seeding.not_seeded),
            "dropped_checks": list(matrix.seeding.dropped_checks),
        },
        "missing": missing_records(replay),
        "stand_ins": list(replay.stand_ins),
        "filled_in": list(replay.filled_in),
        "notes": list(replay.notes),
        "not_read": not_read_records(rehearsal),
        "stale": list(rehearsal.ownership.stale),
    }


def scan_report(examination: Examination, *, with_map: bool = False) -> dict[str, Any]:
    """What ``stanch scan --json`` prints; ``code.map`` stands in it when the map was asked for."""
    rehearsal, half = examination.rehearsal, examination.code
    report: dict[str, Any] = {
        "schema": SCHEMA,
        "findings": [finding_record(finding) for finding in examination.findings()],
        "not_read": not_read_records(rehearsal) if rehearsal is not None else [],
        "seconds": {name: round(spent, 3) for name, spent in examination.seconds().items()},
    }
    report |= _database(rehearsal) | {"database": {"tested": rehearsal is not None, "because": examination.not_tested}}
    report["questions"] += [_question(question) for question in examination.questions()]
    if half is not None:
        from assistant.engine.codeview import entry_record, map_record, rows_of

        rows = rows_of(half)
        report["code"] = map_record(half, rows) | {"secrets": _secrets(half)}
        if with_map:
            report["code"]["map"] = [entry_record(row) for row in rows]
    return report


def _secrets(half: CodeHalf) -> dict[str, Any]:
    """What was searched for secrets, and what to change in which order; masks only."""
    from assistant.detect.secrets.rotation import rotation_order

    found = half.secrets
    return {
        "files": found.files,
        "history": {
            "asked": found.history.asked,
            "commits": found.history.commits,
            "read": found.history.read,
            "says": list(found.history.says),
        },
        "rotation": [
            {
                "order": turn.order,
                "kind": turn.kind.value,
                "shown": turn.shown,
                "why_now": turn.why_now,
                "where": [where(place) for place in turn.places],
                "console": turn.console,
                "then": turn.then,
            }
            for turn in rotation_order(found)
        ],
    }


def _database(rehearsal: Rehearsal | None) -> dict[str, Any]:
    """The database half of a scan; all of it empty when it was not tested."""
    if rehearsal is None:
        return {
            "replay": {"files": 0, "statements": 0, "applied": 0, "skipped": []},
            "cells": {verdict.value: 0 for verdict in Verdict},
            "map": "none",
            "questions": [],
            "missing": [],
            "stand_ins": [],
            "filled_in": [],
        }
    return {
        "replay": replay_record(rehearsal.replay),
        "cells": rehearsal.attack().counts(),
        "map": "confirmed" if rehearsal.ownership.confirmed else "inferred",
        "questions": questions(rehearsal.attack(), rehearsal.ownership),
        "missing": missing_records(rehearsal.replay),
        "stand_ins": list(rehearsal.replay.stand_ins),
        "filled_in": list(rehearsal.replay.filled_in),
    }


def finding_record(finding: Finding) -> dict[str, Any]:
    """One finding of the contract."""
    place = where(finding.where)
    if place is not None:
        place.setdefault("symbol", None)
    return {
        "rule": finding.rule,
        "subject": str(finding.subject),
        "title": finding.title,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "executed": finding.executed,
        "where": place,
        "fingerprint": finding.fingerprint,
        "detail": finding.detail,
        "entry": finding.entry,
    }


def replay_record(replay: Replay) -> dict[str, Any]:
    """The ``replay`` of the contract."""
    return {
        "files": replay.files,
        "statements": replay.statements,
        "applied": replay.applied,
        "skipped": [{"file": left.file, "line": left.line, "reason": left.reason} for left in replay.skipped],
    }


def missing_records(replay: Replay) -> list[dict[str, Any]]:
    """Objects that the migrations use and no file creates."""
    return [
        {"kind": lost.kind, "name": lost.name, "needed_by": lost.needed_by, "remedy": lost.remedy}
        for lost in replay.missing
    ]


def not_read_records(rehearsal: Rehearsal) -> list[dict[str, str]]:
    """Files that were left out, by the repository's reader or by the replay, each once."""
    left: Iterable[NotRead] = dict.fromkeys((*rehearsal.repository.not_read, *rehearsal.replay.not_read))
    return [{"file": each.file, "reason": each.reason} for each in left]


def questions(*askers: Matrix | OwnershipMap) -> list[dict[str, Any]]:
    """Everything that only the operator can say, each question once, by id."""
    asked: Mapping[str, Question] = {question.id: question for asker in askers for question in asker.questions}
    return [_question(question) for _, question in sorted(asked.items())]


def _question(question: Question) -> dict[str, Any]:
    record: dict[str, Any] = {
        "id": question.id,
        "asks": question.asks,
        "objects": [str(name) for name in question.objects],
        "why": question.why,
    }
    return record | ({"group": question.group, "entries": list(question.entries)} if question.entries else {})


def objects_of(rehearsal: Rehearsal) -> int:
    """How many objects were looked at: the operator's tables, views, functions and buckets."""
    catalog = rehearsal.catalog
    callable_functions = [function for function in catalog.functions.values() if not function.trigger]
    return sum(1 for _ in catalog.own_tables()) + len(catalog.views) + len(callable_functions) + len(catalog.buckets)


def seconds(rehearsal: Rehearsal) -> dict[str, float]:
    """Wall time of each part, and their sum."""
    parts = {name: round(spent, 3) for name, spent in rehearsal.seconds.items()}
    return {**parts, "total": round(sum(rehearsal.seconds.values()), 3)}


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "object": cell.object,
        "verb": cell.verb.value,
        "actor": cell.actor.value,
        "reason": cell.reason,
        "kind": cell.kind,
        "variant": cell.variant,
    }
