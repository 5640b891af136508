"""How a table calls the key of its own rows: ``id``, or its own name, as ``serverId`` of ``server``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code import words


if TYPE_CHECKING:
    from assistant.domain.code import Query
    from assistant.propose.code_ground import CodeGround

_PLAIN: Final = frozenset({"id", "_id"})


def is_own_key(column: str, table: str) -> bool:
    """The column finds one row of its table."""
    name = words.snake(column)
    return column in _PLAIN or name in _PLAIN or (bool(table) and name == f"{words.table_key(table)}_id")


def own_key(ground: CodeGround, table: str, engine: str) -> str:
    """What the schema calls it; ``id`` where the schema is not known."""
    key = words.table_key(table)
    model = ground.models.get(key) if engine == "prisma" else None
    known = list(model.columns) if model is not None else []
    known = known or {"drizzle": ground.tables, "supabase": ground.generated}.get(engine, {}).get(key, [])
    if "id" in known:
        return "id"
    return next((one for one in known if is_own_key(one, table)), "id")


def named_by(column: str) -> str:
    """``chatId`` names a row of chat."""
    found = words.snake(column)
    return found[:-3] if found.endswith("_id") and found != "_id" else ""


def led_to(ground: CodeGround, query: Query, column: str) -> str:
    """The table whose row a key of the query's table names: what the schema says (``channelId`` of an event leads to ``FeedChannel``), or its own word."""
    model = ground.models.get(words.table_key(query.table)) if query.engine == "prisma" else None
    found = next((one.type for one in model.fields if one.key and one.key == column), "") if model is not None else ""
    return found or named_by(column)
