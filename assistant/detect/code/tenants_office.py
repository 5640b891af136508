"""Offices that somebody holds in one house, and that say nothing of another: the administrator of a tenant is not that of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.guards import PLATFORM, holds, in_administration, runs_it
from assistant.detect.code.office import held_on_the_way
from assistant.domain.code import GuardKind, OriginKind


if TYPE_CHECKING:
    from assistant.detect.code.access import Access
    from assistant.domain.code import Query

_ACCOUNTS: Final = words.named("user account profile person people employee staff admin administrator")
"""Last words of tables of which everybody has one row: a role that stands there may be one of the whole application."""

_NAMED: Final = 3
"""Roles that a title names."""


def of_one_tenant(access: Access) -> bool:
    """The role that was asked for holds its people to their own tenant elsewhere, or was found in whichever house they belong to."""
    roles = frozenset(role.lower() for guard in access.strong if guard.kind is GuardKind.ROLE for role in guard.roles)
    named = any(set(words.words(role)) & PLATFORM for role in roles) or any(map(runs_it, access.strong))
    if not roles or named or in_administration(access.entry):
        return False
    return access.context.tenants_office(access.query.table, roles) or _in_some_house(access)


def whoever(access: Access) -> str:
    """Who gets to the query: whoever is signed in, or whoever holds the office that is asked for in a house of their own."""
    held = sorted({role for guard in access.strong if guard.kind is GuardKind.ROLE for role in holds(guard)})
    if not held or not of_one_tenant(access):
        return "Whoever is signed in"
    return f"Whoever is {' or '.join(held[:_NAMED])} in a tenant of their own"


def asked_for_office(access: Access) -> bool:
    """A right or an office was asked for that no tenant was seen to give: whether its holder may reach every row is a question, and no accusation."""
    return bool(held_on_the_way(access)) and not of_one_tenant(access)


def _in_some_house(access: Access) -> bool:
    """``member.findFirst({ where: { userId } })`` and its role: an office in a house that nobody named, before the rows of any other."""
    if not access.context.of_tenants(access.query.table):
        return False
    asked = [
        access.queries.get(subject.row)
        for guard in access.strong
        if guard.kind is GuardKind.ROLE
        for subject in guard.subjects
        if subject.kind is OriginKind.ROW
    ]
    return bool(asked) and all(query is not None and _of_memberships(access, query) for query in asked)


def _of_memberships(access: Access, query: Query) -> bool:
    """Rows that say who belongs to which house, looked for by the person alone, or in the house that the session chose."""
    table = words.table_key(query.table)
    context = access.context
    if table.rpartition("_")[2] in _ACCOUNTS or table == words.table_key(access.query.table):
        return False
    keys = context.linked.keys(query.table)
    people = table in context.peopled or any(map(words.names_person, keys))
    houses = context.of_tenants(query.table) or any(map(words.names_house, keys))
    named = any(
        words.names_house(each.column.rpartition(".")[2])
        and any(origin.kind is not OriginKind.CALLER for origin in each.origins)
        for each in query.filters
    )
    return people and houses and not named
