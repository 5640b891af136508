"""Each kind of owner gets a shape that shuts strangers out and lets the owner work: tried on a real PostgreSQL."""

from __future__ import annotations

import pytest

from assistant.domain.matrix import Actor
from assistant.domain.ownership import Membership, OwnerKind, Principal
from tests.unit.propose.rig import (
    ACME,
    ANN,
    BETA,
    BOB,
    EVE,
    MEMBERS,
    MEMBERS_ENTRY,
    ORGS,
    ORGS_ENTRY,
    PEOPLE,
    USERS,
    Rig,
    own,
    public,
    tenant,
)


pytestmark = pytest.mark.shadow
REFUSED = "row-level security"
DENIED = "permission denied"
EVERY = ("select", "insert", "update", "delete")


def test_a_table_without_row_level_security_becomes_its_owners(shadow):
    rig = Rig(shadow, (own("chats", OwnerKind.USER, "user_id"),)).sql(
        f"{PEOPLE} create table public.chats (id int primary key, user_id uuid not null references auth.users, title text);"
        f"insert into public.chats values (1, '{ANN}', 'mine'), (2, '{EVE}', 'hers')"
    )
    rig.leaks("chats", *EVERY).fix()
    assert rig.as_user(ANN, "select id from public.chats") == [(1,)]
    assert rig.as_user(None, "select id from public.chats") == []
    assert rig.as_user(ANN, f"insert into public.chats values (3, '{ANN}', 'x')") == 1
    assert REFUSED in rig.as_user(EVE, f"insert into public.chats values (3, '{ANN}', 'x')")
    assert REFUSED in rig.as_user(EVE, f"update public.chats set user_id = '{ANN}' where id = 2")
    assert rig.as_user(EVE, "delete from public.chats where id = 1") == 0
    assert rig.as_user(ANN, "delete from public.chats where id = 1") == 1


def test_one_policy_a_command_for_signed_in_users_asked_once_a_statement(shadow):
    rig = Rig(shadow, (own("chats", OwnerKind.USER, "user_id"),)).sql(
        "create table public.chats (id int primary key, user_id uuid not null references auth.users)"
    )
    rig.leaks("chats", "select").fix()
    policies = rig.catalog.tables[public("chats")].policies
    assert [policy.command for policy in policies] == ["delete", "insert", "select", "update"]
    assert {policy.roles for policy in policies} == {("authenticated",)}
    assert "SELECT auth.uid()" in policies[2].using
    assert any(index.columns == ("user_id",) for index in rig.catalog.tables[public("chats")].indexes)


def test_of_two_owners_either_reads_and_only_the_maker_makes(shadow):
    rig = Rig(shadow, (own("orders", OwnerKind.USER, "buyer_id", "seller_id"),)).sql(
        f"{PEOPLE} create table public.orders (id int primary key, buyer_id uuid references auth.users, seller_id uuid references auth.users);"
        f"insert into public.orders values (1, '{ANN}', '{BOB}')"
    )
    rig.leaks("orders", *EVERY).fix()
    assert rig.as_user(ANN, "select id from public.orders") == [(1,)]
    assert rig.as_user(BOB, "select id from public.orders") == [(1,)]
    assert rig.as_user(EVE, "select id from public.orders") == []
    assert rig.as_user(EVE, f"insert into public.orders values (2, '{EVE}', '{ANN}')") == 1
    assert REFUSED in rig.as_user(EVE, f"insert into public.orders values (2, '{ANN}', '{EVE}')")


def docs(shadow, **rest) -> Rig:
    rig = Rig(shadow, (tenant("docs", **rest), MEMBERS_ENTRY, ORGS_ENTRY), memberships=(MEMBERS,))
    return rig.sql(
        f"{PEOPLE}{ORGS} create table public.docs (id int primary key, org_id uuid not null references public.orgs, created_by uuid, body text);"
        f"insert into public.docs values (1, '{ACME}', '{ANN}', 'a'), (2, '{BETA}', '{EVE}', 'b')"
    )


