"""Views, functions, buckets, columns, partitions, publications: everything beside the tables themselves."""

from __future__ import annotations

import dataclasses

import pytest

from assistant.domain.names import Name
from assistant.domain.ownership import OwnerKind
from tests.unit.attack.conftest import MINE, ORGS


pytestmark = pytest.mark.shadow

BILLS = f"""
create table public.bills (id uuid primary key default gen_random_uuid(), org_id uuid not null references public.orgs (id),
  customer_email text not null, cents integer not null default 0);
alter table public.bills enable row level security;
create policy m on public.bills for select to authenticated using ({MINE});
"""


def test_a_view_with_its_owners_rights_shows_every_tenants_bills(attacked):
    world = attacked(
        ORGS + BILLS + "create view public.revenue as select org_id, customer_email, cents from public.bills;"
    )
    assert ("select", "guest", "") in world.leaks("public.revenue")
    assert "customer_email" in world.cell("public.revenue", "select", "guest").columns


def test_a_view_with_its_callers_rights_holds(attacked):
    world = attacked(
        ORGS
        + BILLS
        + "create view public.revenue with (security_invoker = true) as select org_id, customer_email, cents from public.bills;"
    )
    assert not world.leaks()
    assert world.cell("public.revenue", "select", "owner").verdict.value == "holds"


def test_a_materialized_view_keeps_what_it_read(attacked):
    world = attacked(
        ORGS
        + BILLS
        + "create materialized view public.totals as select org_id, max(customer_email) as last from public.bills group by org_id;"
    )
    cell = world.cell("public.totals", "select", "guest")
    assert cell.kind == "matview"
    assert cell.verdict.value == "leaks"


@pytest.mark.parametrize(("rights", "leaks"), [("", True), (" with (security_invoker = true)", False)])
def test_a_sum_beside_whose_it_is_shows_no_canary_and_leaks_all_the_same(attacked, rights, leaks):
    world = attacked(
        ORGS + BILLS + f"create view public.totals{rights} as select org_id, sum(cents) from public.bills group by 1;"
    )
    assert (("select", "guest", "") in world.leaks("public.totals")) is leaks
    assert world.cell("public.totals", "select", "owner").verdict.value == "holds"


def test_a_count_beside_an_id_that_everybody_may_read_is_no_leak(attacked):
    world = attacked(
        """
        create table public.authors (id uuid primary key references auth.users (id), handle text);
        create table public.drafts (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users (id), body text);
        alter table public.authors enable row level security;
        alter table public.drafts enable row level security;
        create policy shown on public.authors for select using (true);
        create policy own on public.drafts for all to authenticated using (user_id = auth.uid());
        create view public.busy as select a.id, count(d.id) from public.authors a left join public.drafts d on d.user_id = a.id group by 1;
        """,
        change=lambda owned: dataclasses.replace(
            owned,
            entries={
                **owned.entries,
                Name("public", "authors"): dataclasses.replace(
                    owned.entries[Name("public", "authors")], kind=OwnerKind.PUBLIC, columns=()
                ),
            },
        ),
    )
    assert not world.leaks("public.busy")


def test_writing_through_a_view_passes_the_policies_by(attacked):
    world = attacked(ORGS + BILLS + "create view public.revenue as select * from public.bills;")
    assert {("update", "guest", ""), ("delete", "guest", "")} <= world.leaks("public.revenue")


SEARCH = """
create function public.search_bills(q text) returns table (id uuid, customer_email text) language sql stable {rights} set search_path = ''
  as $$ select b.id, b.customer_email from public.bills b where b.customer_email ilike '%' || q || '%' $$;
"""


def test_a_search_that_never_asks_who_is_calling(attacked):
    world = attacked(ORGS + BILLS + SEARCH.format(rights="security definer"))
    cell = world.cell("public.search_bills(text)", "execute", "guest")
    assert cell.verdict.value == "leaks"
    assert "bills.customer_email" in cell.columns


def test_the_same_search_with_the_callers_rights_holds(attacked):
    world = attacked(ORGS + BILLS + SEARCH.format(rights=""))
    assert not world.leaks()


