"""What becomes of the rows that an entry reads: which later queries and acts they feed, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.domain.code import ActKind, OriginKind


if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Entry

_NOTED: Final = frozenset({ActKind.LOG, ActKind.CACHE, ActKind.VALIDATE})
"""Acts by which nothing of a row is told to whoever asks."""


def used_only_after(context: CodeContext, entry: Entry, row: int, order: int) -> bool:
    """Nothing but a note, or a count of requests, is made of the rows of a query before that point."""
    noted = {act.order for act in entry.acts if act.kind in _NOTED}
    return all(at > order or at in noted for at in uses_of(context, entry).get(row, ()))


def uses_of(context: CodeContext, entry: Entry) -> Mapping[int, tuple[int, ...]]:
    """Queries of an entry whose rows feed later queries or acts, with when that happens."""
    found = context.rows_used.get(id(entry))
    if found is None:
        parts = [(query.order, condition.origins) for query in entry.queries for condition in query.filters]
        parts += [(query.order, written.origins) for query in entry.queries for written in query.written]
        parts += [(act.order, part.origins) for act in entry.acts for part in act.parts]
        uses: dict[int, set[int]] = {}
        for order, origins in parts:
            for origin in origins:
                if origin.kind is OriginKind.ROW:
                    uses.setdefault(origin.row, set()).add(order)
        found = {row: tuple(sorted(orders)) for row, orders in uses.items()}
        context.rows_used[id(entry)] = found
    return found
