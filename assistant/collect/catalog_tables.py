"""Rows of ``pg_catalog`` put together into tables and views: pure functions over what the queries returned."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from assistant.domain.catalog import Check, Column, ForeignKey, Grant, Index, Key, PolicyRow, Table, Trigger, View
from assistant.domain.names import Name


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


Row = tuple[Any, ...]

_TABLE_KINDS: Final = {"r": "table", "p": "partitioned", "f": "foreign"}
_VIEW_KINDS: Final = {"v": "view", "m": "matview"}
_ON_DELETE: Final = {"a": "no action", "r": "restrict", "c": "cascade", "n": "set null", "d": "set default"}
_COMMANDS: Final = {"*": "all", "r": "select", "a": "insert", "w": "update", "d": "delete"}
_TRIGGER_EVENTS: Final = ((4, "insert"), (16, "update"), (8, "delete"), (32, "truncate"))
_TRIGGER_BEFORE: Final = 2
_TRIGGER_INSTEAD: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What the relation queries returned, as they returned it."""

    relations: Sequence[Row]
    columns: Sequence[Row]
    types: Sequence[Row]
    constraints: Sequence[Row]
    domain_checks: Sequence[Row]
    indexes: Sequence[Row]
    policies: Sequence[Row]
    triggers: Sequence[Row]
    view_reads: Sequence[Row]
    grants: Mapping[str, tuple[Grant, ...]] = field(default_factory=dict)
    """By ACL text."""


class Types:
    """Resolves a column's type through domains and arrays to the type that holds the value."""

    def __init__(self, rows: Iterable[Row], domain_checks: Iterable[Row]) -> None:
        """Index ``TYPES`` and ``DOMAIN_CHECKS`` rows by oid."""
        self._rows = {row[0]: row for row in rows}
        self._checks: dict[int, list[Row]] = defaultdict(list)
        for check in domain_checks:
            self._checks[check[0]].append(check)

    def column(self, row: Row) -> Column:
        """One row of ``COLUMNS`` as a column."""
        _, name, number, oid, typmod, not_null, formatted, generated, identity, default, _ = row
        base, array, typmod, domain_not_null = self._resolve(oid, typmod)
        found = self._rows.get(base)
        return Column(
            name=name,
            type=formatted,
            base=found[1] if found else formatted,
            base_schema=found[2] if found else "pg_catalog",
            typmod=typmod,
            array=array,
            not_null=not_null or domain_not_null,
            default=default,
            generated=bool(generated),
            identity=identity,
            labels=tuple(found[8] or ()) if found else (),
            position=number,
        )

    def domain_checks(self, row: Row) -> tuple[Check, ...]:
        """The checks of the domains under a column, as checks on that column."""
        checks: list[Check] = []
        oid = row[3]
        while (found := self._rows.get(oid)) and found[3] == "d":
            checks += (Check(name=name, columns=(row[1],), definition=text) for _, name, text in self._checks[oid])
            oid = found[4]
        return tuple(checks)

    def _resolve(self, oid: int, typmod: int) -> tuple[int, bool, int, bool]:
        array = not_null = False
        while found := self._rows.get(oid):
            if found[3] == "d":
                oid, not_null = found[4], not_null or found[6]
                typmod = found[5] if typmod < 0 else typmod
            elif found[7]:
                oid, array = found[7], True
            else:
                break
        return oid, array, typmod, not_null


