"""Words a finding about code: where it points, how it is recognised again, and what a patch needs to know."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.domain.facts import Place, Subject
from assistant.domain.findings import Finding, fingerprint
from assistant.domain.matrix import SEVERITY_RANK, Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assistant.detect.code.rule import CodeRule
    from assistant.domain.code import Entry, Query
    from assistant.domain.matrix import Cell


def report(
    rule: CodeRule,
    entry: Entry,
    title: str,
    *,
    severity: Severity,
    confidence: Confidence,
    detail: str = "",
    queries: Iterable[Query] = (),
    place: Place | None = None,
    at: tuple[int, int] = (0, 0),
    key: str = "",
    cells: Iterable[Cell] = (),
    columns: Iterable[str] = (),
    facts: Mapping[str, str] | None = None,
) -> Finding:
    """A finding about one entry.

    Args:
        rule: the rule that found it.
        entry: the way in.
        title: one sentence in plain words.
        severity: how exposed.
        confidence: how sure.
        detail: what happens, who can do it, what it needs.
        queries: those at fault; the first one says where it stands.
        place: where it stands when no query is at fault, or when the fault lies in the function below.
        at: byte range at fault in that file; by default that of the first query.
        key: what tells it apart from the rule's other findings of this entry; never a line or a sentence.
        cells: leaking cells behind it: an attack executed it.
        columns: columns at fault.
        facts: what a patch needs to know.
    """
    severity = quieter(severity, confidence)
    fault = tuple(queries)
    cells = tuple(cells)
    where = place or (place_of(entry, fault[0]) if fault else entry.place)
    if at == (0, 0) and fault and fault[0].place.file == where.file:
        at = fault[0].at
    subject = Subject(kind="entry", name=entry.id)
    known = {name: value for name, value in (facts or {}).items() if value}
    return Finding(
        rule=rule.id,
        subject=subject,
        title=title,
        severity=severity,
        confidence=confidence,
        executed=bool(cells),
        where=where,
        fingerprint=fingerprint(rule.id, subject, key),
        detail=detail,
        cells=tuple(cell.key for cell in cells),
        columns=tuple(dict.fromkeys(columns)),
        entry=entry.id,
        queries=tuple(query.id for query in fault),
        at=at,
        facts=tuple(sorted(known.items())),
    )


def quieter(severity: Severity, confidence: Confidence) -> Severity:
    """What is only worth asking is at most medium."""
    asked = confidence is Confidence.LOW and SEVERITY_RANK[severity] < SEVERITY_RANK[Severity.MEDIUM]
    return Severity.MEDIUM if asked else severity


def report_module(
    rule: CodeRule,
    place: Place,
    title: str,
    *,
    severity: Severity,
    confidence: Confidence,
    detail: str = "",
    key: str = "",
    at: tuple[int, int] = (0, 0),
    facts: Mapping[str, str] | None = None,
) -> Finding:
    """A finding about a module or a configuration file and no single entry; ``place.symbol`` is the exported name."""
    subject = Subject(kind="file", name=place.file)
    known = {name: value for name, value in (facts or {}).items() if value}
    return Finding(
        rule=rule.id,
        subject=subject,
        title=title,
        severity=severity,
        confidence=confidence,
        executed=False,
        where=place,
        fingerprint=fingerprint(rule.id, subject, key),
        detail=detail,
        at=at,
        facts=tuple(sorted(known.items())),
    )


def place_of(entry: Entry, query: Query, *, below: bool = False) -> Place:
    """Where a fault of a query is shown.

    In the entry's own file, at the query's line when it stands there and else at the line that leads to it, under the handler's
    name. ``below`` is for a fault of the function the query stands in: one that was handed the caller and did not use it.
    """
    if below:
        return query.place
    line = query.place.line if query.place.file == entry.place.file else query.reached_at.line
    if entry.place.file not in {query.place.file, query.reached_at.file}:
        line = entry.place.line
    return replace(entry.place, line=line)


def merged(one: Finding, other: Finding) -> Finding:
    """Two findings with one fingerprint as one: the worse of them, with the queries and cells of both."""
    worse, milder = (one, other) if one.rank <= other.rank else (other, one)
    return replace(
        worse,
        queries=tuple(sorted({*worse.queries, *milder.queries})),
        cells=tuple(dict.fromkeys((*worse.cells, *milder.cells))),
        columns=tuple(dict.fromkeys((*worse.columns, *milder.columns))),
    )
