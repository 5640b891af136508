"""The consent test: a row that is readable because of another row was published, or the reader was let in.

The other row is taken away and the read repeated. Closed without the victim's row: the victim published it. Closed without the
attacker's: the attacker stands on an allow list. Rows that make somebody a person, a member or the owner of a parent do not
count, for a policy that admits every member of anything is exactly what is looked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.attack.actors import SIDE_OF, Side
from assistant.attack.oracle import STRANGERS
from assistant.attack.reads import scan_of
from assistant.attack.trial import Step, Trial, act
from assistant.domain.matrix import Verb, Verdict
from assistant.domain.ownership import OwnerKind
from assistant.sql.names import qualified


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.attack.actors import Caller
    from assistant.attack.attempt import Field
    from assistant.attack.session import Session
    from assistant.domain.catalog import Table
    from assistant.domain.matrix import Cell
    from assistant.domain.names import Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A row whose absence might close a read."""

    index: int
    """Place of the cell."""
    trusted: Name
    """Table of the row."""
    whose: Side
    """Whose row it is."""
    trial: Trial
    """Take it away, read again."""


def suspects(field: Field, cells: Sequence[Cell]) -> list[Doubt]:
    """What to take away for each plain read that leaks."""
    tables = {str(table.name): table for table in field.catalog.own_tables()}
    doubts = []
    for index, cell in enumerate(cells):
        table = tables.get(cell.object)
        plain = cell.verdict is Verdict.LEAKS and cell.verb is Verb.SELECT and cell.kind == "table" and not cell.through
        if table is None or not plain or cell.actor not in STRANGERS or "/" in cell.variant:
            continue
        caller = next((one for one in field.callers if one.actor is cell.actor), None)
        if caller is None:
            continue
        scan = scan_of(field, table, caller.role)
        for trusted in trusted_tables(field, table):
            for whose in {Side.VICTIM, SIDE_OF.get(cell.actor, Side.VICTIM)}:
                where = field.seeded.where(field.catalog.tables[trusted], whose)
                if where is not None and scan is not None:
                    trial = _without(trusted, where, caller, scan)
                    doubts.append(Doubt(index=index, trusted=trusted, whose=whose, trial=trial))
    return sorted(doubts, key=lambda doubt: (doubt.index, doubt.trusted, doubt.whose.value))


def consented(session: Session, field: Field, doubts: Sequence[Doubt], cells: Sequence[Cell]) -> list[Cell]:
    """The cells, with reads that consent explains turned to ``unknown``."""
    result = list(cells)
    for doubt, outcome in zip(doubts, session.run([doubt.trial for doubt in doubts]), strict=True):
        read = outcome[-1]
        if not read.ok or Side.VICTIM.value in (read.text or ""):
            continue
        cell = result[doubt.index]
        if doubt.whose is Side.VICTIM and cell.verdict is Verdict.LEAKS:
            result += _columns(field, cell)
        reason = f"the attacker's own row in {doubt.trusted} lets them in: an allow list"
        if doubt.whose is Side.VICTIM:
            reason = f"the victim's row in {doubt.trusted} publishes it: conditional"
        result[doubt.index] = replace(cell, verdict=Verdict.UNKNOWN, reason=reason, steps=(), columns=(), witness="")
    return result


def _columns(field: Field, cell: Cell) -> list[Cell]:
    """The row was published; the sensitive columns of it that come along were not."""
    name = next(table.name for table in field.catalog.own_tables() if str(table.name) == cell.object)
    return [
        replace(
            cell,
            object=f"{cell.object}.{column}",
            kind="column",
            reason="the row was published by its owner, this column of it is not meant to be",
            columns=(column,),
        )
        for column in cell.columns
        if column in field.graph.entry(name).sensitive
    ]


def trusted_tables(field: Field, table: Table) -> list[Name]:
    """Tables the read policies trust that say neither who a person is, nor where they belong, nor what the row is part of."""
    graph = field.graph
    above = _ancestors(field, table)
    found: set[Name] = set()
    for policy in table.policies:
        if policy.command in {"all", "select"}:
            found |= set(field.catalog.reads.get(f"{table.name}: {policy.name}", ()))
    return sorted(
        name
        for name in found
        if name in field.seeded.rows
        and name != table.name
        and name not in above
        and name not in graph.tenants
        and name not in graph.memberships
        and not graph.of_people(name)
        and graph.entry(name).kind is not OwnerKind.MEMBERSHIP
    )


def _ancestors(field: Field, table: Table) -> set[Name]:
    """Tables the row is a part of, by foreign key, through all generations."""
    found: set[Name] = set()
    pending = [key.target for key in table.foreign_keys]
    while pending:
        name = pending.pop()
        if name not in found and name in field.catalog.tables:
            found.add(name)
            pending += [key.target for key in field.catalog.tables[name].foreign_keys]
    return found


def _without(trusted: Name, where: str, caller: Caller, scan: str) -> Trial:
    return Trial(
        steps=(
            Step(sql="select set_config('session_replication_role', 'replica', true)"),
            Step(sql=f"delete from {qualified(trusted)} where {where}"),
            Step(sql="select set_config('session_replication_role', 'origin', true)"),
            act(caller, scan, asks=True),
        ),
        settings=caller.settings,
    )
