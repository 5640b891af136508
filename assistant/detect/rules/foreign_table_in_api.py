"""Foreign tables that the API serves: row-level security does not apply to them."""

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
    id="foreign-table-in-api",
    title="A foreign table is served",
    why="A foreign table (Stripe, another database) has no row-level security, and is read with the key of the server: everyone with a grant reads all customers.",
    remedy="Move it to a schema the API does not serve, or revoke it from anon and authenticated.",
    docs="https://supabase.com/docs/guides/database/database-advisors?lint=0017_foreign_table_in_api",
)

EXAMPLES = (
    Example(
        setup="""
            create foreign data wrapper nothing;
            create server elsewhere foreign data wrapper nothing;
            create foreign table public.stripe_customers (id text, email text) server elsewhere;
            alter foreign table public.stripe_customers owner to postgres;
            revoke all on public.stripe_customers from anon, authenticated;
        """,
        leak="grant select on public.stripe_customers to authenticated;",
        mend="revoke all on public.stripe_customers from authenticated;",
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """Foreign tables that guests or users hold a grant on."""
    for table in context.tables():
        if table.kind != "foreign":
            continue
        verbs = tuple(verb for verb in ROW_VERBS if context.table_reach(table, verb) is not Exposure.NOBODY)
        exposure = context.table_reach(table, *verbs) if verbs else Exposure.NOBODY
        judgement = judge(context, table.name, verbs, exposure)
        if judgement is None:
            continue
        yield report(
            RULE,
            Subject(kind="table", name=str(table.name)),
            f"{judgement.who(exposure).capitalize()} can {judgement.does(verbs)} the foreign table {table.name}.",
            judgement,
            context.table_place(table),
            detail="Row-level security does not apply to foreign tables, and the other side is asked with the server's own key.",
        )
