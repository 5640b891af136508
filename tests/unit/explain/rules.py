"""Two versions of a schema, each a few lines of SQL after a common beginning, replayed and compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.catalog import read_catalog
from assistant.domain.catalog import PlatformKind
from assistant.domain.replay import Source
from assistant.explain.rules_change import RulesChange, compare_rules
from assistant.shadow.replay import replay


if TYPE_CHECKING:
    from assistant.domain.catalog import Catalog
    from assistant.domain.replay import Replay
    from assistant.shadow.server import Server

START = """\
create table public.chats (id uuid primary key, user_id uuid not null, title text, shared boolean not null default false);
alter table public.chats enable row level security;
create policy "read own" on public.chats for select to authenticated using (user_id = (select auth.uid()));
create policy "add own" on public.chats for insert to authenticated with check (user_id = auth.uid());
create policy "edit own" on public.chats for update to authenticated using (user_id = auth.uid()) with check (user_id = auth.uid());
"""


def at(server: Server, *texts: str) -> tuple[Catalog, Replay, list[Source]]:
    """A schema of several files: ``000.sql`` is the common beginning."""
    sources = [Source(path=f"{n:03}.sql", text=text) for n, text in enumerate((START, *texts))]
    with server.create() as shadow:
        outcome = replay(shadow, sources)
        assert outcome.skipped == ()
        with shadow.connect("admin") as connection:
            return read_catalog(connection, PlatformKind.SUPABASE), outcome, sources


def change(server: Server, before: str, after: str) -> RulesChange:
    """From START and ``before`` to START, ``before`` and ``after``."""
    older, _, _ = at(server, before)
    newer, outcome, sources = at(server, before, after)
    return compare_rules(older, newer, outcome, sources)
