"""Drizzle: builders, relational queries, conditions wherever they stand."""

from __future__ import annotations

import pytest

from assistant.collect.code.recognise.asking import Seen, query_of, supplied
from assistant.collect.code.values import NOTHING, UNKNOWN, Closure, Either, Listed, caller, request
from assistant.domain.syntax import Function
from tests.unit.collect.code.recognise.chaining import grow, pairs, value


SEEN = Seen("lib/queries.ts")
ID, ME = request("query.id"), caller("session.user.id")
DB = grow("drizzle-orm/postgres-js", "drizzle").call(UNKNOWN)
CHAT = grow("drizzle-orm/pg-core", "pgTable").call("Chat", {"id": UNKNOWN})
MEMBER = grow("drizzle-orm/pg-core", "pgTable").call("member", {"id": UNKNOWN})
LOST = grow("unresolved", "chat")
CALLBACK = Closure(Function("", (), (), is_async=False, directives=(), decorators=(), at=0, end=0), "a.ts", None)


def op(name, *given):
    return grow("drizzle-orm", name).call(*given)


def draft_of(grown, seen=SEEN):
    draft = query_of(grown.chain, seen)
    assert draft is not None
    return draft


def test_a_select_by_id():
    draft = draft_of(DB.do("select").do("from", CHAT).do("where", op("eq", CHAT.get("id"), ID)))
    assert (draft.engine, draft.client, draft.verb, draft.table, draft.columns) == (
        "drizzle",
        "pool",
        "select",
        "Chat",
        ("id",),
    )
    assert draft.filters == (("id", "eq", ID),)
    assert draft.lazy


def test_the_first_half_asks_nothing():
    assert query_of(DB.do("select").chain, SEEN) is None
    assert query_of(op("eq", CHAT.get("id"), ID).chain, SEEN) is None
    assert query_of(CHAT.chain, SEEN) is None


@pytest.mark.parametrize(
    "client", [grow("unresolved", "db"), grow("parameter", "tx"), grow("parameter", "ctx").get("db")]
)
def test_a_client_nobody_saw_being_made(client):
    draft = draft_of(client.do("delete", LOST).do("where", op("eq", LOST.get("id"), ID)))
    assert (draft.verb, draft.table, draft.filters) == ("delete", "chat", (("id", "eq", ID),))


def test_joined_conditions_of_both_tables():
    on = op("eq", MEMBER.get("teamId"), CHAT.get("teamId"))
    where = op(
        "and", op("eq", CHAT.get("id"), ID), op("eq", MEMBER.get("userId"), ME), op("isNull", CHAT.get("deletedAt"))
    )
    draft = draft_of(
        DB.do("select", {"id": CHAT.get("id"), "chat": CHAT})
        .do("from", CHAT)
        .do("innerJoin", MEMBER, on)
        .do("where", where)
    )
    assert pairs(draft) == [("id", "eq"), ("member.userId", "eq"), ("deletedAt", "eq")]
    assert draft.columns == ("id", "chat.*")


def test_conditions_collected_in_a_list_and_on_one_branch():
    listed = Listed(
        (value(op("eq", CHAT.get("userId"), ME)), Either((value(op("gt", CHAT.get("createdAt"), ID)), NOTHING)))
    )
    draft = draft_of(DB.do("select").do("from", CHAT).do("where", op("and", listed)))
    assert pairs(draft) == [("userId", "eq"), ("createdAt", "gt")]


def test_or_with_a_foreign_id_binds_nobody():
    where = op("or", op("eq", CHAT.get("userId"), ME), op("eq", CHAT.get("id"), ID))
    assert pairs(draft_of(DB.do("select").do("from", CHAT).do("where", where))) == [
        ("userId", "alternative"),
        ("id", "eq"),
    ]


def test_subqueries_bind_as_well():
    inner = (
        DB.do("select", {"id": MEMBER.get("teamId")}).do("from", MEMBER).do("where", op("eq", MEMBER.get("userId"), ME))
    )
    draft = draft_of(DB.do("select").do("from", CHAT).do("where", op("inArray", CHAT.get("teamId"), inner)))
    assert pairs(draft) == [("teamId", "in"), ("member.userId", "eq")]
    draft = draft_of(DB.do("select").do("from", CHAT).do("where", op("exists", inner)))
    assert pairs(draft) == [("member.userId", "alternative")]  # that the caller is a member of anything
    same = op("eq", MEMBER.get("teamId"), CHAT.get("teamId"))
    inner = DB.do("select").do("from", MEMBER).do("where", op("and", same, op("eq", MEMBER.get("userId"), ME)))
    draft = draft_of(DB.do("select").do("from", CHAT).do("where", op("exists", inner)))
    assert pairs(draft) == [("member.userId", "eq")]