def test_members_of_a_tenant_share_its_rows_and_nobody_else_does(shadow):
    rig = docs(shadow, authors=("created_by",))
    rig.leaks("docs", *EVERY).fix()
    assert rig.as_user(BOB, "select id from public.docs") == [(1,)]
    assert rig.as_user(EVE, "select id from public.docs") == [(2,)]
    assert rig.as_user(BOB, f"insert into public.docs values (3, '{ACME}', '{BOB}', 'x')") == 1
    assert REFUSED in rig.as_user(BOB, f"insert into public.docs values (3, '{ACME}', '{ANN}', 'forged')")
    assert REFUSED in rig.as_user(EVE, f"insert into public.docs values (3, '{ACME}', '{EVE}', 'stuffed')")
    assert REFUSED in rig.as_user(EVE, f"update public.docs set org_id = '{ACME}' where id = 2")


def test_writes_that_ask_for_a_role_are_refused_to_plain_members(shadow):
    rig = docs(shadow, write_roles=("owner", "admin"))
    rig.leaks("docs", *EVERY).fix()
    assert rig.as_user(BOB, "select id from public.docs") == [(1,)]
    assert rig.as_user(BOB, "update public.docs set body = 'x' where id = 1") == 0
    assert rig.as_user(ANN, "update public.docs set body = 'x' where id = 1") == 1


def test_a_replaced_policy_asks_for_the_role_it_asked_for_before(shadow):
    rig = docs(shadow).sql(
        """create function public.is_owner(org uuid) returns boolean language sql stable security definer set search_path = '' as
             $$ select exists (select 1 from public.members m where m.org_id = org and m.user_id = auth.uid() and m.role = 'owner') $$;
           alter table public.docs enable row level security;
           create policy read on public.docs for select using (true);
           create policy edit on public.docs for update to authenticated using (public.is_owner(org_id)) with check (true);"""
    )
    rig.leaks("docs", "select", "update").fix()
    assert rig.as_user(BOB, "update public.docs set body = 'x' where id = 1") == 0
    assert rig.as_user(ANN, "update public.docs set body = 'x' where id = 1") == 1
    assert (
        "'owner'" in next(p.using for p in rig.catalog.tables[public("docs")].policies if p.command == "update").lower()
    )


def test_a_command_nobody_had_is_not_given(shadow):
    rig = docs(shadow).sql(
        "alter table public.docs enable row level security; create policy read on public.docs for select using (true)"
    )
    rig.leaks("docs", "select").fix()
    assert [policy.command for policy in rig.catalog.tables[public("docs")].policies] == ["select"]


def test_policies_that_hold_are_kept_untouched(shadow):
    rig = docs(shadow).sql(
        """alter table public.docs enable row level security;
           create policy "staff tool" on public.docs for select to service_role using (true);
           create policy mine on public.docs for select to authenticated
             using (org_id in (select m.org_id from public.members m where m.user_id = (select auth.uid())));
           create policy oops on public.docs for select using (true);
           create policy never_deleted on public.docs as restrictive for delete using (false);"""
    )
    before = {policy.name: policy for policy in rig.catalog.tables[public("docs")].policies}
    rig.leaks("docs", "select", policies=("oops",)).fix()
    after = {policy.name: policy for policy in rig.catalog.tables[public("docs")].policies}
    assert set(after) == {"staff tool", "mine", "never_deleted"}
    assert all(after[name] == before[name] for name in after)


def test_children_follow_their_parents(shadow):
    rig = docs(shadow).sql(
        "create table public.notes (id int primary key, doc_id int not null references public.docs, body text);"
        "insert into public.notes values (1, 1, 'a'), (2, 2, 'b')"
    )
    rig.entries += (own("notes", OwnerKind.VIA, "doc_id", parent=public("docs"), parent_columns=("id",)),)
    rig.leaks("notes", *EVERY).fix()
    assert rig.as_user(BOB, "select id from public.notes") == [(1,)]
    assert REFUSED in rig.as_user(EVE, "insert into public.notes values (3, 1, 'x')")
    assert rig.as_user(BOB, "insert into public.notes values (3, 1, 'x')") == 1


