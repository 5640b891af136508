"""Policies without a TO clause: evaluated for guests too, and one mistake away from being open to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.context import Exposure
from assistant.detect.flaws import predicates
from assistant.detect.judge import lint, report
from assistant.detect.openings import opening
from assistant.detect.rule import Example, Rule
from assistant.domain.facts import Subject
from assistant.domain.matrix import Severity


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.catalog import PolicyRow, Table
    from assistant.domain.findings import Finding

RULE = Rule(
    id="no-to-clause",
    title="A policy does not say for whom it is",
    why="Without TO a policy is for every role, guests included. Nothing leaks while the predicate names the caller, "
    "and it is evaluated for guests on every request.",
    remedy="TO authenticated.",
    docs="https://supabase.com/docs/guides/database/postgres/row-level-security#specify-roles-in-your-policies",
    lint=True,
)

EXAMPLES = (
    Example(
        setup="""
            create table public.tasks (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users);
            alter table public.tasks enable row level security;
            create policy own on public.tasks for select to authenticated using (user_id = auth.uid());
        """,
        leak="alter policy own on public.tasks to public;",
        mend="alter policy own on public.tasks to authenticated;",
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """One finding a table, for policies that are otherwise sound and reach guests by grant."""
    if context.catalog.platform.guest_role is None:
        return
    for table in context.tables():
        loose = [policy for policy in table.policies if _is_loose(context, table, policy)] if table.rls else []
        if not loose:
            continue
        names = ", ".join(f'"{policy.name}"' for policy in loose)
        yield report(
            RULE,
            Subject(kind="table", name=str(table.name)),
            f"{len(loose)} {'policy' if len(loose) == 1 else 'policies'} of {table.name} {'names' if len(loose) == 1 else 'name'} no role.",
            lint(Severity.INFO),
            context.policy_place(loose[0]),
            detail=f"{names}: without TO they are evaluated for guests too.",
            policies=(policy.name for policy in loose),
        )


def _is_loose(context: Context, table: Table, policy: PolicyRow) -> bool:
    if (
        policy.roles != ("public",)
        or not policy.permissive
        or context.policy_reach(table, policy) is not Exposure.GUEST
    ):
        return False
    return all(
        opening(context, table, policy, text) is None and all(way.bound for way in context.branches(table.name, text))
        for text, _ in predicates(policy)
    )
