"""Statements as text, builders with strings, documents: what is asked of which table."""

from __future__ import annotations

import pytest

from assistant.collect.code.recognise.asking import Seen, query_of
from assistant.collect.code.recognise.sqlscan import statement
from assistant.collect.code.values import UNKNOWN, caller, request
from tests.unit.collect.code.recognise.chaining import grow, pairs, template


SEEN = Seen("lib/db.ts")
ID, ME = request("path.id"), caller("user.id")
POOL = grow("pg", "Pool").new({})


def draft_of(grown, seen=SEEN):
    draft = query_of(grown.chain, seen)
    assert draft is not None
    return draft


@pytest.mark.parametrize(
    ("columns", "join", "conditions"),
    [
        ("v.*", "left join teams t on t.id = v.team_id and t.owner_id = $2", [("id", "eq")]),
        (
            "v.*, t.owner_id",
            "left join teams t on t.id = v.team_id and t.owner_id = $2",
            [("teams.owner_id", "eq"), ("id", "eq")],
        ),
        ("*", "left outer join teams t on t.owner_id = $2", [("teams.owner_id", "eq"), ("id", "eq")]),
        ("v.*", "join teams t on t.id = v.team_id and t.owner_id = $2", [("teams.owner_id", "eq"), ("id", "eq")]),
    ],
)
def test_a_left_join_of_which_nothing_is_said_keeps_no_row_away(columns, join, conditions):
    draft = statement(f"select {columns} from versions v {join} where v.id = $1", (ID, ME))
    assert draft is not None
    assert pairs(draft) == conditions


@pytest.mark.parametrize(
    ("text", "verb", "table", "conditions"),
    [
        ("SELECT * FROM orders WHERE id = $1 AND user_id = $2", "select", "orders", [("id", "eq"), ("user_id", "eq")]),
        (
            "select o.* from public.orders o join users u on u.id = o.user_id where u.email = $1",
            "select",
            "orders",
            [("users.email", "eq")],
        ),
        ("select * from a where id = $1 or user_id = $2", "select", "a", [("id", "eq"), ("user_id", "alternative")]),
        ("select * from a where (b = $1 or c = $1) and d = $2", "select", "a", [("b", "eq"), ("c", "eq"), ("d", "eq")]),
        ("update orders set status = $1, x = now() where id = $2", "update", "orders", [("id", "eq")]),
        ("delete from orders where id = ANY($1::uuid[])", "delete", "orders", [("id", "in")]),
        ("insert into t (a, b) values ($1, $2)", "insert", "t", []),
        ("insert into t (a, b) values ($1, $2) on conflict (a) do update set b = $2", "upsert", "t", []),
        ("with x as (select 1) select * from items where org_id in ($1, $2)", "select", "items", [("org_id", "in")]),
        (
            "with gone as (delete from items where id = $1 returning *) select * from gone",
            "delete",
            "items",
            [("id", "eq")],
        ),
        ("select * from docs order by embedding <=> $1 limit 3", "vector", "docs", []),
        ("select match_docs($1, $2)", "call", "match_docs", []),
        ('select * from "View" where "linkId" = $1 -- comment', "select", "View", [("linkId", "eq")]),
        ("SELECT count(*) FROM x WHERE lower(email) = lower($1)", "select", "x", [("email", "eq")]),
        ("select * from x where deleted_at is null and a.b = %s", "select", "x", [("deleted_at", "eq"), ("a.b", "eq")]),
    ],
)
def test_statements(text, verb, table, conditions):
    draft = statement(text, (ID, ME))
    assert draft is not None
    assert (draft.verb, draft.table, pairs(draft)) == (verb, table, conditions)


@pytest.mark.parametrize(
    "text", ["BEGIN", "SET LOCAL role = 'x'", "create table x (id int)", "select 1", "and a = $1", ""]
)
def test_what_touches_no_rows(text):
    assert statement(text, ()) is None


def test_columns_of_statements():
    draft = statement("insert into t (user_id, body) values ($1, $2) returning id", (ME, ID))
    assert draft is not None
    assert (draft.written, draft.columns) == ((("user_id", ME), ("body", ID)), ("id",))
    draft = statement("update t set a = $1 where id = $2", (ID, ME))
    assert draft is not None
    assert (draft.written, draft.filters) == ((("a", ID),), (("id", "eq", ME),))
    draft = statement("select id, u.email as mail from t u", ())
    assert draft is not None
    assert draft.columns == ("id", "mail")


