"""Keys that reach a row in a spread of what was sent (``data: { ...input }``): each names a row of which nobody asked whose it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.detect.code import words
from assistant.domain.code import OriginKind
from assistant.propose.code_keys import led_to


if TYPE_CHECKING:
    from assistant.domain.code import Entry, Query
    from assistant.propose.code_ground import CodeGround


def spread_keys(ground: CodeGround, entry: Entry, done: str) -> list[tuple[Query, str, str]]:
    """Queries of the handler with a key that its schema lets through beside the one that is looked at, and the table that it leads to.

    Args:
        ground: what is known.
        entry: the handler.
        done: the key that is looked at already.
    """
    out: list[tuple[Query, str, str]] = []
    for query in entry.queries:
        whole = any(
            one.column == "*" and any(o.kind is OriginKind.REQUEST for o in one.origins) for one in query.written
        )
        if query.via or query.place.file != entry.place.file or not (whole or _spreads(ground, query)):
            continue
        said = _schema(ground, entry, query)
        # a mapper that knows the fields of the schema lists what the spread brings
        own = {one.column for one in query.written} if whole else set()
        for column in _keys(ground, query):
            table = led_to(ground, query, column)
            other = table and column not in own and column != done and not _names_whose(column)
            if other and re.search(rf"\b{re.escape(column)}\s*:", said):
                out.append((query, column, table))
    return out


def _names_whose(column: str) -> bool:
    """The key says whose the row itself is; a project that it is part of is another row."""
    return words.names_house(column) or words.names_person(column)


def perhaps_none(ground: CodeGround, query: Query, column: str) -> str:
    """``1`` where the schema lets a row be without the key."""
    model = ground.models.get(words.table_key(query.table)) if query.engine == "prisma" else None
    return "1" if model is not None and any(one.name == column and one.optional for one in model.fields) else ""


def _spreads(ground: CodeGround, query: Query) -> bool:
    """``...rest``, or ``data`` as it was taken apart."""
    return re.search(r"\.\.\.\w+|\bdata\s*(?:,|\})|\bdata:\s*\w+\s*[,}]", ground.written(query)) is not None


def _keys(ground: CodeGround, query: Query) -> list[str]:
    """Keys to other rows, as the schema of the mapper has them."""
    key = words.table_key(query.table)
    if query.engine == "drizzle":
        return ground.tables.get(key, [])
    model = ground.models.get(key) if query.engine == "prisma" else None
    return [one.key for one in model.fields if one.key] if model is not None else []


def _schema(ground: CodeGround, entry: Entry, query: Query) -> str:
    """What lists the fields that may be sent: the procedure's own input, otherwise the files beside a handler of Drizzle's."""
    source = ground.text(entry.place.file).encode()[: entry.at[0]].decode("utf-8", "replace")
    at = source.rfind(".input(")
    if at >= 0 and not re.search(r"\.(?:query|mutation)\([^)]*\)\s*=>", source[at:]):
        return source[at:]
    if query.engine != "drizzle":
        return ""
    folder = entry.place.file.rpartition("/")[0]
    beside = (path for path in ground.paths if path.rpartition("/")[0] == folder and path.endswith((".ts", ".js")))
    return " ".join(ground.text(path) for path in sorted(beside))
