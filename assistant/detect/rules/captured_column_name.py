"""Sub-selects in which a column that was meant to be the row's belongs to the inner table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.flaws import Flaw, gather, predicates
from assistant.detect.rule import Example, Rule


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.detect.flaws import Group
    from assistant.domain.catalog import PolicyRow, Table
    from assistant.domain.findings import Finding

RULE = Rule(
    id="captured-column-name",
    title="A column in a sub-select belongs to the wrong table",
    why="Inside a sub-select a bare column name belongs to the innermost table that has it. where org_id = org_id then compares the "
    "membership with itself, and a member of any organisation sees the rows of all.",
    remedy="Write the table's name before both columns: where m.org_id = chats.org_id.",
    docs="https://www.postgresql.org/docs/current/sql-expressions.html#SQL-EXPRESSIONS-COLUMN-REFS",
)

EXAMPLES = (
    Example(
        setup="""
            create table public.organizations (id uuid primary key default gen_random_uuid(), name text);
            create table public.organization_members (organization_id uuid references public.organizations, user_id uuid references auth.users, primary key (organization_id, user_id));
            create table public.invoices (id uuid primary key default gen_random_uuid(), organization_id uuid not null references public.organizations, email text);
            alter table public.organizations enable row level security;
            alter table public.organization_members enable row level security;
            alter table public.invoices enable row level security;
            create policy own on public.organization_members for select to authenticated using (user_id = auth.uid());
            create policy team on public.invoices for select to authenticated using (exists (select 1 from public.organization_members m where m.organization_id = invoices.organization_id and m.user_id = auth.uid()));
        """,
        leak="alter policy team on public.invoices using (exists (select 1 from public.organization_members where organization_id = organization_id and user_id = auth.uid()));",
        mend="alter policy team on public.invoices using (exists (select 1 from public.organization_members m where m.organization_id = invoices.organization_id and m.user_id = auth.uid()));",
        attacked=True,
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """Policies with a branch that is open because a comparison stays inside the sub-select."""

    def flaws(table: Table, policy: PolicyRow) -> Iterator[Flaw]:
        for text, verbs in predicates(policy):
            for branch in context.branches(table.name, text):
                if branch.bound:
                    continue
                for atom in branch.atoms:
                    if atom.captured:
                        yield Flaw(policy=policy, verbs=verbs, text=", ".join(atom.captured))

    return gather(context, RULE, flaws, _say, storage=True)


def _say(group: Group) -> tuple[str, str]:
    return (
        f"{group.can}: in {group.names} a column belongs to the wrong table.",
        f"{group.texts} compares the inner table with itself, so the sub-select says nothing about the row.",
    )
