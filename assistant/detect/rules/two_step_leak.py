"""Rows that a policy trusts and that anybody may write: link tables, shares, contacts."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from assistant.detect.context import Exposure, verbs_of
from assistant.detect.judge import from_leaks, report
from assistant.detect.rule import Example, Rule
from assistant.detect.rules.tenant_pointer_writable import pointers
from assistant.detect.two_steps import places_opened
from assistant.domain.facts import Subject
from assistant.domain.matrix import Verb, Verdict


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.catalog import Table
    from assistant.domain.findings import Finding
    from assistant.domain.matrix import Cell
    from assistant.domain.names import Name

RULE = Rule(
    id="two-step-leak",
    title="Writing one table opens another",
    why="A policy that follows a link (this file is in a public collection, this guest is on the list) is as strong as the policy that lets people write the link. "
    "If that one asks only for the near end, the far end can be somebody else's row.",
    remedy="WITH CHECK on the link must prove both ends: the caller owns the collection *and* the file.",
)

EXAMPLES = (
    Example(
        setup="""
            create table public.files (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users, name text);
            create table public.collections (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users, sharing text not null default 'private');
            create table public.collection_files (user_id uuid not null references auth.users, collection_id uuid references public.collections on delete cascade, file_id uuid references public.files on delete cascade, primary key (collection_id, file_id));
            alter table public.files enable row level security;
            alter table public.collections enable row level security;
            alter table public.collection_files enable row level security;
            create policy own on public.files for all to authenticated using (user_id = auth.uid()) with check (user_id = auth.uid());
            create policy own on public.collections for all to authenticated using (user_id = auth.uid()) with check (user_id = auth.uid());
            create policy own on public.collection_files for select to authenticated using (user_id = auth.uid());
            create policy shared on public.files for select to authenticated using (id in (select c.file_id from public.collection_files c where c.collection_id in (select k.id from public.collections k where k.user_id = auth.uid())));
        """,
        leak="create policy link on public.collection_files for insert to authenticated with check (user_id = auth.uid());",
        mend="alter policy link on public.collection_files with check (user_id = auth.uid() and file_id in (select f.id from public.files f where f.user_id = auth.uid()));",
        attacked=True,
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """One finding for each table whose rows open others; memberships and pointers have rules of their own."""
    if context.matrix is None:
        return
    elsewhere = {membership.table for membership in context.ownership.memberships} | {
        table.name for table, _ in pointers(context)
    }
    opened: dict[Name, list[Cell]] = defaultdict(list)
    for cell in context.matrix.of(Verdict.LEAKS):
        if cell.through is not None and cell.through not in elsewhere:
            opened[cell.through].append(cell)
    for authority in sorted(opened):
        cells = opened[authority]
        judgement = from_leaks(cells)
        table = context.catalog.tables.get(authority)
        writers = _writers(context, table) if table is not None else []
        place = context.policy_place(table.policies[writers[0]]) if table is not None and writers else None
        steps = dict.fromkeys(step for cell in cells[:1] for step in cell.steps)
        yield report(
            RULE,
            Subject(kind="table", name=str(authority)),
            f"By writing {authority}, {judgement.who(Exposure.SIGNED_IN)} can {judgement.does((Verb.SELECT,))} rows of {places_opened(cells)}.",
            judgement,
            place or context.where(Subject(kind="table", name=str(authority))),
            detail="; then ".join(steps),
            policies=(table.policies[index].name for index in writers) if table is not None else (),
            columns=(
                column
                for key in (table.foreign_keys if table else ())
                if str(key.target) in {cell.object for cell in cells}
                for column in key.columns
            ),
        )


def _writers(context: Context, table: Table) -> list[int]:
    """Positions of the policies that let people write the link."""
    return [
        index
        for index, policy in enumerate(table.policies)
        if policy.permissive
        and context.exposure_of(policy.roles) is not Exposure.NOBODY
        and {Verb.INSERT, Verb.UPDATE} & set(verbs_of(policy))
    ]
