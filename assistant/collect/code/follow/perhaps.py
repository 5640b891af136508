"""``where: { userId: session?.user?.id }`` with nobody asked: Prisma leaves out a condition that is undefined, and finds everybody's rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.collect.code.values import Either, Known
from assistant.domain.code import OriginKind, TieKind
from assistant.domain.syntax import Attribute, Name


if TYPE_CHECKING:
    from assistant.collect.code.follow.ledger import Ledger
    from assistant.collect.code.follow.query_record import QueryRecord
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Value
    from assistant.domain.code import Filter
    from assistant.domain.syntax import Expression

_LEAVES_OUT = frozenset({"prisma"})
"""Libraries for which a condition that is undefined is none."""
_CALLER = ("caller",)


def maybe(run: Run, node: Attribute, value: Value) -> Value:
    """The same value; of ``session?.user`` it is noted that there may be none, and of ``ctx.user.id`` further down that it fails then."""
    if _CALLER in run.facts:
        return value
    if node.optional:
        run.ledger.missing |= _callers(value)
    elif not _is_chained(node.of):
        for one in value.values if isinstance(value, Either) else (value,):
            run.ledger.strict |= _callers(one)
    return value


def _callers(value: Value) -> set[str]:
    return {one.path for one in value.origins if one.kind is OriginKind.CALLER} if isinstance(value, Known) else set()


def _is_chained(node: Expression) -> bool:
    """``session?.user.id`` as a whole is nothing where the first part is."""
    while isinstance(node, Attribute):
        if node.optional:
            return True
        node = node.of
    return not isinstance(node, Name)


def unasked(ledger: Ledger) -> None:
    """Conditions on a caller who was asked for nowhere, and may be nobody, bind nothing."""
    if not ledger.missing or any(_CALLER in one.facts for one in ledger.earned):
        return
    for record in ledger.queries:
        if record.engine not in _LEAVES_OUT or _CALLER in record.facts:
            continue
        stood_in = {
            one.column for one in record.filters if all(each.kind is OriginKind.CONSTANT for each in one.origins)
        }
        left_out = [one for one in record.filters if one.column not in stood_in and _is_missing(ledger, one)]
        if not left_out or (record.single and not _names_row(record)):
            continue
        record.filters = tuple(
            replace(one, operator="alternative") if one in left_out else one for one in record.filters
        )
        if record.tie is not None and record.tie.kind is TieKind.FILTER:
            record.tie = None


def _is_missing(ledger: Ledger, condition: Filter) -> bool:
    return bool(condition.origins) and all(
        one.kind is OriginKind.CALLER
        and one.path not in ledger.strict
        and any(f"{one.path}.".startswith(f"{path}.") for path in ledger.missing)
        for one in condition.origins
    )


def _names_row(record: QueryRecord) -> bool:
    """Another condition names the row: without any, Prisma refuses to look for one."""
    return any(one.kind is OriginKind.REQUEST for each in record.filters for one in each.origins)
