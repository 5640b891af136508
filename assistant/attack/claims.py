"""Which claims the policies ask for. Policy text chooses what a session carries, never what counts as a leak.

``app_metadata`` and top-level claims are written by the server: every person carries their own, nobody forges them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.attack.actors import Side
    from assistant.attack.graph import Graph
    from assistant.domain.catalog import Catalog

_PATH: Final = re.compile(
    r"(?:jwt\(\)|'request\.jwt\.claims'[^>]*?|claims?)[\s)]*(?:::jsonb?[\s)]*)*"
    r"((?:->>?\s*'[^']+'(?:::text)?[\s)]*(?:::jsonb?[\s)]*)*)+)"
)
_KEY: Final = re.compile(r"->>?\s*'([^']+)'")
_OWN: Final = frozenset(
    {
        "sub",
        "role",
        "email",
        "aud",
        "iss",
        "exp",
        "iat",
        "aal",
        "amr",
        "session_id",
        "phone",
        "is_anonymous",
        "user_metadata",
    }
)
_ROLE: Final = re.compile(r"role|permission|admin|plan|tier|staff|is_")
_USER: Final = re.compile(r"user|profile|account_id|member_id")

Path = tuple[str, ...]


def policy_texts(catalog: Catalog) -> Iterator[str]:
    """Every predicate and every body of a function, in order."""
    for table in catalog.tables.values():
        for policy in table.policies:
            yield policy.using or ""
            yield policy.check or ""
    for function in catalog.functions.values():
        yield function.body


def claim_paths(catalog: Catalog) -> tuple[Path, ...]:
    """Paths into the claims that policies or functions read, sorted."""
    found: set[Path] = set()
    for text in policy_texts(catalog):
        if "->" not in text:
            continue
        for match in _PATH.finditer(text):
            found.add(tuple(_KEY.findall(match.group(1))))
    return tuple(sorted(path for path in found if path))


def server_claims(paths: tuple[Path, ...], graph: Graph, side: Side) -> tuple[tuple[Path, str], ...]:
    """What the server would have put into that person's token: their own tenant, no special role."""
    claims: list[tuple[Path, str]] = []
    for path in paths:
        if path[0] in _OWN:
            continue
        key = path[-1]
        if _ROLE.search(key):
            value: str | None = "false" if key.startswith("is_") else "user"
        elif _USER.search(key):
            value = graph.subject(side)
        else:
            value = graph.tenant_id(side, key)
        if value is not None:
            claims.append((path, value))
    return tuple(claims)
