"""What did that migration do? Judged by who can do what after it, not by its words: most of them only move policies about."""

from __future__ import annotations

import pytest

from assistant.collect.catalog import read_catalog
from assistant.domain.catalog import PlatformKind
from assistant.domain.replay import Source
from assistant.explain.rules_change import compare_rules
from assistant.shadow.replay import replay
from tests.unit.explain.rules import at, change


pytestmark = pytest.mark.shadow

HELPER = """\
create schema private;
create function private.mine() returns uuid language sql stable security definer set search_path = '' as $$ select auth.uid() $$;
create policy "by helper" on public.chats for delete to authenticated using (user_id = private.mine());
"""
READER = "create view public.titles with (security_invoker = true) as select id, title from public.chats;"
SEARCH = """\
create function public.search(q text) returns setof public.chats language sql stable {} set search_path = ''
as $$ select * from public.chats where title = q {} $$;
"""


def kinds(found) -> list[str]:
    return [reason.kind for reason in found.widened]


@pytest.mark.parametrize(
    "rewrite",
    [
        'alter policy "read own" on public.chats rename to "owners read";',
        'alter policy "read own" on public.chats using ((auth.uid() = user_id));',
        (
            'drop policy "read own" on public.chats;'
            'create policy "x" on public.chats for select to authenticated using (((select auth.uid())) = chats.user_id);'
        ),
        (
            'drop policy "edit own" on public.chats;'
            'create policy "edit own" on public.chats for update to authenticated using (user_id = auth.uid());'
        ),
        "create index on public.chats (user_id); comment on table public.chats is 'chats';",
        'create policy "nobody" on public.chats for select to authenticated using (false);',
        'create policy "narrower" on public.chats for select to authenticated using (user_id = auth.uid() and shared);',
    ],
    ids=["renamed", "turned", "made anew", "check left to using", "nothing of it", "never true", "inside another"],
)
def test_another_spelling_is_no_change(shadow_server, rewrite: str) -> None:
    found = change(shadow_server, "", rewrite)
    assert found.widened == found.narrowed == ()


@pytest.mark.parametrize(
    ("after", "kind", "words"),
    [
        ("alter table public.chats disable row level security;", "rls-off", "anybody, without signing in, can read"),
        ('alter policy "read own" on public.chats using (true);', "policy-widened", "'read own' lets more in"),
        (
            'create policy "all" on public.chats for select using (1 = 1);',
            "policy-added-open",
            "'all' on public.chats asks",
        ),
        ('alter policy "read own" on public.chats using (user_id = auth.uid() or shared);', "policy-widened", "read"),
        ('alter policy "edit own" on public.chats with check (true);', "check-dropped", "no longer checked"),
        ("create table public.log (id int, email text);", "table-without-rls", "read, add, change and delete"),
        (
            (
                "create table public.log (id int); alter table public.log enable row level security;"
                'create policy "see" on public.log for select using (true);'
            ),
            "policy-added-open",
            "new table public.log",
        ),
        ("create view public.every as select * from public.chats;", "view-owner-rights", "past their policies"),
        ("insert into storage.buckets (id, name, public) values ('files', 'files', true);", "bucket-public", "'files'"),
        ("alter publication supabase_realtime add table public.chats;", "realtime-published", "sent to subscribers"),
        (SEARCH.format("security definer", ""), "function-definer", "public.search(text) runs with its owner's rights"),
    ],
)
def test_what_opens_something_is_told_with_its_line(shadow_server, after: str, kind: str, words: str) -> None:
    reason = change(shadow_server, "", f"\n{after}").widened[0]
    assert reason.kind == kind
    assert words in reason.says
    assert reason.file == "002.sql"
    assert reason.line >= 2
    assert reason.weight > 0


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (READER, "alter view public.titles set (security_invoker = false);", "view-owner-rights"),
        (
            SEARCH.format("", ""),
            SEARCH.replace("create function", "create or replace function").format("security definer", ""),
            "function-definer",
        ),
        (
            SEARCH.format("security definer", "and user_id = auth.uid()"),
            SEARCH.replace("create function", "create or replace function").format("security definer", ""),
            "caller-check-dropped",
        ),
        (
            f"{SEARCH.format('security definer', '')} revoke execute on function public.search(text) from public, anon, authenticated;",
            "grant execute on function public.search(text) to authenticated;",
            "grant-widened",
        ),
        (
            'create policy "verified" on public.chats as restrictive for select using (shared);',
            'drop policy "verified" on public.chats;',
            "policy-dropped",
        ),
        (
            "revoke select on public.chats from authenticated; grant select (id) on public.chats to authenticated;",
            "grant select (id, title) on public.chats to authenticated;",
            "grant-widened",
        ),
        (
            HELPER,
            (
                "create or replace function private.mine() returns uuid language sql stable security definer set search_path = ''"
                " as $$ select null::uuid $$;"
            ),
            "helper-changed",
        ),
        (
            f"{SEARCH.format('security definer', '')}",
            "alter function public.search(text) reset search_path;",
            "search-path",
        ),
    ],
)
def test_what_loses_its_guard_is_told(shadow_server, before: str, after: str, kind: str) -> None:
    reasons = {reason.kind: reason for reason in change(shadow_server, before, f"\n{after}").widened}
    assert reasons.keys() == {kind}
    assert (reasons[kind].file, reasons[kind].line) == ("002.sql", 2)


def test_what_is_narrowed_weighs_nothing(shadow_server) -> None:
    opened = 'create policy "all" on public.chats for select using (true);'
    found = change(shadow_server, opened, 'drop policy "all" on public.chats;')
    assert found.widened == ()
    assert {reason.weight for reason in found.narrowed} == {0.0}
    assert any("anybody" in reason.says for reason in found.narrowed)


def test_guests_weigh_more_than_members_and_both_are_told_once(shadow_server) -> None:
    guests = change(shadow_server, "", 'create policy "all" on public.chats for select using (true);').widened
    members = change(
        shadow_server, "", 'create policy "all" on public.chats for select to authenticated using (true);'
    ).widened
    assert [len(guests), len(members)] == [1, 1]
    assert guests[0].weight > members[0].weight


def test_a_dropped_trigger_is_found_where_it_was_dropped(shadow_server) -> None:
    guard = (
        "create function public.keep() returns trigger language plpgsql as $$ begin return new; end $$;"
        "create trigger keep before update on public.chats for each row execute function public.keep();"
    )
    (reason,) = change(shadow_server, guard, "\n\ndrop trigger keep on public.chats;").widened
    assert (reason.kind, reason.file, reason.line) == ("trigger-dropped", "002.sql", 3)


def test_the_first_schema_counts_for_what_it_leaves_open(shadow_server) -> None:
    catalog, outcome, sources = at(shadow_server, "create table public.log (id int);")
    assert kinds(compare_rules(None, catalog, outcome, sources)) == ["table-without-rls"]
    assert compare_rules(catalog, catalog, outcome, sources).widened == ()


def test_a_new_table_is_no_opening_where_no_api_serves_the_database_and_nothing_was_guarded(shadow_server) -> None:
    with shadow_server.create() as shadow:
        source = Source(path="1.sql", text="create table public.orders (id uuid primary key, user_id uuid not null);")
        outcome = replay(shadow, [source])
        with shadow.connect("admin") as connection:
            plain = read_catalog(connection, PlatformKind.PLAIN)
            served = read_catalog(connection, PlatformKind.SUPABASE)
    assert kinds(compare_rules(None, served, outcome, [source])) == ["table-without-rls"]
    assert compare_rules(None, plain, outcome, [source]).widened == ()
