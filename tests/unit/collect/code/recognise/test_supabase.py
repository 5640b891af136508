"""Supabase chains as people write them: what is asked, of which table, with which key."""

from __future__ import annotations

import base64
import json

import pytest

from assistant.collect.code.recognise.asking import Seen, client_of, query_of
from assistant.collect.code.values import UNKNOWN, caller, request
from assistant.domain.code import ClientKind
from tests.unit.collect.code.recognise.chaining import Grown, env, grow, pairs, template


SEEN = Seen("app/x.ts")
ID, ME = request("path.id"), caller("user.id")
URL = env("NEXT_PUBLIC_SUPABASE_URL")


def plain(key, *more) -> Grown:
    return grow("@supabase/supabase-js", "createClient").call(URL, key, *more)


ANON = env("NEXT_PUBLIC_SUPABASE_ANON_KEY")
SERVICE = env("SUPABASE_SERVICE_ROLE_KEY")
SSR = grow("@supabase/ssr", "createServerClient").call(URL, ANON, {"cookies": {}})


def written_key(role: str) -> str:
    def part(body):
        return base64.urlsafe_b64encode(json.dumps(body).encode()).decode().rstrip("=")

    return f"{part({'alg': 'HS256'})}.{part({'role': role, 'iss': 'supabase'})}.signature"


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (plain(SERVICE), "service"),
        (plain(env("SUPABASE_SECRET_KEY")), "service"),
        (plain(env("NEXT_PUBLIC_SUPABASE_SERVICE_ROLE")), "service"),
        (plain("sb_secret_abcdefghijklmnopqrstuv_12345678"), "service"),
        (plain(written_key("service_role")), "service"),
        (plain(grow("global", "process").get("env", "SUPABASE_SERVICE_KEY").chain), "service"),
        (plain(grow("@t3-oss/env-nextjs", "createEnv").call({}).get("SUPABASE_SERVICE_ROLE_KEY").chain), "service"),
        (grow("npm:@supabase/supabase-js@2", "createClient").call(URL, SERVICE), "service"),
        (grow("https://esm.sh/@supabase/supabase-js@2.39.0?target=deno", "createClient").call(URL, SERVICE), "service"),
        (grow("@supabase/supabase-js", "*").do("createClient", URL, SERVICE), "service"),
        (grow("@supabase/ssr", "createServerClient").call(URL, SERVICE, {}), "service"),
        (
            grow("@supabase/auth-helpers-nextjs", "createRouteHandlerClient").call({}, {"supabaseKey": SERVICE}),
            "service",
        ),
        (grow("supabase", "create_client").call(URL, SERVICE), "service"),
        (grow("unresolved", "createAdminClient").call(), "service"),
        (grow("unresolved", "supabaseAdmin"), "service"),
        (grow("unresolved", "getServiceSupabase").call(), "service"),
        (grow("parameter", "ctx").get("supabaseAdmin"), "service"),
        (plain(ANON), "anon"),
        (plain(written_key("anon")), "anon"),
        (plain(ANON, {"global": {"headers": {"Authorization": request("header.authorization")}}}), "user"),
        (plain(ANON, {"accessToken": UNKNOWN}), "user"),
        (plain(ANON, {"global": {"headers": {"Authorization": template("Bearer $1", SERVICE)}}}), "service"),
        (SSR, "user"),
        (grow("@supabase/auth-helpers-nextjs", "createServerComponentClient").call({}), "user"),
        (grow("@supabase/auth-helpers-nextjs", "createMiddlewareClient").call({}), "user"),
        (grow("unresolved", "createClient").call(), "user"),
        (grow("@supabase/ssr", "createBrowserClient").call(URL, ANON), "browser"),
        (grow("@supabase/auth-helpers-react", "useSupabaseClient").call(), "browser"),
        (plain(env("VITE_SUPABASE_ANON_KEY")), "browser"),
        (grow("@prisma/client", "PrismaClient").new(), "pool"),
    ],
)
def test_the_client_is_told_by_its_key_and_its_maker(made, kind):
    assert client_of(made.chain) == ClientKind(kind)


def test_what_is_no_client_has_no_kind():
    assert client_of(grow("react", "useState").call().chain) is None
    assert client_of(grow("global", "Array").do("from", "x").chain) is None


