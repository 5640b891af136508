"""What a frightened reader meets first."""

from __future__ import annotations

from dataclasses import replace

from assistant.domain.facts import Place, Subject
from assistant.domain.findings import Finding
from assistant.domain.matrix import Actor, Cell, Severity, Verb, Verdict
from assistant.domain.ownership import Confidence
from assistant.domain.replay import Replay
from assistant.engine.leaks import leak_records, place_of, places, worst_first


ROWS = Cell(
    object="public.files",
    kind="table",
    verb=Verb.SELECT,
    actor=Actor.OTHER_TENANT,
    variant="two-step",
    verdict=Verdict.LEAKS,
    steps=("write a link", "read public.files"),
    columns=("id", "path"),
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    witness="begin; rollback;",
)
COLUMN = replace(
    ROWS, object="public.models.api_key", kind="column", actor=Actor.GUEST, variant="read", steps=("read",)
)
REPLAY = Replay(
    files=1,
    statements=1,
    applied=1,
    provenance={
        "table public.files": Place(file="a.sql", line=1),
        "rls public.files": Place(file="a.sql", line=9),
        "column public.models.api_key": Place(file="b.sql", line=3),
    },
)


def finding(cell: Cell, line: int) -> Finding:
    return Finding(
        rule="two-step-leak",
        subject=Subject(kind="table", name="public.files"),
        title="t",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        executed=True,
        where=Place(file="c.sql", line=line, symbol="policy x"),
        fingerprint="f",
        cells=(cell.key,),
    )


def test_severity_then_confidence_then_whole_rows_then_the_shortest_way() -> None:
    critical = replace(COLUMN, severity=Severity.CRITICAL, object="z")
    sure = replace(ROWS, confidence=Confidence.HIGH, object="y")
    short = replace(ROWS, object="x", steps=("read",))
    assert worst_first([COLUMN, ROWS, short, sure, critical]) == (critical, sure, short, ROWS, COLUMN)


def test_the_line_is_the_one_that_a_finding_blames_and_else_the_one_that_set_the_object() -> None:
    assert str(place_of(ROWS, REPLAY, places([finding(ROWS, 7), finding(ROWS, 8)]))) == "c.sql:7"
    assert str(place_of(ROWS, REPLAY, {})) == "a.sql:1"
    assert str(place_of(replace(COLUMN, object="public.models", columns=("api_key",)), REPLAY, {})) == "b.sql:3"
    assert place_of(replace(ROWS, object="public.elsewhere"), REPLAY, {}) is None


def test_a_record_has_every_key_of_the_contract() -> None:
    record, without = leak_records([ROWS, replace(ROWS, object="public.elsewhere")], REPLAY, [finding(ROWS, 7)])
    assert record == {
        "object": "public.files",
        "kind": "table",
        "verb": "select",
        "actor": "other-tenant",
        "steps": ["write a link", "read public.files"],
        "columns": ["id", "path"],
        "severity": "high",
        "confidence": "medium",
        "where": {"file": "c.sql", "line": 7, "symbol": "policy x"},
        "witness": "begin; rollback;",
        "variant": "two-step",
        "reason": "",
    }
    assert without["where"] is None
