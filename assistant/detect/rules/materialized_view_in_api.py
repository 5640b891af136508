"""Materialized views that the API serves: they cannot have row-level security at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.context import AUTH_USERS
from assistant.detect.judge import judge, report
from assistant.detect.rule import Example, Rule
from assistant.domain.facts import Subject
from assistant.domain.matrix import Verb


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.findings import Finding

RULE = Rule(
    id="materialized-view-in-api",
    title="A materialized view is served",
    why="A materialized view is a copy of rows without policies: everyone with a grant reads all of it.",
    remedy="Revoke it from anon and authenticated, or move it to a schema the API does not serve; read it through a function that filters.",
    docs="https://supabase.com/docs/guides/database/database-advisors?lint=0016_materialized_view_in_api",
)

EXAMPLES = (
    Example(
        setup="""
            create table public.sales (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users, email text);
            alter table public.sales enable row level security;
            create policy own on public.sales for select to authenticated using (user_id = auth.uid());
            create materialized view public.sales_summary as select user_id, email from public.sales;
            revoke all on public.sales_summary from anon, authenticated;
        """,
        leak="grant select on public.sales_summary to authenticated;",
        mend="revoke all on public.sales_summary from authenticated;",
        attacked=True,
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """Materialized views for guests or users over rows that are not for everyone."""
    for view in context.views("matview"):
        hidden = context.private(view.reads)
        exposure = context.reach(view.grants, "SELECT")
        if not hidden or AUTH_USERS in hidden:
            continue
        judgement = judge(context, view.name, (Verb.SELECT,), exposure)
        if judgement is None:
            continue
        subject = Subject(kind="matview", name=str(view.name))
        yield report(
            RULE,
            subject,
            f"{judgement.who(exposure).capitalize()} can read {view.name}, a copy of {', '.join(str(name) for name in hidden)} without policies.",
            judgement,
            context.where(subject),
            detail="Row-level security does not exist for materialized views.",
        )
