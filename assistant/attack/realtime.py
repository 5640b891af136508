"""Realtime: a published table is broadcast as its policies allow, so a published table without row-level security is open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from assistant.attack.attempt import Attempt
from assistant.attack.oracle import Stand, rule_of
from assistant.attack.reads import read
from assistant.domain.matrix import Actor, Cell, Verb, Verdict
from assistant.sql.names import literal


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.attack.attempt import Field, Judging
    from assistant.attack.trial import Outcome
    from assistant.domain.catalog import Table

PUBLICATION: Final = "supabase_realtime"
"""What the platform's Realtime service follows."""


def published(field: Field, table: Table) -> bool:
    """True when changes of the table are broadcast."""
    return any(
        one.name == PUBLICATION and (one.all_tables or table.name in one.tables) for one in field.catalog.publications
    )


def realtime_attempts(field: Field, table: Table) -> Iterator[Attempt]:
    """What a guest and a signed-in stranger could follow live."""
    if not published(field, table):
        return
    for actor in (Actor.GUEST, Actor.SIGNED_IN):
        caller = field.caller(actor)
        if rule_of(field.graph, table.name).of(actor, Verb.SELECT) is not Stand.DENY:
            continue
        attempt = read(field, table, caller)
        yield Attempt(trials=attempt.trials, judge=_live(attempt, table))


def _live(attempt: Attempt, table: Table) -> Judging:
    name = table.name

    def judge(outcomes: Sequence[tuple[Outcome, ...]]) -> Cell:
        cell = replace(attempt.judge(outcomes), variant="realtime")
        if cell.verdict is not Verdict.LEAKS:
            return cell
        listed = (
            "select pubname, tablename from pg_catalog.pg_publication_tables"
            f" where pubname = {literal(PUBLICATION)} and schemaname = {literal(name.schema)} and tablename = {literal(name.name)}"
        )
        return replace(
            cell,
            reason="every change of another person's row is broadcast to this actor",
            steps=(f"follow {name} through Realtime",),
            witness=cell.witness.replace("rollback;\n", f"{listed};\nrollback;\n"),
        )

    return judge
