"""What is only known when a run has ended: reads that a later check binds, and checks that come after the write they should have stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.passed_by import never_both
from assistant.collect.code.follow.trust import tie_of
from assistant.domain.code import ClientKind, Guard, GuardKind, Origin, OriginKind, Tie, TieKind, Weakness


if TYPE_CHECKING:
    from assistant.collect.code.follow.ledger import Earned
    from assistant.collect.code.follow.query_record import QueryRecord
    from assistant.collect.code.follow.run import Run


def late_ties(run: Run) -> None:
    """Rows read before the check that binds them: nothing of them left before it passed."""
    changed = True
    while changed:
        changed = False
        for record in run.ledger.queries:
            if not record.reads or (record.tie is not None and record.tie.kind is not TieKind.RULES):
                continue
            late = (one.facts for n, one in enumerate(run.ledger.earned) if _binds(run, record, n, one))
            run.facts = record.facts.union(*late)
            tie = tie_of(run, record)
            if ("tied", record.id) in run.facts or run.ledger.shown.get(record.id, False):
                tie = Tie(kind=TieKind.COMPARED, says="compared after the fetch", order=run.ledger.order)
            if tie is not None and tie.kind is not TieKind.RULES:
                record.tie = tie
                changed = True


def _binds(run: Run, record: QueryRecord, n: int, one: Earned) -> bool:
    """Whether what an exit taught holds for a read: not when the row was answered on a branch before that, where nothing was known of it."""
    if one.under != record.under[: len(one.under)]:
        return False
    loose = run.ledger.loose.get(record.id)
    return loose is None or not (one.quiet or (n >= loose[1] and len(one.under) < len(loose[0])))


def after_write(run: Run) -> None:
    """A check that comes after the write it should have stopped."""
    for guard in list(run.ledger.guards.values()):
        if guard.kind not in {GuardKind.OWNER, GuardKind.MEMBERSHIP} or guard.weakness is not None:
            continue
        asked = _asked(run, guard) if _about_caller(run, guard) else set()
        looked_at = {origin.row for origin in guard.subjects if origin.kind is OriginKind.ROW}
        if looked_at and not any(record.reads for record in run.ledger.queries if record.id in looked_at):
            continue  # whether a write succeeded is asked after it
        for record in run.ledger.queries:
            if record.reads or record.order > guard.order or record.tie is not None or not asked:
                continue
            if never_both(record.under, run.ledger.stands(guard), run.ledger.tests):
                continue
            if any(row == record.id or run.ledger.queries[row].table == record.table for row in looked_at):
                continue  # the guard looks at what this very write gave back
            compared = {origin for each in record.filters for origin in each.origins}
            sent = compared | {origin for one in record.written for origin in one.origins}
            if sent & asked and record.client in {ClientKind.SERVICE, ClientKind.POOL, ClientKind.PROVIDER}:
                run.ledger.weaken(guard, Weakness.AFTER_WRITE)
                break


def _about_caller(run: Run, guard: Guard) -> bool:
    """Something was compared with the caller, or their row was looked for: not a row's state, and not what a helper's answer implies."""
    if " = " in guard.says:
        return True
    return guard.says.startswith("row of ") and any(
        each.kind in {OriginKind.CALLER, OriginKind.CLAIMED}
        for origin in guard.subjects
        if origin.kind is OriginKind.ROW and run.ledger.queries[origin.row].reads
        for each in run.ledger.queries[origin.row].compared()
    )


def _asked(run: Run, guard: Guard) -> set[Origin]:
    """Request values that a guard is about: directly, or through the row it compared."""
    out: set[Origin] = set()
    for origin in guard.subjects:
        if origin.kind is OriginKind.REQUEST:
            out.add(origin)
        elif origin.kind is OriginKind.ROW and (record := run.ledger.record(origin.row)) is not None:
            out |= {one for one in record.compared() if one.kind is OriginKind.REQUEST}
    return out