@pytest.mark.parametrize(("asks", "verdict"), [("true", "leaks"), (MINE.replace("org_id in", "b.org_id in"), "holds")])
def test_a_sum_of_somebody_elses_amounts_is_told_by_its_number(attacked, asks, verdict):
    world = attacked(
        ORGS
        + BILLS.replace(" default 0", "")
        + f"""
        create function public.revenue_of(p_org_id uuid) returns table (bills bigint, cents bigint) language sql stable security definer set search_path = ''
          as $$ select count(*), sum(b.cents) from public.bills b where b.org_id = p_org_id and ({asks}) $$;
        """
    )
    assert world.cell("public.revenue_of(uuid)", "execute", "other-tenant").verdict.value == verdict


def test_a_function_that_changes_whatever_it_is_told_to(attacked):
    world = attacked(
        ORGS
        + BILLS
        + """
        create function public.void_bill(bill_id uuid, reason text default 'void') returns void language plpgsql security definer set search_path = ''
          as $$ begin update public.bills set customer_email = reason where id = bill_id; end $$;
        """
    )
    cell = world.cell("public.void_bill(uuid,text)", "execute", "other-tenant")
    assert cell.verdict.value == "leaks"
    assert "changes a row of public.bills" in cell.reason


def test_a_function_that_asks_first_holds_and_one_that_only_fails_is_unknown(attacked):
    world = attacked(
        ORGS
        + BILLS
        + """
        create function public.void_bill(bill_id uuid) returns void language plpgsql security definer set search_path = ''
          as $$ begin
            if not exists (select 1 from public.bills b join public.org_members m on m.org_id = b.org_id where b.id = bill_id and m.user_id = auth.uid())
            then raise exception 'not yours' using errcode = '42501'; end if;
            update public.bills set cents = 0 where id = bill_id; end $$;
        create function public.broken(bill_id uuid) returns integer language plpgsql security definer
          as $$ begin return (select count(*) from public.nowhere); end $$;
        """
    )
    assert not world.leaks()
    assert world.cell("public.void_bill(uuid)", "execute", "other-tenant").verdict.value == "holds"
    assert world.cell("public.void_bill(uuid)", "execute", "owner").verdict.value == "holds"
    assert world.cell("public.broken(uuid)", "execute", "guest").verdict.value == "unknown"


def test_both_overloads_of_a_function_have_their_own_cells(attacked):
    world = attacked(
        ORGS
        + BILLS
        + SEARCH.format(rights="security definer")
        + SEARCH.format(rights="security definer")
        .replace("q text", "q text, most integer")
        .replace("$$;", "limit most $$;")
    )
    assert ("execute", "guest", "") in world.leaks("public.search_bills(text)")
    assert ("execute", "guest", "") in world.leaks("public.search_bills(text,integer)")


STORE = "insert into storage.buckets (id, name, public) values ('letters', 'letters', {public}) on conflict do nothing;"


def test_a_bucket_policy_that_names_only_the_bucket(attacked):
    world = attacked(
        STORE.format(public="false")
        + "create policy letters on storage.objects for select to authenticated using (bucket_id = 'letters');"
    )
    assert ("select", "other-tenant", "letters") in world.leaks("storage.objects")
    assert ("select", "guest", "letters") not in world.leaks("storage.objects")


def test_a_bucket_whose_objects_lie_in_their_owners_folder_holds(attacked):
    world = attacked(
        STORE.format(public="false")
        + """
        create policy own on storage.objects to authenticated
          using (bucket_id = 'letters' and (storage.foldername(name))[1] = auth.uid()::text)
          with check (bucket_id = 'letters' and (storage.foldername(name))[1] = auth.uid()::text);
        """
    )
    assert not world.leaks()
    assert world.cell("storage.objects", "select", "owner", "letters").verdict.value == "holds"


def test_a_public_bucket_is_a_finding_of_its_own(attacked):
    world = attacked(STORE.format(public="true"))
    assert ("select", "guest", "letters") in world.leaks("storage.objects")


