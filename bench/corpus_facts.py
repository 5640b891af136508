"""What the code map says near a place, for people who want to know why a case was found or missed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.domain.code import CodeMap, Entry, Query


def facts_near(code: CodeMap, findings: Sequence[dict[str, Any]], places: Sequence[tuple[str, str, int]]) -> str:
    """One block a file, separated by form feeds; its first line is the path."""
    blocks = []
    for path in dict.fromkeys(place[0] for place in places):
        wanted = [(symbol, line) for file, symbol, line in places if file == path]
        lines = [path, *_findings(path, findings)]
        for entry in code.entries:
            if _concerns(entry, path, wanted):
                lines += entry_lines(entry)
        lines += [f"    partly read: {place} {place.symbol}" for place in code.partly_read if place.file == path]
        lines += [f"    NOT READ: {code.not_read[path]}"] if path in code.not_read else []
        if len(lines) == 1:
            lines.append(f"    no entry and no finding in {path}")
        blocks.append("\n".join(lines))
    return "\f".join(blocks)


def entry_lines(entry: Entry) -> Iterator[str]:
    """An entry with everything on its way."""
    yield f"    {entry.kind} {entry.id}  {entry.place}" + ("  WEBHOOK" if entry.webhook else "")
    facts = {"wrappers": " ".join(entry.wrappers), "covered by": entry.covered_by, "settings": dict(entry.settings)}
    yield from (f"      {name}: {value}" for name, value in facts.items() if value)
    steps = [(guard.order, _guard(guard)) for guard in entry.guards]
    steps += [(query.order, line) for query in entry.queries for line in _query(query)]
    steps += [(act.order, _act(act)) for act in entry.acts]
    yield from (f"      {order:3} {says}" for order, says in sorted(steps, key=lambda step: step[0]))
    yield from (f"      unresolved: {each.says} {each.place}" for each in entry.unresolved)
    if entry.truncated:
        yield "      TRUNCATED"


def _findings(path: str, findings: Sequence[dict[str, Any]]) -> Iterator[str]:
    for found in findings:
        where = found["where"] or {}
        if where.get("file") == path:
            yield f"    => {found['severity']} {found['rule']} {where['line']} {where['symbol']}: {found['title']}"


def _concerns(entry: Entry, path: str, wanted: Sequence[tuple[str, int]]) -> bool:
    """The entry stands at a place of the case, or runs through the function that does."""
    if entry.place.file == path:
        return True
    symbols = {symbol.split(".")[-1] for symbol, _ in wanted if symbol}
    return any(query.place.file == path and (query.place.symbol or "") in symbols for query in entry.queries)


def _guard(guard: Any) -> str:
    weak = f"  WEAK {guard.weakness}" if guard.weakness else ""
    about = f"  about {', '.join(map(str, guard.subjects))}" if guard.subjects else ""
    return f"guard {guard.kind} {guard.says} {guard.place}{about}{weak}"


def _query(query: Query) -> Iterator[str]:
    tie = f"  TIE {query.tie.kind}: {query.tie.says}" if query.tie else "  NO TIE"
    marks = "".join(mark for mark, on in (("  told-caller", query.told_caller), ("  branch", query.branch)) if on)
    columns = ",".join(query.columns) if query.columns is not None else "*"
    yield f"query #{query.id} {query.engine}/{query.client} {query.verb} {query.table}({columns}) {query.place}{tie}{marks}"
    for each in query.filters:
        yield f"        where {each.column} {each.operator} {' | '.join(map(str, each.origins))}"
    for each in query.written:
        yield f"        set {each.column} = {' | '.join(map(str, each.origins))}"
    if query.via:
        yield f"        via {' > '.join(query.via)} from {query.reached_at}"
    if query.returned:
        yield f"        returned {', '.join(query.returned)}"


def _act(act: Any) -> str:
    parts = "; ".join(f"{part.name}={part.text[:40]} [{' | '.join(map(str, part.origins))}]" for part in act.parts[:4])
    return f"act {act.kind} {act.name} {act.detail} {act.place} {parts}"
