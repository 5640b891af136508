"""Rows that handlers list for whoever is signed in: whoever wrote one down is not the one who alone may see it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.domain.code import GuardKind, OriginKind
from assistant.domain.code_words import is_callers


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from assistant.domain.code import Entry, Query
    from assistant.propose.code_ground import CodeGround

_RIGHTS: Final = re.compile(r"(^|/)(authz|authori[sz]ation|permissions?|polic(y|ies)|rights|acl)(/|\.|-)")
_DECIDES: Final = re.compile(
    r"\bexport\s+(?:async\s+)?(?:function|const)\s+(?:assert|check|ensure|require)?[cC]an(?:Write|Edit|Update|Delete|Manage)([A-Z]\w*)"
)
_OPEN: Final = frozenset({OriginKind.CONSTANT, OriginKind.REQUEST, OriginKind.GENERATED})


def without_authors(ground: CodeGround, key: str, columns: Iterable[str]) -> list[str]:
    """Columns of a table but for its author's, where a function of the repository decides over the rows, or some list shows them to everybody who is signed in and nobody ever compares the author."""
    held = list(columns)
    authors = [one for one in held if "." not in one and words.names_author(one)]
    if not authors:
        return held
    if any(key == one or key.endswith(f"_{one}") for one in ground.decided):
        return [one for one in held if one not in authors]
    asked = [
        (entry, query) for entry in ground.map.entries for query in entry.queries if words.table_key(query.table) == key
    ]
    compared = {
        one.column for _, query in asked for one in query.filters if any(is_callers(origin) for origin in one.origins)
    }
    if not any(_lists(entry, query) for entry, query in asked):
        return held
    return [one for one in held if one not in authors or one in compared]


def decided_over(paths: Iterable[str], text: Callable[[str], str]) -> frozenset[str]:
    """Things over which functions of the repository decide, from files that are called after rights: ``assertCanWriteCampaign`` of ``lib/authz``."""
    found: set[str] = set()
    for path in sorted(paths):
        if _RIGHTS.search(path) and path.endswith((".ts", ".js")) and "node_modules" not in path:
            found |= {words.table_key(one) for one in _DECIDES.findall(text(path))}
    return frozenset(found - {""})


def _lists(entry: Entry, query: Query) -> bool:
    """Signed in is all that is asked, and no condition names whose rows, or one row."""
    asks = {guard.kind for guard in entry.guards if guard.weakness is None}
    return (
        query.verb == "select"
        and query.tie is None
        and GuardKind.SESSION in asks
        and GuardKind.ROLE not in asks
        and all(origin.kind in _OPEN for one in query.filters for origin in one.origins)
        and not any(_names_row(one.column) for one in query.filters)
    )


def _names_row(column: str) -> bool:
    name = words.snake(column)
    return name in {"id", "_id", "uuid", "slug"} or name.endswith(("_id", "_ids")) or words.is_capability(column)
