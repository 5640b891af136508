"""Columns that policies filter on and that no index leads with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.judge import lint, report
from assistant.detect.rule import Example, Rule
from assistant.domain.facts import Subject
from assistant.domain.matrix import Severity


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.catalog import Table
    from assistant.domain.findings import Finding

RULE = Rule(
    id="unindexed-policy-column",
    title="A policy filters on a column without an index",
    why="The policy is a WHERE clause of every query. Without an index that begins with its column each of them reads the whole table.",
    remedy="CREATE INDEX CONCURRENTLY … ON the column.",
    docs="https://supabase.com/docs/guides/database/postgres/row-level-security#add-indexes",
    lint=True,
)

EXAMPLES = (
    Example(
        setup="""
            create table public.notes (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users);
            create index notes_user_id on public.notes (user_id);
            alter table public.notes enable row level security;
            create policy own on public.notes for select to authenticated using (user_id = (select auth.uid()));
        """,
        leak="drop index public.notes_user_id;",
        mend="create index notes_user_id on public.notes (user_id);",
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """One finding a table."""
    for table in context.tables():
        if not table.rls:
            continue
        columns = _filtered(context, table)
        missing = [name for name in columns if not _led(table, name)]
        if missing:
            yield report(
                RULE,
                Subject(kind="table", name=str(table.name)),
                f"Policies of {table.name} filter on {', '.join(missing)} and no index begins with {'it' if len(missing) == 1 else 'them'}.",
                lint(Severity.INFO),
                context.column_place(table.name, missing[0]),
                detail="Every query through the API then reads the whole table.",
                columns=missing,
            )


def _filtered(context: Context, table: Table) -> list[str]:
    """Columns that USING ties to the caller, in table order."""
    bound: set[str] = set()
    for policy in context.api_policies(table):
        if policy.using is not None:
            for branch in context.branches(table.name, policy.using):
                bound |= branch.bound_columns
    return [column.name for column in table.columns if column.name in bound and not column.array]


def _led(table: Table, column: str) -> bool:
    """True when an index or key begins with the column."""
    leads = [key.columns[:1] for key in table.keys] + [
        index.columns[:1] for index in table.indexes if not index.partial
    ]
    return (column,) in leads
