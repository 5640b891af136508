"""Fills the shadow: a row in both tenants for every table, whatever its keys and checks, with triggers and foreign keys off.

A table that cannot be filled is reported with the server's reason; a CHECK that no value meets is dropped and reported.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from assistant.attack.actors import Side
from assistant.attack.checks import TRIES, candidates, substitutes
from assistant.attack.graph import ACCOUNTS
from assistant.attack.rows import Row, insert_sql, plan_row, sides_of
from assistant.attack.trial import Outcome, Step, Trial
from assistant.domain.matrix import Seeding
from assistant.sql.names import ident, literal, qualified


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.attack.graph import Graph
    from assistant.attack.session import Session
    from assistant.domain.catalog import ForeignKey, Table
    from assistant.domain.names import Name

REPLICA: Final = (("session_replication_role", "replica"),)
"""No triggers, no foreign keys, and therefore no order."""

_ROUNDS: Final = 6


@dataclass(slots=True)
class Seeded:
    """The rows the shadow holds."""

    graph: Graph
    """Keys and map."""
    rows: dict[Name, dict[Side, Row]] = field(default_factory=dict)
    """By table and side, what was written."""
    refused: dict[Name, str] = field(default_factory=dict)
    """Tables without the victim's or the attacker's row, and why."""
    dropped: list[str] = field(default_factory=list)
    """Checks given up."""
    exposed: set[Name] = field(default_factory=set)
    """Conditional tables in which no private row could be made: their reads prove nothing."""

    def row(self, table: Name, side: Side) -> Row | None:
        """What was written for that side, or None."""
        return self.rows.get(table, {}).get(side)

    def where(self, table: Table, side: Side, allowed: frozenset[str] | None = None) -> str | None:
        """A predicate that is true for exactly that side's row; ``allowed`` limits the columns it may mention."""
        row = self.row(table.name, side)
        if row is None:
            return None
        for columns in self._locators(table):
            if allowed is not None and not allowed.issuperset(columns):
                continue
            if all(row.get(name, "").startswith(("'", "E'")) for name in columns):
                return " and ".join(f"{ident(name)} = {row[name]}" for name in columns)
        return None

    def summary(self, tables: Iterable[Name]) -> Seeding:
        """The denominator: the operator's own tables, not the platform's accounts."""
        own = {name for name in tables if name.schema != ACCOUNTS.schema}
        refused = {name: reason for name, reason in sorted(self.refused.items()) if name != ACCOUNTS}
        return Seeding(
            tables=len(own),
            seeded=len(own) - len(refused),
            not_seeded={str(name): reason for name, reason in refused.items()},
            dropped_checks=tuple(sorted(self.dropped)),
        )

    def _locators(self, table: Table) -> Iterable[tuple[str, ...]]:
        """Sets of columns that tell this table's rows apart, the surest first."""
        for key in table.keys:
            yield key.columns
        if table.primary_key:
            steady = tuple(name for name in table.primary_key if _steady(table, name))
            if steady and steady != table.primary_key:
                yield steady
        for column in table.columns:
            if not column.array and column.base in {"uuid", "text", "varchar", "citext", "int4", "int8", "numeric"}:
                values = [row.get(column.name, "") for row in self.rows[table.name].values()]
                if len(set(values)) == len(values):
                    yield (column.name,)


def seed(session: Session, graph: Graph, tables: Sequence[Table]) -> Seeded:
    """Write every side's row of every table, repair what was refused, then mend references between them."""
    seeded = Seeded(graph=graph)
    planned = [(table, side, plan_row(graph, table, side)) for table in tables for side in sides_of(graph, table)]
    outcomes = session.run([_insert(table, row) for table, _, row in planned])
    for (table, side, row), (outcome,) in zip(planned, outcomes, strict=True):
        found, reason = (row, "") if outcome.ok else _repair(session, seeded, table, row, outcome)
        if found is not None:
            seeded.rows.setdefault(table.name, {})[side] = found
            _remember(graph, table, side, row, found)
        elif side in {Side.VICTIM, Side.OTHER}:
            seeded.refused.setdefault(table.name, reason)
    _mend_references(session, seeded, tables)
    return seeded


def unquoted(sql: str) -> str | None:
    """The text inside a literal made by ``assistant.sql.names.literal``; None for NULL and for expressions."""
    if sql.startswith("E'"):
        return sql[2:-1].replace("''", "'").replace("\\\\", "\\")
    return sql[1:-1].replace("''", "'") if sql.startswith("'") else None


def _insert(table: Table, row: Row, *, keep: bool = True) -> Trial:
    return Trial(steps=(Step(sql=insert_sql(table, row)),), settings=REPLICA, keep=keep)


def _repair(session: Session, seeded: Seeded, table: Table, row: Row, outcome: Outcome) -> tuple[Row | None, str]:
    """The row that went in after all, or the reason why none did."""
    for _ in range(_ROUNDS):
        others = _others(seeded, table, row, outcome)
        tried = session.run([_insert(table, other, keep=False) for other in others])
        better = next((other for other, (result,) in zip(others, tried, strict=True) if result.ok), None)
        if better is None:
            # another constraint refuses: this one is met, carry on from there
            better = next(
                (
                    other
                    for other, (result,) in zip(others, tried, strict=True)
                    if result.state == "23514" == outcome.state and result.constraint != outcome.constraint
                ),
                None,
            )
        if better is None and outcome.state == "23514" and _drop_check(session, table, outcome.constraint):
            seeded.dropped.append(f"{table.name}: {outcome.constraint}")
            better = row
        if better is None:
            return None, f"{outcome.message} ({outcome.state})"
        row = better
        (outcome,) = session.run([_insert(table, row)])[0]
        if outcome.ok:
            return row, ""
    return None, f"{outcome.message} ({outcome.state})"


