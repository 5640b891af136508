"""A hundred versions of one schema in a minute: what begins alike is replayed once, and comes to the same as from scratch."""

from __future__ import annotations

import dataclasses

import pytest

from assistant.collect.catalog import read_catalog
from assistant.domain.catalog import PlatformKind
from assistant.domain.replay import Source
from assistant.shadow.fill import Fill
from assistant.shadow.prefixes import Prefixes, beginnings
from assistant.shadow.replay import replay
from assistant.shadow.server import open_server


pytestmark = pytest.mark.shadow

STEPS = (
    "create table public.notes (id uuid primary key, user_id uuid, body text);",
    "alter table public.notes enable row level security; create policy p on public.notes for select using (true);",
    "create view public.early as select * from public.late;",  # helped by a file that comes later
    "create function public.mine() returns uuid language sql as $$ select auth.uid() $$;",
    "alter policy p on public.notes using (user_id = public.mine());",
    "create table public.late (id int); insert into storage.buckets (id, name, public) values ('files', 'files', true);",
)


def sources(*texts: str) -> list[Source]:
    return [Source(path=f"supabase/migrations/{n:03}.sql", text=text) for n, text in enumerate(texts)]


@pytest.fixture(scope="module")
def server():
    """A server of its own: what a replay does to roles must not be another test's."""
    with open_server() as server:
        yield server


@pytest.fixture
def prefixes(server):
    found = Prefixes(server)
    yield found
    for kept in found._kept.values():
        kept.shadow.drop()
    server.restore()


def seen(shadow, outcome):
    """Everything a replay came to that does not depend on the clock."""
    with shadow.connect("admin") as connection:
        return read_catalog(connection, PlatformKind.SUPABASE), dataclasses.replace(outcome, seconds=0)


def from_scratch(server, files):
    with server.create() as shadow:
        return seen(shadow, replay(shadow, files))


def through(prefixes, files):
    shadow, outcome = prefixes.replay(files)
    with shadow:
        return seen(shadow, outcome)


def test_a_longer_history_goes_on_from_the_shorter_and_comes_to_the_same(server, prefixes) -> None:
    files = sources(*STEPS)
    for length in (2, 4, 6, 3, 6):
        assert through(prefixes, files[:length]) == from_scratch(server, files[:length]), length
    assert prefixes.files_replayed == 2 + 2 + 2 + 1


def test_a_file_that_was_edited_is_replayed_with_all_that_follow(server, prefixes) -> None:
    files = sources(*STEPS)
    through(prefixes, files)
    edited = [*files[:4], dataclasses.replace(files[4], text="alter policy p on public.notes using (false);"), files[5]]
    assert through(prefixes, edited) == from_scratch(server, edited)


def test_a_failure_is_not_handed_on_twice(server, prefixes) -> None:
    files = sources(
        "create table public.a (id int);", "alter table public.nowhere add x int;", "create table public.b (id int);"
    )
    for length in (2, 3):
        _, outcome = through(prefixes, files[:length])
        assert [left.file for left in outcome.skipped] == ["supabase/migrations/001.sql"]
        assert outcome.statements == length


def test_roles_that_a_history_makes_are_gone_before_the_next(server, prefixes) -> None:
    files = sources("create role reporting nologin;", "grant select on all tables in schema public to reporting;")
    assert through(prefixes, files)[1].skipped == ()
    assert through(prefixes, files)[1].skipped == ()  # it may be made again, because it is not there
    assert [left.sqlstate for left in through(prefixes, files[1:])[1].skipped] == ["42704"]


def test_the_middle_of_a_long_history_is_kept_too(prefixes) -> None:
    files = sources(*(f"create table public.t{n} (id int);" for n in range(24)))
    through(prefixes, files)
    through(prefixes, files[:14])
    assert prefixes.files_replayed == 24 + 2


def test_a_beginning_is_known_by_paths_and_bytes() -> None:
    files = sources("a", "b")
    keys = beginnings(Fill(), files)
    assert len(set(keys)) == 3
    assert beginnings(Fill(), files[:1]) == keys[:2]
    assert beginnings(Fill(vector=True), files)[0] != keys[0]
    moved = [dataclasses.replace(files[0], path="elsewhere.sql"), files[1]]
    assert not set(beginnings(Fill(), moved)[1:]) & set(keys)
