"""Provenance answers "which file, which line" at two in the morning: it may be missing, it must not be wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain.facts import Subject
from assistant.sql.block import heads_of_block, is_dynamic
from assistant.sql.head import read_head, symbol


def said(sql: str, schema: str = "public") -> str | None:
    head = read_head(sql, schema)
    return head and " | ".join([f"{head.action} {head.subject}", *map(str, head.also)])


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("create table chats (id uuid)", "create table public.chats | column public.chats.id"),
        ('CREATE TABLE IF NOT EXISTS app."Chat" ("Id" int)', "create table app.Chat | column app.Chat.Id"),
        ("/* a */ create -- b\n unlogged table x.y.z ()", "create table y.z"),
        ("create table p partition of chats for values in (1)", "create table public.p"),
        ("create temp table x (a int)", None),
        ("create foreign table f (a int) server s", "create table public.f | column public.f.a"),
        ('create policy "own; rows" on public.chats for select using (true)', "create policy public.chats: own; rows"),
        ("create policy on_chats on only chats", "create policy public.chats: on_chats"),
        ("alter policy a on chats using (false)", "alter policy public.chats: a"),
        ("alter policy a on chats rename to b", "rename policy public.chats: a | policy public.chats: b"),
        ("drop policy if exists a on chats", "drop policy public.chats: a"),
        ("create or replace view v with (security_invoker) as select 1", "create view public.v"),
        ("create recursive view v (a) as select 1", "create view public.v"),
        ("create materialized view if not exists m as select 1", "create matview public.m"),
        ("create or replace function f(a int, b text default ')') returns int", "create function public.f"),
        ("create procedure s.p()", "create function s.p"),
        ("alter function f(int) owner to x", "alter function public.f"),
        ("create type mood as enum ('a')", "create type public.mood"),
        ("create domain d as text", "create type public.d"),
        ("create unique index concurrently if not exists i on chats (id)", "create index public.i"),
        ("create index on chats (id)", None),
        (
            "create trigger t before insert or update of a on chats execute function f()",
            "create trigger public.chats: t",
        ),
        ("create constraint trigger t after insert on chats", "create trigger public.chats: t"),
        ("create schema if not exists private", "create schema private"),
        ('create extension if not exists "uuid-ossp" with schema extensions', "create extension uuid-ossp"),
        ("create role reader", "create role reader"),
        ("alter table chats enable row level security", "enable-rls rls public.chats"),
        ('ALTER TABLE IF EXISTS ONLY "public"."chats" DISABLE ROW LEVEL SECURITY', "disable-rls rls public.chats"),
        ("alter table chats no force row level security", "force-rls rls public.chats"),
        (
            "alter table chats enable row level security, force row level security",
            "alter table public.chats | rls public.chats | rls public.chats",
        ),
        (
            "alter table chats add column a int default f(1, 2), add if not exists b text, alter column c drop default, add constraint k check (a > 0)",
            "alter table public.chats | column public.chats.a | column public.chats.b | column public.chats.c",
        ),
        ("alter table chats rename to rooms", "rename table public.chats | table public.rooms"),
        ("alter table chats set schema app", "rename table public.chats | table app.chats"),
        ("alter table chats rename column a to b", "rename column public.chats.a | column public.chats.b"),
        ("alter table chats rename a to b", "rename column public.chats.a | column public.chats.b"),
        ("alter table chats rename constraint a to b", "alter table public.chats"),
        ("alter table chats owner to postgres", "alter table public.chats"),
        ("alter view v set (security_invoker = true)", "alter view public.v"),
        ("drop table if exists a, b.c cascade", "drop table public.a | table b.c"),
        (
            "grant select (a, b), update (c) on table chats, rooms to anon",
            "grant grant public.chats | grant public.rooms",
        ),
        (
            "grant all on all tables in schema public, app to anon",
            "grant grant-all-tables public | grant-all-tables app",
        ),
        (
            "revoke execute on function f(int), g() from public",
            "revoke grant-function public.f | grant-function public.g",
        ),
        ("grant usage on schema private to anon", "grant grant private"),
        ("grant service_role to postgres", None),
        ("revoke all on sequence s from anon", None),
        (
            "alter publication supabase_realtime add table chats, only s.rooms (a, b)",
            "alter publication public.chats | publication s.rooms",
        ),
        (
            "create publication p for table chats, table rooms with (publish = 'insert')",
            "create publication public.chats | publication public.rooms",
        ),
        ("create publication p for all tables", "create publication p"),
        ("alter publication p drop table chats", "drop publication public.chats"),
        ("alter default privileges in schema app grant all on tables to anon", "alter default-privileges app"),
        (
            "alter default privileges for role a, b revoke all on functions from public",
            "alter default-privileges public",
        ),
        (
            "insert into storage.buckets (public, id, name) values (f(1, ')'), 'avatars', 'x'),\n (true, 'kyc', 'y') on conflict do nothing",
            "insert table storage.buckets | bucket storage.avatars | bucket storage.kyc",
        ),
        ("insert into \"storage\".\"buckets\" values ('a', 'a')", "insert table storage.buckets | bucket storage.a"),
        ("insert into storage.buckets select 'a'", "insert table storage.buckets"),
        (
            "update storage.buckets set public = true where id in ('a', 'b')",
            "update table storage.buckets | bucket storage.a | bucket storage.b",
        ),
        ("insert into chats values (1)", None),
        ("comment on table chats is 'x'", "comment table public.chats"),
        ("select 1", None),
        ("", None),
        ("create", None),
        ("create policy", None),
        ("alter table", None),
    ],
)
def test_says_what_a_statement_sets(sql, expected):
    assert said(sql) == expected


def test_unqualified_names_follow_the_search_path():
    assert said("create table chats (id int)", "app") == "create table app.chats | column app.chats.id"


def test_columns_stand_on_their_own_lines():
    head = read_head(
        "create table users (\n  id uuid primary key,\n  -- the address\n  email text check (email <> ',x'),\n  exclude text, \"like\" int,\n"
        "  constraint k unique (id, email),\n  primary key (id),\n  exclude using gist (a with =),\n  role text)"
    )
    assert head is not None
    assert [(subject.name, offset) for subject, offset in zip(head.also, head.offsets, strict=True)] == [
        ("public.users.id", 1),
        ("public.users.email", 3),
        ("public.users.exclude", 4),
        ("public.users.like", 4),
        ("public.users.role", 8),
    ]


def test_keeps_the_arguments_of_a_function_as_written():
    head = read_head("create function match(query vector(1536), k int default (1 + 1)) returns int as $$ select ( $$")
    assert head is not None
    assert head.arguments == "query vector(1536), k int default (1 + 1)"
    assert (read_head("drop function match") or head).arguments is None


@pytest.mark.parametrize(
    ("kind", "name", "shown"),
    [
        ("table", "public.chats", "table chats"),
        ("rls", "public.chats", "table chats"),
        ("policy", "public.chats: Users can read", "policy Users can read"),
        ("column", "public.users.email", "users.email"),
        ("function", "public.f(text,integer)", "function f"),
        ("bucket", "storage.avatars", "bucket avatars"),
        ("grant", "public.chats", "grant chats"),
        ("schema", "private", "schema private"),
    ],
)
def test_symbols_are_what_people_search_for(kind, name, shown):
    assert symbol(Subject(kind=kind, name=name)) == shown


def test_looks_into_blocks_that_make_migrations_repeatable():
    block = (
        "DO $$\nBEGIN\n  IF NOT EXISTS (SELECT 1 FROM pg_policies WHERE policyname = 'a') THEN\n"
        "    CREATE POLICY a ON chats USING (true);\n  END IF;\n  EXECUTE 'alter table chats\n enable row level security';\n"
        "EXCEPTION WHEN duplicate_object THEN NULL;\nEND $$"
    )
    assert [(str(head.subject), line) for head, line in heads_of_block(block)] == [
        ("policy public.chats: a", 3),
        ("rls public.chats", 5),
    ]
    assert not is_dynamic(block)
    assert is_dynamic(
        "do language plpgsql $$ begin execute format('alter table %I enable row level security', t); end $$"
    )
    assert is_dynamic("select public.setup_policies()", {"setup_policies"})
    assert not is_dynamic("select setup_policies(), now()", {"another"})
    assert not is_dynamic("create table a (b int)")


@given(st.text(alphabet="create policy on table ab('\"$,;.)grant /*-\n", max_size=80))
def test_no_text_breaks_it(text):
    for sql in (
        text,
        "create table " + text,
        "alter table a " + text,
        "grant " + text,
        "insert into storage.buckets " + text,
        "do $$" + text,
    ):
        read_head(sql)
        list(heads_of_block(sql))
        is_dynamic(sql)
