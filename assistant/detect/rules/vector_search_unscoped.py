"""Similarity searches over the embeddings of all customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.context import Exposure
from assistant.detect.functions import is_vector_search
from assistant.detect.judge import Judgement, judge, report
from assistant.detect.rule import Example, Rule
from assistant.domain.facts import Subject
from assistant.domain.matrix import Severity, Verb
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.catalog import Function
    from assistant.domain.findings import Finding

RULE = Rule(
    id="vector-search-unscoped",
    title="A vector search looks through the documents of all customers",
    why="A match function that filters by distance alone finds the nearest text of anybody. Run with its owner's rights, or over a table without row-level security, "
    "it hands one customer's documents to another's prompt.",
    remedy="SECURITY INVOKER over a table with policies; or filter by the caller's tenant inside the function, and revoke it from anon.",
)

EXAMPLES = (
    Example(
        setup="""
            create extension if not exists vector;
            create table public.documents (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users, content text, embedding vector(3));
            alter table public.documents enable row level security;
            create policy own on public.documents for select to authenticated using (user_id = auth.uid());
            create function public.match_documents(query_embedding vector, match_count integer) returns table (id uuid, content text) language sql stable
              as $$ select d.id, d.content from public.documents d order by d.embedding <=> query_embedding limit match_count $$;
        """,
        leak="alter function public.match_documents(vector, integer) security definer;",
        mend="alter function public.match_documents(vector, integer) security invoker;",
        attacked=True,
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """Callable vector searches that read past row-level security, or where there is none."""
    for function in context.catalog.functions.values():
        if not is_vector_search(function) or function.trigger or not context.served(function.name):
            continue
        exposure = context.reach(function.grants, "EXECUTE")
        touched = context.private(context.read_by(function))
        unguarded = function.definer or any(not _guarded(context, str(name)) for name in touched)
        judgement = judge(context, function.name, (Verb.EXECUTE,), exposure, severity=Severity.HIGH)
        if exposure is Exposure.NOBODY or not touched:
            continue
        if judgement is None:
            # an embedding of the attack's own finds nothing near: that proves little
            judgement = Judgement(severity=Severity.MEDIUM, confidence=Confidence.LOW)
        if not judgement.executed and (not unguarded or context.asks_caller(function)):
            continue
        subject = Subject(kind="function", name=str(function.name))
        yield report(
            RULE,
            subject,
            f"{judgement.who(exposure).capitalize()} can search the documents of all customers with {function.name}.",
            judgement,
            context.function_place(function),
            detail=_detail(function),
        )


def _guarded(context: Context, name: str) -> bool:
    return any(table.rls for table in context.catalog.tables.values() if str(table.name) == name)


def _detail(function: Function) -> str:
    if function.definer:
        return "It runs with its owner's rights, past row-level security, and filters by distance alone."
    return "The table below shows its rows to the caller whoever they belong to, and the function filters by distance alone."
