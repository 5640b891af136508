"""The statements of an attack on a table: which rows to write, which columns to touch, which row to look at.

A row for an attack is put together from the rows of two sides: whose owner, whose tenant, whose parents.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.attack.actors import Side
from assistant.attack.graph import ACCOUNTS
from assistant.attack.rows import labels_of, plan_row
from assistant.attack.values import key_text
from assistant.domain.names import Name
from assistant.domain.ownership import OwnerKind
from assistant.sql.names import ident, literal, qualified


if TYPE_CHECKING:
    from assistant.attack.attempt import Field
    from assistant.attack.oracle import Rule
    from assistant.attack.rows import Row
    from assistant.domain.catalog import Column, Table

TOUCHED = "written by somebody else"
"""What an attacker writes into a text column that takes anything."""


def bound_columns(rule: Rule, table: Table) -> tuple[str, ...]:
    """Columns that tie a row to its owner: owner, tenant, parent, or the key of a row that is a person."""
    entry = rule.entry
    if entry.kind is OwnerKind.MEMBERSHIP:
        return entry.columns[1:2]
    if entry.kind is OwnerKind.SELF:
        return entry.columns or table.primary_key
    if entry.kind in {OwnerKind.USER, OwnerKind.TENANT, OwnerKind.VIA, OwnerKind.CONDITIONAL}:
        return entry.columns
    return ()


def person_columns(field: Field, table: Table) -> tuple[str, ...]:
    """Columns that name a person, by foreign key or by the map."""
    named = []
    for column in table.columns:
        target = field.graph.reference(table, column.name)
        if target is not None and (field.graph.of_people(target[0]) or target[0] == ACCOUNTS):
            named.append(column.name)
    return tuple(named)


def base_row(field: Field, table: Table, side: Side) -> Row | None:
    """That side's seeded row, or the one it would have (a stranger has none in most tables)."""
    row = field.seeded.row(table.name, side)
    if row is not None:
        return dict(row)
    if field.seeded.row(table.name, Side.VICTIM) is None:
        return None
    return plan_row(field.graph, table, side)


def overlaid(field: Field, table: Table, row: Row, columns: tuple[str, ...], side: Side | None) -> Row:
    """The row with some columns taken from another side; None leaves them empty where that is allowed."""
    changed = dict(row)
    for name in columns:
        shape = table.column(name)
        if shape is None:
            continue
        if side is None:
            if not shape.not_null:
                changed[name] = "NULL"
            continue
        seeded = field.seeded.row(table.name, side)
        if seeded is not None and name in seeded:
            changed[name] = seeded[name]
        else:
            text = field.graph.text(table.name, name, side)
            if text is not None:
                changed[name] = literal(text)
    return changed


def renewed(field: Field, table: Table, row: Row, suffix: str = "new") -> Row:
    """The row with keys nobody has yet; keys that are references stay, for they say whose row it is."""
    changed = {
        name: value
        for name, value in row.items()
        if not ((shape := table.column(name)) is not None and shape.identity == "a")
    }
    unique = [key.columns for key in table.keys]
    unique += [
        tuple(name for name in index.columns if name) for index in table.indexes if index.unique and index.partial
    ]
    for columns in unique:
        free = [
            name
            for name in columns
            if field.graph.reference(table, name) is None and name in changed and not _is_person_key(field, table, name)
        ]
        if len(free) < len(columns) and len(columns) == 1:
            continue
        for name in free[:1]:
            shape = table.column(name)
            text = None if shape is None else _new_key(table, shape, suffix)
            if text is not None:
                changed[name] = literal(text)
    return changed


def writable(field: Field, table: Table, row: Row, role: str) -> Row:
    """The row without columns the role may not insert."""
    limited = field.privileges.only(table.name, role, "INSERT")
    return row if not limited else {name: value for name, value in row.items() if name in limited}


def insert_of(table: Table, row: Row) -> str:
    """A plain INSERT without RETURNING: RETURNING would also ask the SELECT policy."""
    if not row:
        return f"insert into {qualified(table.name)} default values"
    columns = ", ".join(ident(name) for name in row)
    return f"insert into {qualified(table.name)} ({columns}) values ({', '.join(row.values())})"


def harmless_change(field: Field, table: Table, role: str) -> str | None:
    """``column = value`` that changes nothing that matters: tests the right to write, not the value."""
    limited = field.privileges.only(table.name, role, "UPDATE")
    plain = [
        column
        for column in table.columns
        if not column.generated and column.identity != "a" and (limited is None or column.name in limited)
    ]
    keyed = {name for key in table.keys for name in key.columns}
    keyed |= {name for key in table.foreign_keys for name in key.columns}
    checked = {name for check in table.checks for name in check.columns}
    ranked = sorted(plain, key=lambda column: (column.name in keyed, not _takes_text(table, column), column.position))
    if not ranked:
        return None
    chosen = ranked[0]
    if _takes_text(table, chosen) and chosen.name not in keyed | checked:
        return f"{ident(chosen.name)} = {literal(TOUCHED)}"
    return f"{ident(chosen.name)} = {ident(chosen.name)}"


def changed_since(table: Table, where: str) -> str:
    """A look: how many of those rows this trial wrote."""
    return f"select nullif(count(*), 0) from {qualified(table.name)} where {where} and xmin::text::bigint >= $1"


def gone(table: Table, where: str) -> str:
    """A look: 1 when the row is no longer there."""
    return f"select 1 where not exists (select 1 from {qualified(table.name)} where {where})"


def equal_to(row: Row, columns: tuple[str, ...]) -> str:
    """A predicate over values of a row, for columns that have steady ones."""
    parts = [f"{ident(name)} = {row[name]}" for name in columns if row.get(name, "NULL").startswith(("'", "E'"))]
    return " and ".join(parts) or "true"


def _new_key(table: Table, shape: Column, suffix: str) -> str | None:
    if labels_of(table, shape):
        return None
    return key_text(Name(table.name.schema, table.name.name), replace(shape, name=f"{shape.name}_{suffix}"), Side.OTHER)


def _is_person_key(field: Field, table: Table, name: str) -> bool:
    principal = field.graph.principals.get(table.name)
    return principal is not None and name == principal.subject_column


def _takes_text(table: Table, column: Column) -> bool:
    plain = column.base in {"text", "varchar"} and not column.array and column.base_schema == "pg_catalog"
    return plain and not labels_of(table, column) and (column.typmod < 0 or column.typmod > len(TOUCHED) + 4)
