"""Which storage buckets a statement on ``storage.buckets`` sets.

Only literals are read: ids that a query computes stay unknown, and the replay then asks the table itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.domain.facts import Subject


if TYPE_CHECKING:
    from assistant.sql.tokens import Cursor


_MOST: Final = 1_000
"""Buckets that are told apart in one statement."""


def inserted(cursor: Cursor) -> tuple[tuple[Subject, ...], tuple[int, ...]]:
    """Buckets of an INSERT whose table name was just taken, and the lines below the statement's start they stand on."""
    columns = [name.strip().strip('"').lower() for name in (cursor.brackets() or "id").split(",")]
    place = columns.index("id") if "id" in columns else 0
    buckets: list[Subject] = []
    offsets: list[int] = []
    if not cursor.accept("values"):
        return (), ()
    while len(buckets) < _MOST and cursor.accept("("):
        for _ in range(place):
            cursor.next_item()
        token = cursor.peek()
        if token is not None and token.kind == "string":
            buckets.append(Subject(kind="bucket", name=f"storage.{token.value}"))
            offsets.append(cursor.line(token))
        while cursor.next_item():
            pass
        cursor.accept(")")
        if not cursor.accept(","):
            break
    return tuple(buckets), tuple(offsets)


def updated(cursor: Cursor) -> tuple[tuple[Subject, ...], tuple[int, ...]]:
    """Buckets that the WHERE of an UPDATE names as literals beside ``id``."""
    if not cursor.seek("where"):
        return (), ()
    buckets: list[Subject] = []
    offsets: list[int] = []
    named = False
    while (token := cursor.take()) is not None and len(buckets) < _MOST:
        named = named or (token.kind in {"word", "name"} and token.value.lower() in {"id", "name"})
        if named and token.kind == "string":
            buckets.append(Subject(kind="bucket", name=f"storage.{token.value}"))
            offsets.append(cursor.line(token))
    return tuple(buckets), tuple(offsets)
