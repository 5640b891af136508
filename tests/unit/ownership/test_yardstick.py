"""The same row has the same owner last week: a guess that got better since must not look like a leak that began."""

from __future__ import annotations

from dataclasses import replace

from assistant.domain.catalog import Catalog, Column, Platform, PlatformKind, Table
from assistant.domain.names import Name
from assistant.domain.ownership import Membership, OwnerKind, Ownership, OwnershipMap
from assistant.ownership.yardstick import measured


PLATFORM = Platform(
    kind=PlatformKind.SUPABASE, guest_role="anon", user_role="authenticated", service_role=None, claims_setting=None
)
CHATS, TEAMS, MEMBERS = Name("public", "chats"), Name("public", "teams"), Name("public", "members")
TODAY = Ownership(
    name=CHATS,
    kind=OwnerKind.TENANT,
    columns=("team_id",),
    tenant=TEAMS,
    membership=MEMBERS,
    sensitive=("email", "title"),
)
THEN = Ownership(name=CHATS, kind=OwnerKind.UNKNOWN)
BELONGS = Membership(
    table=MEMBERS, user_column="user_id", user_principal=None, tenant_column="team_id", tenant=TEAMS, tenant_key="id"
)


def schema(**tables: str) -> Catalog:
    def table(name: str, columns: str) -> Table:
        made = tuple(Column(name=column, type="uuid", base="uuid") for column in columns.split())
        return Table(name=Name("public", name), kind="table", owner="postgres", rls=True, columns=made)

    return Catalog(platform=PLATFORM, tables={Name("public", name): table(name, text) for name, text in tables.items()})


OLD = schema(chats="id team_id title", teams="id", members="user_id team_id")


def owner(then: OwnershipMap, today: OwnershipMap, catalog: Catalog) -> Ownership:
    return measured(then, today, catalog).entries[CHATS]


def test_todays_owner_counts_where_all_it_speaks_of_was_there() -> None:
    found = measured(
        OwnershipMap(entries={CHATS: THEN}), OwnershipMap(entries={CHATS: TODAY}, memberships=(BELONGS,)), OLD
    )
    assert found.entries[CHATS] == replace(TODAY, sensitive=("title",))
    assert found.memberships == (BELONGS,)


def test_an_entry_that_speaks_of_what_came_later_does_not_count() -> None:
    then, today = OwnershipMap(entries={CHATS: THEN}), OwnershipMap(entries={CHATS: TODAY}, memberships=(BELONGS,))
    assert owner(then, today, schema(chats="id title", teams="id", members="user_id team_id")) == THEN
    assert owner(then, today, schema(chats="id team_id", teams="id")) == THEN
    assert owner(then, today, schema(chats="id team_id", members="user_id team_id")) == THEN
    conditional = OwnershipMap(
        entries={CHATS: replace(TODAY, kind=OwnerKind.CONDITIONAL, condition="shared")}, memberships=(BELONGS,)
    )
    assert owner(then, conditional, OLD) == THEN


def test_what_the_operator_said_then_and_what_nobody_knows_today_stay() -> None:
    said = replace(THEN, kind=OwnerKind.SERVICE, confirmed=True)
    today = OwnershipMap(entries={CHATS: TODAY}, memberships=(BELONGS,))
    assert owner(OwnershipMap(entries={CHATS: said}), today, OLD) == said
    guessed = replace(THEN, kind=OwnerKind.USER, columns=("id",))
    assert owner(OwnershipMap(entries={CHATS: guessed}), OwnershipMap(entries={CHATS: THEN}), OLD) == guessed


def test_a_tenant_of_then_to_whom_nobody_belongs_today_is_none() -> None:
    rooms = replace(BELONGS, table=Name("public", "chat_members"), tenant=CHATS)
    then = OwnershipMap(entries={CHATS: THEN}, memberships=(rooms,))
    today = OwnershipMap(entries={CHATS: TODAY}, memberships=(BELONGS,))
    assert measured(then, today, OLD).memberships == (BELONGS,)
