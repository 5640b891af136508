"""What a replay claims is what a person acts on: each statement that did not run, and each line that did."""

from __future__ import annotations

import time

import pytest

from assistant.domain.errors import ShadowError
from assistant.domain.replay import NotRead, Source
from assistant.shadow.replay import replay


pytestmark = pytest.mark.shadow


def run(shadow, *texts, **options):
    sources = [
        text if isinstance(text, Source) else Source(path=f"supabase/migrations/{n:03}.sql", text=text)
        for n, text in enumerate(texts, 1)
    ]
    return replay(shadow, sources, **options)


def reasons(outcome):
    return [(skipped.file.rpartition("/")[2], skipped.line, skipped.sqlstate) for skipped in outcome.skipped]


def fetch(shadow, question):
    with shadow.connect("owner") as connection:
        return connection.execute(question).fetchall()


def tables(shadow):
    question = "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"
    return {row[0] for row in fetch(shadow, question)}


def where(outcome, key):
    place = outcome.provenance[key]
    return place.file.rpartition("/")[2], place.line, place.symbol


def test_a_failed_statement_costs_itself_alone(shadow):
    outcome = run(
        shadow,
        "create table a (id int);\ncreate table oops (id nonsense);\n\ncreate table b (id int);\nselect 1 +;\ncreate table c (id int)",
    )
    assert (outcome.files, outcome.statements, outcome.applied) == (1, 5, 3)
    assert reasons(outcome) == [("001.sql", 2, "42704"), ("001.sql", 5, "42601")]
    assert outcome.skipped[0].reason == 'type "nonsense" does not exist'
    assert outcome.skipped[0].statement == "create table oops (id nonsense)"
    assert [(one.kind, one.name, one.needed_by) for one in outcome.missing] == [("type", "nonsense", 1)]
    assert tables(shadow) == {"a", "b", "c"}


def test_transactions_of_a_file_are_honoured(shadow):
    outcome = run(
        shadow,
        "begin;\ncreate table a (id int);\nselect 1/0;\ncreate table b (id int);\ncommit;",
        "begin; create table c (id int); create policy p on c using (true); rollback;",
        "begin; savepoint mine; create table d (id int); rollback to mine; release mine; create table e (id int);",
        "create table f (id int);",
    )
    assert tables(shadow) == {"a", "b", "e", "f"}
    assert reasons(outcome) == [("001.sql", 3, "22012")]
    assert "table public.b" in outcome.provenance
    assert not {"table public.c", "policy public.c: p"} & outcome.provenance.keys()


def test_a_file_leaves_nothing_of_its_session_to_the_next(shadow):
    outcome = run(
        shadow,
        "set search_path = ''; select set_config('search_path', '', false); create table public.a (id int); set role anon; set check_function_bodies = off;",
        "create table b (id int); create function f() returns int language sql as 'select 1 from nowhere'; show check_function_bodies;",
        "create schema app; set search_path to app; create table c (id int); alter table c enable row level security;",
        "create table d (id int);",
    )
    assert reasons(outcome) == [("002.sql", 1, "42P01")]
    assert tables(shadow) == {"a", "b", "d"}
    assert {"table public.b", "table app.c", "rls app.c", "table public.d"} <= outcome.provenance.keys()


def test_the_last_line_that_set_something_is_named(shadow):
    outcome = run(
        shadow,
        'create table chats (\n  id uuid primary key,\n  user_id uuid,\n  note text\n);\ncreate policy "Users can read" on chats using (true);\n'
        "create table gone (id int); create policy p on gone using (true);",
        '\ndrop policy "Users can read" on chats;\ncreate policy "Users can read" on chats using (false);\n'
        "alter table chats enable row level security;\nalter table chats add column email text;\ngrant select on chats to anon;\ndrop table gone;",
        'alter table chats rename to rooms;\ncreate table if not exists rooms (id int);\nalter policy "Users can read" on rooms rename to r;\n'
        "revoke all on all tables in schema public from anon;",
    )
    assert outcome.skipped == ()
    assert where(outcome, "table public.rooms") == ("001.sql", 1, "table chats")
    assert where(outcome, "column public.rooms.user_id") == ("001.sql", 3, "chats.user_id")
    assert where(outcome, "column public.rooms.email") == ("002.sql", 5, "chats.email")
    assert where(outcome, "policy public.rooms: r") == ("002.sql", 3, "policy Users can read")
    assert where(outcome, "rls public.rooms") == ("002.sql", 4, "table chats")
    assert where(outcome, "grant public.rooms") == ("003.sql", 4, "grant rooms")
    assert not [key for key in outcome.provenance if "gone" in key or "chats" in key]


