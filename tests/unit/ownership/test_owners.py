"""Whose row is it when users own rows: one owner, several, authors, parents, ids that can mean anything."""

from __future__ import annotations

import pytest

from assistant.domain.ownership import Confidence, OwnerKind

from .rig import name_of, owners, said


def test_both_sides_of_a_trade_own_the_order():
    found = owners("orders: id buyer_id!>auth.users seller_id!>auth.users approved_by>auth.users~n total:int4")
    assert said(found, "orders") == "user buyer_id,seller_id"
    assert found.entries[name_of("orders")].authors == ("approved_by",)


def test_who_created_a_row_owns_it_only_if_nobody_else_does():
    found = owners("""
        recipes: id created_by!>auth.users title:text
        lists: id user_id!>auth.users created_by>auth.users
    """)
    assert said(found, "recipes") == "user created_by"
    assert found.entries[name_of("recipes")].confidence is Confidence.LOW
    assert said(found, "lists") == "user user_id"
    assert found.entries[name_of("lists")].confidence is Confidence.HIGH


def test_rows_that_a_back_office_writes_are_asked_about():
    found = owners("announcements: id created_by>auth.users updated_by>auth.users title:text")
    assert found.entries[name_of("announcements")].kind is OwnerKind.UNKNOWN
    assert [question.id for question in found.questions] == ["staff-public"]


def test_a_reviewer_makes_the_review_but_merely_checks_an_application():
    found = owners("""
        services: id provider_id!>auth.users~c
        reviews: id service_id!>services~c reviewer_id!>auth.users~c stars:int4
        applications: id user_id!>auth.users~c reviewer_id>auth.users~n
    """)
    assert said(found, "reviews") == "user reviewer_id"
    assert said(found, "applications") == "user user_id"


def test_the_parent_that_gives_the_table_its_name_owns_it():
    found = owners("""
        stores: id owner_id!>auth.users~c
        orders: id user_id!>auth.users~c
        products: id store_id!>stores~c
        order_items: id product_id!>products order_id!>orders~c
    """)
    assert said(found, "order_items") == "via orders"
    assert said(found, "products") == "via stores"


def test_ownership_follows_parents_as_far_as_they_go_and_prefers_those_that_must_be_there():
    found = owners("""
        chats: id user_id!>auth.users~c
        messages: id folder_id>folders chat_id!>chats~c
        folders: id user_id!>auth.users~c
        attachments: id message_id!>messages~c
        pages: id attachment_id!>attachments~c
    """)
    assert said(found, "messages") == "via chats"
    assert said(found, "pages") == "via attachments"


def test_an_id_that_names_different_kinds_of_things_is_asked_about():
    found = owners("""
        direct_messages: id sender_type:text! sender_id! recipient_type:text! recipient_id! body:text
    """)
    assert found.entries[name_of("direct_messages")].kind is OwnerKind.UNKNOWN
    assert found.questions[0].id == "polymorphic-public"


def test_a_type_beside_a_real_foreign_key_asks_nothing():
    found = owners("visits: id user_type:text user_id!>auth.users~c")
    assert said(found, "visits") == "user user_id"


def test_an_id_without_a_foreign_key_owns_by_its_name_and_says_so():
    found = owners("notes: id user_id! body:text")
    entry = found.entries[name_of("notes")]
    assert (entry.kind, entry.columns) == (OwnerKind.USER, ("user_id",))
    assert entry.evidence == ("user_id is called like a user's id",)
    assert entry.confidence is Confidence.MEDIUM


def test_a_customer_who_is_nobodys_account_is_no_owner():
    found = owners("""
        customers: id:text email:text
          select true
        subscriptions: id:text customer_id:text!>customers
          select true
    """)
    assert found.entries[name_of("subscriptions")].kind is OwnerKind.UNKNOWN


def test_composite_keys_to_a_parent_keep_all_their_columns():
    from assistant.domain.catalog import ForeignKey
    from assistant.ownership.infer import infer

    from .rig import catalog

    schema = catalog("""
        chats: id user_id!>auth.users~c
        messages: id chat_user! chat_id!
    """)
    import dataclasses

    key = ForeignKey(
        name="both",
        columns=("chat_id", "chat_user"),
        target=name_of("chats"),
        target_columns=("id", "user_id"),
        on_delete="cascade",
    )
    tables = dict(schema.tables)
    tables[name_of("messages")] = dataclasses.replace(tables[name_of("messages")], foreign_keys=(key,))
    entry = infer(dataclasses.replace(schema, tables=tables)).entries[name_of("messages")]
    assert (entry.kind, entry.columns, entry.parent_columns) == (
        OwnerKind.VIA,
        ("chat_id", "chat_user"),
        ("id", "user_id"),
    )


@pytest.mark.parametrize(
    ("column", "sensitive"),
    [
        ("email:text", True),
        ("phone_number:text", True),
        ("openai_api_key:text", True),
        ("invite_token:text", True),
        ("stripe_customer_id:text", True),
        ("ip_address:inet", True),
        ("date_of_birth:date", True),
        ("tokens:int4", False),
        ("email_verified:bool", False),
        ("email_confirmed_at:timestamptz", False),
        ("stripe_price_id:text", False),
        ("title:text", False),
        ("description:text", False),
        ("recipe:text", False),
    ],
)
def test_what_nobody_but_the_owner_may_read(column, sensitive):
    found = owners(f"things: id user_id!>auth.users {column}")
    name = column.partition(":")[0]
    assert (name in found.entries[name_of("things")].sensitive) is sensitive


def test_what_not_even_the_owner_may_write():
    found = owners("""
        profiles: id>auth.users~c name:text role:text is_admin:bool plan:text credits:int4 stripe_customer_id:text
        subscriptions: id user_id!>auth.users~c status:text price_id:text note:text
        posts: id user_id!>auth.users~c role:text status:text
    """)
    assert found.entries[name_of("profiles")].privileged == (
        "role",
        "is_admin",
        "plan",
        "credits",
        "stripe_customer_id",
    )
    assert found.entries[name_of("subscriptions")].privileged == ("status", "price_id")
    assert found.entries[name_of("posts")].privileged == ()
