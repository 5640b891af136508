"""Users who can rewrite the column of their own row that says which tenant they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.context import Exposure, new_row_predicate, verbs_of
from assistant.detect.judge import forms, judge, report
from assistant.detect.rule import Example, Rule
from assistant.detect.two_steps import opened_by, places_opened
from assistant.domain.facts import Subject
from assistant.domain.matrix import Severity, Verb


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.catalog import PolicyRow, Table
    from assistant.domain.findings import Finding

RULE = Rule(
    id="tenant-pointer-writable",
    title="Users can point their own row at another tenant",
    why="Where profiles.tenant_id decides what a user may see, a user who may update their own profile may choose the tenant.",
    remedy="REVOKE UPDATE on the table and GRANT it on the harmless columns only; let the server set the tenant.",
)

EXAMPLES = (
    Example(
        setup="""
            create table public.tenants (id uuid primary key default gen_random_uuid(), name text);
            create table public.profiles (id uuid primary key references auth.users, tenant_id uuid references public.tenants, display_name text);
            create table public.deals (id uuid primary key default gen_random_uuid(), tenant_id uuid not null references public.tenants, phone text);
            create table public.leads (id uuid primary key default gen_random_uuid(), tenant_id uuid not null references public.tenants, phone text);
            alter table public.tenants enable row level security;
            alter table public.profiles enable row level security;
            alter table public.deals enable row level security;
            alter table public.leads enable row level security;
            create policy own on public.profiles for select to authenticated using (id = auth.uid());
            create policy team on public.deals for select to authenticated using (tenant_id = (select p.tenant_id from public.profiles p where p.id = auth.uid()));
            create policy team on public.leads for select to authenticated using (tenant_id = (select p.tenant_id from public.profiles p where p.id = auth.uid()));
        """,
        leak="create policy edit on public.profiles for update to authenticated using (id = auth.uid()) with check (id = auth.uid());",
        mend="revoke update on public.profiles from anon, authenticated; grant update (display_name) on public.profiles to authenticated;",
        attacked=True,
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """Tenant pointers that an UPDATE policy and the grants leave to their user."""
    for table, pointer in pointers(context):
        if pointer not in context.columns_granted(table, "UPDATE", Exposure.SIGNED_IN):
            continue
        loose = [
            policy
            for policy in context.api_policies(table)
            if Verb.UPDATE in verbs_of(policy) and _leaves_free(context, table, policy, pointer)
        ]
        two_steps = opened_by(context, table.name)
        exposure = Exposure.SIGNED_IN
        judgement = judge(
            context,
            table.name,
            {Verb.UPDATE},
            exposure,
            only=lambda cell: "move" in forms(cell) and cell.through is None,
            severity=Severity.HIGH,
            more=two_steps,
        )
        if judgement is None or not (loose or two_steps):
            continue
        opened = places_opened(two_steps)
        column = f"{table.name}.{pointer}"
        yield report(
            RULE,
            Subject(kind="table", name=str(table.name)),
            f"Any signed-in user can set {column} of their own row to another tenant"
            + (f" and then reach {opened}." if opened else "."),
            judgement,
            context.policy_place(loose[0]) if loose else context.table_place(table),
            detail="The policy asks whose row it is and not which tenant the new row names.",
            policies=(policy.name for policy in loose),
            columns=(pointer,),
        )


def pointers(context: Context) -> Iterator[tuple[Table, str]]:
    """Columns of people's own rows that name a tenant: of the map, or foreign keys to tenants that the attack put to use."""
    memberships = context.ownership.memberships
    tenants = {membership.tenant for membership in memberships if membership.tenant is not None}
    found = {(membership.table, membership.tenant_column) for membership in memberships if membership.pointer}
    for principal in context.ownership.principals:
        table = context.catalog.tables.get(principal.table)
        if table is not None and opened_by(context, table.name):
            found |= {
                (table.name, key.columns[0])
                for key in table.foreign_keys
                if key.target in tenants and len(key.columns) == 1
            }
    for name, column in sorted(found):
        table = context.catalog.tables.get(name)
        if table is not None and table.rls and context.served(name):
            yield table, column


def _leaves_free(context: Context, table: Table, policy: PolicyRow, column: str) -> bool:
    ways = context.branches(table.name, new_row_predicate(policy))
    return any(not any(column in atom.row for atom in branch.atoms) for branch in ways)
