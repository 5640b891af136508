"""A row that says what a person may do is read by that person and written by the server; a profile cannot be born an admin."""

from __future__ import annotations

import pytest

from assistant.domain.fixes import Applies
from assistant.domain.matrix import Actor, Cell, Comparison, Matrix, Seeding, Verb, Verdict
from assistant.domain.ownership import OwnerKind
from assistant.propose.entitlements import says_what_one_may_do
from assistant.prove.blame import rightful
from tests.unit.propose.rig import ANN, EVE, PEOPLE, Rig, own, public
from tests.unit.propose.test_shapes import DENIED, EVERY, REFUSED


pytestmark = pytest.mark.shadow


def table(shadow, name: str, columns: str, **rest) -> Rig:
    owner = "user_id" if "user_id" in columns else "id"
    kind = OwnerKind.USER if owner == "user_id" else OwnerKind.SELF
    return Rig(shadow, (own(name, kind, owner, **rest),)).sql(f"{PEOPLE} create table public.{name} ({columns});")


def test_nobody_grants_themselves_permissions(shadow):
    rig = table(
        shadow,
        "subadmin_permissions",
        "user_id uuid primary key references auth.users, can_upload boolean, can_delete boolean",
    )
    rig.sql(f"insert into public.subadmin_permissions values ('{ANN}', false, false), ('{EVE}', false, false)")
    (fix,) = rig.leaks("subadmin_permissions", *EVERY).fix()
    assert rig.as_user(ANN, "select user_id::text from public.subadmin_permissions") == [(ANN,)]
    assert rig.as_user(ANN, "update public.subadmin_permissions set can_upload = true") == 0
    assert rig.as_user(ANN, "delete from public.subadmin_permissions") == 0
    assert REFUSED in rig.as_user(
        "00000000-0000-4000-8000-00000000000b",
        "insert into public.subadmin_permissions values ('00000000-0000-4000-8000-00000000000b', true, true)",
    )
    assert fix.applies is Applies.REVIEW
    assert "the server alone writes it" in fix.risk


def test_a_policy_that_lets_the_owner_write_permissions_goes_with_the_leak_beside_it(shadow):
    rig = table(shadow, "user_roles", "user_id uuid primary key references auth.users, role text not null").sql(
        f"""insert into public.user_roles values ('{ANN}', 'user'), ('{EVE}', 'user');
        alter table public.user_roles enable row level security;
        create policy look on public.user_roles for select using (true);
        create policy mine on public.user_roles for update using (user_id = auth.uid());
        create policy staff on public.user_roles for update using (auth.jwt() ->> 'role' = 'staff');"""
    )
    rig.leaks("user_roles", "select", policies=("look",)).fix()
    assert rig.as_user(ANN, "update public.user_roles set role = 'admin'") == 0
    assert rig.as_user(ANN, "select role from public.user_roles") == [("user",)]
    assert "staff" in {policy.name for policy in rig.catalog.tables[public("user_roles")].policies}


@pytest.mark.parametrize(
    ("name", "columns", "says"),
    [
        ("credits", "user_id uuid primary key references auth.users, amount int", True),
        ("user_credits", "id uuid primary key references auth.users, amount int", True),
        ("access", "user_id uuid primary key references auth.users, can_upload boolean, level int, note_id int", True),
        ("push_subscriptions", "user_id uuid references auth.users, endpoint text", False),
        ("tasks", "user_id uuid references auth.users, title text, is_done boolean, is_pinned boolean", False),
        ("profiles", "id uuid primary key references auth.users, name text, role text, is_admin boolean", False),
    ],
)
def test_which_tables_say_what_one_may_do(shadow, name, columns, says):
    rig = table(shadow, name, columns)
    assert says_what_one_may_do(rig.catalog.tables[public(name)], rig.entries[0]) is says


def test_that_permissions_are_no_longer_writable_locks_nobody_out(shadow):
    rig = table(shadow, "credits", "user_id uuid primary key references auth.users, amount int")

    def lost(verb: Verb) -> Cell:
        return Cell(object="public.credits", kind="table", verb=verb, actor=Actor.OWNER, verdict=Verdict.UNKNOWN)

    nothing = Matrix(cells=(), seeding=Seeding(tables=0, seeded=0))
    comparison = Comparison(
        closed=(), still_open=(), opened=(), lost_sight=(), locked_out=(lost(Verb.INSERT), lost(Verb.SELECT))
    )
    kept = rightful(comparison, nothing, rig.ownership, (), rig.catalog).locked_out
    assert [cell.verb for cell in kept] == [Verb.SELECT]


def test_a_profile_is_not_born_an_admin_and_is_born_all_the_same(shadow):
    rig = table(
        shadow,
        "profiles",
        "id uuid primary key references auth.users, display_name text, role text not null default 'user', stripe_customer_id text unique",
        privileged=("role", "stripe_customer_id"),
    )
    rig.leaks("profiles", *EVERY).fix()
    insert = "insert into public.profiles"
    assert rig.as_user(ANN, f"{insert} (id, display_name) values ('{ANN}', 'Ann')") == 1
    assert DENIED in rig.as_user(ANN, f"{insert} (id, role) values ('{ANN}', 'admin')")
    assert DENIED in rig.as_user(ANN, f"{insert} (id, stripe_customer_id) values ('{ANN}', 'cus_1')")
    assert REFUSED in rig.as_user(EVE, f"{insert} (id, display_name) values ('{ANN}', 'Ann')")
    assert DENIED in rig.as_user(None, f"{insert} (id) values ('{ANN}')")


def test_a_sound_insert_policy_stays_and_loses_the_column(shadow):
    rig = table(
        shadow,
        "profiles",
        "id uuid primary key references auth.users, role text not null default 'user'",
        privileged=("role",),
    ).sql(
        """alter table public.profiles enable row level security;
        create policy mine on public.profiles for all to authenticated using (id = auth.uid());"""
    )
    rig.leaks(
        "profiles", "update", rule="privileged-column-writable", kind="column", variant="raise", columns=("role",)
    ).fix()
    assert rig.as_user(ANN, f"insert into public.profiles (id) values ('{ANN}')") == 1
    assert DENIED in rig.as_user(ANN, f"insert into public.profiles (id, role) values ('{ANN}', 'admin')")
