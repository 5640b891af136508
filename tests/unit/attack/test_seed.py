"""Tables that are hard to fill, filled; and said so when they cannot be."""

from __future__ import annotations

import pytest

from assistant.attack.actors import Side
from assistant.attack.arena import open_arena
from assistant.collect.catalog import read_catalog
from assistant.domain.catalog import PlatformKind
from assistant.domain.names import Name
from assistant.ownership.infer import infer
from tests.unit.attack.conftest import ORGS


pytestmark = pytest.mark.shadow


@pytest.fixture
def seeded(shadow):
    """Seed a schema; gives the field and a function that asks the seeded database."""
    opened = []

    def run(sql: str):
        with shadow.connect() as connection:
            connection.execute(sql)
        with shadow.connect() as connection:
            catalog = read_catalog(connection, PlatformKind.SUPABASE)
        arena = open_arena(shadow, catalog, infer(catalog))
        database, field = arena.__enter__()
        opened.append(arena)

        def ask(query: str):
            with database.connect() as connection:
                return connection.execute(query).fetchall()

        return field, ask

    yield run
    for arena in opened:
        arena.__exit__(None, None, None)


def test_rows_in_both_tenants_whatever_the_columns(seeded):
    field, ask = seeded(
        ORGS
        + """
        create type public.mood as enum ('calm', 'busy');
        create domain public.percent as integer check (value between 0 and 100);
        create table public.everything (
          id bigint generated always as identity primary key, org_id uuid not null references public.orgs (id),
          code char(2) not null unique, name varchar(8) not null, share numeric(3, 2) not null, mood public.mood not null,
          filled public.percent not null, tags text[] not null, at timestamptz not null, span tstzrange not null,
          address inet not null, body jsonb not null, bits bit(4) not null, doubled integer generated always as (1 * 2) stored,
          slug text not null unique check (slug ~ '^[a-z0-9-]+$'), kind text not null check (kind in ('x', 'y')),
          starts date, ends date, check (ends > starts));
        """
    )
    assert field.seeded.refused == {}
    assert ask("select count(*) from public.everything")[0][0] >= 2


def test_circular_and_self_references_need_no_order(seeded):
    field, ask = seeded(
        """
        create table public.a (id uuid primary key, b_id uuid not null);
        create table public.b (id uuid primary key, a_id uuid not null references public.a (id), parent_id uuid references public.b (id));
        alter table public.a add foreign key (b_id) references public.b (id);
        create table public.c (org uuid, n integer, primary key (org, n));
        create table public.d (id uuid primary key, org uuid not null, n integer not null, foreign key (org, n) references public.c (org, n));
        """
    )
    assert field.seeded.refused == {}
    for child, parent, on in (
        ("a", "b", "c.b_id = p.id"),
        ("b", "a", "c.a_id = p.id"),
        ("d", "c", "c.org = p.org and c.n = p.n"),
    ):
        orphans = ask(
            f"select count(*) from public.{child} c where not exists (select 1 from public.{parent} p where {on})"
        )
        assert orphans[0][0] == 0, child


def test_a_check_between_two_columns_is_solved_not_dropped(seeded):
    field, _ = seeded(
        """
        create table public.events (id uuid primary key, user_id uuid not null references auth.users (id),
          email text, phone text, check ((email is null) <> (phone is null)));
        create table public.duels (id uuid primary key, one uuid not null references auth.users (id), two uuid not null references auth.users (id), check (one <> two));
        """
    )
    assert field.seeded.refused == {}
    assert field.seeded.dropped == []


def test_a_check_no_value_meets_is_dropped_in_the_shadow_and_said_so(seeded):
    field, _ = seeded(
        "create table public.odd (id uuid primary key, code text not null constraint odd_code check (md5(code) = 'never'));"
    )
    assert field.seeded.dropped == ["public.odd: odd_code"]
    assert field.seeded.refused == {}


def test_nobody_is_seeded_as_an_admin_and_the_victim_keeps_private_what_can_be_private(seeded):
    field, ask = seeded(
        """
        create table public.profiles (id uuid primary key references auth.users (id), role text not null default 'user', is_admin boolean not null default false);
        create table public.employees (id uuid primary key, user_id uuid not null references auth.users (id), role text not null check (role in ('admin', 'support')));
        create table public.pages (id uuid primary key, user_id uuid not null references auth.users (id), visibility text not null default 'public' check (visibility in ('public', 'private')));
        create table public.platform_admins (user_id uuid primary key references auth.users (id));
        """
    )
    assert ask("select count(*) from public.profiles where role <> 'user' or is_admin")[0][0] == 0
    assert field.seeded.row(Name("public", "employees"), Side.OTHER)["role"] == "'support'"
    assert field.seeded.row(Name("public", "pages"), Side.VICTIM)["visibility"] == "'private'"
    assert field.seeded.row(Name("public", "pages"), Side.OTHER)["visibility"] == "'public'"
    assert field.seeded.row(Name("public", "platform_admins"), Side.OTHER) is None


def test_times_are_relative_to_now(seeded):
    _, ask = seeded(
        "create table public.invites (id uuid primary key, user_id uuid not null references auth.users (id), expires_at timestamptz not null, created_at timestamptz not null);"
    )
    assert ask(
        "select bool_and(expires_at > now() + interval '1 year' and created_at > now() - interval '1 hour') from public.invites"
    )[0][0]


def test_the_replayed_shadow_stays_clean(seeded, shadow):
    seeded("create table public.notes (id uuid primary key, user_id uuid not null references auth.users (id));")
    with shadow.connect() as connection:
        assert connection.execute("select count(*) from public.notes").fetchone()[0] == 0


def test_triggers_of_the_operator_do_not_run_while_seeding(seeded):
    field, ask = seeded(
        """
        create table public.notes (id uuid primary key, user_id uuid not null references auth.users (id));
        create function public.never() returns trigger language plpgsql as $$ begin raise exception 'never'; end $$;
        create trigger never before insert on public.notes for each row execute function public.never();
        """
    )
    assert field.seeded.refused == {}
    assert ask("select count(*) from public.notes")[0][0] >= 2


def test_the_private_row_of_a_conditional_table_really_is_private(seeded):
    field, ask = seeded(
        """
        create table public.pages (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users (id),
          title text, is_public boolean not null default true);
        alter table public.pages enable row level security;
        create policy own on public.pages using (user_id = auth.uid());
        create policy shown on public.pages for select using (is_public);
        """
    )
    pages = Name("public", "pages")
    where = field.seeded.where(field.catalog.tables[pages], Side.VICTIM)
    assert ask(f"select is_public from public.pages where {where}") == [(False,)]
    where = field.seeded.where(field.catalog.tables[pages], Side.PUBLISHED)
    assert ask(f"select is_public from public.pages where {where}") == [(True,)]
