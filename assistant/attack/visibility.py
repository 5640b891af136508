"""Rows that everyone may see under a condition: the victim keeps one to themselves and publishes another, and that is checked.

A private row that turns out to be public would make every read a leak; a published one that is not would hide its columns.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.attack.actors import Side
from assistant.attack.rows import labels_of
from assistant.attack.seed import REPLICA
from assistant.attack.trial import Step, Trial
from assistant.domain.ownership import OwnerKind
from assistant.sql.names import ident, literal, qualified


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.attack.seed import Seeded
    from assistant.attack.session import Session
    from assistant.domain.catalog import Table


def settle_visibility(session: Session, seeded: Seeded, tables: Sequence[Table]) -> None:
    """Make the condition of each conditional table false for the private rows and true for the published one."""
    for table in tables:
        entry = seeded.graph.entry(table.name)
        if entry.kind is not OwnerKind.CONDITIONAL or not entry.condition:
            continue
        for side, wanted in ((Side.VICTIM, False), (Side.PUBLISHED, True), (Side.OTHER, True)):
            where = seeded.where(table, side)
            if where is None or _settled(session, seeded, table, side, where, entry.condition, wanted=wanted):
                continue
            if side is Side.VICTIM:
                seeded.exposed.add(table.name)
            elif side is Side.PUBLISHED:
                del seeded.rows[table.name][side]


def _settled(
    session: Session, seeded: Seeded, table: Table, side: Side, where: str, condition: str, *, wanted: bool
) -> bool:
    """True once the row is as wanted, changed if need be."""
    sql = f"select coalesce(({condition}), false)::text from {qualified(table.name)} where {where}"
    look = Step(sql=sql, asks=True)
    now = session.run([Trial(steps=(look,))])[0][0]
    aim = "true" if wanted else "false"
    if not now.ok or now.text == aim:
        return True  # a condition the server cannot evaluate here is left to the attack itself
    changes = _changes(table, condition)
    sets = [f"update {qualified(table.name)} set {ident(name)} = {value} where {where}" for name, value in changes]
    tried = session.run([Trial(steps=(Step(sql=one, must=True), look), settings=REPLICA) for one in sets])
    for (name, value), one, (done, after) in zip(changes, sets, tried, strict=True):
        if done.ok and after.text == aim:
            session.run([Trial(steps=(Step(sql=one),), settings=REPLICA, keep=True)])
            seeded.rows[table.name][side][name] = value
            return True
    return False


def _changes(table: Table, condition: str) -> list[tuple[str, str]]:
    """Values of the columns the condition speaks of."""
    literals = [text.replace("''", "'") for text in re.findall(r"'((?:[^']|'')*)'", condition)]
    changes = []
    for column in table.columns:
        if column.generated or not re.search(rf"\b{re.escape(column.name)}\b", condition):
            continue
        values = ["true", "false"] if column.base == "bool" else [literal(label) for label in labels_of(table, column)]
        if column.base in {"text", "varchar", "citext"}:
            values += [literal(text) for text in literals] + ["'private'", "'public'"]
        if column.base.startswith(("timestamp", "date")):
            values += ["now() - interval '1 day'", "now() + interval '1 year'"]
        if not column.not_null:
            values.append("NULL")
        changes += [(column.name, value) for value in dict.fromkeys(values)]
    return changes
