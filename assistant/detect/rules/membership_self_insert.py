"""Membership tables in which people can add themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.context import Exposure, new_row_predicate, verbs_of
from assistant.detect.judge import forms, judge, report
from assistant.detect.rule import Example, Rule
from assistant.detect.two_steps import opened_by, places_opened
from assistant.domain.facts import Subject
from assistant.domain.matrix import Severity, Verb
from assistant.sql.truth import Caller


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.catalog import PolicyRow, Table
    from assistant.domain.findings import Finding
    from assistant.domain.matrix import Cell
    from assistant.domain.ownership import Membership

RULE = Rule(
    id="membership-self-insert",
    title="People can add themselves to a tenant",
    why="The membership table is what all other policies trust. A policy that only asks whether the new row names the caller lets anybody join any tenant, "
    "and then everything of that tenant is theirs to read.",
    remedy="Let only an admin of that tenant add members, or redeem an invitation in a function that checks it.",
)

EXAMPLES = (
    Example(
        setup="""
            create table public.orgs (id uuid primary key default gen_random_uuid(), name text);
            create table public.org_members (org_id uuid references public.orgs on delete cascade, user_id uuid references auth.users on delete cascade, role text not null default 'member', primary key (org_id, user_id));
            create table public.plans_of_org (id uuid primary key default gen_random_uuid(), org_id uuid not null references public.orgs, secret text);
            alter table public.orgs enable row level security;
            alter table public.org_members enable row level security;
            alter table public.plans_of_org enable row level security;
            create policy own on public.org_members for select to authenticated using (user_id = auth.uid());
            create policy team on public.plans_of_org for select to authenticated using (org_id in (select m.org_id from public.org_members m where m.user_id = auth.uid()));
        """,
        leak="create policy join_in on public.org_members for insert to authenticated with check (user_id = auth.uid());",
        mend="drop policy join_in on public.org_members;",
        attacked=True,
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """Membership tables that the attack joined, or whose policies for writing do not bind the tenant."""
    for membership in context.ownership.memberships:
        table = context.catalog.tables.get(membership.table)
        if table is None or membership.pointer or not table.rls or not context.served(table.name):
            continue
        loose = [policy for policy in context.api_policies(table) if _is_loose(context, table, policy, membership)]
        two_steps = opened_by(context, table.name)
        joined = {cell.key for cell in two_steps}
        exposure = min((context.predicate_reach(table, policy) for policy in loose), default=Exposure.SIGNED_IN)
        judgement = judge(
            context,
            table.name,
            {Verb.INSERT, Verb.UPDATE},
            exposure,
            only=_joins,
            severity=Severity.HIGH,
            more=two_steps,
        )
        if judgement is None or not (loose or joined):
            continue
        opened = places_opened(two_steps)
        yield report(
            RULE,
            Subject(kind="table", name=str(table.name)),
            f"{judgement.who(exposure).capitalize()} can join any tenant through {table.name}"
            + (f" and then reach {opened}." if opened else "."),
            judgement,
            context.policy_place(loose[0]) if loose else context.table_place(table),
            detail=f"The policy binds {membership.user_column} and not {membership.tenant_column}; whoever writes such a row is a member.",
            policies=(policy.name for policy in loose),
            columns=(membership.tenant_column,),
        )


def _joins(cell: Cell) -> bool:
    """A new membership, or one's own moved to another tenant."""
    return cell.through is None and (cell.verb is Verb.INSERT or "move" in forms(cell))


def _is_loose(context: Context, table: Table, policy: PolicyRow, membership: Membership) -> bool:
    """An INSERT or UPDATE policy with a branch that neither binds the tenant nor asks for more than a session."""
    text = new_row_predicate(policy)
    if text is None or not {Verb.INSERT, Verb.UPDATE} & set(verbs_of(policy)):
        return False
    for branch in context.branches(table.name, text):
        binds_tenant = any(membership.tenant_column in atom.row and atom.binds for atom in branch.atoms)
        gated = any(
            atom.caller
            and not atom.row
            and not atom.forged
            and context.admits(table, atom.text, Caller.SIGNED_IN) is not True
            for atom in branch.atoms
        )
        closed = any(context.admits(table, atom.text, Caller.SIGNED_IN) is False for atom in branch.atoms)
        tied = any(atom.sub_select and atom.linked and not atom.captured for atom in branch.atoms)
        if not (binds_tenant or gated or closed or tied):
            return True
    return False