def test_functions_are_named_by_the_types_the_catalog_knows(shadow):
    outcome = run(
        shadow,
        "create function f(a int, b varchar default 'x') returns int language sql as 'select 1';\n"
        "create function f(a text) returns int language sql as 'select 1';",
        "create or replace function f(a text) returns int language sql as 'select 2';\ncreate function g(timestamptz[]) returns int language sql as 'select 1';\n"
        "grant execute on function f(int, varchar) to anon;\nalter function g security definer;\n",
        "revoke all on all functions in schema public from public;\ndrop function f(int, varchar);",
    )
    assert outcome.skipped == ()
    assert where(outcome, "function public.f(text)") == ("002.sql", 1, "function f")
    assert where(outcome, "function public.g(timestamp with time zone[])") == ("002.sql", 4, "function g")
    assert where(outcome, "grant public.f(text)")[:2] == ("003.sql", 1)
    assert "function public.f(integer,character varying)" not in outcome.provenance


def test_views_buckets_publications_and_default_privileges_have_places(shadow):
    outcome = run(
        shadow,
        "create table t (id int);\ncreate view v as select * from t;\ninsert into storage.buckets (id, name, public) values\n  ('a', 'a', true),\n  ('b', 'b', false);\n"
        "insert into storage.buckets (id, name) select 'c', 'c';\nalter publication supabase_realtime add table t;\n"
        "alter default privileges in schema public revoke all on tables from anon;\nupdate storage.buckets set public = false where id = 'a';",
    )
    assert outcome.skipped == ()
    lines = {key: place.line for key, place in outcome.provenance.items()}
    assert lines["view public.v"] == 2
    assert lines["bucket storage.b"] == lines["bucket b"] == 5
    assert lines["bucket storage.c"] == 6
    assert lines["publication public.t"] == 7
    assert lines["default-privileges public"] == 8
    assert lines["bucket storage.a"] == 9


def test_what_a_block_or_a_function_builds_at_run_time_has_a_place(shadow):
    outcome = run(
        shadow,
        "create table a (id int); create table b (id int);\n"
        "do $$ declare t text; begin\n foreach t in array array['a', 'b'] loop\n execute format('alter table %I enable row level security', t);\n"
        " execute format('create policy own on %I using (true)', t); end loop; end $$;\n"
        "create function open_up() returns void language plpgsql as $$ begin execute 'revoke insert on a from anon'; end $$;\nselect open_up();\n"
        "do $$ begin\n create policy late on a using (false);\nexception when duplicate_object then null; end $$;",
    )
    assert outcome.skipped == ()
    lines = {key: place.line for key, place in outcome.provenance.items()}
    assert lines["rls public.a"] == lines["rls public.b"] == lines["policy public.b: own"] == 2
    assert lines["grant public.a"] == 7
    assert lines["policy public.a: late"] == 9
    assert lines["table public.a"] == 1


def test_missing_tables_are_told_by_their_first_cause(shadow):
    outcome = run(
        shadow,
        "create table posts (id int, owner uuid references profiles (id));\ncreate policy p on posts using (true);\ncreate policy q on profiles using (true);\n"
        "create table likes (post int references posts (id));\nalter table likes enable row level security;\nalter policy z on auth.users using (true);",
    )
    assert outcome.applied == 0
    assert [(one.kind, one.name, one.needed_by) for one in outcome.missing] == [
        ("table", "public.profiles", 5),
        ("policy", "users: z", 1),
    ]
    assert "DATABASE_URL" in outcome.missing[0].remedy
    assert "--schema" in outcome.missing[0].remedy


