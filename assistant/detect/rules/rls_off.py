"""Tables that the API serves with row-level security switched off and no policy to switch it on for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.context import ROW_VERBS, Exposure
from assistant.detect.judge import judge, lint, report
from assistant.detect.rule import Example, Rule
from assistant.domain.facts import Subject
from assistant.domain.matrix import Severity, Verb
from assistant.text.plural import plural


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
    """Every served table that guests or users hold a grant on; where the database guards nothing at all, that once."""
    if context.catalog.guards_nothing:
        yield from _by_code_alone(context)
        return
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


def _by_code_alone(context: Context) -> Iterator[Finding]:
    """No API and no policy: a table is as open as the code that asks it, which is judged beside."""
    tables = [table for table in context.tables() if table.kind != "foreign"]
    if not tables:
        return
    yield report(
        RULE,
        Subject(kind="schema", name=tables[0].name.schema),
        f"No table of this database has row-level security ({plural(len(tables), 'table')}): the application's code alone keeps customers apart.",
        lint(Severity.INFO),
        context.table_place(tables[0]),
        detail="No API of the database was found in the repository, so only the application's own queries reach it, and they are judged as code. "
        "If Supabase or another PostgREST serves it all the same, everybody with its public key reads and changes all of it.",
    )
