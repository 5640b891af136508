"""Policies that trust claims which users write themselves."""

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
    id="user-metadata",
    title="A policy trusts user_metadata",
    why="Every user may write their own user_metadata (auth.updateUser), and it comes back in the token. A tenant or role read from there is whatever the caller says.",
    remedy="Read tenants and roles from a table, or from app_metadata, which only the server writes.",
    docs="https://supabase.com/docs/guides/database/postgres/row-level-security#authjwt",
)

EXAMPLES = (
    Example(
        setup="""
            create table public.files (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users, token text);
            alter table public.files enable row level security;
            create policy own on public.files for select to authenticated using (user_id = auth.uid());
        """,
        leak="create policy admins on public.files for select to authenticated using (auth.jwt() -> 'user_metadata' ->> 'role' = 'admin');",
        mend="drop policy admins on public.files;",
        attacked=True,
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """Policies with a branch that rests on user_metadata, also through a helper function."""

    def flaws(table: Table, policy: PolicyRow) -> Iterator[Flaw]:
        for text, verbs in predicates(policy):
            for branch in context.branches(table.name, text):
                forged = [atom for atom in branch.atoms if atom.forged]
                if forged and not branch.bound:
                    columns = tuple(column for atom in forged for column in atom.row)
                    yield Flaw(
                        policy=policy, verbs=verbs, text="; ".join(atom.text for atom in forged), columns=columns
                    )

    return gather(context, RULE, flaws, _say, storage=True)


def _say(group: Group) -> tuple[str, str]:
    return (
        f"{group.can} by writing their own user_metadata: {group.names} trusts it.",
        f"{group.texts} is true for whoever sets it with one call of auth.updateUser.",
    )
