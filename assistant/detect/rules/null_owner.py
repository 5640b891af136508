"""Policies that open rows without an owner to everyone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.context import AUTH_USERS
from assistant.detect.flaws import Flaw, gather, predicates
from assistant.detect.rule import Example, Rule


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.detect.flaws import Group
    from assistant.domain.catalog import PolicyRow, Table
    from assistant.domain.findings import Finding

RULE = Rule(
    id="null-owner",
    title="Rows without an owner belong to everyone",
    why="user_id IS NULL OR … makes every row whose owner was deleted, or never set, readable (or writable) by all.",
    remedy="Drop the alternative; give ownerless rows an owner, or a column that says they are shared on purpose.",
)

EXAMPLES = (
    Example(
        setup="""
            create table public.chats (id uuid primary key default gen_random_uuid(), user_id uuid references auth.users on delete set null, email text);
            alter table public.chats enable row level security;
            create policy own on public.chats for select to authenticated using (user_id = auth.uid());
        """,
        leak="alter policy own on public.chats using (user_id is null or user_id = auth.uid());",
        mend="alter policy own on public.chats using (user_id = auth.uid());",
        attacked=True,
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """Policies with a branch that holds because an owner column is NULL."""

    def flaws(table: Table, policy: PolicyRow) -> Iterator[Flaw]:
        owners = owner_columns(context, table)
        for text, verbs in predicates(policy):
            for branch in context.branches(table.name, text):
                tested = {column for atom in branch.atoms for column in atom.null_test} & owners
                if tested and not branch.bound:
                    yield Flaw(policy=policy, verbs=verbs, text=branch.text, columns=tuple(sorted(tested)))

    return gather(context, RULE, flaws, _say)


def owner_columns(context: Context, table: Table) -> frozenset[str]:
    """Nullable columns that say whose row it is: of the map, or referring to users or tenants."""
    owners = set(context.owner(table.name).columns)
    people = {AUTH_USERS, *(principal.table for principal in context.ownership.principals)}
    tenants = {membership.tenant for membership in context.ownership.memberships if membership.tenant is not None}
    for key in table.foreign_keys:
        if key.target in people | tenants:
            owners.update(key.columns)
    return frozenset(column.name for column in table.columns if column.name in owners and not column.not_null)


def _say(group: Group) -> tuple[str, str]:
    columns = " or ".join(sorted({column for flaw in group.flaws for column in flaw.columns}))
    return (
        f"{group.can} that have no {columns}: {group.names}.",
        f"{group.texts} is true for every row without an owner.",
    )
