"""The code map as both faces show it: one row an entry with its verdict, in route groups, worst first, and always the denominators."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from assistant.detect.code.verdict import Word, verdicts_of
from assistant.domain.code import NAMED_OPEN, ClientKind, EntryKind, TieKind
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.detect.code.verdict import EntryVerdict
    from assistant.domain.code import Entry, Guard, Query
    from assistant.domain.facts import Place
    from assistant.engine.codehalf import CodeHalf

RANK: Final = {word: rank for rank, word in enumerate(Word)}
"""Worst first."""
CLIENT: Final = {
    ClientKind.USER: "the caller's own rights",
    ClientKind.ANON: "a guest's rights",
    ClientKind.BROWSER: "the browser's rights",
    ClientKind.SERVICE: "service role",
    ClientKind.POOL: "application's own rights",
    ClientKind.PROVIDER: "provider",
    ClientKind.UNKNOWN: "unknown rights",
}
"""As whom a query reaches its store, for people."""
_BY_RULES: Final = frozenset({ClientKind.USER, ClientKind.ANON, ClientKind.BROWSER})
_KIND: Final = {
    EntryKind.ROUTE: "route",
    EntryKind.PAGES_API: "API route of pages",
    EntryKind.ACTION: "server action",
    EntryKind.PAGE: "page or layout",
    EntryKind.SERVER_PROPS: "page loader",
    EntryKind.PROCEDURE: "procedure",
    EntryKind.MIDDLEWARE: "middleware",
    EntryKind.EDGE_FUNCTION: "edge function",
    EntryKind.ENDPOINT: "endpoint",
    EntryKind.JOB: "job",
    EntryKind.TOOL: "tool of a model",
    EntryKind.SERVICE: "service function",
    EntryKind.COMPONENT: "client component",
}
_KINDS: Final = {
    EntryKind.PAGES_API: "API routes of pages",
    EntryKind.PAGE: "pages and layouts",
    EntryKind.TOOL: "tools of a model",
}
"""Plurals that are not the word with an s."""
_MANY: Final = 10
_MOST: Final = 0.8
"""Of so many ways in this share may show no rows before it is said that their store may be unknown."""
_COUNTED: Final = {Word.LEAKS: "leaking"}
"""How a verdict reads after a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One entry of the map."""

    entry: Entry
    verdict: EntryVerdict

    @property
    def group(self) -> str:
        """Route group, or the folder of what has no path."""
        return self.entry.group or "/"

    @property
    def clients(self) -> str:
        """As whom its queries run: ``service, user``."""
        return ", ".join(dict.fromkeys(query.client.value for query in self.entry.queries))

    @property
    def tables(self) -> str:
        """What its queries reach, in order, each once."""
        return ", ".join(dict.fromkeys(query.table or f"{query.engine}: unreadable" for query in self.entry.queries))

    @property
    def rank(self) -> tuple[int, str, int, str]:
        """Sort key: verdict, then file and line."""
        return RANK[self.verdict.word], self.entry.place.file, self.entry.place.line, self.entry.id


def rows_of(half: CodeHalf) -> tuple[Row, ...]:
    """Every entry with its verdict, worst first."""
    entries = half.map.entries
    rows = (Row(entry=one, verdict=told) for one, told in zip(entries, verdicts_of(entries, half.context), strict=True))
    return tuple(sorted(rows, key=lambda row: row.rank))


def grouped(rows: Sequence[Row]) -> tuple[tuple[str, tuple[Row, ...]], ...]:
    """Rows by route group; the group with the worst entry first."""
    groups: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: row.rank):
        groups.setdefault(row.group, []).append(row)
    return tuple((name, tuple(members)) for name, members in groups.items())


def counted(rows: Sequence[Row]) -> str:
    """``3 leak, 2 open, 40 guarded``: how many rows have each verdict, worst first."""
    counts = Counter(row.verdict.word for row in rows)
    return ", ".join(f"{counts[word]:,} {_COUNTED.get(word, word.value)}" for word in Word if counts[word])


def numbers(half: CodeHalf, rows: Sequence[Row]) -> tuple[str, ...]:
    """What was looked at, what came out, and what is missing from it; one sentence a line."""
    read = half.map
    said = [
        f"{plural(len(rows), 'way')} into {plural(read.files, 'source file')}"
        + (f": {counted(rows)}." if rows else ".")
    ]
    if kinds := Counter(row.entry.kind for row in rows):
        said.append(
            ", ".join(plural(kinds[kind], _KIND[kind], _KINDS.get(kind, "")) for kind in EntryKind if kinds[kind]) + "."
        )
    gaps = []
    if read.partly_read:
        gaps.append(f"{plural(len(read.partly_read), 'file')} partly read")
    if read.not_read:
        gaps.append(f"{plural(len(read.not_read), 'file')} not read")
    if read.unresolved:
        gaps.append(f"{plural(len(read.unresolved), 'import or call', 'imports and calls')} not followed")
    if cut := sum(row.entry.truncated for row in rows):
        gaps.append(f"{plural(cut, 'way', 'ways')} too large to follow to the end")
    if gaps:
        said.append(f"Not known: {', '.join(gaps)}.")
    bare = sum(row.verdict.word is Word.NO_ROWS for row in rows)
    if len(rows) >= _MANY and bare >= _MOST * len(rows):
        said.append(
            f"In {bare:,} of {plural(len(rows), 'way')} no query was seen: if they keep rows, it is in a store that stanch does not read."
        )
    if not half.joined and any(query.client in _BY_RULES for row in rows for query in row.entry.queries):
        said.append("Not joined with a database: queries in the caller's own rights are taken for held.")
    if read.oracle:
        said.append(read.oracle if read.oracle.endswith(".") else f"{read.oracle}.")
    return tuple(said)


def map_record(half: CodeHalf, rows: Sequence[Row]) -> dict[str, Any]:
    """The ``code`` of the JSON contract: what the code half looked at, with its denominators."""
    read = half.map
    kinds, words = Counter(row.entry.kind for row in rows), Counter(row.verdict.word for row in rows)
    return {
        "files": read.files,
        "entries": len(rows),
        "by_kind": {kind.value: kinds[kind] for kind in EntryKind if kinds[kind]},
        "by_verdict": {word.value: words[word] for word in Word if words[word]},
        "partly_read": [_gap(place) for place in read.partly_read],
        "not_read": [{"file": file, "reason": reason} for file, reason in sorted(read.not_read.items())],
        "unresolved": [
            {"says": each.says, "file": each.place.file, "line": each.place.line} for each in read.unresolved
        ],
        "oracle": read.oracle,
        "joined": half.joined,
    }


def entry_record(row: Row) -> dict[str, Any]:
    """One entry of ``scan --map --json``."""
    entry = row.entry
    apart = entry.on_one_branch
    return {
        "id": entry.id,
        "kind": entry.kind.value,
        "verb": entry.verb,
        "path": entry.path,
        "group": row.group,
        "where": {"file": entry.place.file, "line": entry.place.line, "symbol": entry.place.symbol},
        "verdict": row.verdict.word.value,
        "says": row.verdict.says,
        "guards": [_guard_record(guard, apart) for guard in entry.guards],
        "queries": [_query_record(query) for query in entry.queries],
        "unresolved": [each.says for each in entry.unresolved],
        "covered_by": entry.covered_by,
        "findings": [finding.fingerprint for finding in row.verdict.findings],
    }


def _guard_record(guard: Guard, apart: frozenset[int]) -> dict[str, Any]:
    return {
        "kind": guard.kind.value,
        "says": guard.says,
        "where": _gap(guard.place),
        "chain": list(guard.chain),
        "weakness": guard.weakness.value if guard.weakness is not None else None,
        "one_branch": guard.order in apart,
    }


def _query_record(query: Query) -> dict[str, Any]:
    return {
        "engine": query.engine,
        "client": query.client.value,
        "verb": query.verb,
        "table": query.table,
        "columns": list(query.columns) if query.columns is not None else None,
        "where": _gap(query.place),
        "via": list(query.via),
        "filters": [
            {"column": one.column, "operator": one.operator, "from": [str(origin) for origin in one.origins]}
            for one in query.filters
        ],
        "written": [{"column": one.column, "from": [str(origin) for origin in one.origins]} for one in query.written],
        "tie": {"kind": query.tie.kind.value, "says": query.tie.says} if query.tie is not None else None,
        "returned": list(query.returned),
    }


def _gap(place: Place) -> dict[str, Any]:
    return {"file": place.file, "line": place.line, "symbol": place.symbol}


def _asked_there(entry: Entry) -> str:
    """What is known of the middleware's own check of this path."""
    asked = entry.asked_before
    if asked is None:
        return "does not count alone"
    if NAMED_OPEN in asked:
        return "which lets everybody reach it"
    return f"which asks for {' and '.join(asked)}; it does not count alone" if asked else "which asks nobody there"