def test_a_lookup_by_id_reads_whole_rows():
    draft = query_of(SSR.do("from", "chats").do("select", "*").do("eq", "id", ID).do("single").chain, SEEN)
    assert draft is not None
    assert (draft.engine, draft.client, draft.verb, draft.table) == ("supabase", "user", "select", "chats")
    assert draft.columns is None
    assert draft.filters == (("id", "eq", ID),)
    assert draft.single
    assert draft.lazy
    assert draft.wraps == ("data",)


def test_from_alone_asks_nothing():
    assert query_of(SSR.do("from", "chats").chain, SEEN) is None
    assert query_of(grow("global", "Array").do("from", "chats").chain, SEEN) is None


def test_in_the_browser_the_same_client_is_the_browsers():
    draft = query_of(
        plain(ANON).do("from", "chats").do("select").chain, Seen("app/x.tsx", client_module=True, server=False)
    )
    assert draft is not None
    assert draft.client == "browser"


def test_every_condition_is_read():
    chain = SSR.do("from", "t").do("select", "id, name").do("neq", "a", 1).do("in", "b", [ID]).do("is", "c", None)
    chain = (
        chain.do("match", {"d": ID, "e": ME})
        .do("not", "f", "is", None)
        .do("filter", "g", "eq", ID)
        .do("ilike", "h", ID)
    )
    chain = chain.do("contains", "i", [ME]).do("textSearch", "j", ID).do("gte", "k", 3).do("order", "a").do("limit", 1)
    draft = query_of(chain.chain, SEEN)
    assert draft is not None
    assert draft.columns == ("id", "name")
    assert pairs(draft) == [
        ("a", "neq"),
        ("b", "in"),
        ("c", "eq"),
        ("d", "eq"),
        ("e", "eq"),
        ("f", "neq"),
        ("g", "eq"),
        ("h", "like"),
        ("i", "contains"),
        ("j", "match"),
        ("k", "gte"),
    ]


def test_alternatives_bind_only_when_each_names_the_caller():
    mine = SSR.do("from", "t").do("select").do("or", template("user_id.eq.$1,is_public.eq.true", ME))
    draft = query_of(mine.chain, SEEN)
    assert draft is not None
    assert pairs(draft) == [("user_id", "eq"), ("is_public", "eq")]
    open_end = SSR.do("from", "t").do("select").do("or", template("user_id.eq.$1,id.eq.$2", ME, ID))
    draft = query_of(open_end.chain, SEEN)
    assert draft is not None
    assert pairs(draft) == [("user_id", "alternative"), ("id", "eq")]


def test_nested_alternatives_are_opened():
    text = "and(sender.eq.$1,recipient.eq.$2),and(sender.eq.$2,recipient.eq.$1)"
    draft = query_of(SSR.do("from", "messages").do("select").do("or", template(text, ME, ID)).chain, SEEN)
    assert draft is not None
    assert pairs(draft) == [("sender", "eq"), ("recipient", "eq"), ("sender", "eq"), ("recipient", "eq")]
    assert [value for _, _, value in draft.filters] == [ME, ID, ID, ME]


def test_an_alternative_nobody_can_read_is_not_taken_for_a_tie():
    draft = query_of(SSR.do("from", "t").do("select").do("or", ME).chain, SEEN)
    assert draft is not None
    assert draft.filters == (("", "match", ME),)


@pytest.mark.parametrize(
    ("asked", "columns"),
    [
        ("*", None),
        ("", None),
        ("id,name", ("id", "name")),
        ("*, messages(*)", ("*", "messages.*")),
        (
            "id, owner:profiles!user_id(id, email), count:orders(count)",
            ("id", "profiles.id", "profiles.email", "orders.count"),
        ),
        ("team_id, teams!inner ( id, members (user_id) )", ("team_id", "teams.id", "teams.members.user_id")),
        ("full:name, price::text, settings->>theme", ("name", "price", "settings->>theme")),
        ("\n  id,\n  title\n", ("id", "title")),
    ],
)
def test_columns_with_everything_embedded(asked, columns):
    draft = query_of(SSR.do("from", "t").do("select", asked).chain, SEEN)
    assert draft is not None
    assert draft.columns == columns


