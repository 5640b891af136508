"""Tables that the API serves with row-level security switched off and no policy to switch it on for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.context import ROW_VERBS, Exposure
from assistant.detect.judge import judge, report
from assistant.detect.rule import Example, Rule
from assistant.domain.facts import Subject
from assistant.domain.matrix import Verb


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.findings import Finding

RULE = Rule(
    id="rls-off",
    title="A table is served without row-level security",
    why="Row-level security is what decides whose rows a request sees. Where it is off, every role with a grant sees and changes every row.",
    remedy="ALTER TABLE … ENABLE ROW LEVEL SECURITY, then one policy a command for those who may; a table for the server alone needs none.",
    docs="https://www.postgresql.org/docs/current/ddl-rowsecurity.html",
)

EXAMPLES = (
    Example(
        setup="""
            create table public.notes (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users, body text);
            alter table public.notes enable row level security;
            create policy own on public.notes for all to authenticated using (user_id = auth.uid()) with check (user_id = auth.uid());
            create table public.email_log (id bigint generated always as identity primary key, recipient text);
            revoke all on public.email_log from anon, authenticated;
        """,
        leak="grant all on public.email_log to anon, authenticated;",
        mend="alter table public.email_log enable row level security;",
        attacked=True,
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """Every served table that guests or users hold a grant on."""
    for table in context.tables():
        if table.rls or table.policies or table.kind == "foreign":
            continue
        verbs = tuple(verb for verb in ROW_VERBS if context.table_reach(table, verb) is not Exposure.NOBODY)
        exposure = context.table_reach(table, *verbs) if verbs else Exposure.NOBODY
        judgement = judge(context, table.name, verbs, exposure)
        if judgement is None:
            continue
        who = judgement.who(exposure)
        writes = " and write" if Verb.INSERT in verbs or Verb.UPDATE in verbs or Verb.DELETE in verbs else ""
        yield report(
            RULE,
            Subject(kind="table", name=str(table.name)),
            f"{table.name} has no row-level security: {who} can {judgement.does(verbs)} its rows.",
            judgement,
            context.table_place(table),
            detail=f"Its grants let {who} read{writes} the table, and nothing looks at whose row it is.",
        )
