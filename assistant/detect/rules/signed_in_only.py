"""Policies that ask for a session and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.flaws import Flaw, gather, predicates
from assistant.detect.openings import Opening, opening
from assistant.detect.rule import Example, Rule


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.detect.flaws import Group
    from assistant.domain.catalog import PolicyRow, Table
    from assistant.domain.findings import Finding

RULE = Rule(
    id="signed-in-only",
    title="A policy asks only whether the caller is signed in",
    why="Every customer is signed in. A policy that asks for nothing more shows each of them the rows of all the others.",
    remedy="Compare the row's owner or tenant with the caller, not only the caller with nobody.",
    docs="https://supabase.com/docs/guides/database/postgres/row-level-security",
)

EXAMPLES = (
    Example(
        setup="""
            create table public.invoices (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users, email text);
            alter table public.invoices enable row level security;
            create policy own on public.invoices for select using (auth.uid() = user_id);
        """,
        leak="alter policy own on public.invoices using (auth.role() = 'authenticated');",
        mend="alter policy own on public.invoices using (auth.role() = 'authenticated' and auth.uid() = user_id);",
        attacked=True,
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """Policies that are true for anyone with a session."""

    def flaws(table: Table, policy: PolicyRow) -> Iterator[Flaw]:
        for text, verbs in predicates(policy):
            if opening(context, table, policy, text) is Opening.SIGNED_IN:
                yield Flaw(policy=policy, verbs=verbs, text=text)

    return gather(context, RULE, flaws, _say)


def _say(group: Group) -> tuple[str, str]:
    return (
        f"{group.can}: {group.names} asks only for a session.",
        f"Being signed in is all that is asked ({group.texts}).",
    )
