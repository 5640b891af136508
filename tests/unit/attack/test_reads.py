from __future__ import annotations

import pytest

from tests.unit.attack.conftest import MINE, ORGS


pytestmark = pytest.mark.shadow

NOTES = """
create table public.notes (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users (id), body text);
alter table public.notes enable row level security;
"""


def test_a_table_without_row_level_security_is_read_by_a_visitor(attacked):
    world = attacked(NOTES + "alter table public.notes disable row level security;")
    assert ("select", "guest", "") in world.leaks("public.notes")
    cell = world.cell("public.notes", "select", "guest")
    assert cell.severity.value == "high"
    assert "set local role anon" in cell.witness


def test_notes_locked_to_their_owner_hold_and_the_owner_still_reads(attacked):
    world = attacked(NOTES + "create policy own on public.notes using (user_id = auth.uid());")
    assert not world.leaks()
    owner = world.cell("public.notes", "select", "owner")
    assert owner.verdict.value == "holds"
    assert "as it should be" in owner.reason


def test_signed_in_is_not_the_same_as_the_owner(attacked):
    world = attacked(NOTES + "create policy own on public.notes for select using (auth.uid() is not null);")
    assert world.leaks("public.notes") == {("select", "signed-in", ""), ("select", "other-tenant", "")}


def test_a_missing_join_opens_to_members_of_any_tenant_and_to_nobody_else(attacked):
    world = attacked(
        ORGS
        + """
        create table public.bills (id uuid primary key default gen_random_uuid(), org_id uuid not null references public.orgs (id), total int);
        alter table public.bills enable row level security;
        create policy any_member on public.bills for select to authenticated
          using (exists (select 1 from public.org_members m where m.user_id = auth.uid()));
        """
    )
    assert world.leaks("public.bills") == {("select", "other-tenant", "")}
    assert world.cell("public.bills", "select", "teammate", "allow").verdict.value == "holds"


def test_rows_whose_owner_is_gone_must_not_be_everybodys(attacked):
    sql = NOTES.replace("user_id uuid not null", "user_id uuid")
    world = attacked(
        sql + "create policy own on public.notes for select using (user_id is null or user_id = auth.uid());"
    )
    cell = world.cell("public.notes", "select", "guest")
    assert cell.verdict.value == "leaks"
    assert "without an owner" in cell.reason
    assert cell.confidence.value == "low"


def test_a_policy_that_admits_an_unset_setting_is_seen_only_on_a_fresh_connection(attacked):
    world = attacked(
        ORGS
        + f"""
        create table public.files (id uuid primary key, org_id uuid not null references public.orgs (id), title text);
        alter table public.files enable row level security;
        create policy by_setting on public.files for select
          using (current_setting('request.jwt.claims', true) is null or {MINE});
        """
    )
    assert world.leaks("public.files") == {("select", "guest", "fresh")}


def test_what_a_social_app_shows_everyone_is_asked_once_not_alarmed(attacked):
    world = attacked(
        """
        create table public.posts (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users (id), title text);
        create table public.likes (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users (id), post_id uuid references public.posts (id));
        alter table public.posts enable row level security;
        alter table public.likes enable row level security;
        create policy seen on public.posts for select using (true);
        create policy seen on public.likes for select using (true);
        """
    )
    assert not world.leaks()
    assert [question.id for question in world.matrix.questions] == ["public-by-design-public"]
    assert len(world.matrix.questions[0].objects) == 2


def test_a_column_grant_lets_only_the_granted_columns_out(attacked):
    world = attacked(
        NOTES
        + """
        create policy seen on public.notes for select using (true);
        revoke all on public.notes from anon, authenticated;
        grant select (id, user_id) on public.notes to authenticated;
        """
    )
    cell = world.cell("public.notes", "select", "other-tenant")
    assert cell.columns == ("id", "user_id")
    assert world.cell("public.notes", "select", "guest").reason == "no grant"


def test_a_policy_that_calls_itself_is_told_apart_from_one_that_denies(attacked):
    world = attacked(
        ORGS.replace("using (user_id = auth.uid())", "using (org_id in (select m.org_id from public.org_members m))")
    )
    owner = world.cell("public.org_members", "select", "owner")
    assert owner.verdict.value == "locked_out"
    assert owner.sqlstate == "42P17"
    assert world.cell("public.org_members", "select", "other-tenant").verdict.value == "unknown"


def test_a_row_that_its_owner_published_is_no_leak(attacked):
    world = attacked(
        NOTES
        + """
        create policy own on public.notes for all using (user_id = auth.uid());
        create table public.share_links (id uuid primary key default gen_random_uuid(), note_id uuid not null references public.notes (id));
        alter table public.share_links enable row level security;
        create policy anybody on public.share_links for select using (true);
        create policy shared on public.notes for select using (id in (select s.note_id from public.share_links s));
        """
    )
    cell = world.cell("public.notes", "select", "guest")
    assert cell.verdict.value == "unknown"
    assert "publishes it" in cell.reason


def test_every_table_verb_and_actor_has_a_cell_and_only_may_restrict_it(attacked):
    world = attacked(NOTES + "create policy own on public.notes using (user_id = auth.uid());")
    verbs = {(cell.verb.value, cell.actor.value) for cell in world.matrix.cells if cell.object == "public.notes"}
    for verb in ("select", "insert", "update", "delete"):
        for actor in ("guest", "signed-in", "other-tenant", "owner"):
            assert (verb, actor) in verbs
    assert sum(world.matrix.counts().values()) == len(world.matrix.cells)


def test_the_address_that_comes_along_with_a_published_row_is_told_by_column(attacked):
    world = attacked(
        """
        create table public.tickets (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users (id), email text, subject text);
        alter table public.tickets enable row level security;
        create policy own on public.tickets for all using (user_id = auth.uid());
        create table public.share_links (id uuid primary key default gen_random_uuid(), ticket_id uuid not null references public.tickets (id));
        alter table public.share_links enable row level security;
        create policy anybody on public.share_links for select using (true);
        create policy shared on public.tickets for select using (id in (select s.ticket_id from public.share_links s));
        """
    )
    assert world.cell("public.tickets", "select", "guest").verdict.value == "unknown"
    cell = world.cell("public.tickets.email", "select", "guest")
    assert (cell.kind, cell.verdict.value) == ("column", "leaks")