@pytest.mark.parametrize(
    ("grown", "wraps"),
    [
        (POOL.do("query", "select * from a where id = $1", [ID]), ("rows",)),
        (POOL.do("connect").do("query", {"text": "select * from a where id = $1", "values": [ID]}), ("rows",)),
        (POOL.do("query", template("select * from a where id = $1", ID)), ("rows",)),
        (grow("postgres", "default").call("url").tag("", "select * from a where id = $1", ID), ()),
        (grow("@vercel/postgres", "sql").tag("", "select * from a where id = $1", ID), ("rows",)),
        (grow("@neondatabase/serverless", "neon").call("url").tag("", "select * from a where id = $1", ID), ()),
        (grow("@neondatabase/serverless", "neon").call("url").call("select * from a where id = $1", [ID]), ()),
        (grow("bun", "sql").tag("", "select * from a where id = $1", ID), ()),
        (grow("unresolved", "sql").tag("", "select * from a where id = $1", ID), ()),
        (grow("unresolved", "db").do("query", "select * from a where id = $1", [ID]), ("rows",)),
        (
            grow("mysql2/promise", "default").do("createPool", {}).do("execute", "select * from a where id = ?", [ID]),
            ("0",),
        ),
        (grow("better-sqlite3", "default").new("x").do("prepare", "select * from a where id = ?").do("get", ID), ()),
        (
            grow("@libsql/client", "createClient")
            .call({})
            .do("execute", {"sql": "select * from a where id = ?", "args": [ID]}),
            ("rows",),
        ),
        (
            grow("unresolved", "env").get("DB").do("prepare", "select * from a where id = ?").do("bind", ID).do("all"),
            ("results",),
        ),
        (grow("psycopg", "connect").call().do("cursor").do("execute", "select * from a where id = %s", [ID]), ()),
        (grow("asyncpg", "connect").call().do("fetchrow", "select * from a where id = $1", ID), ()),
        (
            grow("parameter", "session").do(
                "execute", grow("sqlalchemy", "text").call("select * from a where id = :id"), {"id": ID}
            ),
            (),
        ),
    ],
)
def test_every_driver(grown, wraps):
    draft = draft_of(grown)
    assert (draft.engine, draft.client, draft.table, draft.filters) == ("sql", "pool", "a", (("id", "eq", ID),))
    assert draft.wraps == wraps or (draft.wraps in {("rows",), ()} and "execute" in grown.chain.dotted)


def test_a_statement_put_together_at_run_time_is_not_clean():
    draft = draft_of(POOL.do("query", request("body.sql")))
    assert (draft.table, draft.filters) == ("", (("", "match", request("body.sql")),))


def test_kysely():
    db = grow("kysely", "Kysely").new({})
    draft = draft_of(
        db.do("selectFrom", "chat as c")
        .do("selectAll")
        .do("where", "c.id", "=", ID)
        .do("where", "userId", "in", [ME])
        .do("executeTakeFirst")
    )
    assert (draft.engine, draft.table, pairs(draft), draft.columns, draft.single, draft.lazy) == (
        "kysely",
        "chat",
        [("id", "eq"), ("userId", "in")],
        None,
        True,
        False,
    )
    draft = draft_of(db.do("updateTable", "chat").do("set", {"a": ID}).do("where", "id", "=", ID))
    assert (draft.verb, draft.lazy, draft.columns) == ("update", True, ())
    builder = grow("kysely", "eb")
    branches = builder.do("or", [builder.call("userId", "=", ME), builder.call("id", "=", ID)])
    draft = draft_of(db.do("selectFrom", "chat").do("select", ["id"]).do("where", branches))
    assert (pairs(draft), draft.columns) == ([("userId", "alternative"), ("id", "eq")], ("id",))
    assert draft_of(grow("unresolved", "db").do("deleteFrom", "chat").do("where", "id", "=", ID)).verb == "delete"


