"""Private tables whose changes are broadcast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.context import Exposure
from assistant.detect.judge import Judgement, lint, report
from assistant.detect.rule import Example, Rule
from assistant.domain.facts import Subject
from assistant.domain.matrix import Severity, Verb
from assistant.domain.ownership import Confidence, OwnerKind


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.catalog import Publication, Table
    from assistant.domain.facts import Place
    from assistant.domain.findings import Finding

RULE = Rule(
    id="realtime-private-table",
    title="Changes of a private table are broadcast",
    why="Realtime sends the changes of every table in its publication. With row-level security it asks the SELECT policies for each subscriber; without, everyone "
    "with a grant receives every row as it is written.",
    remedy="ALTER PUBLICATION supabase_realtime DROP TABLE …; or enable row-level security first.",
    docs="https://supabase.com/docs/guides/realtime/postgres-changes",
)

EXAMPLES = (
    Example(
        setup="""
            create table public.signals (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users, token text);
            alter publication supabase_realtime add table public.signals;
            alter table public.signals enable row level security;
        """,
        leak="alter table public.signals disable row level security;",
        mend="alter publication supabase_realtime drop table public.signals;",
    ),
)

PUBLICATION = "supabase_realtime"


def find(context: Context) -> Iterator[Finding]:
    """Tables in the realtime publication that nothing guards."""
    for publication in context.catalog.publications:
        if publication.name != PUBLICATION:
            continue
        for table in context.tables():
            if not (publication.all_tables or table.name in publication.tables):
                continue
            judgement = _judged(context, table)
            if judgement is not None:
                yield report(
                    RULE,
                    Subject(kind="table", name=str(table.name)),
                    f"Every change of {table.name} is broadcast to {judgement.who(context.table_reach(table, Verb.SELECT))}.",
                    judgement,
                    _place(context, publication, table),
                    detail="It is in the realtime publication and row-level security is off.",
                )


def _judged(context: Context, table: Table) -> Judgement | None:
    exposure = context.table_reach(table, Verb.SELECT)
    kind = context.owner(table.name).kind
    if table.rls or exposure is Exposure.NOBODY or kind is OwnerKind.PUBLIC:
        return None
    if kind is OwnerKind.UNKNOWN:
        return lint(Severity.LOW, Confidence.LOW)
    return Judgement(severity=Severity.HIGH, confidence=Confidence.MEDIUM)


def _place(context: Context, publication: Publication, table: Table) -> Place | None:
    return context.where(
        Subject(kind="publication", name=str(table.name)),
        Subject(kind="publication", name=publication.name),
        Subject(kind="table", name=str(table.name)),
    )
