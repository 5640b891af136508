"""What the operator answered is not asked again, and not suspected either."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.collect.catalog import read_catalog
from assistant.detect.run import detect
from assistant.domain.catalog import PlatformKind
from assistant.domain.names import Name
from assistant.domain.ownership import OwnerKind
from assistant.domain.replay import Replay
from assistant.ownership.infer import infer


SCHEMA = """
create table public.posts (id uuid primary key, user_id uuid not null references auth.users (id) on delete cascade, body text);
alter table public.posts enable row level security;
create policy everyone on public.posts for select using (true);
"""


@pytest.mark.shadow
def test_a_table_that_the_map_opens_to_everyone_is_no_finding(shadow) -> None:
    with shadow.connect() as connection:
        connection.execute(SCHEMA)
        catalog = read_catalog(connection, PlatformKind.SUPABASE)
    ownership = infer(catalog)
    nothing = Replay(files=0, statements=0, applied=0)
    assert "always-true" in {finding.rule for finding in detect(catalog, ownership, None, nothing)}
    posts = Name("public", "posts")
    entry = replace(ownership.entries[posts], kind=OwnerKind.CONDITIONAL, base=OwnerKind.USER, condition="true")
    answered = replace(ownership, entries={**ownership.entries, posts: entry})
    assert "always-true" not in {finding.rule for finding in detect(catalog, answered, None, nothing)}
