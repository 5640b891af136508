"""The dangerous direction: nothing is called public that is not. What shows no owner is asked about."""

from __future__ import annotations

import pytest

from assistant.domain.ownership import OwnerKind

from .rig import name_of, owners, said


def kind(text, name):
    return owners(text).entries[name_of(name)].kind


def test_a_price_list_that_only_the_server_writes_is_public_and_says_why():
    found = owners("""
        plans: id name:text price:int4
          select true
    """)
    entry = found.entries[name_of("plans")]
    assert entry.kind is OwnerKind.PUBLIC
    assert "plan in its name" in entry.why
    assert found.questions == ()


@pytest.mark.parametrize(
    ("schema", "name"),
    [
        ("plan_settings: id name:text\n  select true", "plan_settings"),
        ("feature_permissions: id name:text\n  select true", "feature_permissions"),
        ("product_configs: id name:text\n  select true", "product_configs"),
        ("plans: id contact_email:text\n  select true", "plans"),
        ("plans: id name:text\n  select true\n  write true", "plans"),
        ("plans: id name:text\n  off", "plans"),
        ("plans: id name:text created_by>auth.users\n  select true", "plans"),
        ("site_settings: id value:text\n  select true", "site_settings"),
        ("leads: id name:text\n  select true", "leads"),
        ("kyc_whitelist: id name:text\n  select true", "kyc_whitelist"),
    ],
)
def test_what_speaks_against_public_makes_it_a_question(schema, name):
    found = owners(schema)
    assert found.entries[name_of(name)].kind is OwnerKind.UNKNOWN
    assert name_of(name) in found.questions[0].objects


def test_a_catalogue_is_as_public_as_what_it_hangs_on():
    found = owners("""
        plan_features: id plan_id!>plans name:text
          select true
        plans: id name:text
          select true
        competitor_features: id competitor_id!>competitors name:text
          select true
        competitors: id name:text
          select true
    """)
    assert said(found, "plan_features") == "public"
    assert said(found, "competitor_features") == "unknown"


def test_a_public_policy_alone_makes_nothing_public():
    assert kind("documents: id body:text\n  select true", "documents") is OwnerKind.UNKNOWN


def test_a_catalogue_that_nobody_may_read_is_the_servers():
    assert kind("plans: id name:text", "plans") is OwnerKind.SERVICE


@pytest.mark.parametrize(
    "name", ["stripe_events", "rate_limits", "webhook_deliveries", "job_queue", "verification_tokens"]
)
def test_housekeeping_is_the_servers_even_if_a_policy_opens_it(name):
    assert kind(f"{name}: id payload:text\n  select true", name) is OwnerKind.SERVICE


def test_a_closed_log_is_the_servers_even_if_it_names_a_user():
    assert kind("audit_logs: id user_id>auth.users~n action:text", "audit_logs") is OwnerKind.SERVICE
    assert (
        said(owners("audit_logs: id user_id!>auth.users~c\n  select (user_id = auth.uid())"), "audit_logs")
        == "user user_id"
    )


def test_a_policy_for_the_server_alone_opens_nothing():
    assert kind("leads: id name:text\n  select (auth.role() = 'service_role'::text)", "leads") is OwnerKind.SERVICE


def test_questions_are_grouped_so_that_a_tired_person_answers_few():
    found = owners("""
        things: id a:text
          select true
        stuff: id a:text
          select true
        site_settings: id a:text
          select true
    """)
    assert [question.id for question in found.questions] == ["ownerless-public"]
    assert [name.name for name in found.questions[0].objects] == ["site_settings", "stuff", "things"]
    assert found.questions[0].asks == "In public: is only the server to use these 3 tables?"


def test_a_row_its_owner_shows_to_everyone_is_conditional():
    found = owners("""
        chats: id user_id!>auth.users~c sharing:text!
          default sharing 'private'::text
          select (user_id = auth.uid())
          select (sharing <> 'private'::text)
        posts: id user_id!>auth.users~c status:text=draft,published!
          select ((status = 'published'::text) OR (user_id = auth.uid()))
        boards: id user_id!>auth.users~c visibility:text=private,team,public!
          select (visibility = 'public'::text)
        albums: id user_id!>auth.users~c is_public:bool
          off
    """)
    assert said(found, "chats") == "conditional user user_id if sharing <> 'private'"
    assert said(found, "posts") == "conditional user user_id if status = 'published'"
    assert said(found, "boards") == "conditional user user_id if visibility = 'public'"
    assert said(found, "albums") == "conditional user user_id if is_public"


@pytest.mark.parametrize(
    "policy",
    [
        "((status = 'published'::text) AND (user_id IN ( SELECT f.friend_id FROM friends f WHERE (f.user_id = auth.uid()))))",
        "(user_id = auth.uid())",
    ],
)
def test_published_to_some_is_not_public(policy):
    found = owners(f"""
        posts: id user_id!>auth.users~c status:text=draft,published! is_public:bool
          select {policy}
    """)
    assert said(found, "posts") == "user user_id"


def test_a_level_between_private_and_team_is_not_public():
    found = owners("""
        boards: id user_id!>auth.users~c visibility:text=private,team!
          select (visibility = 'team'::text)
    """)
    assert said(found, "boards") == "user user_id"


def test_views_belong_to_whoever_owns_what_they_read():
    found = owners(
        """
        plans: id name:text
          select true
        chats: id user_id!>auth.users~c
        webhook_logs: id body:text
        """,
        views=[
            ("chat_list", "chats", "id user_id"),
            ("chat_count", "chats plans", "total"),
            ("price_list", "plans", "id name"),
            ("failures", "webhook_logs", "id"),
            ("public_chats", "chats", "id"),
            ("people", "auth.users", "id email"),
            ("again", "chat_list", "id user_id"),
        ],
    )
    assert said(found, "chat_list") == "user user_id"
    assert said(found, "again") == "user user_id"
    assert said(found, "chat_count") == "user"
    assert said(found, "price_list") == "public"
    assert said(found, "failures") == "service"
    assert said(found, "people") == "service"
    assert said(found, "public_chats") == "unknown"


def test_buckets_are_guessed_from_the_folder_a_policy_names_and_asked_about_otherwise():
    found = owners(
        "profiles: id>auth.users~c",
        buckets=[("avatars", True), ("contracts", True), ("documents", False), ("exports", False)],
        objects=["((bucket_id = 'documents'::text) AND ((storage.foldername(name))[1] = (auth.uid())::text))"],
    )
    assert said(found, "storage.avatars") == "public"
    assert said(found, "storage.contracts") == "unknown"
    assert said(found, "storage.documents") == "user name"
    assert said(found, "storage.exports") == "unknown"
    assert [question.id for question in found.questions] == ["bucket-storage", "public-bucket-storage"]


def test_a_partition_is_its_parents():
    import dataclasses

    from assistant.ownership.infer import infer

    from .rig import catalog

    schema = catalog("""
        events: id user_id!>auth.users~c
        events_2026: id user_id!
    """)
    tables = dict(schema.tables)
    tables[name_of("events_2026")] = dataclasses.replace(tables[name_of("events_2026")], parent=name_of("events"))
    found = infer(dataclasses.replace(schema, tables=tables))
    assert said(found, "events_2026") == "user user_id"
    assert found.entries[name_of("events_2026")].evidence[0] == "it is a part of public.events"