@pytest.mark.parametrize(
    ("grown", "verb", "filters"),
    [
        (grow("mongoose", "model").call("Chat", UNKNOWN).do("findById", ID), "select", [("_id", "eq")]),
        (
            grow("mongoose", "default").get("models", "Chat").do("findOne", {"_id": ID, "owner": ME}),
            "select",
            [("_id", "eq"), ("owner", "eq")],
        ),
        (grow("unresolved", "Chat").do("findByIdAndUpdate", ID, {"$set": {"a": 1}}), "update", [("_id", "eq")]),
        (grow("unresolved", "Chat").do("deleteOne", {"_id": ID}), "delete", [("_id", "eq")]),
        (
            grow("mongodb", "MongoClient")
            .new("u")
            .do("db")
            .do("collection", "Chat")
            .do("find", {"$or": [{"owner": ME}, {"_id": ID}]}),
            "select",
            [("owner", "alternative"), ("_id", "eq")],
        ),
        (
            grow("mongodb", "MongoClient")
            .new("u")
            .do("db")
            .do("collection", "Chat")
            .do("findOne", {"_id": grow("mongodb", "ObjectId").new(ID)}),
            "select",
            [("_id", "eq")],
        ),
    ],
)
def test_documents(grown, verb, filters):
    draft = draft_of(grown)
    assert (draft.engine, draft.verb, draft.table, pairs(draft)) == ("mongo", verb, "Chat", filters)


@pytest.mark.parametrize(
    ("grown", "client", "verb", "table", "filters"),
    [
        (
            grow("firebase/firestore", "getDoc").call(grow("firebase/firestore", "doc").call(UNKNOWN, "users", ID)),
            "anon",
            "select",
            "users",
            [("id", "eq")],
        ),
        (
            grow("firebase/firestore", "getDocs").call(
                grow("firebase/firestore", "query").call(
                    grow("firebase/firestore", "collection").call(UNKNOWN, "orders"),
                    grow("firebase/firestore", "where").call("owner", "==", ME),
                )
            ),
            "anon",
            "select",
            "orders",
            [("owner", "eq")],
        ),
        (
            grow("firebase-admin", "default").do("firestore").do("collection", "orders").do("doc", ID).do("get"),
            "pool",
            "select",
            "orders",
            [("id", "eq")],
        ),
        (
            grow("firebase-admin/firestore", "getFirestore")
            .call()
            .do("collection", "teams")
            .do("doc", ID)
            .do("collection", "notes")
            .do("add", {"a": 1}),
            "pool",
            "insert",
            "notes",
            [("teams.id", "eq")],
        ),
        (
            grow("unresolved", "adminDb").do("collection", "orders").do("where", "owner", "==", ME).do("get"),
            "pool",
            "select",
            "orders",
            [("owner", "eq")],
        ),
    ],
)
def test_firestore(grown, client, verb, table, filters):
    draft = draft_of(grown)
    assert (draft.engine, draft.client, draft.verb, draft.table, pairs(draft)) == (
        "firestore",
        client,
        verb,
        table,
        filters,
    )


@pytest.mark.parametrize(
    ("grown", "engine", "verb", "table", "filters"),
    [
        (
            grow("parameter", "this").get("orderRepository").do("findOne", {"where": {"id": ID, "owner": {"id": ME}}}),
            "typeorm",
            "select",
            "order",
            [("id", "eq"), ("owner.id", "eq")],
        ),
        (
            grow("typeorm", "DataSource")
            .new({})
            .do("getRepository", grow("unresolved", "Order"))
            .do("findOneBy", {"id": ID}),
            "typeorm",
            "select",
            "Order",
            [("id", "eq")],
        ),
        (grow("unresolved", "Order").do("findByPk", ID), "sequelize", "select", "Order", [("id", "eq")]),
        (
            grow("unresolved", "Order").do("update", {"a": 1}, {"where": {"id": ID}}),
            "sequelize",
            "update",
            "Order",
            [("id", "eq")],
        ),
        (
            grow("knex", "default").call({}).call("orders").do("where", {"id": ID}).do("first"),
            "knex",
            "select",
            "orders",
            [("id", "eq")],
        ),
        (
            grow("unresolved", "knex").call("orders").do("where", "id", ID).do("update", {"a": 1}),
            "knex",
            "update",
            "orders",
            [("id", "eq")],
        ),
        (
            grow("unresolved", "knex").call("orders").do("whereIn", "id", [ID]).do("del"),
            "knex",
            "delete",
            "orders",
            [("id", "in")],
        ),
    ],
)
def test_other_mappers(grown, engine, verb, table, filters):
    draft = draft_of(grown)
    assert (draft.engine, draft.verb, draft.table, pairs(draft)) == (engine, verb, table, filters)
