"""What does not fit a shape: unknown owners, policies that read themselves, public rows with private columns, suspicions."""

from __future__ import annotations

import pytest

from assistant.domain.ownership import OwnerKind
from tests.unit.propose.rig import (
    ACME,
    ANN,
    EVE,
    PEOPLE,
    Rig,
    finding,
    leak,
    own,
    public,
    tenant,
)
from tests.unit.propose.test_shapes import DENIED, REFUSED, docs


pytestmark = pytest.mark.shadow


def test_a_policy_that_looks_into_its_own_table_is_not_broken_by_the_fix(shadow):
    """PostgreSQL bears such a policy only while the read policy beside it holds no sub-select."""
    rig = Rig(shadow, (own("users", OwnerKind.SELF, "id"),)).sql(
        f"{PEOPLE} create table public.users (id uuid primary key references auth.users, name text, github text);"
        """alter table public.users enable row level security;
           create policy oops on public.users for select using (true);
           create policy edit on public.users for update to authenticated using (id = auth.uid());
           create policy fixed_github on public.users as restrictive for update to authenticated using (true)
             with check (github is not distinct from (select u.github from public.users u where u.id = auth.uid()));"""
        f"insert into public.users values ('{ANN}', 'ann', 'a'), ('{EVE}', 'eve', 'e')"
    )
    rig.leaks("users", "select", policies=("oops",)).fix()
    assert rig.as_user(ANN, "select name from public.users") == [("ann",)]
    assert rig.as_user(ANN, "update public.users set name = 'x'") == 1
    assert REFUSED in rig.as_user(ANN, "update public.users set github = 'x'")


def test_a_policy_called_after_the_service_role_becomes_its_own_where_nobody_knows_the_owner(shadow):
    rig = Rig(shadow, ()).sql(
        """create table public.queue (id int primary key); insert into public.queue values (1);
           alter table public.queue enable row level security;
           create policy "Service role has full access" on public.queue using (true);"""
    )
    rig.leaks("queue", "select", rule="policy-named-for-service-role", policies=("Service role has full access",)).fix()
    assert rig.as_user(EVE, "select id from public.queue") == []
    assert rig.catalog.tables[public("queue")].policies[0].roles == ("service_role",)


def test_policies_of_an_unknown_owner_are_put_in_force_as_they_stand(shadow):
    rig = Rig(shadow, ()).sql(
        "create table public.customers (id int primary key); create policy p on public.customers for select to authenticated using (true);"
        "insert into public.customers values (1)"
    )
    rig.leaks("customers", "select", rule="policy-without-rls", policies=("p",)).fix()
    assert rig.as_user(None, "select id from public.customers") == []
    assert rig.as_user(EVE, "select id from public.customers") == [(1,)]


def test_a_public_row_keeps_its_public_columns(shadow):
    rig = docs(shadow).sql(
        "create table public.clinicians (id int primary key, org_id uuid not null references public.orgs, name text, phone text);"
        f"insert into public.clinicians values (1, '{ACME}', 'Dr', '555'); alter table public.clinicians enable row level security;"
        "create policy everyone on public.clinicians for select using (true)"
    )
    rig.entries += (tenant("clinicians", sensitive=("phone",)),)
    cell = leak("public.clinicians", "select", columns=("phone",))
    rig.cells.append(cell)
    rig.findings.append(
        finding(
            "sensitive-column-readable",
            "table",
            "public.clinicians",
            columns=("phone",),
            policies=("everyone",),
            cells=(cell.key,),
        )
    )
    rig.fix()
    assert rig.as_user(None, "select name from public.clinicians") == [("Dr",)]
    assert DENIED in rig.as_user(EVE, "select phone from public.clinicians")


def test_a_suspicion_that_may_be_a_design_changes_nothing(shadow):
    rig = docs(shadow).sql(
        "alter table public.docs enable row level security; create policy read on public.docs for select using (true)"
    )
    rig.findings.append(finding("always-true", "table", "public.docs", policies=("read",), executed=False))
    (answer,) = rig.propose()
    assert "meant that way" in answer.reason