def test_conditions_in_a_template():
    text = grow("drizzle-orm", "sql").tag("", "$1 = $2 and $3 = 1", CHAT.get("userId"), ME, CHAT.get("x"))
    assert pairs(draft_of(DB.do("select").do("from", CHAT).do("where", text)))[0] == ("userId", "eq")


def test_writes():
    table = grow("drizzle-orm/pg-core", "pgTable").call("Chat", {"id": UNKNOWN, "userId": UNKNOWN})
    draft = draft_of(DB.do("insert", table).do("values", {"userId": ME, "...": request("body")}).do("returning"))
    assert (draft.verb, [key for key, _ in draft.written], draft.columns) == (
        "insert",
        ["userId", "*"],
        ("id", "userId"),
    )
    draft = draft_of(
        DB.do("insert", CHAT)
        .do("values", {"id": ID})
        .do("onConflictDoUpdate", {"target": CHAT.get("id"), "set": {"a": 1}})
    )
    assert (draft.verb, draft.filters) == ("upsert", (("id", "eq", ID),))
    draft = draft_of(DB.do("update", CHAT).do("set", {"title": ID}).do("where", op("eq", CHAT.get("id"), ID)))
    assert (draft.verb, draft.columns, pairs(draft)) == ("update", (), [("id", "eq")])


def test_what_the_table_does_not_have_is_not_written():
    draft = draft_of(DB.do("insert", CHAT).do("values", {"id": ID, "memberIds": request("body.memberIds")}))
    assert [key for key, _ in draft.written] == ["id"]
    draft = draft_of(DB.do("insert", LOST).do("values", {"id": ID, "memberIds": request("body.memberIds")}))
    assert [key for key, _ in draft.written] == ["id", "memberIds"]


def test_relational_queries():
    draft = draft_of(
        DB.get("query", "chat").do(
            "findFirst", {"where": op("eq", CHAT.get("id"), ID), "columns": {"id": True}, "with": {"messages": True}}
        )
    )
    assert (draft.table, draft.single, draft.columns, pairs(draft)) == (
        "chat",
        True,
        ("id", "messages.*"),
        [("id", "eq")],
    )
    draft = draft_of(DB.get("query", "users").do("findMany", {"columns": {"password": False}}))
    assert draft.columns == ("*", "-password")
    draft = draft_of(DB.get("query", "chat").do("findFirst", {"where": {"id": ID, "userId": ME}}))
    assert pairs(draft) == [("id", "eq"), ("userId", "eq")]


def test_the_schema_says_what_a_relational_table_is_called():
    client = grow("drizzle-orm/postgres-js", "drizzle").call(UNKNOWN, {"schema": {"apiKeys": MEMBER}})
    assert draft_of(client.get("query", "apiKeys").do("findMany")).table == "member"


def test_a_condition_written_as_a_callback_is_run():
    def answer(closure, given):
        table, operators = given
        assert closure is CALLBACK
        column = table.through(grow("x", "y").get("id").chain.steps)
        equal = grow("drizzle-orm", "*").do("eq", column, ID).chain
        assert operators.source == "drizzle-orm"
        return equal

    seen = Seen("a.ts", run=answer)
    draft = draft_of(DB.get("query", "chat").do("findFirst", {"where": CALLBACK}), seen)
    assert draft.filters == (("id", "eq", ID),)
    assert pairs(draft_of(DB.get("query", "chat").do("findFirst", {"where": CALLBACK}))) == [("", "match")]


def test_tables_in_every_form():
    prefixed = grow("drizzle-orm/pg-core", "pgTableCreator").call(CALLBACK).call("post", {})
    in_schema = grow("drizzle-orm/pg-core", "pgSchema").call("auth").do("table", "users", {})
    aliased = op("alias", CHAT, "c")
    for table, name in (
        (prefixed, "post"),
        (in_schema, "auth.users"),
        (aliased, "Chat"),
        (grow("unresolved", "schema").get("chat"), "chat"),
    ):
        client = DB
        assert draft_of(client.do("select").do("from", table)).table == name


def test_distance_is_a_vector_search():
    near = op("cosineDistance", CHAT.get("embedding"), UNKNOWN)
    assert draft_of(DB.do("select").do("from", CHAT).do("orderBy", near)).verb == "vector"


def test_counts_and_raw_statements():
    draft = draft_of(DB.do("$count", CHAT, op("eq", CHAT.get("userId"), ME)))
    assert (draft.columns, pairs(draft)) == ((), [("userId", "eq")])
    text = grow("drizzle-orm", "sql").tag("", "select * from $1 where $2 = $3", CHAT, CHAT.get("id"), ID)
    draft = draft_of(DB.do("execute", text))
    assert (draft.engine, draft.table, pairs(draft)) == ("sql", "Chat", [("Chat.id", "eq")]) or pairs(draft) == [
        ("id", "eq")
    ]


def test_a_transaction_hands_its_client_on():
    given = supplied(DB.do("transaction", CALLBACK).chain)
    assert given == (DB.chain,)
