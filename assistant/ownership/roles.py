"""Roles that members hold: which column, which labels, and which of them lead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.ownership.words import LEADS, ONLOOKERS, PRIVILEGE, ROLE, singulars, words


if TYPE_CHECKING:
    from assistant.domain.catalog import Table
    from assistant.domain.ownership import Membership


_LITERAL: Final = re.compile(r"'((?:[^']|'')*+)'")
_FLAGS: Final = frozenset({("is", "admin"), ("is", "owner"), ("member", "type"), ("permission",), ("permissions",)})


def role_column(table: Table) -> str | None:
    """The column that holds a member's role: ``role``, ``account_role``, ``role_id``, ``is_admin``; None without one."""
    named = [(words(column.name), column.name) for column in table.columns]
    by_preference = (
        [name for parts, name in named if parts[-1:] and parts[-1] in ROLE],
        [name for parts, name in named if parts[-2:] == ("role", "id")],
        [name for parts, name in named if parts in _FLAGS],
    )
    return next((names[0] for names in by_preference if names), None)


def role_labels(table: Table, column: str) -> tuple[str, ...]:
    """Values the column can take, most privileged first: from its enum or its CHECK, else the default; empty when unknown."""
    found = table.column(column)
    if found is None or found.base == "bool":
        return ()
    labels = list(found.labels)
    for check in table.checks:
        if check.columns == (column,):
            labels += [match.replace("''", "'") for match in _LITERAL.findall(check.definition)]
    if not labels and found.default:
        labels += _LITERAL.findall(found.default)
    labels = list(dict.fromkeys(labels))
    return tuple(sorted(labels, key=lambda label: (privilege(label), labels.index(label))))


def privilege(label: str) -> int:
    """Rank of a role label, 0 the most privileged; a label nobody knows stands with plain members."""
    ranks = [PRIVILEGE.index(word) for word in (*singulars(label), "".join(words(label))) if word in PRIVILEGE]
    return min(ranks, default=PRIVILEGE.index("member"))


def leading(membership: Membership) -> tuple[str, ...]:
    """Roles that may change the tenant and who belongs to it; empty when every member may, or when roles are unknown."""
    found = tuple(role for role in membership.roles if LEADS & {*singulars(role), "".join(words(role))})
    return found if len(found) < len(membership.roles) else ()


def writing(membership: Membership) -> tuple[str, ...]:
    """Roles that may change the tenant's rows: all but onlookers; empty when every member may."""
    found = tuple(role for role in membership.roles if not ONLOOKERS & {*singulars(role), "".join(words(role))})
    return found if len(found) < len(membership.roles) else ()