def test_an_order_that_does_not_hold_is_mended_but_the_dead_stay_dead(shadow):
    outcome = run(
        shadow,
        "create table orders (id int primary key, customer int references customers (id));\ncreate policy open_to_all on orders using (true);\n"
        "create policy kept on orders using (false);",
        "drop policy if exists open_to_all on customers;",
        "create table customers (id int primary key);\ndrop policy open_to_all on orders;",
    )
    assert tables(shadow) == {"orders", "customers"}
    assert outcome.retried == 2
    assert [row[0] for row in fetch(shadow, "select polname from pg_policy where polrelid = 'orders'::regclass")] == [
        "kept"
    ]
    assert outcome.provenance["policy public.orders: kept"].line == 3
    assert [line for _, line, _ in reasons(outcome)] == [2, 2]


def test_a_second_description_of_the_same_tables_is_no_failure(shadow):
    table = "create table notes (id int);"
    outcome = run(
        shadow,
        Source(
            path="schema.sql", text=f"{table}\ncreate policy p on notes using (false);\ncreate type mood as enum ('a');"
        ),
        Source(
            path="migrations/1.sql",
            text="create table notes (id int, more text);\ncreate policy p on notes using (true);\ncreate type mood as enum ('a');",
        ),
        Source(
            path="migrations/2.sql",
            text="create table more (id int);\ncreate table more (id bigint);\ncreate table more (id int);",
        ),
    )
    assert outcome.already_there == 4
    assert reasons(outcome) == [("2.sql", 2, "42P07")]
    assert where(outcome, "policy public.notes: p") == ("schema.sql", 2, "policy p")


def test_an_endless_statement_costs_its_connection_and_nothing_else(shadow):
    began = time.monotonic()
    outcome = run(
        shadow,
        "create table a (id int);\nset statement_timeout = 0;\ndo $$ begin loop begin perform pg_sleep(0.01); exception when query_canceled then null; end; end loop; end $$;\n"
        "create table b (id int);\nselect pg_terminate_backend(pg_backend_pid());\ncreate table c (id int);\n"
        "begin; create table d (id int); select pg_sleep(60); create table e (id int); commit;",
        statement_seconds=0.4,
    )
    assert time.monotonic() - began < 10
    assert [line for _, line, _ in reasons(outcome)] == [3, 5, 7]
    assert "did not end by itself" in outcome.skipped[0].reason
    assert {"a", "b", "c", "e"} <= tables(shadow)


def test_a_database_that_no_longer_answers_ends_the_replay_and_not_the_program(shadow, monkeypatch):
    answers = [shadow.connect("owner")]

    def connect(_role="owner"):
        if not answers:
            raise ShadowError("closed.", "Again.")
        return answers.pop()

    monkeypatch.setattr(shadow, "connect", connect)
    outcome = run(
        shadow,
        "create table a (id int);\nselect pg_terminate_backend(pg_backend_pid());\ncreate table b (id int);",
        "create table c (id int);",
    )
    assert (outcome.statements, outcome.applied) == (4, 1)
    assert outcome.skipped[-1].reason == "the statements before have closed the database"


def test_time_is_limited_as_a_whole(shadow):
    outcome = run(shadow, "select pg_sleep(0.3); create table a (id int); create table b (id int);", total_seconds=0.2)
    assert outcome.applied == 1
    assert [one.reason for one in outcome.skipped] == ["the replay took too long"] * 2


def test_rows_stay_outside(shadow):
    rows = "".join(f"insert into big values ({n}, '{'x' * 900}');\n" for n in range(5_000))
    outcome = run(
        shadow,
        Source(
            path="dump.sql",
            text="create table big (id int, t text);\n"
            + rows
            + "insert into storage.buckets (id, name) values ('a', 'a');\n",
        ),
        "copy big from '/etc/passwd';\nselect * from generate_series(1, 200000);\ncreate table after (id int);",
        not_read=[NotRead(file="x.sql", reason="It is binary.")],
    )
    assert outcome.statements == 5
    assert [one.reason for one in outcome.skipped] == ["COPY moves rows; a shadow has none of yours"]
    assert [one.file for one in outcome.not_read] == ["x.sql", "dump.sql"]
    assert "5000 of its statements only fill rows" in outcome.not_read[1].reason
    assert "bucket storage.a" in outcome.provenance