def test_children_with_a_composite_key(shadow):
    rig = Rig(
        shadow,
        (
            own("books", OwnerKind.USER, "user_id"),
            own("pages", OwnerKind.VIA, "user_id", "book", parent=public("books"), parent_columns=("user_id", "book")),
        ),
    ).sql(
        f"{PEOPLE} create table public.books (user_id uuid references auth.users, book int, primary key (user_id, book));"
        "create table public.pages (id int primary key, user_id uuid, book int, foreign key (user_id, book) references public.books);"
        f"insert into public.books values ('{ANN}', 1), ('{EVE}', 1); insert into public.pages values (1, '{ANN}', 1), (2, '{EVE}', 1)"
    )
    rig.leaks("pages", *EVERY).fix()
    assert rig.as_user(ANN, "select id from public.pages") == [(1,)]


def test_nobody_adds_themselves_to_a_tenant_and_owners_still_invite(shadow):
    rig = docs(shadow).sql(
        """alter table public.members enable row level security; alter table public.orgs enable row level security;
           create policy read on public.members for select to authenticated using (true);
           create policy make on public.orgs for insert to authenticated with check (true);
           create policy see on public.orgs for select to authenticated using (true);
           create policy join_ on public.members for insert to authenticated with check (user_id = auth.uid());
           create policy edit on public.members for update to authenticated using (user_id = auth.uid());
           create policy leave on public.members for delete to authenticated using (user_id = auth.uid());"""
    )
    rig.leaks("members", "insert", "update", "select").fix()
    assert REFUSED in rig.as_user(EVE, f"insert into public.members values ('{ACME}', '{EVE}', 'owner')")
    assert REFUSED in rig.as_user(BOB, f"insert into public.members values ('{ACME}', '{EVE}', 'member')")
    assert rig.as_user(ANN, f"insert into public.members values ('{ACME}', '{EVE}', 'member')") == 1
    assert rig.as_user(BOB, "update public.members set role = 'owner'") == 0
    assert rig.as_user(BOB, "delete from public.members") == 1
    assert rig.as_user(BOB, "select count(*) from public.members") == [(2,)]


def test_whoever_founds_a_tenant_becomes_its_first_member(shadow):
    rig = docs(shadow)
    rig.leaks("members", *EVERY).leaks("orgs", *EVERY).fix()
    new = "20000000-0000-4000-8000-000000000001"
    made = f"insert into public.orgs (id, name, created_by) values ('{new}', 'New', '{EVE}')"
    joined = f"insert into public.members values ('{new}', '{EVE}', 'owner')"
    assert rig.as_user(EVE, f"{made}; {joined}") == 1
    rig.sql(f"insert into public.orgs (id, name, created_by) values ('{new}', 'New', '{ANN}')")
    assert REFUSED in rig.as_user(EVE, joined)
    assert REFUSED in rig.as_user(EVE, f"insert into public.members values ('{ACME}', '{EVE}', 'owner')")


def test_an_owner_changes_the_name_of_the_tenant_and_not_its_plan(shadow):
    rig = docs(shadow).sql(
        "alter table public.orgs enable row level security; create policy p on public.orgs for all to authenticated using (true)"
    )
    rig.leaks("orgs", "update").leaks(
        "orgs", "update", variant="raise", columns=("plan",), rule="privileged-column-writable"
    ).fix()
    assert rig.as_user(ANN, f"update public.orgs set name = 'x' where id = '{ACME}'") == 1
    assert DENIED in rig.as_user(ANN, f"update public.orgs set plan = 'pro' where id = '{ACME}'")
    assert rig.as_user(BOB, f"update public.orgs set name = 'x' where id = '{ACME}'") == 0


