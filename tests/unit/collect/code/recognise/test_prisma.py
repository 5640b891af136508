"""Prisma calls: conditions with their paths, nested writes, what is selected, and raw statements."""

from __future__ import annotations

import pytest

from assistant.collect.code.recognise.asking import Seen, query_of
from assistant.collect.code.values import UNKNOWN, Either, caller, request
from tests.unit.collect.code.recognise.chaining import grow, pairs, value


SEEN = Seen("app/x.ts")
ID, ME = request("path.id"), caller("session.user.id")
PRISMA = grow("@prisma/client", "PrismaClient").new()


def asked(method, given, model="document", client=PRISMA):
    draft = query_of(client.get(model).do(method, given).chain, SEEN)
    assert draft is not None
    return draft


@pytest.mark.parametrize(
    ("method", "verb", "single"),
    [
        ("findUnique", "select", True),
        ("findUniqueOrThrow", "select", True),
        ("findFirst", "select", True),
        ("findMany", "select", False),
        ("create", "insert", True),
        ("createMany", "insert", False),
        ("update", "update", True),
        ("updateMany", "update", False),
        ("upsert", "upsert", True),
        ("delete", "delete", True),
        ("deleteMany", "delete", False),
        ("count", "select", False),
        ("groupBy", "select", False),
    ],
)
def test_every_method_has_its_verb(method, verb, single):
    draft = asked(method, {"where": {"id": ID}})
    assert (draft.engine, draft.client, draft.verb, draft.table, draft.single) == (
        "prisma",
        "pool",
        verb,
        "document",
        single,
    )
    assert draft.filters == (("id", "eq", ID),)


@pytest.mark.parametrize(
    "client",
    [
        grow("global", "globalThis").get("prisma"),
        grow("parameter", "ctx").get("prisma"),
        grow("unresolved", "prisma"),
        grow("unresolved", "db"),
        grow("parameter", "tx"),
        PRISMA.do("$extends", UNKNOWN),
        grow("@acme/prisma", "prisma"),
    ],
)
def test_the_client_is_known_by_what_is_asked_of_it(client):
    assert asked("findFirst", {"where": {"id": ID}}, client=client).table == "document"


def test_an_array_that_is_searched_is_no_table():
    assert query_of(grow("parameter", "items").do("find", UNKNOWN).chain, SEEN) is None
    assert query_of(grow("unresolved", "form").get("fields").do("create", {"name": "x"}).chain, SEEN) is None


def test_conditions_carry_their_paths():
    where = {
        "id": ID,
        "team": {"users": {"some": {"userId": ME}}},
        "status": {"in": ["a"]},
        "deletedAt": None,
        "title": {"contains": ID, "mode": "insensitive"},
        "userId_teamId": {"userId": ME, "teamId": ID},
        "AND": [{"a": 1}, {"b": {"not": 2}}],
        "NOT": {"c": ID},
    }
    assert pairs(asked("findFirst", {"where": where})) == [
        ("id", "eq"),
        ("team.users.some.userId", "eq"),
        ("status", "in"),
        ("deletedAt", "eq"),
        ("title", "contains"),
        ("userId", "eq"),
        ("teamId", "eq"),
        ("a", "eq"),
        ("b", "neq"),
        ("c", "neq"),
    ]


def test_or_binds_only_when_each_way_does():
    mine = {"OR": [{"ownerId": ME}, {"team": {"users": {"some": {"userId": ME}}}}]}
    assert {how for _, how in pairs(asked("findMany", {"where": mine}))} == {"eq"}
    either_way = {"OR": [{"ownerId": ME}, {"id": ID}]}
    assert pairs(asked("findMany", {"where": either_way})) == [("ownerId", "alternative"), ("id", "eq")]


def test_what_only_one_branch_asks_binds_nobody():
    maybe = Either((value({"teamId": ME}), value(None)))
    assert pairs(asked("findMany", {"where": {"id": ID, "...": maybe}})) == [("id", "eq"), ("teamId", "match")]
    undefined = Either((ME, value(None)))
    assert pairs(asked("findMany", {"where": {"userId": undefined}})) == [("userId", "match")]


def test_a_whole_condition_from_outside_is_unread():
    assert asked("findFirst", {"where": request("body.where")}).filters[0][:2] == ("", "match")


def test_nested_writes_name_what_they_connect():
    data = {
        "title": ID,
        "owner": {"connect": {"id": ID}},
        "poll": {"connect": {"id": ID}},
        "options": {"create": [{"text": ID}]},
        "views": {"increment": 1},
        "settings": {"theme": ID},
        "...": request("body"),
    }
    assert [column for column, _ in asked("create", {"data": data}).written] == [
        "title",
        "owner.connect.id",
        "poll.connect.id",
        "options.create.text",
        "views",
        "settings",
        "*",
    ]


@pytest.mark.parametrize(
    ("given", "columns"),
    [
        ({}, None),
        ({"select": {"id": True, "team": {"select": {"name": True}}, "x": False}}, ("id", "team.name")),
        ({"include": {"team": True}}, ("*", "team.*")),
        ({"include": {"users": {"select": {"email": True}}}}, ("*", "users.email")),
        ({"omit": {"password": True}}, ("*", "-password")),
    ],
)
def test_columns_that_come_back(given, columns):
    assert asked("findFirst", {"where": {"id": ID}, **given}).columns == columns


def test_a_bulk_write_gives_back_a_count():
    assert asked("updateMany", {"where": {"id": ID}, "data": {"a": 1}}).columns == ()


def test_raw_statements_are_read():
    draft = query_of(PRISMA.tag("$queryRaw", 'SELECT * FROM "View" WHERE "linkId" = $1', ID).chain, SEEN)
    assert draft is not None
    assert (draft.engine, draft.verb, draft.table, draft.filters) == ("sql", "select", "View", (("linkId", "eq", ID),))
    draft = query_of(PRISMA.do("$executeRawUnsafe", "DELETE FROM a WHERE id = $1", ID).chain, SEEN)
    assert draft is not None
    assert (draft.verb, draft.table) == ("delete", "a")
    draft = query_of(PRISMA.do("$queryRawUnsafe", request("body.sql")).chain, SEEN)
    assert draft is not None
    assert (draft.table, draft.filters[0][1]) == ("", "match")
