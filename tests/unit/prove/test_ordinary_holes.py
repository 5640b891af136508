"""The most ordinary holes of small products end closed, proven and with nobody locked out; what needs an answer is asked."""

from __future__ import annotations

import pytest

from assistant.domain.fixes import Fix, ProofVerdict
from tests.unit.prove.test_prove import Case


pytestmark = pytest.mark.shadow
_ORGS = """
create table public.orgs (id uuid primary key default gen_random_uuid(), name text not null);
create table public.members (org_id uuid not null references public.orgs on delete cascade,
  user_id uuid not null references auth.users on delete cascade, role text not null default 'member', primary key (org_id, user_id));
alter table public.orgs enable row level security;
alter table public.members enable row level security;
create policy own on public.members for select to authenticated using (user_id = (select auth.uid()));
"""


@pytest.mark.parametrize(
    "columns",
    [
        "display_name text",
        "display_name text, role text not null default 'user', is_admin boolean default false",
        "display_name text, role text, is_admin boolean",
        "display_name varchar, stripe_customer_id varchar unique, subscription_id text",
    ],
)
def test_a_profile_without_row_level_security_becomes_its_owners(shadow, columns):
    case = Case(shadow, f"create table public.profiles (id uuid primary key references auth.users(id), {columns});")
    proof = case.prove()
    assert proof.verdict is ProofVerdict.HOLDS, proof.reason
    assert proof.after["leaks"] == 0
    assert proof.comparison.locked_out == ()
    said = "\n".join(one.sql for fix in proof.fixes for one in fix.statements)
    assert "ENABLE ROW LEVEL SECURITY" in said
    for command in ("SELECT", "INSERT", "UPDATE"):
        assert f"FOR {command}" in said


def test_a_profile_that_points_at_its_tenant_can_still_be_made(shadow):
    case = Case(
        shadow,
        """create table public.orgs (id uuid primary key default gen_random_uuid(), name text not null);
        create table public.invoices (id uuid primary key default gen_random_uuid(), org_id uuid not null references public.orgs, amount int);
        create table public.profiles (id uuid primary key references auth.users on delete cascade, email text, org_id uuid references public.orgs);""",
    )
    proof = case.prove()
    assert (proof.verdict, proof.after["leaks"]) == (ProofVerdict.HOLDS, 0), proof.reason
    assert proof.not_fixed == ()


def test_permission_rows_end_readable_and_unwritable(shadow):
    case = Case(
        shadow,
        """create table public.subadmin_permissions (id uuid primary key default gen_random_uuid(),
          user_id uuid not null references auth.users on delete cascade, can_upload boolean not null default false);""",
    )
    proof = case.prove()
    assert (proof.verdict, proof.after["leaks"]) == (ProofVerdict.HOLDS, 0), proof.reason
    said = "\n".join(one.sql for fix in proof.fixes for one in fix.statements)
    assert "FOR SELECT" in said
    assert "FOR INSERT" not in said
    assert "FOR UPDATE" not in said


def test_where_both_sides_of_a_contract_reach_it_the_map_is_asked_and_the_seller_stays(shadow):
    party = "exists (select 1 from public.members m where m.user_id = auth.uid() and m.org_id in (contracts.buyer_org_id, contracts.seller_org_id))"
    case = Case(
        shadow,
        f"""{_ORGS} create table public.contracts (id uuid primary key default gen_random_uuid(), buyer_org_id uuid not null references public.orgs,
          seller_org_id uuid not null references public.orgs, amount int);
        alter table public.contracts enable row level security;
        create policy see on public.contracts for select to authenticated using ({party});
        create policy change on public.contracts for update to authenticated using ({party}) with check ({party});""",
    )
    proof = case.prove()
    said = "\n".join(one.sql for fix in proof.fixes for one in fix.statements)
    gone = (
        "DROP POLICY IF EXISTS see ON public.contracts" in said
        or "DROP POLICY IF EXISTS change ON public.contracts" in said
    )
    assert not gone or "contracts.seller_org_id" in said


def test_saying_a_policy_better_claims_nothing_about_the_leaks_of_its_table(shadow):
    case = Case(
        shadow,
        """create table public.notes (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users on delete cascade, body text);
        create table public.documents (id uuid primary key default gen_random_uuid(), body text);
        alter table public.documents enable row level security;
        create policy session on public.documents for select using (auth.uid() is not null);""",
    )
    proof = case.prove()
    assert any(isinstance(fix, Fix) and "documents" in fix.id for fix in proof.fixes)
    assert proof.verdict is ProofVerdict.HOLDS, proof.reason