def test_a_user_cannot_point_at_somebody_elses_tenant(shadow):
    pointer = Membership(
        table=public("profiles"),
        user_column="id",
        user_principal=USERS.table,
        tenant_column="org_id",
        tenant=public("orgs"),
        tenant_key="id",
        pointer=True,
    )
    rig = Rig(
        shadow,
        (
            own("profiles", OwnerKind.SELF, "id"),
            own("docs", OwnerKind.TENANT, "org_id", tenant=public("orgs")),
            ORGS_ENTRY,
        ),
        memberships=(pointer,),
    ).sql(
        f"{PEOPLE} create table public.orgs (id uuid primary key, name text, plan text, created_by uuid);"
        "create table public.profiles (id uuid primary key references auth.users, org_id uuid references public.orgs, bio text);"
        "create table public.docs (id int primary key, org_id uuid references public.orgs);"
        f"insert into public.orgs values ('{ACME}'), ('{BETA}');"
        f"insert into public.profiles values ('{ANN}', '{ACME}'), ('{EVE}', '{BETA}'); insert into public.docs values (1, '{ACME}')"
    )
    rig.leaks("profiles", *EVERY).leaks("docs", *EVERY).fix()
    assert REFUSED in rig.as_user(EVE, f"update public.profiles set org_id = '{ACME}'")
    assert rig.as_user(EVE, f"update public.profiles set org_id = '{BETA}', bio = 'x'") == 1
    assert rig.as_user(EVE, "select id from public.docs") == []
    assert rig.as_user(ANN, "select id from public.docs") == [(1,)]


def test_a_link_may_only_join_rows_of_ones_own(shadow):
    """chatbot-ui: a stranger's private file in one's own public collection made the file public."""
    rig = Rig(
        shadow,
        (
            own("files", OwnerKind.CONDITIONAL, "user_id", base=OwnerKind.USER, condition="sharing <> 'private'"),
            own("collections", OwnerKind.CONDITIONAL, "user_id", base=OwnerKind.USER, condition="sharing <> 'private'"),
            own("links", OwnerKind.USER, "user_id"),
        ),
    ).sql(
        f"{PEOPLE}"
        "create table public.files (id int primary key, user_id uuid not null references auth.users, sharing text not null default 'private');"
        "create table public.collections (id int primary key, user_id uuid not null references auth.users, sharing text not null default 'private');"
        """create table public.links (user_id uuid not null references auth.users, collection_id int references public.collections not null,
             file_id int references public.files not null, primary key (collection_id, file_id));
           alter table public.files enable row level security; alter table public.collections enable row level security;
           alter table public.links enable row level security;
           create policy own on public.files for all using (user_id = auth.uid());
           create policy shared on public.files for select using (id in (select l.file_id from public.links l
             join public.collections c on c.id = l.collection_id where c.sharing <> 'private'));
           create policy own on public.collections for all using (user_id = auth.uid());
           create policy shared on public.collections for select using (sharing <> 'private');
           create policy own on public.links for all using (user_id = auth.uid());
           create policy seen on public.links for select using (true);"""
        f"insert into public.files values (1, '{ANN}'); insert into public.collections values (1, '{EVE}', 'public');"
    )
    attack = f"insert into public.links values ('{EVE}', 1, 1)"
    assert rig.as_user(EVE, attack) == 1
    rig.leaks("files", "select", variant="two-step", through=public("links"), steps=("link it", "read it"))
    (fix,) = rig.fix()
    assert fix.objects == ("public.links",)
    assert REFUSED in rig.as_user(EVE, attack)
    rig.sql(f"insert into public.files values (2, '{EVE}')")
    assert rig.as_user(EVE, f"insert into public.links values ('{EVE}', 1, 2)") == 1


def test_what_a_row_publishes_stays_public(shadow):
    rig = Rig(
        shadow, (own("posts", OwnerKind.CONDITIONAL, "user_id", base=OwnerKind.USER, condition="published"),)
    ).sql(
        f"{PEOPLE} create table public.posts (id int primary key, user_id uuid references auth.users, published boolean not null);"
        f"insert into public.posts values (1, '{ANN}', false), (2, '{ANN}', true)"
    )
    rig.leaks("posts", *EVERY).fix()
    assert rig.as_user(None, "select id from public.posts") == [(2,)]
    assert rig.as_user(EVE, "select id from public.posts") == [(2,)]
    assert rig.as_user(ANN, "select id from public.posts order by 1") == [(1,), (2,)]
    assert rig.as_user(EVE, "update public.posts set published = false where id = 2") == 0