def details(row: Row) -> Iterator[str]:
    """Everything known of one entry, for a page: verdict, findings, guards and queries in the order they run."""
    entry = row.entry
    yield f"{entry.id}  ({row.verdict.word.value})"
    yield row.verdict.says
    yield f"{entry.place}" + (f", {entry.place.symbol}" if entry.place.symbol else "")
    if entry.covered_by:
        yield f"matched by {entry.covered_by} ({_asked_there(entry)})"
    for finding in row.verdict.findings:
        yield ""
        yield f"{finding.severity.value}: {finding.title} [{finding.rule}]"
        if finding.where is not None:
            yield f"  {finding.where}"
        if finding.detail:
            yield f"  {finding.detail}"
    yield ""
    yield "Guards, in the order they run:" if entry.guards else "No guard."
    apart = entry.on_one_branch
    for guard in entry.guards:
        yield from _guard_lines(guard, apart=guard.order in apart)
    yield ""
    yield "Queries, in the order they run:" if entry.queries else "No query."
    for query in entry.queries:
        yield from _query_lines(query)
    if entry.unresolved or entry.truncated:
        yield ""
        yield "Not followed:"
        yield from (f"  {each.says} ({each.place})" for each in entry.unresolved)
        if entry.truncated:
            yield "  the rest: this way is too large"


