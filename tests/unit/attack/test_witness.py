"""A witness is believed because it runs: every script is given to psql as it stands."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from assistant.attack.actors import Caller
from assistant.attack.arena import open_arena
from assistant.attack.run import attack
from assistant.attack.witness import flat, script
from assistant.collect.catalog import read_catalog
from assistant.domain.catalog import PlatformKind
from assistant.domain.matrix import Actor, Verb, Verdict
from assistant.ownership.infer import infer
from assistant.shadow.binaries import installation
from tests.unit.attack.conftest import ORGS


LEAKY = (
    ORGS
    + """
create policy join_any on public.org_members for insert to authenticated with check (user_id = auth.uid());
create table public.cards (id uuid primary key default gen_random_uuid(), org_id uuid not null references public.orgs (id), email text);
alter table public.cards enable row level security;
create policy m on public.cards for select using (org_id in (select m.org_id from public.org_members m where m.user_id = auth.uid()));
create policy u on public.cards for update to authenticated using (true) with check (true);
create view public.card_list as select * from public.cards;
create function public.find_cards() returns setof public.cards language sql stable security definer as 'select * from public.cards';
create table public."Odd ""Name""\\;drop" (id uuid primary key, "user id" uuid not null references auth.users (id), "it's" text);
"""
)


def psql(dsn: str, text: str) -> subprocess.CompletedProcess[str]:
    program = next(path for path in (installation() / "bin" / "psql", installation() / "psql") if path.exists())
    command = [str(program), "-X", "-v", "ON_ERROR_STOP=1", "-d", dsn, "-f", "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False, env={"PATH": os.defpath})


@pytest.mark.shadow
def test_every_witness_shows_its_leak_on_the_seeded_shadow(shadow):
    with shadow.connect() as connection:
        connection.execute(LEAKY)
        catalog = read_catalog(connection, PlatformKind.SUPABASE)
    ownership = infer(catalog)
    leaks = attack(shadow, catalog, ownership).of(Verdict.LEAKS)
    kinds = {(cell.kind, cell.verb) for cell in leaks}
    assert {("table", Verb.INSERT), ("table", Verb.UPDATE), ("view", Verb.SELECT), ("function", Verb.EXECUTE)} <= kinds
    assert any(cell.through for cell in leaks)
    assert any('"Odd ""Name""\\;drop"' in cell.witness for cell in leaks), "hostile names are attacked too"
    with open_arena(shadow, catalog, ownership) as (arena, _):
        for cell in leaks:
            done = psql(arena.owner_dsn, cell.witness)
            if "only a constraint stopped" in cell.reason:
                assert "row-level security" not in done.stderr, cell.witness
                continue
            assert done.returncode == 0, f"{cell.key}\n{cell.witness}\n{done.stderr}"
            last = int(re.findall(r"\((\d+) rows?\)", done.stdout)[-1])
            assert (last == 0) == (cell.verb is Verb.DELETE), f"{cell.key}\n{cell.witness}\n{done.stdout}"
        with arena.connect() as connection:
            kept = connection.execute("select count(*) from public.cards where email like 'written%'").fetchone()[0]
            assert kept == 0, "a witness rolls back"


@pytest.mark.shadow
def test_a_witness_that_no_longer_leaks_shows_nothing(shadow):
    with shadow.connect() as connection:
        connection.execute(
            "create table public.notes (id uuid primary key, user_id uuid not null references auth.users (id), body text);"
        )
        catalog = read_catalog(connection, PlatformKind.SUPABASE)
    ownership = infer(catalog)
    cells = attack(shadow, catalog, ownership).of(Verdict.LEAKS)
    cell = next(cell for cell in cells if cell.verb is Verb.SELECT and cell.actor is Actor.GUEST)
    with open_arena(shadow, catalog, ownership) as (arena, _):
        with arena.connect() as connection:
            connection.execute("alter table public.notes enable row level security")
        done = psql(arena.owner_dsn, cell.witness)
    assert re.findall(r"\((\d+) rows?\)", done.stdout)[-1] == "0"


def test_a_name_with_a_line_break_cannot_leave_its_comment():
    caller = Caller(actor=Actor.GUEST, side=None, role="anon")
    text = script(caller, "a row of public.x\n\\! touch stolen\nappears", ["select 1"])
    comments = [line for line in text.splitlines() if line.startswith("--")]
    assert not any(line.startswith("\\") for line in text.splitlines())
    assert len(comments) == 2
    assert flat("a\r\nb\u2028c\x00d") == "a b c d"


def test_claims_and_roles_are_quoted():
    caller = Caller(
        actor=Actor.OTHER_TENANT, side=None, role='app "role"', settings=(("request.jwt.claims", '{"a": "it\'s"}'),)
    )
    text = script(caller, "x", ["select 1"])
    assert 'set local role "app ""role""";' in text
    assert "'{\"a\": \"it''s\"}'" in text
    assert text.startswith("-- As a member of another tenant")
    assert text.endswith("rollback;\n")