def test_extensions_are_stood_in_for_and_those_of_a_dashboard_are_switched_on(shadow):
    outcome = run(
        shadow,
        'create extension if not exists "uuid-ossp" with schema extensions;\ncreate extension pg_nonsense;\n'
        "create table docs (id uuid default uuid_generate_v4(), body vector(3), name text);\ncreate index on docs using hnsw (body vector_cosine_ops);\n"
        "create index on docs using gin (name gin_trgm_ops);",
    )
    assert [line for _, line, _ in reasons(outcome)] == [2]
    assert outcome.assumed == ("pg_trgm", "vector")
    assert outcome.stand_ins == ("index operator class", "pg_trgm", "uuid-ossp")
    assert [(one.kind, one.name) for one in outcome.missing] == [("extension", "pg_nonsense")]


TYPES = """
export type Json = string | number
export interface Database {
  public: {
    Tables: {
      profiles: {
        Row: { id: string; plan: Database["public"]["Enums"]["plan"]; created_at: string | null; embedding: string | null; team_id: string }
        Insert: { id: string }
        Relationships: [
          { foreignKeyName: "x"; columns: ["team_id"]; isOneToOne: false; referencedRelation: "teams"; referencedColumns: ["id"] }
        ]
      }
      elsewhere: { Row: { id: number }, Relationships: [] }
    }
    Views: { [_ in never]: never }
    Enums: { plan: "free" | "pro" }
  }
}
"""


def test_tables_of_a_dashboard_are_filled_in_from_generated_types(shadow):
    outcome = run(
        shadow,
        "alter table profiles enable row level security;\ncreate policy own on profiles using (auth.uid() = id);\n"
        "create table teams (id uuid primary key); create table logs (e vector(3), p uuid references profiles (id));",
        generated=[Source(path="types/database.types.ts", text=TYPES)],
    )
    assert outcome.skipped == ()
    assert outcome.filled_in == ("public.profiles",)
    assert tables(shadow) == {"profiles", "teams", "logs"}
    assert "table public.profiles" not in outcome.provenance
    assert "rls public.profiles" in outcome.provenance
    columns = fetch(
        shadow,
        "select attname, format_type(atttypid, atttypmod), attnotnull from pg_attribute where attrelid = 'profiles'::regclass and attnum > 0",
    )
    assert columns == [
        ("id", "uuid", True),
        ("plan", "plan", True),
        ("created_at", "timestamp with time zone", False),
        ("embedding", "vector(3)", False),
        ("team_id", "uuid", True),
    ]
    assert fetch(
        shadow,
        "select confrelid::regclass::text from pg_constraint where conrelid = 'profiles'::regclass and contype = 'f'",
    ) == [("teams",)]


def test_lines_count_from_where_the_sql_begins(shadow):
    script = Source(path="run.sh", text="\ncreate table book (id int);\nselect nonsense;", first_line=80)
    outcome = run(shadow, script)
    assert outcome.provenance["table public.book"].line == 81
    assert reasons(outcome) == [("run.sh", 82, "42703")]


def test_progress_is_told_and_may_stop_it(shadow):
    told = []
    run(shadow, "select 1;" * 120, on_progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 120), (50, 120), (100, 120), (120, 120)]

    def stop(_done, _total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(shadow, "select 1;", on_progress=stop)


def test_what_arrives_from_the_server_is_not_kept(shadow):
    outcome = run(
        shadow,
        "do $$ begin for i in 1..20000 loop raise notice '%', repeat('x', 100); end loop; end $$; copy (select 1) to stdout; select 2;",
    )
    assert (outcome.statements, outcome.applied) == (3, 2)


def test_a_long_statement_leaves_in_pieces_and_its_message_is_cut(shadow):
    outcome = run(shadow, f"select '{'x' * 3_000_000}'; select '{'y' * 3_000_000}")
    assert outcome.applied == 1
    assert outcome.skipped[0].sqlstate == "42601"
    assert len(outcome.skipped[0].reason) <= 500
    assert len(outcome.skipped[0].statement) <= 120
