from __future__ import annotations

import pytest

from assistant.attack.forged import addresses
from tests.unit.attack.conftest import MINE, ORGS


CARDS = """
create table public.cards (id uuid primary key default gen_random_uuid(), org_id uuid not null references public.orgs (id), last_four text);
alter table public.cards enable row level security;
"""


@pytest.mark.shadow
def test_a_policy_that_believes_what_users_write_about_themselves(attacked):
    world = attacked(
        ORGS
        + CARDS
        + "create policy c on public.cards for select using (org_id = (auth.jwt() -> 'user_metadata' ->> 'org_id')::uuid);"
    )
    assert world.leaks("public.cards") == {("select", "forged-claims", "claims-tenant")}
    assert (
        '"user_metadata": {"org_id"' in world.cell("public.cards", "select", "forged-claims", "claims-tenant").witness
    )


@pytest.mark.shadow
def test_claims_that_only_the_server_writes_are_never_forged(attacked):
    world = attacked(
        ORGS
        + CARDS
        + "create policy c on public.cards for select using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);"
    )
    assert not world.leaks("public.cards")
    assert world.cell("public.cards", "select", "owner").verdict.value == "holds", "the owner carries their own tenant"


@pytest.mark.shadow
def test_a_staff_address_matched_without_its_at_sign(attacked):
    world = attacked(
        ORGS
        + CARDS
        + f"create policy m on public.cards for select using ({MINE});"
        + "create policy staff on public.cards for select using ((auth.jwt() ->> 'email') like '%acme.example');"
    )
    assert world.leaks("public.cards") == {("select", "forged-claims", "email-0")}


@pytest.mark.shadow
def test_a_staff_address_matched_with_its_at_sign_is_a_rule_not_a_leak(attacked):
    world = attacked(
        ORGS
        + CARDS
        + "create policy staff on public.cards for select using ((auth.jwt() ->> 'email') like '%@acme.example');"
    )
    assert not world.leaks("public.cards")


@pytest.mark.shadow
def test_forging_what_is_open_anyway_adds_nothing(attacked):
    world = attacked(
        ORGS
        + CARDS
        + "create policy c on public.cards for select to authenticated using (true or org_id = (auth.jwt() -> 'user_metadata' ->> 'org_id')::uuid);"
    )
    assert {actor for _, actor, _ in world.leaks("public.cards")} == {"signed-in", "other-tenant"}


def test_addresses_made_to_measure():
    assert addresses("((auth.jwt() ->> 'email'::text) ~~ '%clinic.example'::text)") == ("eve@notclinic.example",)
    assert addresses("auth.email() ~ 'admin'") == ("admin@example.test", "eve@admin.example")
    assert addresses("((auth.jwt() ->> 'email'::text) ~~ '%@clinic.example'::text)") == ()
    assert addresses("((auth.jwt() ->> 'email'::text) = 'boss@clinic.example'::text)") == ()


@pytest.mark.shadow
def test_a_policy_that_looks_the_metadata_up_in_the_accounts(attacked):
    world = attacked(
        ORGS
        + CARDS
        + """
        create function public.my_org() returns uuid language sql stable security definer set search_path = ''
          as $$ select (u.raw_user_meta_data ->> 'org_id')::uuid from auth.users u where u.id = auth.uid() $$;
        create policy c on public.cards for select to authenticated using (org_id = public.my_org());
        """
    )
    assert ("select", "forged-claims", "stored-tenant") in world.leaks("public.cards")
    witness = world.cell("public.cards", "select", "forged-claims", "stored-tenant").witness
    assert "update auth.users set raw_user_meta_data" in witness
