"""Does a policy hold alone? Asked before it is dropped: what ties every row it admits to the caller is kept.

This only spares policies; the rehearsal decides whether the leak is closed, and a policy spared wrongly is dropped in its second try.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.sql.branches import branches


if TYPE_CHECKING:
    from assistant.domain.catalog import PolicyRow
    from assistant.domain.ownership import Ownership
    from assistant.sql.branches import Surface


def holds_alone(policy: PolicyRow, entry: Ownership, surface: Surface) -> bool:
    """True when every way in which the policy admits a row ties an owner column to the caller."""
    predicates = [text for text in (policy.using, policy.check) if text is not None]
    return bool(predicates) and all(_binds(text, policy, entry, surface) for text in predicates)


def _binds(text: str, policy: PolicyRow, entry: Ownership, surface: Surface) -> bool:
    ways = branches(text, policy.table, surface)
    return bool(ways) and all(way.bound and way.bound_columns.intersection(entry.columns) for way in ways)
