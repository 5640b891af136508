"""Rows that two people work with: whoever made one, and whoever it was given to. Compared with one of them alone, the other is locked out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.propose.code_ground import MADE_BY


if TYPE_CHECKING:
    from assistant.propose.code_ground import CodeGround

_GIVEN: Final = re.compile(r"^(assigned_(to|user)|assignee|responsible|handled_by|managed_by)(_(user|id|user_id|by))*$")


def either_of(ground: CodeGround, table: str, engine: str) -> tuple[str, str] | None:
    """The maker's column and the one of whom the row is given to, as the schema or the code names them; None where there are not both."""
    key = words.table_key(table)
    model = ground.models.get(key) if engine == "prisma" else None
    known = list(model.columns) if model is not None else []
    known = known or {"drizzle": ground.tables, "supabase": ground.generated}.get(engine, {}).get(key, [])
    known = known or ground.known_columns.get(key, [])
    made = [one for one in known if MADE_BY.search(words.snake(one)) or words.names_self(one)]
    given = [one for one in known if _GIVEN.match(words.snake(one))]
    made = sorted(made, key=lambda one: not MADE_BY.search(words.snake(one)))
    return (made[0], given[0]) if made and given else None


def without_one(ground: CodeGround, table: str, engine: str, columns: list[str]) -> list[str]:
    """Columns of which none stands for one of two people alone: the maker's stays where both can be asked in one condition."""
    pair = either_of(ground, table, engine)
    if pair is None:
        return columns
    kept = [one for one in columns if one not in pair]
    return [*kept, pair[0]] if engine == "prisma" and len(kept) < len(columns) else kept
