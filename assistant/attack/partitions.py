"""Partitions and inheriting children are tables of their own: the parent's policies do not guard them when addressed directly.

Each gets rows inside its own bounds, and the parent's entry in the map unless it has one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.attack.actors import Side
from assistant.attack.forms import renewed
from assistant.attack.rows import insert_sql, plan_row
from assistant.attack.seed import REPLICA
from assistant.attack.trial import Step, Trial
from assistant.sql.names import literal, qualified


if TYPE_CHECKING:
    from assistant.attack.attempt import Field
    from assistant.attack.rows import Row
    from assistant.attack.session import Session
    from assistant.domain.catalog import Catalog, Table

_BOUND: Final = re.compile(r"FOR VALUES (FROM|IN) \((.*?)\)(?: TO \((.*)\))?$")
_MORE: Final = ("", "1", "2", "3", "4", "5", "6", "7")


def partitions(catalog: Catalog) -> list[Table]:
    """Partitions that hold rows, in name order: leaves, not partitions that are partitioned again."""
    parted = {table.name for table in catalog.tables.values() if table.kind == "partitioned"}
    return [
        table
        for table in catalog.own_tables()
        if table.parent in parted and table.kind not in {"foreign", "partitioned"}
    ]


def seed_partitions(session: Session, field: Field) -> None:
    """A row of both sides in every leaf, with the partition key moved inside its bounds."""
    for table in partitions(field.catalog):
        if table.parent is None:
            continue
        bounds = _bounds(session, table)
        for side in (Side.VICTIM, Side.OTHER):
            parent = _ancestor_row(field, table, side)
            made = next(
                (row for row in _rows(field, table, side, parent, bounds) if _insert(session, table, row)), None
            )
            if made is not None:
                field.seeded.rows.setdefault(table.name, {})[side] = made
                _seen_above(field, table, side, made)
            else:
                field.seeded.refused.setdefault(table.name, "no row fits its bounds")


def _seen_above(field: Field, table: Table, side: Side, row: Row) -> None:
    """A row of a partition is a row of its parents: theirs too where nothing else could be put into them."""
    parent = table.parent
    while parent is not None and parent in field.catalog.tables:
        field.seeded.rows.setdefault(parent, {}).setdefault(side, row)
        if {Side.VICTIM, Side.OTHER} <= field.seeded.rows[parent].keys():
            field.seeded.refused.pop(parent, None)
        parent = field.catalog.tables[parent].parent


def _ancestor_row(field: Field, table: Table, side: Side) -> Row:
    parent = table.parent
    while parent is not None:
        row = field.seeded.row(parent, side)
        if row is not None:
            return {name: value for name, value in row.items() if table.column(name) is not None}
        above = field.catalog.tables.get(parent)
        parent = None if above is None else above.parent
    return plan_row(field.graph, table, side)


def _bounds(session: Session, table: Table) -> tuple[str, tuple[str, ...]]:
    """The partition's expression for its key, and values that lie inside."""
    sql = (
        "select pg_get_expr(c.relpartbound, c.oid) || '|' || pg_get_partkeydef(i.inhparent) from pg_class c"
        f" join pg_inherits i on i.inhrelid = c.oid where c.oid = {literal(qualified(table.name))}::regclass"
    )
    (outcome,) = session.run([Trial(steps=(Step(sql=sql, asks=True),))])[0]
    bound, _, key = (outcome.text or "|").partition("|")
    columns = re.findall(r"\((.*)\)", key)
    column = columns[0].split(",")[0].strip().strip('"') if columns else ""
    match = _BOUND.match(bound)
    if match is None:
        return column, ()
    kind, first, last = match.groups()
    if kind == "IN":
        return column, tuple(part.strip() for part in first.split(","))[:3]
    low = first.split(",")[0].strip()
    if low == "MINVALUE" and last is not None:
        high = last.split(",")[0].strip()
        return column, (f"{high}::timestamptz - interval '1 day'", f"({high})::numeric - 1")
    return column, (low,)


def _rows(field: Field, table: Table, side: Side, parent: Row, bounds: tuple[str, tuple[str, ...]]) -> list[Row]:
    column, values = bounds
    rows = []
    for suffix in _MORE:
        # a hash partition takes some keys and not others: other keys are tried until one fits
        # (the side is part of the key: where a time completes it, nothing else would tell both sides' rows apart)
        row = renewed(field, table, parent, f"{table.name.name}-{side.value}{suffix}")
        for name in table.primary_key:
            shape = table.column(name)
            if shape is not None and shape.identity and name not in row and name in parent:
                row[name] = parent[name]
        rows += [{**row, column: value} for value in values if column in row or table.column(column) is not None]
        rows.append(row)
    return rows


def _insert(session: Session, table: Table, row: Row) -> bool:
    trial = Trial(steps=(Step(sql=insert_sql(table, row)),), settings=REPLICA, keep=True)
    return session.run([trial])[0][0].ok
