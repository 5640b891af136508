"""Sensitive columns of rows that strangers may rightfully see: the row is public, the address in it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.attack.actors import Side
from assistant.attack.attempt import Attempt, settled, simple
from assistant.attack.judge import refusal, severity_of
from assistant.attack.oracle import STRANGERS, rule_of
from assistant.attack.trial import Trial, act
from assistant.attack.witness import script
from assistant.domain.matrix import Cell, Verb, Verdict
from assistant.domain.ownership import OwnerKind
from assistant.sql.names import ident, qualified


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.attack.actors import Caller
    from assistant.attack.attempt import Field
    from assistant.attack.trial import Outcome
    from assistant.domain.catalog import Table


def column_attempts(field: Field, table: Table) -> Iterator[Attempt]:
    """One attempt a sensitive column and stranger, for public tables and for published rows."""
    entry = field.graph.entry(table.name)
    if entry.kind not in {OwnerKind.PUBLIC, OwnerKind.CONDITIONAL}:
        return
    side = Side.VICTIM if entry.kind is OwnerKind.PUBLIC else Side.PUBLISHED
    for name in entry.sensitive:
        for caller in field.callers:
            if caller.actor in STRANGERS and table.column(name) is not None:
                yield _attempt(field, table, name, caller, side)


def _attempt(field: Field, table: Table, column: str, caller: Caller, side: Side) -> Attempt:
    name = f"{table.name}.{column}"
    limited = field.privileges.only(table.name, caller.role, "SELECT")
    if not field.privileges.may(table.name, caller.role, "SELECT") or (limited is not None and column not in limited):
        return settled(simple(name, "column", Verb.SELECT, caller, Verdict.HOLDS, "no grant on this column"))
    where = field.seeded.where(table, side, limited)
    if where is None:
        reason = "there is no row that strangers may see to try it on"
        return settled(simple(name, "column", Verb.SELECT, caller, Verdict.UNKNOWN, reason))
    sql = f"select {ident(column)} from {qualified(table.name)} where {where}"

    def judge(outcomes: Sequence[tuple[Outcome, ...]]) -> Cell:
        outcome = outcomes[0][0]
        if not outcome.ok or not outcome.rows:
            verdict, reason = refusal(outcome)
            return simple(name, "column", Verb.SELECT, caller, verdict, reason)
        return Cell(
            object=name,
            kind="column",
            verb=Verb.SELECT,
            actor=caller.actor,
            variant=caller.variant,
            verdict=Verdict.LEAKS,
            reason="the row is meant to be seen, this column of it is not",
            steps=(f"read {column} of {table.name}",),
            columns=(column,),
            severity=severity_of(caller.actor, Verb.SELECT, sensitive=False, blind=side is Side.PUBLISHED),
            confidence=rule_of(field.graph, table.name).confidence,
            witness=script(caller, f"{column} of somebody else's row of {table.name} appears.", [sql]),
        )

    return Attempt(trials=(Trial(steps=(act(caller, sql, asks=True),), settings=caller.settings),), judge=judge)
