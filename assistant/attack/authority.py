"""Two steps: write the row that a policy trusts, then read again what the policy guards.

Which tables to write is known from what policies and their helper functions read; a table too many is harmless, it only
chooses what to try. What opens is always measured against what the same attacker saw before.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final

from assistant.attack.actors import Side
from assistant.attack.attempt import simple
from assistant.attack.forms import base_row, insert_of, person_columns, renewed, writable
from assistant.attack.graph import ACCOUNTS
from assistant.attack.judge import severity_of
from assistant.attack.oracle import Stand, rule_of
from assistant.attack.reads import readable_columns, scan_of
from assistant.attack.rows import ROLE_LIKE, labels_of, most_privileged
from assistant.attack.trial import Trial, act
from assistant.attack.witness import script
from assistant.domain.matrix import Actor, Cell, Verb, Verdict
from assistant.domain.ownership import OwnerKind
from assistant.sql.names import ident, literal, qualified


if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from assistant.attack.actors import Caller
    from assistant.attack.attempt import Field
    from assistant.attack.rows import Row
    from assistant.attack.session import Session
    from assistant.domain.catalog import Table
    from assistant.domain.names import Name

_REFERENCES: Final = 3
_TRIES: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One write the attacker is free to make."""

    sql: str
    """The statement."""
    says: str
    """The step in words."""


def dependants(field: Field) -> dict[Name, tuple[Name, ...]]:
    """For each authority table, the tables whose read policies trust it, sorted; the platform's accounts are left out."""
    found: dict[Name, set[Name]] = {}
    for table in field.catalog.own_tables():
        for policy in table.policies:
            if policy.command not in {"all", "select"}:
                continue
            for read in field.catalog.reads.get(f"{table.name}: {policy.name}", ()):
                if read in field.catalog.tables and read != ACCOUNTS and read.schema != "storage":
                    found.setdefault(read, set()).add(table.name)
    return {name: tuple(sorted(found[name])) for name in sorted(found)}


def two_steps(session: Session, field: Field, authority: Table, trusting: Collection[Name]) -> list[Cell]:
    """The cells of all tables that trust ``authority``, for the strongest attacker that gets through, else for the strongest."""
    targets = [
        field.catalog.tables[name]
        for name in trusting
        if rule_of(field.graph, name).of(Actor.OTHER_TENANT, Verb.SELECT) is Stand.DENY
    ]
    cells: dict[Name, Cell] = {}
    for actor in (Actor.OTHER_TENANT, Actor.SIGNED_IN):
        caller = field.caller(actor)
        left = [target for target in targets if cells.get(target.name) is None or not _open(cells[target.name])]
        for target, cell in zip(left, _tried(session, field, authority, left, caller), strict=True):
            if _open(cell) or target.name not in cells:
                cells[target.name] = cell
    return [cells[name] for name in sorted(cells)]


def moves_of(field: Field, table: Table, caller: Caller) -> Iterator[Move]:
    """Rows the attacker may try to insert, and what they may try to make of a row of their own."""
    yield from _insertions(field, table, caller)
    yield from _changes(field, table, caller)


def _open(cell: Cell) -> bool:
    return cell.verdict is Verdict.LEAKS


def _tried(session: Session, field: Field, authority: Table, targets: list[Table], caller: Caller) -> list[Cell]:
    """One cell a target: what the first write that opens it shows."""
    moves = list(moves_of(field, authority, caller))[:_TRIES]
    outcomes = session.run(
        [Trial(steps=(act(caller, move.sql, must=True),), settings=caller.settings) for move in moves]
    )
    possible = [move for move, (outcome,) in zip(moves, outcomes, strict=True) if outcome.ok and outcome.rows]
    scans = {target.name: scan for target in targets if (scan := scan_of(field, target, caller.role)) is not None}
    opened: dict[Name, Move] = {}
    if possible and scans:
        looks = tuple(act(caller, scan, asks=True) for scan in scans.values())
        trials = [Trial(steps=(*looks, act(caller, move.sql), *looks), settings=caller.settings) for move in possible]
        for move, result in zip(possible, session.run(trials), strict=True):
            before, after = result[: len(looks)], result[len(looks) + 1 :]
            for name, was, now in zip(scans, before, after, strict=True):
                shown = Side.VICTIM.value in (now.text or "") and Side.VICTIM.value not in (was.text or "")
                if now.ok and shown and name not in opened:
                    opened[name] = move
    return [_cell(field, authority, target, caller, opened.get(target.name), len(moves)) for target in targets]


