"""Roles that members hold: which column, which labels, and which of them lead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.ownership.words import LEADS, ONLOOKERS, PRIVILEGE, ROLE, singulars, words


if TYPE_CHECKING:
    from assistant.domain.catalog import Catalog, Table
    from assistant.domain.ownership import Membership


_LITERAL: Final = re.compile(r"'([^']*(?:''[^']*)*)'")
_USUAL_LEADERS: Final = ("owner", "admin")
_USUAL_MEMBER: Final = "member"
_TEXT: Final = frozenset({"text", "varchar", "citext"})
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


def told_role(table: Table) -> str | None:
    """The role column that says the role in words or as a flag: what a number or a key into another table means, nobody tells."""
    name = role_column(table)
    found = table.column(name) if name is not None else None
    tells = found is not None and not found.array and (found.base in {*_TEXT, "bool"} or bool(found.labels))
    return name if tells else None


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


def member_roles(catalog: Catalog, table: Table, column: str) -> tuple[str, ...]:
    """Roles that members can hold, most privileged first.

    A free text column says only what sign-up gives; the rest is read from what policies and functions compare it with, and
    where not even they name a leading role, the usual ones are taken: a tenant that nobody leads cannot be guarded.
    """
    labels = role_labels(table, column)
    found = table.column(column)
    limited = any(check.columns == (column,) for check in table.checks)
    if found is None or found.labels or limited or found.base not in _TEXT:
        return labels
    labels = tuple(dict.fromkeys((*labels, *_spoken(catalog, table, column))))
    if not any(_leads(label) for label in labels):
        labels = (*_USUAL_LEADERS, *labels)
    if all(_leads(label) for label in labels):
        labels = (*labels, _USUAL_MEMBER)
    return tuple(sorted(labels, key=lambda label: (privilege(label), labels.index(label))))


def _spoken(catalog: Catalog, table: Table, column: str) -> tuple[str, ...]:
    """Literals that the column is compared with, wherever the membership table is mentioned; sorted."""
    compared = re.compile(rf"\b{re.escape(column)}\b[^';]{{0,40}}((?:'[^']{{1,40}}'(?:::\w+)?[,\s]*)+)")
    mentions = re.compile(rf"\b{re.escape(table.name.name)}\b")
    texts = [text for own in catalog.tables.values() for row in own.policies for text in (row.using, row.check) if text]
    texts += [function.body for function in catalog.functions.values()]
    found = {
        literal
        for text in texts
        if mentions.search(text)
        for literals in compared.findall(text)
        for literal in _LITERAL.findall(literals)
    }
    return tuple(sorted(literal for literal in found if literal))


def privilege(label: str) -> int:
    """Rank of a role label, 0 the most privileged; a label nobody knows stands with plain members."""
    ranks = [PRIVILEGE.index(word) for word in (*singulars(label), "".join(words(label))) if word in PRIVILEGE]
    return min(ranks, default=PRIVILEGE.index("member"))


def leading(membership: Membership) -> tuple[str, ...]:
    """Roles that may change the tenant and who belongs to it; empty when every member may, or when roles are unknown."""
    found = tuple(role for role in membership.roles if _leads(role))
    return found if len(found) < len(membership.roles) else ()


def _leads(label: str) -> bool:
    return bool(LEADS & {*singulars(label), "".join(words(label))})


def writing(membership: Membership) -> tuple[str, ...]:
    """Roles that may change the tenant's rows: all but onlookers; empty when every member may."""
    found = tuple(role for role in membership.roles if not ONLOOKERS & {*singulars(role), "".join(words(role))})
    return found if len(found) < len(membership.roles) else ()
