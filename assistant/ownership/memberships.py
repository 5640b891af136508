"""How users come to belong to tenants: a table of pairs, or a pointer on the user's own row.

A pair of a person and a thing is a membership only if the thing is something people belong to and other rows hang on it: likes,
follows, votes and append-only records about members are pairs too and give no rights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assistant.domain.ownership import Membership
from assistant.ownership.roles import member_roles, role_column, told_role
from assistant.ownership.words import MEMBERS, NOT_MEMBERS, ROLE, STRONG_TENANT, TENANT, singular, singulars, words


if TYPE_CHECKING:
    from assistant.domain.catalog import Column, Table
    from assistant.domain.names import Name
    from assistant.ownership.principals import People
    from assistant.ownership.survey import Survey


_POINTER_DEGREE: Final = 3
_CARRIED_BY_TENANT: Final = 1
_BARE_CARRIERS: Final = 2
_ID_PARTS: Final = 2
_USER_COLUMNS: Final = frozenset(
    {("user", "id"), ("profile", "id"), ("member", "id"), ("auth", "user", "id"), ("clerk", "user", "id"), ("userid",)}
)
_ASIDE: Final = frozenset({"referred", "referring", "previous", "last", "parent", "source", "by", "default", "active"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A column that says to which tenant a row belongs."""

    column: str
    table: Name | None
    """The tenant's table; None when only an id is known."""
    key: str
    """Its column that ``column`` holds."""
    not_null: bool
    hard: bool
    """A foreign key says so."""


def find_memberships(survey: Survey, people: People) -> tuple[Membership, ...]:
    """Tables of pairs, by name of the table."""
    candidates = (
        _pair(survey, people, table)
        for table in survey.tables.values()
        if not people.is_self(table.name) and not _is_record(table.name)
    )
    return tuple(membership for membership in candidates if membership)


def find_pointers(survey: Survey, people: People, memberships: tuple[Membership, ...]) -> tuple[Membership, ...]:
    """Users' own rows that point at a tenant no table of pairs serves, by name of the table.

    Either a foreign key to something that three tables hang on (two, if it is called nothing but a tenant), or an id without a table (``tenant_id``) that two others
    carry too.
    """
    served = {membership.tenant for membership in memberships}
    found = []
    for name, principal in people.principals.items():
        if name not in survey.tables:
            continue
        for group in groups_of(survey, people, survey.tables[name]):
            if group.table in served or _ASIDE & set(words(group.column)):
                continue
            if group.table is None:
                counts = survey.carriers(group.column) > _BARE_CARRIERS and not is_ambiguous_tenant(group.column)
            else:
                strong = singulars(group.table.name)[-1] in STRONG_TENANT
                wanted = _POINTER_DEGREE - strong
                counts = is_tenant_name(group.table) and survey.degree(group.table) >= wanted
            if counts:
                role = told_role(survey.tables[name])
                found.append(
                    Membership(
                        table=name,
                        user_column=principal.subject_column,
                        user_principal=None,
                        tenant_column=group.column,
                        tenant=group.table,
                        tenant_key=group.key,
                        role_column=role,
                        roles=member_roles(survey.catalog, survey.tables[name], role) if role else (),
                        pointer=True,
                    )
                )
                break
    return tuple(sorted(found, key=lambda membership: membership.table))


def groups_of(survey: Survey, people: People, table: Table) -> list[Group]:
    """Every column of a table that could name a tenant, the likeliest first: tenant words, foreign keys, NOT NULL."""
    hard = [
        Group(column=link.column, table=link.target, key=link.target_columns[0], not_null=link.not_null, hard=True)
        for link in survey.links(table.name)
        if len(link.columns) == 1
        and link.target in survey.tables
        and link.target != table.name
        and link.target not in people.principals
    ]
    hard.sort(key=lambda group: (group.table is not None and not is_tenant_name(group.table), not group.not_null))
    soft = []
    for column in survey.free_columns(table.name):
        target = _row_named(survey, people, table, column)
        if target:
            key = survey.key(target) or "id"
            soft.append(Group(column=column.name, table=target.name, key=key, not_null=column.not_null, hard=False))
        elif is_bare_tenant(column.name):
            soft.append(Group(column=column.name, table=None, key=column.name, not_null=column.not_null, hard=False))
    return [*hard, *soft]


