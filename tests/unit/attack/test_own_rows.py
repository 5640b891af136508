"""Rows of one's own: made with rights already raised, in the way of a key, or of an account that is its user."""

from __future__ import annotations

import dataclasses

import pytest

from assistant.domain.names import Name
from assistant.domain.ownership import OwnerKind
from tests.unit.attack.conftest import ORGS


pytestmark = pytest.mark.shadow

PROFILES = """
create table public.profiles (id uuid primary key references auth.users (id), bio text, is_admin boolean not null default false);
alter table public.profiles enable row level security;
create policy seen on public.profiles for select to authenticated using (id = auth.uid());
create policy made on public.profiles for insert to authenticated with check (id = auth.uid(){more});
"""


def test_a_profile_that_is_made_as_an_admins(attacked):
    world = attacked(PROFILES.format(more=""))
    cell = world.cell("public.profiles", "insert", "signed-in", "raise")
    assert cell.verdict.value == "leaks"
    assert (cell.columns, cell.severity.value) == (("is_admin",), "high")


def test_a_profile_that_can_only_be_made_plain_holds(attacked):
    world = attacked(PROFILES.format(more=" and not is_admin"))
    assert world.cell("public.profiles", "insert", "signed-in", "raise").verdict.value == "holds"


def test_a_row_that_two_references_identify_is_really_inserted(attacked):
    world = attacked(
        """
        create table public.chats (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users (id));
        create table public.files (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users (id));
        create table public.chat_files (user_id uuid not null references auth.users (id), chat_id uuid references public.chats (id),
          file_id uuid references public.files (id), primary key (chat_id, file_id));
        create function public.touch() returns trigger language plpgsql as $$ begin return new; end $$;
        create trigger touch before insert on public.chat_files for each row execute function public.touch();
        alter table public.chats enable row level security;
        alter table public.files enable row level security;
        alter table public.chat_files enable row level security;
        create policy own on public.chat_files using (user_id = auth.uid()) with check (user_id = auth.uid());
        """
    )
    cells = [one for one in world.matrix.cells if one.object == "public.chat_files" and one.verb.value == "insert"]
    assert not [cell for cell in cells if cell.sqlstate == "23505"]
    assert world.cell("public.chat_files", "insert", "owner").verdict.value == "holds"


def test_an_owner_of_a_personal_account_is_not_said_to_be_locked_out(attacked):
    def of_tenant(owned):
        name = Name("public", "letters")
        entry = dataclasses.replace(
            owned.entries[name],
            kind=OwnerKind.TENANT,
            columns=("org_id",),
            tenant=Name("public", "orgs"),
            confirmed=True,
        )
        return dataclasses.replace(owned, entries={**owned.entries, name: entry})

    world = attacked(
        ORGS
        + """
        create table public.letters (id uuid primary key default gen_random_uuid(), org_id uuid not null references public.orgs (id), body text);
        alter table public.letters enable row level security;
        create policy own on public.letters for select to authenticated using (org_id = (select auth.uid()));
        """,
        change=of_tenant,
    )
    cell = world.cell("public.letters", "select", "owner")
    assert cell.verdict.value == "unknown"
    assert "personal accounts" in cell.reason