def _cell(field: Field, authority: Table, target: Table, caller: Caller, move: Move | None, tried: int) -> Cell:
    from dataclasses import replace

    if move is None:
        reason = f"none of {tried} writes to {authority.name} opens it"
        cell = simple(str(target.name), "table", Verb.SELECT, caller, Verdict.HOLDS, reason, "two-step")
        return replace(cell, through=authority.name)
    rule = rule_of(field.graph, target.name)
    where = field.seeded.where(target, Side.VICTIM, field.privileges.only(target.name, caller.role, "SELECT"))
    columns = readable_columns(field, target, caller.role)
    limited = field.privileges.only(target.name, caller.role, "SELECT")
    shown = "*" if limited is None else ", ".join(ident(name) for name in columns)
    read = f"select {shown} from {qualified(target.name)} where {where}"
    return Cell(
        object=str(target.name),
        kind="table",
        verb=Verb.SELECT,
        actor=caller.actor,
        variant="two-step",
        verdict=Verdict.LEAKS,
        reason=f"a row that the attacker may write into {authority.name} opens another person's row",
        steps=(move.says, f"read {target.name}"),
        columns=columns,
        through=authority.name,
        severity=severity_of(caller.actor, Verb.SELECT, sensitive=bool({*columns} & {*rule.entry.sensitive})),
        confidence=rule.confidence,
        witness=script(
            caller, f"after the write a row of {target.name} appears that belongs to somebody else.", [move.sql, read]
        ),
    )


def _insertions(field: Field, table: Table, caller: Caller) -> Iterator[Move]:
    assert caller.side is not None
    if not field.privileges.may(table.name, caller.role, "INSERT"):
        return
    own = base_row(field, table, Side.OTHER if caller.side is Side.STRANGER else caller.side)
    victim = field.seeded.row(table.name, Side.VICTIM)
    if own is None or victim is None:
        return
    people = person_columns(field, table)
    for name in people:
        text = field.graph.text(table.name, name, caller.side)
        if text is not None:
            own[name] = literal(text)
    others = _reference_columns(field, table, people)
    seen: set[str] = set()
    for choice in product((True, False), repeat=min(len(others), _REFERENCES)):
        row = dict(own)
        for name, theirs in zip(others, choice, strict=False):
            if theirs and name in victim:
                row[name] = victim[name]
        for variant, role in _with_roles(field, table, row):
            sql = insert_of(table, writable(field, table, renewed(field, table, variant), caller.role))
            if sql not in seen and (any(choice) or role):
                seen.add(sql)
                yield Move(sql=sql, says=f"insert into {table.name} a row that names what is somebody else's")


def _changes(field: Field, table: Table, caller: Caller) -> Iterator[Move]:
    assert caller.side is not None
    if not field.privileges.may(table.name, caller.role, "UPDATE"):
        return
    own = field.seeded.where(table, caller.side, field.privileges.only(table.name, caller.role, "SELECT"))
    victim = field.seeded.row(table.name, Side.VICTIM)
    if own is None or victim is None:
        return
    limited = field.privileges.only(table.name, caller.role, "UPDATE")
    for shape in table.columns:
        if shape.generated or (limited is not None and shape.name not in limited):
            continue
        values: list[str] = []
        refers = field.graph.reference(table, shape.name) is not None
        if (refers or shape.base == "uuid") and victim.get(shape.name, "NULL") != "NULL":
            values.append(victim[shape.name])
        labels = labels_of(table, shape)
        if labels and not shape.array:
            values += [literal(label) for label in most_privileged(labels)[:2]]
        elif ROLE_LIKE.match(shape.name) and shape.base in {"text", "varchar"} and not shape.array:
            values += [literal("admin"), literal("owner")]
        elif shape.base == "bool" and shape.name in field.graph.entry(table.name).privileged:
            values.append("true")
        for value in values:
            sql = f"update {qualified(table.name)} set {ident(shape.name)} = {value} where {own}"
            yield Move(sql=sql, says=f"set {shape.name} of one's own row of {table.name}")


def _reference_columns(field: Field, table: Table, people: tuple[str, ...]) -> list[str]:
    """Columns that refer to something other than a person, the ones in keys first."""
    named = [
        column.name
        for column in table.columns
        if column.name not in people and field.graph.reference(table, column.name) is not None
    ]
    return sorted(named, key=lambda name: name not in table.primary_key)


def _with_roles(field: Field, table: Table, row: Row) -> Iterator[tuple[Row, bool]]:
    """The row as it is, and with the most powerful role where it has one."""
    yield row, False
    entry = field.graph.entry(table.name)
    for column in table.columns:
        named = column.name == entry.role_column or column.name in entry.privileged or ROLE_LIKE.match(column.name)
        if not named or column.array or entry.kind is OwnerKind.PUBLIC:
            continue
        labels = labels_of(table, column)
        if labels:
            yield {**row, column.name: literal(most_privileged(labels)[0])}, True
        elif column.base == "bool":
            yield {**row, column.name: "true"}, True
        elif column.base in {"text", "varchar"}:
            yield {**row, column.name: literal("admin")}, True
