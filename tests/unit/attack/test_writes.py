from __future__ import annotations

import pytest

from tests.unit.attack.conftest import MINE, ORGS


pytestmark = pytest.mark.shadow

TASKS = """
create table public.tasks (id uuid primary key default gen_random_uuid(), org_id uuid not null references public.orgs (id),
  author_id uuid references auth.users (id), title text);
alter table public.tasks enable row level security;
"""
READ = f"create policy r on public.tasks for select to authenticated using ({MINE});"


def test_an_insert_that_binds_the_author_but_not_the_tenant_fills_a_strangers_board(attacked):
    world = attacked(
        ORGS
        + TASKS
        + READ
        + "create policy i on public.tasks for insert to authenticated with check (author_id = auth.uid());"
    )
    assert ("insert", "other-tenant", "stuffed") in world.leaks("public.tasks")
    assert ("insert", "guest", "stuffed") not in world.leaks("public.tasks")


def test_an_insert_bound_to_the_tenant_holds(attacked):
    world = attacked(
        ORGS + TASKS + READ + f"create policy i on public.tasks for insert to authenticated with check ({MINE});"
    )
    assert not world.leaks("public.tasks")
    assert world.cell("public.tasks", "insert", "owner").verdict.value == "holds"


def test_an_update_policy_that_is_true_is_found_although_every_filtered_update_finds_nothing(attacked):
    world = attacked(
        ORGS
        + TASKS
        + READ
        + "create policy u on public.tasks for update to authenticated using (true) with check (true);"
    )
    cell = world.cell("public.tasks", "update", "other-tenant")
    assert cell.verdict.value == "leaks"
    assert "unfiltered" in cell.steps[0]
    assert cell.severity.value == "medium", "one lower: the API may refuse a statement without a filter"


def test_a_row_of_ones_own_can_be_moved_where_with_check_is_missing(attacked):
    world = attacked(
        ORGS
        + TASKS
        + READ
        + f"create policy u on public.tasks for update to authenticated using ({MINE}) with check (true);"
    )
    assert ("update", "other-tenant", "move") in world.leaks("public.tasks")
    assert ("update", "other-tenant", "") not in world.leaks("public.tasks")


def test_a_delete_policy_for_everyone_deletes_the_victims_row(attacked):
    world = attacked(ORGS + TASKS + READ + "create policy d on public.tasks for delete to authenticated using (true);")
    assert ("delete", "signed-in", "") in world.leaks("public.tasks")


def test_a_trigger_that_puts_the_callers_id_in_closes_the_insert(attacked):
    world = attacked(
        """
        create table public.notes (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users (id), body text);
        alter table public.notes enable row level security;
        create policy i on public.notes for insert to authenticated with check (true);
        create policy r on public.notes for select to authenticated using (user_id = auth.uid());
        create function public.stamp() returns trigger language plpgsql as $$ begin new.user_id := auth.uid(); return new; end $$;
        create trigger stamp before insert on public.notes for each row execute function public.stamp();
        """
    )
    cell = world.cell("public.notes", "insert", "other-tenant", "as-victim")
    assert cell.verdict.value == "holds"
    assert "trigger" in cell.reason


def test_a_member_who_makes_themselves_owner_and_a_stranger_who_joins(attacked):
    world = attacked(
        ORGS
        + """
        create policy u on public.org_members for update to authenticated using (user_id = auth.uid()) with check (user_id = auth.uid());
        create policy i on public.org_members for insert to authenticated with check (user_id = auth.uid());
        """
    )
    leaks = world.leaks("public.org_members")
    assert ("update", "teammate", "raise") in leaks
    assert ("update", "other-tenant", "move") in leaks
    assert ("insert", "signed-in", "stuffed") in leaks


def test_a_user_who_may_write_every_column_makes_themselves_admin(attacked):
    profiles = """
        create table public.profiles (id uuid primary key references auth.users (id), bio text, is_admin boolean not null default false);
        alter table public.profiles enable row level security;
        create policy own on public.profiles using (id = auth.uid()) with check (id = auth.uid());
        """
    world = attacked(profiles)
    assert ("update", "signed-in", "raise") in world.leaks("public.profiles")
    assert world.cell("public.profiles", "update", "signed-in", "raise").columns == ("is_admin",)


def test_a_privileged_column_without_a_grant_holds(attacked):
    world = attacked(
        """
        create table public.profiles (id uuid primary key references auth.users (id), bio text, is_admin boolean not null default false);
        alter table public.profiles enable row level security;
        create policy own on public.profiles using (id = auth.uid()) with check (id = auth.uid());
        revoke insert, update on public.profiles from anon, authenticated;
        grant insert (id, bio), update (bio) on public.profiles to authenticated;
        """
    )
    assert not world.leaks("public.profiles")


def test_making_ones_own_tenant_is_legitimate(attacked):
    world = attacked(ORGS + "create policy i on public.orgs for insert to authenticated with check (true);")
    assert not world.leaks("public.orgs")


def test_a_teacher_may_mark_who_was_there(attacked):
    world = attacked(
        """
        create table public.lessons (id uuid primary key default gen_random_uuid(), teacher_id uuid not null references auth.users (id));
        alter table public.lessons enable row level security;
        create policy own on public.lessons using (teacher_id = auth.uid());
        create table public.attendance (id uuid primary key default gen_random_uuid(), lesson_id uuid not null references public.lessons (id),
          student_id uuid not null references auth.users (id), present boolean not null default true);
        alter table public.attendance enable row level security;
        create policy student on public.attendance for select using (student_id = auth.uid());
        create policy teacher on public.attendance using (lesson_id in (select l.id from public.lessons l where l.teacher_id = auth.uid()));
        """
    )
    assert not world.leaks("public.attendance")


def test_a_plain_member_who_lets_strangers_in(attacked):
    world = attacked(
        ORGS
        + """
        create function public.my_orgs() returns setof uuid language sql stable security definer set search_path = ''
          as $$ select m.org_id from public.org_members m where m.user_id = auth.uid() $$;
        create policy i on public.org_members for insert to authenticated with check (org_id in (select public.my_orgs()));
        """
    )
    cell = world.cell("public.org_members", "insert", "teammate", "stuffed")
    assert cell.verdict.value == "leaks"
    assert "let anybody in" in cell.reason
    assert ("insert", "other-tenant", "stuffed") not in world.leaks("public.org_members")
