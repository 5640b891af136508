"""Rows of ``pg_catalog`` put together into functions, sequences, publications, roles and default privileges."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from assistant.domain.catalog import (
    Argument,
    Bucket,
    DefaultPrivilege,
    Function,
    Grant,
    PolicyRow,
    Publication,
    Role,
    Sequence,
)
from assistant.domain.names import Name


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


Row = tuple[Any, ...]

_KINDS: Final = {"f": "function", "p": "procedure", "a": "aggregate", "w": "window"}
_VOLATILITY: Final = {"i": "immutable", "s": "stable", "v": "volatile"}
_INPUT_MODES: Final = frozenset({"i", "b", "v"})
_DEFAULT_OBJECTS: Final[Mapping[str, str]] = {
    "r": "table",
    "S": "sequence",
    "f": "function",
    "T": "type",
    "n": "schema",
    "L": "large object",
}
_BUCKET_IN_POLICY: Final = re.compile(
    r"""bucket_id \s* \)? (?:::\w+)? \s* (?: = \s* ANY \s* \( \s* \(? \s* ARRAY \s* \[ (?P<many>[^\]]*) \] | = \s* \(? \s* '(?P<one>(?:[^']|'')+)')""",
    re.VERBOSE | re.IGNORECASE,
)
_LITERAL: Final = re.compile(r"'((?:[^']|'')+)'")


def functions(rows: Iterable[Row], grants: Mapping[str, tuple[Grant, ...]]) -> dict[int, Function]:
    """Every function of the query by oid, also those of the platform's schemas: policies call them too."""
    return {row[0]: _function(row, grants) for row in rows}


def _function(row: Row, grants: Mapping[str, tuple[Grant, ...]]) -> Function:
    (_, schema, name, identity, owner, kind, definer, settings, volatility, language) = row[:10]
    (names, modes, defaults, types, returns, body, definition, trigger, extension, acl) = row[10:]
    return Function(
        name=Name(schema, name, identity),
        owner=owner,
        kind=_KINDS[kind],
        definer=definer,
        search_path=_search_path(settings),
        volatility=_VOLATILITY[volatility],
        language=language,
        arguments=_arguments(names, modes, types, defaults),
        returns=returns,
        body=body,
        definition=definition,
        trigger=trigger,
        extension=extension,
        grants=grants.get(acl, ()),
    )


def _search_path(settings: list[str] | None) -> str | None:
    """The pinned search path; ``SET search_path = ''`` is stored as two double quotes and means the empty path."""
    for setting in settings or ():
        key, _, value = setting.partition("=")
        if key == "search_path":
            return "" if value.strip() in ('""', "''") else value
    return None


def _arguments(
    names: list[str] | None, modes: list[str] | None, types: list[str], defaults: int
) -> tuple[Argument, ...]:
    modes = modes or ["i"] * len(types)
    names = names or [""] * len(types)
    inputs = [(name, kind) for name, mode, kind in zip(names, modes, types, strict=False) if mode in _INPUT_MODES]
    first_default = len(inputs) - defaults
    return tuple(
        Argument(name=name or "", type=kind, has_default=index >= first_default)
        for index, (name, kind) in enumerate(inputs)
    )


def sequences(rows: Iterable[Row], grants: Mapping[str, tuple[Grant, ...]]) -> tuple[Sequence, ...]:
    """Rows of ``SEQUENCES``."""
    return tuple(
        Sequence(
            name=Name(schema, name),
            owned_by=Name(table_schema, table) if table else None,
            grants=grants.get(acl, ()),
        )
        for schema, name, acl, table_schema, table in rows
    )


def publications(rows: Iterable[Row]) -> tuple[Publication, ...]:
    """Rows of ``PUBLICATIONS``: one a table, or one with no table."""
    tables: dict[tuple[str, bool], list[Name]] = defaultdict(list)
    for publication, all_tables, schema, table in rows:
        found = tables[publication, all_tables]
        if table:
            found.append(Name(schema, table))
    return tuple(
        Publication(name=name, all_tables=all_tables, tables=tuple(sorted(found)))
        for (name, all_tables), found in tables.items()
    )


def roles(rows: Iterable[Row], members: Iterable[Row]) -> tuple[Role, ...]:
    """Roles with everything they inherit from, through other roles too; a NOINHERIT membership gives no rights."""
    rows = list(rows)
    names = {row[0]: row[1] for row in rows}
    direct: dict[int, set[int]] = defaultdict(set)
    for member, granted, inherits in members:
        if inherits:
            direct[member].add(granted)
    return tuple(
        Role(
            name=name,
            login=login,
            superuser=superuser,
            bypass_rls=bypass,
            member_of=tuple(sorted(names[found] for found in _closure(oid, direct) if found in names)),
        )
        for oid, name, login, superuser, bypass, _ in rows
    )


def _closure(start: int, direct: Mapping[int, set[int]]) -> set[int]:
    seen: set[int] = set()
    waiting = list(direct.get(start, ()))
    while waiting:
        role = waiting.pop()
        if role not in seen and role != start:
            seen.add(role)
            waiting += direct.get(role, ())
    return seen


def default_privileges(rows: Iterable[Row], grants: Mapping[str, tuple[Grant, ...]]) -> tuple[DefaultPrivilege, ...]:
    """Rows of ``DEFAULT_PRIVILEGES``."""
    return tuple(
        DefaultPrivilege(
            owner=owner, schema=schema, object=_DEFAULT_OBJECTS.get(kind, kind), grants=grants.get(acl or "", ())
        )
        for owner, schema, kind, acl in rows
    )


def buckets(declared: Iterable[Row], policies: Iterable[PolicyRow]) -> tuple[Bucket, ...]:
    """Buckets that exist, and those that only a policy on ``storage.objects`` names (made in the dashboard)."""
    found = {identity: Bucket(id=identity, public=bool(public)) for identity, public in declared}
    for policy in policies:
        for text in (policy.using, policy.check):
            for identity in _named_buckets(text or ""):
                found.setdefault(identity, Bucket(id=identity, public=False, declared=False))
    return tuple(found[identity] for identity in sorted(found))


def _named_buckets(predicate: str) -> list[str]:
    names: list[str] = []
    for match in _BUCKET_IN_POLICY.finditer(predicate):
        names += [match["one"]] if match["one"] else _LITERAL.findall(match["many"] or "")
    return [name.replace("''", "'") for name in names]
