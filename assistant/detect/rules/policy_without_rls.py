"""Policies on a table whose row-level security was never switched on: they are not looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.context import ROW_VERBS, Exposure
from assistant.detect.judge import judge, report
from assistant.detect.rule import Example, Rule
from assistant.domain.facts import Subject


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.findings import Finding

RULE = Rule(
    id="policy-without-rls",
    title="A table has policies and row-level security is off",
    why="Policies of a table are ignored until row-level security is enabled on it: the table looks guarded and is open.",
    remedy="ALTER TABLE … ENABLE ROW LEVEL SECURITY; then check that each of the policies says what it should.",
    docs="https://www.postgresql.org/docs/current/sql-createpolicy.html",
)

EXAMPLES = (
    Example(
        setup="""
            create table public.notes (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users, token text);
            create policy own on public.notes for all to authenticated using (user_id = auth.uid()) with check (user_id = auth.uid());
            alter table public.notes enable row level security;
        """,
        leak="alter table public.notes disable row level security;",
        mend="alter table public.notes enable row level security;",
        attacked=True,
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """Every served table with policies that nobody asks."""
    for table in context.tables():
        if table.rls or not table.policies:
            continue
        verbs = tuple(verb for verb in ROW_VERBS if context.table_reach(table, verb) is not Exposure.NOBODY)
        exposure = context.table_reach(table, *verbs) if verbs else Exposure.NOBODY
        judgement = judge(context, table.name, verbs, exposure)
        if judgement is None:
            continue
        disabled = Subject(kind="rls", name=str(table.name))
        number = len(table.policies)
        yield report(
            RULE,
            Subject(kind="table", name=str(table.name)),
            f"{table.name} has {number} {'policy' if number == 1 else 'policies'} and row-level security is off: "
            f"{judgement.who(exposure)} can {judgement.does(verbs)} its rows.",
            judgement,
            context.where(disabled) or context.policy_place(table.policies[0]),
            detail="The policies are not looked at until row-level security is enabled.",
            policies=(policy.name for policy in table.policies),
        )
