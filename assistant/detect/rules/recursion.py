"""Policies that read, in the end, the table they guard: PostgreSQL refuses every query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.context import verbs_of
from assistant.detect.judge import Judgement, report
from assistant.detect.rule import Example, Rule
from assistant.domain.facts import Subject
from assistant.domain.matrix import Severity, Verb
from assistant.domain.ownership import Confidence
from assistant.sql.predicate import calls


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.catalog import PolicyRow, Table
    from assistant.domain.findings import Finding
    from assistant.domain.names import Name

RULE = Rule(
    id="recursion",
    title="A policy reads its own table",
    why="To decide whether a row may be read the policy reads the same table, for which it has to decide again: infinite recursion (42P17), every query fails. "
    "The usual hasty repair is to open the table.",
    remedy="Move the look-up into a SECURITY DEFINER function in a schema the API does not serve.",
    docs="https://supabase.com/docs/guides/database/postgres/row-level-security#use-security-definer-functions",
)

EXAMPLES = (
    Example(
        setup="""
            create table public.members (org_id uuid, user_id uuid references auth.users, primary key (org_id, user_id));
            alter table public.members enable row level security;
            create policy own on public.members for select to authenticated using (user_id = auth.uid());
        """,
        leak="alter policy own on public.members using (org_id in (select m.org_id from public.members m where m.user_id = auth.uid()));",
        mend="alter policy own on public.members using (user_id = auth.uid());",
        attacked=True,
    ),
)

RECURSES = "42P17"


def find(context: Context) -> Iterator[Finding]:
    """One finding a table whose policies lead back to it."""
    reads = {table.name: _read_by_policies(context, table) for table in context.catalog.tables.values() if table.rls}
    for table in context.tables():
        broken = tuple(cell for cell in context.cells(table.name) if cell.sqlstate == RECURSES)
        way = _way_back(table.name, reads) if table.rls else ()
        if not way and not broken:
            continue
        policies = [policy for policy in table.policies if not way or way[0] in _reads(context, policy)]
        shown = " → ".join(str(name) for name in (table.name, *way))
        judgement = Judgement(
            severity=Severity.MEDIUM if broken else Severity.LOW,
            confidence=Confidence.HIGH if broken else Confidence.MEDIUM,
            leaks=broken,
        )
        yield report(
            RULE,
            Subject(kind="table", name=str(table.name)),
            f"Queries on {table.name} fail: its policies read it again ({shown})."
            if broken
            else f"A policy of {table.name} reads {table.name} again ({shown}).",
            judgement,
            context.policy_place(policies[0]) if policies else context.table_place(table),
            detail="PostgreSQL answers with 42P17, infinite recursion detected in policy.",
            policies=(policy.name for policy in policies),
        )


def _read_by_policies(context: Context, table: Table) -> frozenset[Name]:
    """Tables that are read under their own policies when a row of this one is read."""
    found: set[Name] = set()
    for policy in table.policies:
        if Verb.SELECT in verbs_of(policy):
            found |= _reads(context, policy)
    return frozenset(found)


def _reads(context: Context, policy: PolicyRow) -> frozenset[Name]:
    found: set[Name] = set()
    for text in (policy.using, policy.check):
        for branch in context.branches(policy.table, text):
            found.update(name for atom in branch.atoms for name in atom.reads)
        for call in calls(text):
            helper = context.surface.helper(call)
            if helper is not None and not helper.definer:
                found.update(helper.reads)
    for name in list(found):
        view = context.catalog.views.get(name)
        if view is not None and view.security_invoker:
            found.update(view.reads)
    return frozenset(found)


def _way_back(start: Name, reads: dict[Name, frozenset[Name]]) -> tuple[Name, ...]:
    """The shortest way from the table to itself, empty when there is none."""
    ways: list[tuple[Name, ...]] = [(name,) for name in sorted(reads.get(start, ()))]
    seen: set[Name] = set()
    for way in ways:
        if way[-1] == start:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            ways += [(*way, name) for name in sorted(reads.get(way[-1], ()))]
    return ()
