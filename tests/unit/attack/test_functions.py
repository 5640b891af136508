"""Functions whose rows the rehearsal must first make fit: silence is a proof only where the owner hears more."""

from __future__ import annotations

import pytest

from tests.unit.attack.conftest import MINE, ORGS


pytestmark = pytest.mark.shadow

CREDITS = f"""
create table public.credits (org_id uuid primary key references public.orgs (id), balance int not null default 0);
create table public.contracts (id uuid primary key default gen_random_uuid(), org_id uuid not null references public.orgs (id),
  email text, status text not null default 'draft', reminder_count int not null default 0, sent_at timestamptz,
  manage_token uuid not null default gen_random_uuid());
alter table public.credits enable row level security;
alter table public.contracts enable row level security;
create policy c on public.credits for select to authenticated using ({MINE});
create policy k on public.contracts for select to authenticated using ({MINE});
"""
DEDUCT = """
create function public.deduct(p_org uuid, amount int) returns int language plpgsql security definer set search_path = public as $$
declare b int; begin
  select balance into b from credits where org_id = p_org; if b is null or b < amount then return -1; end if;
  update credits set balance = b - amount where org_id = p_org; return b - amount; end $$;
"""
DUE = """
create function public.due() returns table (id uuid, email text) language sql security definer set search_path = public as $$
  select id, email from contracts where status = 'sent' and sent_at < now() - interval '3 days' and reminder_count < 2 $$;
"""


def test_anybody_who_drains_anothers_credits_is_caught_although_the_seeded_balance_is_nothing(attacked):
    world = attacked(ORGS + CREDITS + DEDUCT)
    cell = world.cell("public.deduct(uuid,integer)", "execute", "guest")
    assert cell.verdict.value == "leaks"
    assert cell.severity.value == "critical"
    assert "update public.credits set balance" in cell.witness


def test_an_amount_is_tried_small_although_a_ledger_holds_a_large_one(attacked):
    ledger = "create table public.ledger (id uuid primary key, org_id uuid not null references public.orgs (id), amount int not null);"
    keeps = DEDUCT.replace(
        "return b - amount;", "insert into ledger values (gen_random_uuid(), p_org, amount); return 0;"
    )
    cell = attacked(ORGS + CREDITS + ledger + keeps).cell("public.deduct(uuid,integer)", "execute", "guest")
    assert cell.verdict.value == "leaks"


def test_a_list_of_what_is_due_shows_every_tenants_addresses(attacked):
    world = attacked(ORGS + CREDITS + DUE)
    cell = world.cell("public.due()", "execute", "other-tenant")
    assert cell.verdict.value == "leaks"
    assert "contracts.email" in cell.columns


def test_what_is_due_within_a_day_is_seeded_within_a_day(attacked):
    soon = DUE.replace("sent_at < now() - interval '3 days'", "sent_at > now() and sent_at <= now() + interval '1 day'")
    assert ("execute", "guest", "") in attacked(ORGS + CREDITS + soon).leaks("public.due()")


def test_the_same_list_for_its_own_tenant_alone_holds(attacked):
    world = attacked(ORGS + CREDITS + DUE.replace("reminder_count < 2", f"reminder_count < 2 and {MINE}"))
    assert not world.leaks()
    assert world.cell("public.due()", "execute", "other-tenant").verdict.value == "holds"


def test_what_shows_nothing_even_to_its_owner_is_not_said_to_hold(attacked):
    world = attacked(
        ORGS
        + CREDITS
        + """
        create function public.found(needle text) returns setof public.contracts language sql security definer set search_path = public as $$
          select * from contracts where md5(email || needle) = 'nothing has this digest' $$;
        create function public.raised(p_org uuid) returns void language plpgsql security definer set search_path = public as $$ begin
          if not exists (select 1 from contracts where org_id = p_org and md5(status) = 'x') then raise exception 'No contract found'; end if; end $$;
        """
    )
    for name in ("public.found(text)", "public.raised(uuid)"):
        cell = world.cell(name, "execute", "guest")
        assert cell.verdict.value == "unknown", name
        assert "not tested with data that fits" in cell.reason


def test_a_token_that_nobody_can_guess_is_not_handed_to_the_attacker(attacked):
    world = attacked(
        ORGS
        + CREDITS
        + """
        create function public.cancel_contract(p_manage_token uuid) returns void language sql security definer set search_path = public as $$
          update contracts set status = 'cancelled' where manage_token = p_manage_token $$;
        """
    )
    assert not world.leaks()
    assert world.cell("public.cancel_contract(uuid)", "execute", "guest").verdict.value in {"holds", "unknown"}


def test_one_table_is_one_table(attacked):
    seeding = attacked(
        "create table public.notes (id uuid primary key, user_id uuid references auth.users (id))"
    ).matrix.seeding
    assert (seeding.tables, seeding.seeded) == (1, 1)
