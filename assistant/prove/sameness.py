"""Is the schema the same as before? Asked after the undo and after a second application.

Compared as the catalog reads it: tables, policies, grants, views, functions, publications, buckets, default privileges.
What is left behind on purpose (an empty schema for helper functions) is no object of the catalog.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from assistant.domain.catalog import Catalog

_DERIVED: Final = frozenset({"reads", "platform", "search_path"})
"""Not stored: computed from the rest, or from the connection."""


def differences(one: Catalog, other: Catalog) -> tuple[str, ...]:
    """Names of what differs, sorted; empty when both describe the same schema."""
    found: set[str] = set()
    for part in fields(one):
        if part.name in _DERIVED:
            continue
        left, right = getattr(one, part.name), getattr(other, part.name)
        if left == right:
            continue
        if not hasattr(left, "items"):
            found.add(part.name.replace("_", " "))
            continue
        found |= {str(name) for name in left.keys() | right.keys() if left.get(name) != right.get(name)}
    return tuple(sorted(found))
