"""Which tables hold people: the table of accounts, rows that *are* an account, and aliases with a key of their own.

Applied in that order, and aliases only after memberships are known: an organisation with a ``primary_owner_user_id`` would
otherwise become a person. An alias hangs on the account directly; a person behind a person is somebody's row, not a caller.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from assistant.domain.catalog import PlatformKind
from assistant.domain.names import Name
from assistant.domain.ownership import Principal
from assistant.ownership.words import PERSON, PERSON_ROOT, singulars, words


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.domain.catalog import Table
    from assistant.ownership.survey import Link, Survey


_SUPABASE_ROOT: Final = Name("auth", "users")
_NEON_ROOT: Final = Name("neon_auth", "users_sync")
_ALIAS_COLUMNS: Final = frozenset(
    {
        ("user", "id"),
        ("auth", "user", "id"),
        ("auth", "id"),
        ("auth", "uid"),
        ("uid",),
        ("supabase", "user", "id"),
        ("supabase", "auth", "id"),
        ("supabase", "id"),
        ("clerk", "user", "id"),
        ("clerk", "id"),
        ("kinde", "id"),
        ("auth0", "id"),
        ("auth", "0", "id"),
        ("firebase", "uid"),
        ("external", "auth", "id"),
        ("privy", "id"),
        ("privy", "user", "id"),
        ("workos", "user", "id"),
        ("claimed", "by"),
    }
)
"""Columns that hold the caller's subject on a row with a key of its own."""
_ALIAS_DEGREE: Final = 2


@dataclass(slots=True)
class People:
    """What is known about persons so far; grows from roots to aliases."""

    principals: dict[Name, Principal] = field(default_factory=dict)
    """By table, roots first."""
    evidence: dict[Name, tuple[str, bool]] = field(default_factory=dict)
    """Why, and whether a foreign key says so."""

    def add(self, principal: Principal, why: str, *, hard: bool) -> None:
        """Remember a table of people."""
        self.principals.setdefault(principal.table, principal)
        self.evidence.setdefault(principal.table, (why, hard))

    def names_person(self, link: Link) -> Principal | None:
        """The principal a foreign key's column names, by the principal's key or by its subject."""
        principal = self.principals.get(link.target)
        if principal is None or len(link.columns) != 1:
            return None
        wanted = {*principal.key[:1], principal.subject_column}
        return principal if link.target_columns[0] in wanted and len(principal.key) == 1 else None

    def is_self(self, table: Name) -> bool:
        """Whether the row's key is the caller's subject."""
        principal = self.principals.get(table)
        return principal is not None and principal.key == (principal.subject_column,)


def find_selves(survey: Survey) -> People:
    """Roots and every table whose primary key is an account's key, transitively; then tables called users or profiles."""
    people = People()
    for root in _roots(survey):
        people.add(root, f"{root.table} is the table of accounts", hard=True)
    _spread(survey, people)
    for table in survey.tables.values():
        if table.name not in people.principals and _called_like_people(table.name):
            column = _subject_column(survey, table, people)
            if column is None and _own_key_is_subject(survey, table):
                key = table.primary_key[0]
                people.add(
                    Principal(table=table.name, key=(key,), subject_column=key),
                    f"{table.name} is called like the table of people and {key} can hold the caller's id",
                    hard=False,
                )
    _spread(survey, people)
    return people


def find_aliases(survey: Survey, people: People, groups: Iterable[Name]) -> None:
    """Adds persons with a key of their own and one unique column that names the account.

    Args:
        survey: the catalog.
        people: grown in place.
        groups: tenants and membership tables, which are never persons.
    """
    taken = set(groups)
    for table in survey.tables.values():
        if table.name in people.principals or table.name in taken or len(table.primary_key) != 1:
            continue
        personal = singulars(table.name.name)[-1:] and singulars(table.name.name)[-1] in PERSON
        if not personal and survey.degree(table.name) < _ALIAS_DEGREE:
            continue
        column = _subject_column(survey, table, people)
        if column is not None:
            people.add(
                Principal(table=table.name, key=table.primary_key, subject_column=column),
                f"each row of {table.name} is one person: {column} is unique and names the account",
                hard=column in survey.linked_columns(table.name),
            )


def _roots(survey: Survey) -> list[Principal]:
    catalog, found = survey.catalog, []
    if _SUPABASE_ROOT in catalog.tables and catalog.platform.kind is PlatformKind.SUPABASE:
        found.append(_root(_SUPABASE_ROOT, "id"))
    if _NEON_ROOT in catalog.tables:
        found.append(_root(_NEON_ROOT, "id"))
    if catalog.platform.kind is not PlatformKind.SUPABASE:
        called = [name for name in survey.tables if singulars(name.name) == ("user",)]
        for name in sorted(called, key=lambda name: (-survey.degree(name), name)):
            key = survey.tables[name].primary_key
            if len(key) == 1 and name not in {principal.table for principal in found}:
                found.append(_root(name, key[0]))
                break
    for name, table in survey.tables.items():
        own_auth = name.schema.endswith("auth") and singulars(name.name) == ("user",) and len(table.primary_key) == 1
        if own_auth and name not in {principal.table for principal in found}:
            found.append(_root(name, table.primary_key[0]))
    return found


def _root(table: Name, key: str) -> Principal:
    return Principal(table=table, key=(key,), subject_column=key, root=True)


def _spread(survey: Survey, people: People) -> None:
    """Tables whose primary key is a foreign key to somebody's key are the same somebody."""
    waiting = True
    while waiting:
        waiting = False
        for table in survey.tables.values():
            if table.name in people.principals or len(table.primary_key) != 1:
                continue
            for link in survey.links(table.name):
                if link.columns != table.primary_key or link.target == table.name:
                    continue
                person = people.names_person(link)
                if person and people.is_self(person.table):
                    people.add(
                        Principal(table=table.name, key=table.primary_key, subject_column=table.primary_key[0]),
                        f"its key {link.column} refers to {link.target}" + _ends_with(link),
                        hard=True,
                    )
                    waiting = True
                    break


def _ends_with(link: Link) -> str:
    return " and deletes with it" if link.on_delete == "cascade" else ""


def _called_like_people(name: Name) -> bool:
    parts = singulars(name.name)
    return bool(parts) and parts[-1] in PERSON_ROOT and set(parts) <= {"user", "profile", "app", "public", "account"}


def _own_key_is_subject(survey: Survey, table: Table) -> bool:
    """A single key of a type the subject has, which the table does not count up by itself."""
    if len(table.primary_key) != 1:
        return False
    column = table.column(table.primary_key[0])
    serial = column is not None and ((column.default or "").startswith("nextval(") or bool(column.identity))
    return column is not None and not serial and column.base in survey.subject_types


def _subject_column(survey: Survey, table: Table, people: People) -> str | None:
    """The one unique column beside the key that names the account, by foreign key first and by name second."""
    for link in survey.links(table.name):
        person = people.names_person(link)
        if (
            person
            and people.is_self(person.table)
            and link.columns != table.primary_key
            and survey.alone_unique(table.name, link.column)
        ):
            return link.column
    for column in survey.free_columns(table.name):
        alone = survey.alone_unique(table.name, column.name) and (column.name,) != table.primary_key
        if words(column.name) in _ALIAS_COLUMNS and alone and column.base in survey.subject_types:
            return column.name
    return None