def test_children_of_a_shared_parent_stay_shared(shadow):
    rig = Rig(
        shadow,
        (
            own("chats", OwnerKind.CONDITIONAL, "user_id", base=OwnerKind.USER, condition="shared"),
            own("messages", OwnerKind.VIA, "chat_id", parent=public("chats"), parent_columns=("id",)),
        ),
    ).sql(
        f"{PEOPLE} create table public.chats (id int primary key, user_id uuid references auth.users, shared boolean not null);"
        "create table public.messages (id int primary key, chat_id int references public.chats);"
        f"insert into public.chats values (1, '{ANN}', false), (2, '{ANN}', true); insert into public.messages values (1, 1), (2, 2)"
    )
    rig.leaks("messages", *EVERY).fix()
    assert rig.as_user(None, "select id from public.messages") == [(2,)]
    assert rig.as_user(ANN, "select count(*) from public.messages") == [(2,)]
    assert REFUSED in rig.as_user(EVE, "insert into public.messages values (3, 2)")


def test_a_catalogue_is_read_by_all_and_written_by_none(shadow):
    rig = Rig(shadow, (own("plans", OwnerKind.PUBLIC),)).sql(
        "create table public.plans (id int primary key, price int); insert into public.plans values (1, 10)"
    )
    rig.leaks("plans", "insert", "update", "delete", actor=Actor.GUEST).fix()
    assert rig.as_user(None, "select id from public.plans") == [(1,)]
    assert rig.as_user(EVE, "update public.plans set price = 0") == 0


def test_a_table_of_the_servers_is_out_of_reach(shadow):
    rig = Rig(shadow, (own("webhooks", OwnerKind.SERVICE),)).sql(
        "create table public.webhooks (id int primary key, payload text); insert into public.webhooks values (1, 's')"
    )
    rig.leaks("webhooks", *EVERY).fix()
    assert DENIED in rig.as_user(None, "select id from public.webhooks")
    assert DENIED in rig.as_user(EVE, "select id from public.webhooks")


def test_people_with_keys_of_their_own(shadow):
    """teachers.id is not auth.uid(): lessons belong to the teacher whose auth_id is."""
    teacher = Principal(table=public("teachers"), key=("id",), subject_column="auth_id")
    rig = Rig(
        shadow,
        (own("lessons", OwnerKind.USER, "teacher_id"), own("teachers", OwnerKind.SELF, "auth_id")),
        principals=(USERS, teacher),
    ).sql(
        f"{PEOPLE} create table public.teachers (id int primary key, auth_id uuid unique references auth.users);"
        "create table public.lessons (id int primary key, teacher_id int references public.teachers);"
        f"insert into public.teachers values (1, '{ANN}'), (2, '{EVE}'); insert into public.lessons values (1, 1), (2, 2)"
    )
    rig.leaks("lessons", *EVERY).fix()
    assert rig.as_user(ANN, "select id from public.lessons") == [(1,)]
    assert REFUSED in rig.as_user(EVE, "insert into public.lessons values (3, 1)")


def test_an_unknown_owner_is_asked_for_and_never_guessed(shadow):
    rig = Rig(shadow, ()).sql("create table public.things (id int primary key)")
    (answer,) = rig.leaks("things", "select").propose()
    assert "who owns public.things?" in answer.reason


def test_hostile_names_stay_names(shadow):
    table, column = 'to"do; drop', "us'er\n--id"
    quoted = '"to""do; drop"'
    rig = Rig(shadow, (own(table, OwnerKind.USER, column),)).sql(
        f'{PEOPLE} create table public.{quoted} (id int primary key, "us\'er\n--id" uuid references auth.users);'
        f"insert into public.{quoted} values (1, '{ANN}')"
    )
    rig.leaks(table, *EVERY).fix()
    assert rig.as_user(ANN, f"select id from public.{quoted}") == [(1,)]
    assert rig.as_user(EVE, f"select id from public.{quoted}") == []