def test_a_count_returns_no_rows():
    draft = query_of(SSR.do("from", "t").do("select", "*", {"count": "exact", "head": True}).chain, SEEN)
    assert draft is not None
    assert draft.columns == ()


def test_writes_name_their_columns_and_what_comes_back():
    insert = SSR.do("from", "t").do("insert", [{"a": ID, "...": request("body")}])
    draft = query_of(insert.chain, SEEN)
    assert draft is not None
    assert (draft.verb, draft.columns, [key for key, _ in draft.written]) == ("insert", (), ["a", "*"])
    draft = query_of(insert.do("select").do("single").chain, SEEN)
    assert draft is not None
    assert (draft.verb, draft.columns, draft.single) == ("insert", None, True)
    draft = query_of(SSR.do("from", "t").do("update", {"a": 1}).do("eq", "id", ID).chain, SEEN)
    assert draft is not None
    assert (draft.verb, draft.filters) == ("update", (("id", "eq", ID),))


def test_an_upsert_meets_the_row_of_its_conflict_columns():
    draft = query_of(SSR.do("from", "t").do("upsert", {"user_id": ME, "x": ID}, {"onConflict": "user_id"}).chain, SEEN)
    assert draft is not None
    assert draft.filters == (("user_id", "eq", ME),)
    draft = query_of(SSR.do("from", "t").do("upsert", {"id": ID, "user_id": ME}).chain, SEEN)
    assert draft is not None
    assert draft.filters == (("id", "eq", ID),)


def test_functions_of_the_database():
    draft = query_of(SSR.do("rpc", "get_team", {"team_id": ID}).chain, SEEN)
    assert draft is not None
    assert (draft.verb, draft.table, draft.filters) == ("call", "get_team", (("team_id", "eq", ID),))
    draft = query_of(SSR.do("rpc", "match_documents", {"query_embedding": UNKNOWN}).chain, SEEN)
    assert draft is not None
    assert draft.verb == "vector"


def test_another_schema_stands_before_the_table():
    draft = query_of(SSR.do("schema", "billing").do("from", "invoices").do("select").chain, SEEN)
    assert draft is not None
    assert draft.table == "billing.invoices"


@pytest.mark.parametrize(
    ("method", "verb"),
    [("download", "select"), ("createSignedUrl", "sign"), ("upload", "upload"), ("list", "select")],
)
def test_files_are_rows_with_a_path(method, verb):
    draft = query_of(plain(SERVICE).get("storage").do("from", "docs").do(method, ID).chain, SEEN)
    assert draft is not None
    assert (draft.engine, draft.client, draft.verb, draft.table) == ("storage", "service", verb, "docs")
    assert draft.filters == (("path", "eq", ID),)


def test_removed_files_are_each_named():
    draft = query_of(plain(SERVICE).get("storage").do("from", "docs").do("remove", [ID]).chain, SEEN)
    assert draft is not None
    assert (draft.verb, draft.filters) == ("delete", (("path", "eq", ID),))


def test_the_public_address_of_a_file_shows_nothing():
    assert query_of(SSR.get("storage").do("from", "docs").do("getPublicUrl", ID).chain, SEEN) is None


def test_users_are_rows_of_the_auth_schema():
    admin = plain(SERVICE).get("auth", "admin")
    draft = query_of(admin.do("deleteUser", ID).chain, SEEN)
    assert draft is not None
    assert (draft.verb, draft.table, draft.filters) == ("delete", "auth.users", (("id", "eq", ID),))
    draft = query_of(admin.do("updateUserById", ID, {"password": request("body.password")}).chain, SEEN)
    assert draft is not None
    assert (draft.verb, draft.written[0][0]) == ("update", "password")


def test_a_name_alone_is_enough_for_the_shape():
    draft = query_of(grow("parameter", "client").do("from", "orders").do("select", "id").do("eq", "id", ID).chain, SEEN)
    assert draft is not None
    assert (draft.table, draft.client) == ("orders", "unknown")


def test_live_changes_are_read_with_their_filter():
    live = SSR.do("channel", "x").do(
        "on", "postgres_changes", {"table": "messages", "filter": template("room_id=eq.$1", ID)}
    )
    draft = query_of(live.chain, SEEN)
    assert draft is not None
    assert (draft.table, draft.filters) == ("messages", (("room_id", "eq", ID),))