class Assembly:
    """Groups the rows by relation once, then builds each table and view from its own group."""

    def __init__(self, rows: Rows) -> None:
        """Index everything by relation oid."""
        self._types = Types(rows.types, rows.domain_checks)
        self._grants = rows.grants
        self.names = {row[0]: Name(row[1], row[2]) for row in rows.relations}
        self._relations = rows.relations
        self._columns = _by_first(rows.columns)
        self._constraints = _by_first(rows.constraints)
        self._indexes = _by_first(rows.indexes)
        self._policies = _by_second(rows.policies)
        self._triggers = _by_first(rows.triggers)
        self._reads = _by_first(rows.view_reads)
        self._attributes = {oid: {row[2]: row[1] for row in group} for oid, group in self._columns.items()}

    def tables(self) -> dict[Name, Table]:
        """Tables by name, in the order of the query (schema, name)."""
        return {table.name: table for row in self._relations if row[3] in _TABLE_KINDS for table in (self._table(row),)}

    def views(self) -> dict[Name, View]:
        """Views and materialized views by name, in the order of the query."""
        return {view.name: view for row in self._relations if row[3] in _VIEW_KINDS for view in (self._view(row),)}

    def _table(self, row: Row) -> Table:
        oid, schema, name, kind, owner, rls, force, acl, _, comment, parent, _ = row
        columns = self._columns.get(oid, [])
        constraints = self._constraints.get(oid, [])
        table = Name(schema, name)
        return Table(
            name=table,
            kind=_TABLE_KINDS[kind],
            owner=owner,
            rls=rls,
            force_rls=force,
            columns=tuple(self._types.column(column) for column in columns),
            keys=self._keys(oid, constraints),
            foreign_keys=tuple(
                key for found in constraints if found[2] == "f" if (key := self._foreign_key(oid, found))
            ),
            checks=self._checks(oid, constraints),
            indexes=tuple(self._index(oid, found) for found in self._indexes.get(oid, [])),
            policies=tuple(_policy(table, found) for found in self._policies.get(oid, [])),
            grants=self._object_grants(acl, columns),
            triggers=tuple(_trigger(found) for found in self._triggers.get(oid, [])),
            parent=self.names.get(parent),
            comment=comment,
        )

    def _view(self, row: Row) -> View:
        oid, schema, name, kind, owner, _, _, acl, invoker, _, _, definition = row
        columns = self._columns.get(oid, [])
        return View(
            name=Name(schema, name),
            kind=_VIEW_KINDS[kind],
            owner=owner,
            security_invoker=invoker,
            columns=tuple(self._types.column(column) for column in columns),
            reads=tuple(sorted(Name(found[1], found[2]) for found in self._reads.get(oid, []))),
            definition=definition.strip(),
            grants=self._object_grants(acl, columns),
        )

    def _object_grants(self, acl: str, columns: Sequence[Row]) -> tuple[Grant, ...]:
        """Grants on the whole object, then those on columns, merged by grantee and privilege."""
        whole = self._grants.get(acl, ())
        by_column: dict[tuple[str, str, bool], list[str]] = defaultdict(list)
        for column in columns:
            for grant in self._grants.get(column[10] or "", ()):
                by_column[grant.grantee, grant.privilege, grant.grantable].append(column[1])
        if not by_column:
            return whole
        narrow = (
            Grant(grantee=grantee, privilege=privilege, grantable=grantable, columns=tuple(names))
            for (grantee, privilege, grantable), names in by_column.items()
        )
        return tuple(sorted((*whole, *narrow), key=lambda grant: (grant.grantee, grant.privilege, grant.columns)))

    def _named(self, oid: int, numbers: Iterable[int]) -> tuple[str, ...]:
        """Column names for attribute numbers; 0 (an expression) and system columns become empty."""
        known = self._attributes.get(oid, {})
        return tuple(known.get(number, "") for number in numbers)

    def _keys(self, oid: int, constraints: Iterable[Row]) -> tuple[Key, ...]:
        keys = [
            Key(name=name, columns=self._named(oid, numbers), primary=kind == "p")
            for _, name, kind, numbers, *_ in constraints
            if kind in ("p", "u")
        ]
        for _, name, numbers, count, unique, _, partial, constraint in self._indexes.get(oid, []):
            columns = self._named(oid, numbers[:count])
            if unique and not partial and not constraint and all(columns):
                keys.append(Key(name=name, columns=columns, primary=False))
        return tuple(sorted(keys, key=lambda key: (not key.primary, key.name)))

    def _foreign_key(self, oid: int, row: Row) -> ForeignKey | None:
        target = self.names.get(row[4])
        if target is None:  # a platform table that the catalog leaves out
            return None
        return ForeignKey(
            name=row[1],
            columns=self._named(oid, row[3]),
            target=target,
            target_columns=self._named(row[4], row[5]),
            on_delete=_ON_DELETE.get(row[6], "no action"),
        )

    def _checks(self, oid: int, constraints: Iterable[Row]) -> tuple[Check, ...]:
        own = [
            Check(name=row[1], columns=self._named(oid, row[3] or ()), definition=row[7])
            for row in constraints
            if row[2] == "c"
        ]
        inherited = [check for column in self._columns.get(oid, []) for check in self._types.domain_checks(column)]
        return tuple(sorted((*own, *inherited), key=lambda check: (check.name, check.columns)))

    def _index(self, oid: int, row: Row) -> Index:
        _, name, numbers, count, unique, method, partial, _ = row
        return Index(
            name=name, columns=self._named(oid, numbers[:count]), unique=unique, method=method, partial=partial
        )


def _policy(table: Name, row: Row) -> PolicyRow:
    _, _, name, command, permissive, roles, using, check = row
    return PolicyRow(
        table=table,
        name=name,
        command=_COMMANDS[command],
        permissive=permissive,
        roles=tuple(sorted(roles)),
        using=using,
        check=check,
    )


def _trigger(row: Row) -> Trigger:
    _, name, bits, enabled, schema, function, arguments = row
    timing = "instead of" if bits & _TRIGGER_INSTEAD else "before" if bits & _TRIGGER_BEFORE else "after"
    return Trigger(
        name=name,
        function=Name(schema, function, arguments),
        timing=timing,
        events=tuple(event for bit, event in _TRIGGER_EVENTS if bits & bit),
        enabled=enabled != "D",
    )


def _by_first(rows: Iterable[Row]) -> dict[int, list[Row]]:
    grouped: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row[0]].append(row)
    return grouped


def _by_second(rows: Iterable[Row]) -> dict[int, list[Row]]:
    grouped: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row[1]].append(row)
    return grouped
