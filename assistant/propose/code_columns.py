"""Which columns a customer may set, for writes that took whatever the request had."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words


if TYPE_CHECKING:
    from assistant.domain.code import CodeMap
    from assistant.propose.code_ground import CodeGround

_RESERVED: Final = re.compile(
    r"^(id|uuid|pk)$|^(created|updated|deleted|inserted|modified|verified|approved|paid)_|(^|_)(role|roles|admin|is_admin|permissions?|plan|tier|"
    r"credits?|balance|price|amount|total|stripe|subscription|customer|verified|approved|password|hash|salt)(_|$)"
)
"""Columns that a customer does not set: the row's own, times, rights, and what is paid for."""


def plain_columns(code_map: CodeMap) -> dict[str, set[str]]:
    """Columns that statements over one table alone name, by table: beside a join a column may be any table's."""
    out: dict[str, set[str]] = {}
    for entry in code_map.entries:
        for query in entry.queries:
            if not re.search(r"\bjoin\b", query.text, re.IGNORECASE):
                named = (*(one.column for one in query.filters), *(one.column for one in query.written))
                out.setdefault(words.table_key(query.table), set()).update(named, query.columns or ())
    return out


def writable(ground: CodeGround, table: str, engine: str) -> list[str]:
    """Columns of a table that its customers may set, from the schema: no key, owner, time stamp, right or amount."""
    key = words.table_key(table)
    model = ground.models.get(key) if engine == "prisma" else None
    known = ground.tables.get(key, []) if engine == "drizzle" else list(model.columns) if model is not None else []
    if not known and ground.catalog is not None and engine not in {"prisma", "drizzle"}:
        known = [
            column.name
            for name, one in ground.catalog.tables.items()
            if words.table_key(name.name) == key
            for column in one.columns
        ]
    owners = set(ground.owner_columns(table, engine))
    return [
        name
        for name in known
        if name not in owners
        and (not words.names_owner(name) or name == "subject")
        and not words.is_secret(name)
        and not _RESERVED.search(words.snake(name))
    ]


def as_spelled(column: str, engine: str) -> str:
    """A column as the engine's own language writes it: ORMs call ``user_id`` ``userId``."""
    if engine not in {"prisma", "drizzle"} or "_" not in column:
        return column
    head, *rest = column.split("_")
    return head + "".join(part.capitalize() for part in rest)
