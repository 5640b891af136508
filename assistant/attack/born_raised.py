"""Making one's own row with a privileged column already raised: what an UPDATE grant forbids an INSERT may still allow.

Only where there is one row a person; the row that stands there is removed first, as if its user had not signed up yet.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.attack.attempt import Attempt, settled, simple
from assistant.attack.forms import base_row, bound_columns, equal_to, insert_of, writable
from assistant.attack.inserts import ORDINARY, room
from assistant.attack.judge import refusal, severity_of
from assistant.attack.oracle import Rule, rule_of, weaker
from assistant.attack.own_rows import DOUBTFUL, raised_values
from assistant.attack.trial import Trial, act, look
from assistant.attack.witness import script
from assistant.attack.writes import leak_confidence
from assistant.domain.matrix import Actor, Cell, Verb, Verdict
from assistant.domain.ownership import Confidence, OwnerKind
from assistant.sql.names import ident, qualified


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.attack.actors import Caller
    from assistant.attack.attempt import Field
    from assistant.attack.rows import Row
    from assistant.attack.trial import Outcome, Step
    from assistant.domain.catalog import Column, Table


def born_raised(field: Field, table: Table) -> Iterator[Attempt]:
    """A stranger who makes their own row, once for each privileged column and value worth having."""
    rule = rule_of(field.graph, table.name)
    shapes = [shape for name in rule.entry.privileged if (shape := table.column(name)) is not None]
    if not shapes or rule.kind not in {OwnerKind.SELF, OwnerKind.USER} or not _one_each(field, table, rule):
        return
    caller = field.caller(Actor.SIGNED_IN)
    if not field.privileges.may(table.name, caller.role, "INSERT"):
        cell = simple(str(table.name), "table", Verb.INSERT, caller, Verdict.HOLDS, "no grant", "raise")
        yield settled(cell)
        return
    assert caller.side is not None
    own = base_row(field, table, caller.side)
    if own is None:
        return
    plain = {
        name: value
        for name, value in writable(field, table, own, caller.role).items()
        if (shape := table.column(name)) is not None and not shape.generated and shape.identity != "a"
    }
    limited = field.privileges.only(table.name, caller.role, "INSERT")
    mine = equal_to(own, tuple(name for name in bound_columns(rule, table) if name in own))
    pairs = [
        (shape, value)
        for shape in shapes
        if limited is None or shape.name in limited
        for value in _values(field, table, shape)
    ]
    if mine == "true" or not pairs:
        return
    rows = [{**plain, shape.name: value} for shape, value in pairs]
    trials = tuple(
        _trial(table, caller, row, shape, value, mine) for row, (shape, value) in zip(rows, pairs, strict=True)
    )
    yield Attempt(
        trials=trials,
        judge=lambda outcomes: _judged(table, caller, rule, [shape for shape, _ in pairs], rows, mine, outcomes),
    )


def _one_each(field: Field, table: Table, rule: Rule) -> bool:
    """True when there is one row a person: a profile, an account's settings or its subscription."""
    if field.graph.of_members(table.name):
        return False
    bound = set(bound_columns(rule, table))
    return field.graph.of_people(table.name) or any(set(key.columns) <= bound for key in table.keys)


def _values(field: Field, table: Table, shape: Column) -> list[str]:
    """Values worth having, for a row that does not exist yet."""
    values = raised_values(field, table, shape)
    if shape.base == "bool":
        return ["true"] if values and "true" not in (shape.default or "") else []
    if shape.base == "json":
        return []
    return ["100"] if values and values[0].startswith("coalesce(") else values


def _trial(table: Table, caller: Caller, row: Row, shape: Column, value: str, mine: str) -> Trial:
    tried = replace(act(caller, insert_of(table, row), must=True), settings=(*caller.settings, ORDINARY))
    return Trial(steps=(room(table, [mine]), tried, _proof(table, shape, value, mine)), settings=caller.settings)


def _proof(table: Table, shape: Column, value: str, mine: str) -> Step:
    kept = "" if value.startswith("now()") else f" and {ident(shape.name)} = {value}"
    return look(
        f"select nullif(count(*), 0) from {qualified(table.name)} where {mine}{kept} and xmin::text::bigint >= $1"
    )


def _judged(
    table: Table,
    caller: Caller,
    rule: Rule,
    shapes: Sequence[Column],
    rows: Sequence[Row],
    mine: str,
    outcomes: Sequence[tuple[Outcome, ...]],
) -> Cell:
    raised: dict[str, Row] = {}
    for shape, row, (_, tried, proof) in zip(shapes, rows, outcomes, strict=True):
        if tried.ok and proof.text is not None:
            raised.setdefault(shape.name, row)
    if not raised:
        tried = outcomes[0][1]
        verdict, reason = refusal(tried)
        if tried.ok:
            reason = "the privileged columns of a new row are what the database makes them"
        cell = simple(str(table.name), "table", Verb.INSERT, caller, verdict, reason, "raise")
        return cell if tried.ok else replace(cell, sqlstate=tried.state)
    names = tuple(column.name for column in table.columns if column.name in raised)
    doubtful = all(any(word in name for word in DOUBTFUL) for name in raised)
    statement = insert_of(table, raised[names[0]])
    return Cell(
        object=str(table.name),
        kind="table",
        verb=Verb.INSERT,
        actor=caller.actor,
        variant="raise",
        verdict=Verdict.LEAKS,
        reason="a user can make their own row with raised rights: " + ", ".join(names),
        steps=(f"insert one's own row of {table.name} with {', '.join(names)} raised",),
        columns=names,
        severity=severity_of(caller.actor, Verb.INSERT, sensitive=True),
        confidence=weaker(leak_confidence(rule), Confidence.LOW if doubtful else Confidence.HIGH),
        witness=script(
            replace(caller, setup=f"delete from {qualified(table.name)} where {mine}"),
            f"their own new row with {', '.join(names)} raised.",
            [statement],
            show=f"select {', '.join(ident(name) for name in names)} from {qualified(table.name)} where {mine}",
        ),
    )
