"""Words a finding about code: where it points, how it is recognised again, and what a patch needs to know."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from assistant.domain.code import EntryKind
from assistant.domain.facts import Place, Subject
from assistant.domain.findings import Finding, fingerprint
from assistant.domain.matrix import SEVERITY_RANK, Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from assistant.detect.code.rule import CodeRule
    from assistant.domain.code import Entry, Query
    from assistant.domain.matrix import Cell


_VERBS: Final = {"POST": 0, "PUT": 1, "PATCH": 2, "DELETE": 3, "GET": 4}
"""Whom a handler of several verbs is told under."""
_NOT_NAMED: Final = "Worth asking, as nothing in the browser names it yet: "
_KEPT_BACK: Final = (
    "Since Next.js 15 nobody can know the identifier of an action that no browser is handed. "
    'A file whose functions only server code calls should say "server-only" instead of "use server".'
)


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
    title, confidence = _of_uncalled(title) if entry.kind is EntryKind.SERVICE else (title, confidence)
    if entry.kept_back:
        title, confidence, detail = _of_kept_back(title), Confidence.LOW, f"{detail} {_KEPT_BACK}".strip()
    severity = quieter(severity, confidence, at_most=Severity.LOW if entry.uncalled else Severity.MEDIUM)
    fault, cells = tuple(queries), tuple(cells)
    where = place or (place_of(entry, fault[0]) if fault else entry.place)
    if at == (0, 0) and fault and fault[0].place.file == where.file:
        at = fault[0].at
    subject = Subject(kind="entry", name=entry.id)
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
        facts=tuple(sorted((name, value) for name, value in (facts or {}).items() if value)),
    )


def _of_uncalled(title: str) -> tuple[str, Confidence]:
    """Nobody behind a way in was seen to call the function: a question to whoever does."""
    asked = title if title.startswith("Worth asking") else f"Worth asking of whoever calls it: {title}"
    return asked, Confidence.LOW


def _of_kept_back(title: str) -> str:
    """No browser was seen to be handed the action: whoever does so next opens it."""
    return f"{_NOT_NAMED}{title.removeprefix('Worth asking: ')}"


def _bare(title: str) -> str:
    """The title without what it is asked for, as a sentence."""
    return f"{title.removeprefix(_NOT_NAMED).rstrip('.?')}."


def quieter(severity: Severity, confidence: Confidence, *, at_most: Severity = Severity.MEDIUM) -> Severity:
    """What is only worth asking is at most medium, and low where nobody can do it yet."""
    asked = confidence is Confidence.LOW and SEVERITY_RANK[severity] < SEVERITY_RANK[at_most]
    return at_most if asked else severity


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
    if below or handled_apart(entry, query):
        return query.place
    reached = query.reached_at
    if reached.symbol and reached.file not in {entry.place.file, query.place.file}:
        return reached  # the handler is registered in the entry's file and stands in another one
    line = query.place.line if query.place.file == entry.place.file else reached.line
    if entry.place.file not in {query.place.file, reached.file}:
        line = entry.place.line
    return replace(entry.place, line=line)


def handled_apart(entry: Entry, query: Query) -> bool:
    """The handler is a named function of another file than the one that registers it, and the query stands in it."""
    return not query.via and query.place.file != entry.place.file and bool(query.place.symbol)


def one_door(findings: Iterable[Finding], entries: Mapping[str, Entry]) -> list[Finding]:
    """One finding for a handler that answers several verbs: ``export const PUT = POST`` is no second mistake."""
    doors: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        entry = entries.get(finding.entry)
        if entry is None or not entry.verb or not entry.path or finding.where is None:
            doors[finding.fingerprint,] = [finding]
            continue
        said = finding.title.replace(_called(entry), entry.path)
        key = (finding.rule, finding.where.file, finding.where.line, entry.path, said)
        doors.setdefault(key, []).append(finding)
    return [_of_several(group, entries) if len(group) > 1 else group[0] for group in doors.values()]


def asked_once(findings: Iterable[Finding], entries: Mapping[str, Entry]) -> Iterator[Finding]:
    """One question for an action that nothing hands out, the most urgent of its own: whether it is handed out is all there is to ask."""
    asked: dict[str, list[Finding]] = {}
    for finding in findings:
        entry = entries.get(finding.entry)
        if entry is None or not entry.kept_back:
            yield finding
        else:
            asked.setdefault(entry.id, []).append(finding)
    for first, *rest in asked.values():
        more = " ".join(f"So is this: {_bare(one.title)}" for one in rest)
        yield replace(first, detail=f"{first.detail} {more}".strip())


def _of_several(group: list[Finding], entries: Mapping[str, Entry]) -> Finding:
    ordered = sorted(
        group,
        key=lambda finding: (
            SEVERITY_RANK[finding.severity],
            _VERBS.get(entries[finding.entry].verb, len(_VERBS)),
            finding.entry,
        ),
    )
    first = entries[ordered[0].entry]
    verbs = ", ".join(dict.fromkeys(entries[finding.entry].verb for finding in ordered))
    return replace(ordered[0], title=ordered[0].title.replace(_called(first), f"{verbs} {first.path}"))


def _called(entry: Entry) -> str:
    return f"{entry.verb} {entry.path}"


def merged(one: Finding, other: Finding) -> Finding:
    """Two findings with one fingerprint as one: the worse of them, with the queries and cells of both."""
    worse, milder = (one, other) if one.rank <= other.rank else (other, one)
    return replace(
        worse,
        queries=tuple(sorted({*worse.queries, *milder.queries})),
        cells=tuple(dict.fromkeys((*worse.cells, *milder.cells))),
        columns=tuple(dict.fromkeys((*worse.columns, *milder.columns))),
    )