def _guard_lines(guard: Guard, *, apart: bool) -> Iterator[str]:
    weak = f"; does not count: {guard.weakness.value.replace('-', ' ')}" if guard.weakness is not None else ""
    weak = weak or ("; on one branch only" if apart else "")
    yield f"  {guard.kind.value.replace('-', ' ')}: {guard.says}{weak}"
    yield f"    {guard.place}" + (f", through {' > '.join(guard.chain)}" if guard.chain else "")


def _query_lines(query: Query) -> Iterator[str]:
    columns = ", ".join(query.columns) if query.columns is not None else "whole rows"
    yield f"  {query.verb} {query.table or '(table not readable)'}, {columns}, with {CLIENT[query.client]}"
    yield f"    {query.place}" + (f", through {' > '.join(query.via)}" if query.via else "")
    for one in query.filters:
        yield f"    where {one.column or '?'} {one.operator} {_from(one.origins)}"
    for written in query.written:
        yield f"    sets {written.column} to {_from(written.origins)}"
    if query.tie is None:
        yield "    nothing ties it to the caller"
    elif query.tie.kind is TieKind.RULES:
        yield "    row-level security decides"
    else:
        yield f"    tied to the caller: {query.tie.says}"
    if query.returned:
        yield f"    returned: {', '.join('whole rows' if name == '*' else name for name in query.returned)}"


def _from(origins: Sequence[object]) -> str:
    return " or ".join(dict.fromkeys(map(str, origins))) or "something unknown"
