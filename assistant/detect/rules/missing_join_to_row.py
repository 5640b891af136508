"""Sub-selects that find the caller somewhere and never ask for this row."""

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
    from assistant.domain.names import Name
    from assistant.sql.branches import Atom

RULE = Rule(
    id="missing-join-to-row",
    title="A sub-select does not mention the row it guards",
    why="A policy that asks whether the caller is a member of something, and not of this row's tenant, opens every tenant to every member.",
    remedy="Tie the sub-select to the row: org_id = any (array (select private.my_org_ids())).",
)

EXAMPLES = (
    Example(
        setup="""
            create table public.teams (id uuid primary key default gen_random_uuid(), name text);
            create table public.team_members (team_id uuid references public.teams, user_id uuid references auth.users, role text default 'member', primary key (team_id, user_id));
            create table public.contracts (id uuid primary key default gen_random_uuid(), team_id uuid not null references public.teams, email text);
            alter table public.teams enable row level security;
            alter table public.team_members enable row level security;
            alter table public.contracts enable row level security;
            create policy own on public.team_members for select to authenticated using (user_id = auth.uid());
            create policy team on public.contracts for select to authenticated using (team_id in (select m.team_id from public.team_members m where m.user_id = auth.uid()));
        """,
        leak="alter policy team on public.contracts using (exists (select 1 from public.team_members m where m.user_id = auth.uid()));",
        mend="alter policy team on public.contracts using (exists (select 1 from public.team_members m where m.user_id = auth.uid() and m.team_id = contracts.team_id));",
        attacked=True,
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """Policies with a branch that rests on a sub-select about the caller alone."""

    def flaws(table: Table, policy: PolicyRow) -> Iterator[Flaw]:
        for text, verbs in predicates(policy):
            for branch in context.branches(table.name, text):
                if branch.bound:
                    continue
                loose = [atom for atom in branch.atoms if _is_loose(context, table, atom)]
                if loose:
                    yield Flaw(policy=policy, verbs=verbs, text="; ".join(atom.text for atom in loose))

    return gather(context, RULE, flaws, _say)


def _is_loose(context: Context, table: Table, atom: Atom) -> bool:
    """A sub-select without the row, although what it reads could be tied to the row."""
    if not atom.sub_select or atom.linked or atom.captured or atom.negative or not atom.reads:
        return False
    tied = any(could_be_tied(context, table, name) for name in atom.reads)
    tenants = {membership.table for membership in context.ownership.memberships}
    # "is an admin" is a gate for the whole application, unless one can be an admin of one tenant only
    return tied if not atom.gate else tied and any(name in tenants for name in atom.reads)


def could_be_tied(context: Context, table: Table, name: Name) -> bool:
    """True when the row and the relation refer to each other or to a third table that is not the list of users."""
    other = context.catalog.tables.get(name)
    if other is None:
        return False
    people = {AUTH_USERS, *(principal.table for principal in context.ownership.principals)}
    mine = {key.target for key in table.foreign_keys}
    theirs = {key.target for key in other.foreign_keys}
    shared = (mine & theirs) - people
    return bool(shared) or name in mine or table.name in theirs or bool(_tenant_columns(context, table, name))


def _tenant_columns(context: Context, table: Table, name: Name) -> set[str]:
    """Columns of the row that are called like the membership's tenant column, where no foreign key says so."""
    columns = {membership.tenant_column for membership in context.ownership.memberships if membership.table == name}
    return columns & {column.name for column in table.columns}


def _say(group: Group) -> tuple[str, str]:
    return (
        f"{group.can}: {group.names} never asks whose row it is.",
        f"The sub-select is about the caller alone: {group.texts}.",
    )