def is_tenant_name(name: Name) -> bool:
    """Whether a table is called like something people belong to."""
    parts = singulars(name.name)
    return bool(parts) and parts[-1] in TENANT


def is_bare_tenant(column: str) -> bool:
    """Whether a column can hardly mean anything but a tenant's id: ``org_id``, ``tenant_id``, ``account_id``."""
    parts = words(column)
    if len(parts) > _ID_PARTS and parts[0] in ("clerk", "auth", "owner"):
        parts = parts[1:]
    return len(parts) == _ID_PARTS and parts[1] == "id" and singular(parts[0]) in STRONG_TENANT


def is_ambiguous_tenant(column: str) -> bool:
    """Bare ids that also name a bank account or a customer's company: only a table of members makes them tenants."""
    return singular(words(column)[-2]) in ("account", "company", "business", "household", "agency")


def _is_record(name: Name) -> bool:
    parts = singulars(name.name)
    return bool(NOT_MEMBERS & set(parts)) and parts[-1] not in MEMBERS


def _pair(survey: Survey, people: People, table: Table) -> Membership | None:
    called = singulars(table.name.name)
    by_name = bool(called) and (called[-1] in MEMBERS or (len(called) > 1 and called[-1] in ("user", "admin")))
    for user, principal in _users(survey, people, table):
        for group in groups_of(survey, people, table):
            if user == group.column or not (by_name or _is_keyed(survey, table, user, group.column)):
                continue
            if group.table is not None and not _carries(survey, table, group.table, by_name=by_name):
                continue
            if not by_name and group.table is not None and not _gives_rights(table, group.table):
                continue
            role = told_role(table)
            return Membership(
                table=table.name,
                user_column=user,
                user_principal=principal,
                tenant_column=group.column,
                tenant=group.table,
                tenant_key=group.key,
                role_column=role,
                roles=member_roles(survey.catalog, table, role) if role else (),
            )
    return None


def _carries(survey: Survey, pair: Table, group: Name, *, by_name: bool) -> bool:
    """Whether other rows hang on the group: without them belonging to it means nothing."""
    others = {link.table for link in survey.into(group)} - {pair.name, group}
    if is_tenant_name(group):
        return by_name or len(others) >= _CARRIED_BY_TENANT
    return by_name and bool(others)


def _gives_rights(pair: Table, group: Name) -> bool:
    """A pair not called after members: it says a role, or the thing can hardly be anything but a tenant."""
    return role_column(pair) is not None or singulars(group.name)[-1] in STRONG_TENANT


def _is_keyed(survey: Survey, table: Table, user: str, group: str) -> bool:
    """Whether a user appears once in a group, or once a role."""
    for columns in survey.unique_sets(table.name):
        rest = columns - {user, group}
        if {user, group} <= columns and all(words(column)[-1:] and words(column)[-1] in ROLE for column in rest):
            return True
    return False


def _users(survey: Survey, people: People, table: Table) -> list[tuple[str, Name | None]]:
    """Columns that name the member, with the alias they refer to; None when they hold the subject itself."""
    hard = []
    for link in survey.links(table.name):
        person = people.names_person(link)
        if person and words(link.column)[-1:] != ("by",) and "by" not in words(link.column):
            subject = link.target_columns[0] == person.subject_column
            hard.append((link.column, None if subject else person.table))
    if hard:
        return hard
    return [
        (column.name, None)
        for column in survey.free_columns(table.name)
        if words(column.name) in _USER_COLUMNS and column.base in survey.subject_types
    ]


def _row_named(survey: Survey, people: People, table: Table, column: Column) -> Table | None:
    """The tenant-like table whose row a column without a foreign key names (``organization_id``), if the types agree."""
    for found in survey.rows_named(column.name):
        if found.name == table.name or found.name in people.principals:
            continue
        key = found.column(survey.key(found) or "")
        if is_tenant_name(found.name) and key and key.base == column.base:
            return found
    return None
