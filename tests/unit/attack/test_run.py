"""The whole attack: the same bytes twice, hostile code that gains nothing, work shared between clones."""

from __future__ import annotations

import os
import subprocess
import sys

import psycopg
import pytest

from assistant.attack.run import attack
from assistant.collect.catalog import read_catalog
from assistant.domain.catalog import PlatformKind
from assistant.domain.matrix import Verdict
from assistant.domain.names import Name
from assistant.ownership.infer import infer
from tests.unit.attack.conftest import MINE, ORGS


pytestmark = pytest.mark.shadow

SCHEMA = (
    ORGS
    + f"""
create table public.bills (id bigint generated always as identity primary key, org_id uuid not null references public.orgs (id), email text, at timestamptz not null default now());
alter table public.bills enable row level security;
create policy m on public.bills for select using ({MINE});
create policy i on public.bills for insert to authenticated with check (true);
create view public.all_bills as select * from public.bills;
create function public.bill(bill_id bigint) returns text language sql security definer as 'select email from public.bills where id = bill_id';
create table public.open_notes (id bigserial primary key, user_id uuid not null references auth.users (id), body text);
"""
)


def prepared(shadow, sql):
    with shadow.connect() as connection:
        connection.execute(sql)
        catalog = read_catalog(connection, PlatformKind.SUPABASE)
    return catalog, infer(catalog)


def test_two_runs_and_any_number_of_workers_give_the_same_bytes(shadow, monkeypatch):
    catalog, ownership = prepared(shadow, SCHEMA)
    first = attack(shadow, catalog, ownership, workers=1)
    monkeypatch.setattr("assistant.attack.parallel.WORTH_A_CLONE", 1)
    monkeypatch.setattr("assistant.attack.parallel._CHUNK", 2)
    second = attack(shadow, catalog, ownership, workers=2)
    assert repr(first) == repr(second)
    assert [cell.key for cell in first.cells] == sorted(cell.key for cell in first.cells)
    assert len({cell.key for cell in first.cells}) == len(first.cells), "no two cells are the same"


SCRIPT = """
import sys, hashlib, psycopg
from assistant.attack.run import attack
from assistant.collect.catalog import read_catalog
from assistant.domain.catalog import PlatformKind
from assistant.ownership.infer import infer
from assistant.shadow.open import open_shadow
with open_shadow() as shadow:
    with shadow.connect() as connection:
        connection.execute(sys.stdin.read())
        catalog = read_catalog(connection, PlatformKind.SUPABASE)
    print(hashlib.sha256(repr(attack(shadow, catalog, infer(catalog))).encode()).hexdigest())
"""


def test_the_order_of_hashes_does_not_show():
    found = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-W", "ignore", "-c", SCRIPT]
        done = subprocess.run(command, input=SCHEMA, capture_output=True, text=True, check=False, env=environment)
        assert done.returncode == 0, done.stderr
        found.add(done.stdout)
    assert len(found) == 1


def test_only_some_objects(shadow):
    catalog, ownership = prepared(shadow, SCHEMA)
    matrix = attack(shadow, catalog, ownership, only={Name("public", "open_notes")})
    assert {cell.object for cell in matrix.cells} == {"public.open_notes"}
    assert matrix.seeding.tables == 4, "everything is seeded nevertheless"


def test_progress_is_told_with_its_denominator(shadow):
    catalog, ownership = prepared(shadow, SCHEMA)
    told = []
    attack(shadow, catalog, ownership, on_progress=lambda says, done, total: told.append((says, done, total)))
    assert told[-1][1] == told[-1][2] > 0


def test_a_function_that_resets_its_role_gains_nothing_outside_the_shadow(shadow):
    catalog, ownership = prepared(
        shadow,
        """
        create table public.loot (id bigserial primary key, says text);
        create function public.escape() returns text language plpgsql volatile as $$
          begin execute 'reset role'; return current_setting('is_superuser') || session_user; end $$;
        create function public.outside() returns text language plpgsql volatile as $$
          begin execute 'reset role'; execute 'copy public.loot (says) from program ''id'''; return (select string_agg(says, '') from public.loot); end $$;
        """,
    )
    matrix = attack(shadow, catalog, ownership)
    ran = [cell for cell in matrix.cells if cell.object == "public.outside()"]
    assert ran
    assert all(cell.verdict is not Verdict.LEAKS for cell in ran)
    with shadow.connect() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("copy public.loot (says) from program 'id'")


def test_a_function_that_never_ends_costs_itself_and_nothing_else(shadow, monkeypatch):
    monkeypatch.setattr("assistant.attack.session._BATCH_SECONDS", 1.0)
    monkeypatch.setattr("assistant.attack.session._ALONE_SECONDS", 0.3)
    catalog, ownership = prepared(
        shadow,
        """
        create function public.forever() returns void language plpgsql volatile as $$
          begin loop begin perform pg_sleep(0.05); exception when query_canceled then null; end; end loop; end $$;
        create table public.open_notes (id bigserial primary key, user_id uuid not null references auth.users (id), body text);
        """,
    )
    matrix = attack(shadow, catalog, ownership)
    stuck = [cell for cell in matrix.cells if cell.object == "public.forever()"]
    assert {cell.verdict for cell in stuck} == {Verdict.UNKNOWN}
    assert any(cell.object == "public.open_notes" and cell.verdict is Verdict.LEAKS for cell in matrix.cells)


def test_a_plain_database_without_policies_guards_nothing_and_says_so(shadow_server):
    from assistant.shadow.open import open_shadow

    with open_shadow(platform=PlatformKind.PLAIN) as shadow:
        with shadow.connect() as connection:
            connection.execute("create table public.notes (id bigserial primary key, user_id integer, body text);")
            catalog = read_catalog(connection, PlatformKind.PLAIN)
        matrix = attack(shadow, catalog, infer(catalog))
    assert {cell.verdict for cell in matrix.cells} == {Verdict.UNKNOWN}
    assert "connects as the owner" in matrix.cells[0].reason


def test_an_application_role_of_plain_postgres_that_may_truncate_empties_every_tenants_table(shadow_server):
    from assistant.shadow.open import open_shadow

    with open_shadow(platform=PlatformKind.PLAIN) as shadow:
        with shadow.connect() as connection:
            connection.execute(
                """
                create role app_user nologin;
                create table public.tenants (id uuid primary key, name text);
                create table public.users (id uuid primary key, tenant_id uuid not null references public.tenants (id), email text unique);
                create table public.bills (id uuid primary key, tenant_id uuid not null references public.tenants (id), cents integer);
                alter table public.bills enable row level security;
                create policy mine on public.bills to app_user using (tenant_id::text = current_setting('app.tenant_id', true));
                grant usage on schema public to app_user;
                grant select, truncate on public.bills to app_user;
                """
            )
            catalog = read_catalog(connection, PlatformKind.PLAIN)
        matrix = attack(shadow, catalog, infer(catalog))
    bills = [cell for cell in matrix.cells if cell.object == "public.bills"]
    leaks = {(cell.verb.value, cell.variant) for cell in bills if cell.verdict is Verdict.LEAKS}
    assert leaks == {("delete", "truncate")}
    owner = next(cell for cell in bills if cell.actor.value == "owner" and cell.verb.value == "select")
    assert owner.verdict is Verdict.HOLDS, "the policies' own role is the one that is tried"