def test_the_address_in_a_published_row_is_not_published_with_it(attacked):
    def publish(ownership):
        name = Name("public", "people")
        entry = dataclasses.replace(
            ownership.entries[name],
            kind=OwnerKind.CONDITIONAL,
            base=OwnerKind.USER,
            columns=("user_id",),
            condition="is_public",
            sensitive=("email",),
        )
        return dataclasses.replace(ownership, entries={**ownership.entries, name: entry})

    people = """
        create table public.people (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users (id),
          handle text, email text, is_public boolean not null default false);
        alter table public.people enable row level security;
        create policy own on public.people using (user_id = auth.uid());
        create policy shown on public.people for select using (is_public);
        """
    world = attacked(people, change=publish)
    assert not world.leaks("public.people")
    cell = world.cell("public.people.email", "select", "guest")
    assert (cell.kind, cell.verdict.value) == ("column", "leaks")


def test_a_partition_read_by_its_own_name(attacked):
    sql = (
        ORGS
        + f"""
        create table public.readings (id bigint generated always as identity, org_id uuid not null references public.orgs (id),
          at timestamptz not null default now(), body text, primary key (id, at)) partition by range (at);
        create table public.readings_2025 partition of public.readings for values from ('2025-01-01') to ('2026-01-01');
        create table public.readings_rest partition of public.readings default;
        alter table public.readings enable row level security;
        create policy m on public.readings for select using ({MINE});
        """
    )
    world = attacked(sql)
    assert ("select", "guest", "") in world.leaks("public.readings_2025")
    assert ("select", "guest", "") in world.leaks("public.readings_rest")
    assert not world.leaks("public.readings")


def test_rows_of_both_sides_in_a_partition_are_told_apart_where_a_time_completes_their_key(attacked):
    own = "enable row level security; create policy own on public"
    world = attacked(
        f"""
        create table public.logins (id uuid default gen_random_uuid(), user_id uuid not null references auth.users (id),
          at timestamptz not null default now(), primary key (id, at)) partition by range (at);
        create table public.logins_rest partition of public.logins default;
        alter table public.logins {own}.logins for all to authenticated using (user_id = auth.uid());
        alter table public.logins_rest {own}.logins_rest for all to authenticated using (user_id = auth.uid());
        """
    )
    assert not world.leaks()
    assert world.cell("public.logins_rest", "delete", "owner").verdict.value == "holds"


def test_partitions_with_row_level_security_of_their_own_hold(attacked):
    world = attacked(
        ORGS
        + f"""
        create table public.readings (id uuid not null, org_id uuid not null references public.orgs (id), kind text not null, primary key (id, kind))
          partition by list (kind);
        create table public.readings_a partition of public.readings for values in ('a');
        alter table public.readings enable row level security;
        alter table public.readings_a enable row level security;
        create policy m on public.readings for select using ({MINE});
        """
    )
    assert not world.leaks()
    assert world.cell("public.readings_a", "select", "guest").verdict.value == "holds"


def test_a_private_table_that_is_broadcast(attacked):
    world = attacked(
        ORGS
        + BILLS
        + "alter table public.bills disable row level security; alter publication supabase_realtime add table public.bills;"
    )
    cell = world.cell("public.bills", "select", "guest", "realtime")
    assert cell.verdict.value == "leaks"
    assert "pg_publication_tables" in cell.witness


def test_a_broadcast_table_with_policies_holds(attacked):
    world = attacked(ORGS + BILLS + "alter publication supabase_realtime add table public.bills;")
    assert not world.leaks()
    assert world.cell("public.bills", "select", "guest", "realtime").verdict.value == "holds"


def test_truncate_that_the_platform_grants_to_everybody_is_told_and_not_alarmed(attacked):
    world = attacked(ORGS + BILLS)
    cell = world.cell("public.bills", "delete", "other-tenant", "truncate")
    assert cell.verdict.value == "holds"
    assert "no request" in cell.reason


def test_a_schema_the_api_does_not_serve_is_out_of_reach(attacked):
    world = attacked(
        "create schema hidden; create table hidden.notes (id uuid primary key, user_id uuid references auth.users (id));"
        " grant usage on schema hidden to anon; grant all on hidden.notes to anon;"
    )
    assert not world.leaks("hidden.notes")
    assert world.cell("hidden.notes", "select", "guest").reason == "the API does not serve this schema"
