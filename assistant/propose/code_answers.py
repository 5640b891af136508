"""What handlers read from the answers of functions: so that a place which calls the same function can be told whose rows it works with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.domain.code import GuardKind, OriginKind


if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.domain.code import CodeMap, Query

_ANSWERS: Final = re.compile(r"\bconst\s+(\w+)\s*=\s*await\s+(?:\w+\.)*(\w+)\(")
_MAPPERS: Final = re.compile(
    r"(find|create|update|upsert|delete|aggregate|count|groupBy|select|from|insert|execute|query|json|parse)(?![a-z])"
)


def paths_read(code_map: CodeMap, text: Callable[[str], str]) -> str:
    """``validateApiKey=userId;throwIfNoTeamAccess=teamId,team.id``, the paths that are read most first.

    ``getProfile=@user_id`` is a helper that asks for the session and answers the caller's own row, found by that column.
    """
    found: dict[str, dict[str, int]] = {}
    for entry in code_map.entries:
        asking = {guard.chain[0] for guard in entry.guards if guard.kind is GuardKind.SESSION and guard.chain}
        for query in entry.queries:
            column = _own_row(query) if query.via[:1] and query.via[0] in asking else ""
            if column:
                found.setdefault(query.via[0], {}).setdefault(f"@{column}", 0)
    for path in sorted({entry.place.file for entry in code_map.entries}):
        source = text(path)
        for name, function in _ANSWERS.findall(source):
            if _MAPPERS.match(function):
                continue  # what one table's row has says nothing about another's
            for read in re.findall(
                rf"(?<![.\w]){re.escape(name)}[?!]?\.((?:\w+[?!]?\.)?(?:\w*[iI]d|user_id))\b(?!\()", source
            ):
                held = found.setdefault(function, {})
                plain = re.sub(r"[?!]", "", read)
                held[plain] = held.get(plain, 0) + 1
    return ";".join(
        f"{name}={','.join(sorted(held, key=lambda one: (-held[one], one)))}" for name, held in sorted(found.items())
    )


def _own_row(query: Query) -> str:
    """The column by which a helper finds whole rows of the caller alone."""
    if query.verb != "select" or len(query.via) != 1 or query.columns is not None or len(query.filters) != 1:
        return ""
    only = query.filters[0]
    return only.column if any(origin.kind is OriginKind.CALLER for origin in only.origins) else ""
