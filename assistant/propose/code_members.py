"""Tables that say who belongs to what: ``user_projects``, ``organization_members``, ``WorkspaceMember``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from assistant.detect.code import words


if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.propose.code_ground import CodeGround

_NAMED: Final = re.compile(r"member|user|collaborator|access|permission|role|staff|people|seat")
_OTHERWISE: Final = re.compile(
    r"invit|ban|block|request|favou?rit|like|star|follow|watch|log|audit|view|read|setting|preference|notif|activit|token|session|key"
    r"|vote|comment|answer|response|message|post|order|payment|purchase|participant|progress|history"
)
"""Tables of people and things that give nobody a right."""


class Members(NamedTuple):
    """One such table."""

    table: str
    """Its name, as the schema spells it."""
    key: str
    """Column of what they belong to."""
    person: str
    """Column of who."""


def members_of(ground: CodeGround, table: str, engine: str) -> Members | None:
    """The one table whose rows say who belongs to a row of a table; None when there is none, or more than one."""
    key = words.table_key(table)
    found: list[Members] = []
    for name, columns in _known(ground, engine).items():
        if not _NAMED.search(name) or _OTHERWISE.search(name) or name == key:
            continue
        people = [
            one for one in columns if words.names_self(one) and words.names_person(one) and not words.names_tenant(one)
        ]
        things = [
            one for one in columns if words.snake(one).endswith("_id") and words.table_key(words.snake(one)[:-3]) == key
        ]
        if len(people) == 1 and len(things) == 1:
            found.append(
                Members(
                    ground.models[name].name if name in ground.models and engine == "prisma" else name,
                    things[0],
                    people[0],
                )
            )
    return found[0] if len(found) == 1 else None


def _known(ground: CodeGround, engine: str) -> Mapping[str, Sequence[str]]:
    if engine == "prisma":
        return {name: model.columns for name, model in ground.models.items()}
    return {"drizzle": ground.tables, "supabase": ground.generated}.get(engine, {})