def _others(seeded: Seeded, table: Table, row: Row, outcome: Outcome) -> list[Row]:
    """What to try instead of the refused row."""
    if outcome.state == "23514":
        check = next((one for one in table.checks if one.name == outcome.constraint), None)
        if check is None:
            return []
        columns = check.columns or tuple(
            column.name for column in table.columns if column.base_schema != "pg_catalog" or "VALUE" in check.definition
        )
        return list(candidates(table, row, columns, check.definition, _other_people(seeded, table)))
    if outcome.state == "23505":
        key = next((one for one in table.keys if one.name == outcome.constraint), None)
        index = next((one for one in table.indexes if one.name == outcome.constraint), None)
        columns = key.columns if key else tuple(name for name in index.columns if name) if index else ()
        free = [name for name in columns if seeded.graph.reference(table, name) is None]
        return list(candidates(table, row, free, "")) if free else []
    if outcome.state == "23502" and outcome.column:
        return list(candidates(table, row, (outcome.column,), ""))
    if outcome.state[:2] in {"22", "42", "23", "P0", "XX"}:
        return list(substitutes(table, row, table.primary_key))[:TRIES]
    return []


def _other_people(seeded: Seeded, table: Table) -> dict[str, list[str]]:
    """For each column that names a person: the victim's teammate, for checks that want two different people."""
    found = {}
    for column in table.columns:
        target = seeded.graph.reference(table, column.name)
        if target is not None and seeded.graph.of_people(target[0]):
            text = seeded.graph.text(target[0], target[1], Side.MEMBER)
            if text is not None:
                found[column.name] = [literal(text)]
    return found


def _drop_check(session: Session, table: Table, constraint: str) -> bool:
    if not constraint:  # a partition's bound, which is no check of the table's
        return False
    drop = f"alter table {qualified(table.name)} drop constraint {ident(constraint)}"
    if session.run([Trial(steps=(Step(sql=drop),), keep=True)])[0][0].ok:
        return True
    domain = (
        "do $d$ declare d text; begin for d in select contypid::regtype::text from pg_constraint"
        f" where contypid <> 0 and conname = {literal(constraint)}"
        f" loop execute 'alter domain ' || d || ' drop constraint ' || {literal(ident(constraint))}; end loop; end $d$"
    )
    return session.run([Trial(steps=(Step(sql=domain),), keep=True)])[0][0].ok


def _remember(graph: Graph, table: Table, side: Side, planned: Row, written: Row) -> None:
    """Tell the graph which keys came out differently, so that whoever refers to them still does."""
    for name, value in written.items():
        if planned.get(name) != value:
            graph.fixed[table.name, name, side] = unquoted(value)


def _mend_references(session: Session, seeded: Seeded, tables: Sequence[Table]) -> None:
    """Find references to rows that are not there (one anti-join a foreign key) and point them at rows that are."""
    keys = [(table, key) for table in tables for key in table.foreign_keys if table.name in seeded.rows]
    found = session.run([Trial(steps=(Step(sql=_orphans(table, key), asks=True),)) for table, key in keys])
    repairs: list[Trial] = []
    for (table, key), (outcome,) in zip(keys, found, strict=True):
        if outcome.ok and outcome.text not in {None, "0"}:
            repairs += _pointing(seeded, table, key)
    session.run(repairs)


def _orphans(table: Table, key: ForeignKey) -> str:
    joined = " and ".join(
        f"p.{ident(theirs)} = c.{ident(ours)}" for ours, theirs in zip(key.columns, key.target_columns, strict=True)
    )
    present = " and ".join(f"c.{ident(name)} is not null" for name in key.columns)
    return (
        f"select count(*) from {qualified(table.name)} c where {present}"
        f" and not exists (select 1 from {qualified(key.target)} p where {joined})"
    )


def _pointing(seeded: Seeded, table: Table, key: ForeignKey) -> list[Trial]:
    """Updates that point each side's row at its own parent, or at nothing where that is allowed."""
    updates = []
    for side, row in seeded.rows[table.name].items():
        parent_side = seeded.graph.row_of(key.target, side)
        parent = None if parent_side is None else seeded.row(key.target, parent_side)
        where = seeded.where(table, side)
        if where is None:
            continue
        changes = {}
        for ours, theirs in zip(key.columns, key.target_columns, strict=True):
            shape = table.column(ours)
            if parent is not None and parent.get(theirs, "").startswith(("'", "E'")):
                changes[ours] = parent[theirs]
            elif shape is not None and not shape.not_null:
                changes[ours] = "NULL"
        if changes and any(row.get(name) != value for name, value in changes.items()):
            settled = ", ".join(f"{ident(name)} = {value}" for name, value in changes.items())
            sql = f"update {qualified(table.name)} set {settled} where {where}"
            updates.append(Trial(steps=(Step(sql=sql),), settings=REPLICA, keep=True))
            row.update(changes)
    return updates


def _steady(table: Table, name: str) -> bool:
    column = table.column(name)
    return column is not None and not column.base.startswith(("timestamp", "time"))
