"""Policies that are right and slow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.flaws import predicates
from assistant.detect.judge import lint, report
from assistant.detect.rule import Example, Rule
from assistant.domain.facts import Subject
from assistant.domain.matrix import Severity
from assistant.sql.shape import ShapeKind, shapes


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.findings import Finding

RULE = Rule(
    id="slow-policy-shape",
    title="A policy asks again for every row",
    why="Measured on 1,000,000 rows and 1,000 tenants against a hand-written WHERE: IN (SELECT …) 20 times, correlated EXISTS 46 times, the caller IN a correlated "
    "sub-select 177 times, a helper function for each row 1,300 times slower. = ANY (ARRAY (SELECT …)) costs nothing.",
    remedy="tenant_id = ANY (ARRAY (SELECT private.my_tenant_ids())), and (select auth.uid()) instead of auth.uid().",
    docs="https://supabase.com/docs/guides/database/postgres/row-level-security#rls-performance-recommendations",
    lint=True,
)

EXAMPLES = (
    Example(
        setup="""
            create table public.notes (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users);
            alter table public.notes enable row level security;
            create policy own on public.notes for select to authenticated using (user_id = (select auth.uid()));
        """,
        leak="alter policy own on public.notes using (user_id = auth.uid());",
        mend="alter policy own on public.notes using (user_id = (select auth.uid()));",
    ),
)

SAYS: Final = {
    ShapeKind.CALLER_PER_ROW: "asks who is calling for every row",
    ShapeKind.IN_SELECT: "compares with IN (SELECT …)",
    ShapeKind.CORRELATED_EXISTS: "runs a sub-select for every row",
    ShapeKind.CALLER_IN_SELECT: "looks for the caller in a sub-select for every row",
    ShapeKind.FUNCTION_PER_ROW: "calls a function for every row",
}
NOTEWORTHY: Final = 100
"""Ratio from which a shape is worth more than a note."""


def find(context: Context) -> Iterator[Finding]:
    """One finding a table, for its slowest shape."""
    for table in context.tables():
        if not table.rls:
            continue
        found = [
            (shape, policy)
            for policy in context.api_policies(table)
            for text, _ in predicates(policy)
            for shape in shapes(text, table.name, context.surface)
        ]
        if not found:
            continue
        worst, policy = min(found, key=lambda pair: (-pair[0].ratio, pair[1].name))
        times = (
            f", {worst.ratio} times slower than a WHERE where it was measured"
            if worst.kind is not ShapeKind.CALLER_PER_ROW
            else ""
        )
        yield report(
            RULE,
            Subject(kind="table", name=str(table.name)),
            f"A policy of {table.name} {SAYS[worst.kind]}{times}.",
            lint(Severity.LOW if worst.ratio >= NOTEWORTHY else Severity.INFO),
            context.policy_place(policy),
            detail=worst.text,
            policies=(policy.name for _, policy in found),
        )
