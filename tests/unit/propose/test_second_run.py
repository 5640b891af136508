"""A fix that is run twice changes nothing the second time, although the first run took away what had kept a policy slow."""

from __future__ import annotations

import pytest

from assistant.attack.run import attack
from assistant.collect.catalog import read_catalog
from assistant.detect.run import detect
from assistant.domain.catalog import PlatformKind
from assistant.domain.fixes import Fix
from assistant.domain.replay import Replay
from assistant.ownership.infer import infer
from assistant.propose.run import propose
from assistant.prove.rehearse import apply_fixes


# the insert policy counts rows of its own table: as long as it stands, no read policy may hold a sub-select
SCHEMA = """
create table public.posts (id bigint primary key generated always as identity,
  user_id uuid not null references auth.users (id) on delete cascade, title text not null);
alter table public.posts enable row level security;
create policy "own" on public.posts for select using (auth.uid() = user_id);
create policy "five at most" on public.posts for insert
  with check ((select count(*) from public.posts where user_id = auth.uid()) < 5);
"""
NOTHING = Replay(files=0, statements=0, applied=0)


def proposed(shadow) -> tuple[Fix, ...]:
    with shadow.connect() as connection:
        catalog = read_catalog(connection, PlatformKind.SUPABASE)
    ownership = infer(catalog)
    matrix = attack(shadow, catalog, ownership)
    findings = detect(catalog, ownership, matrix, NOTHING)
    return tuple(one for one in propose(findings, catalog, ownership, matrix) if isinstance(one, Fix))


@pytest.mark.shadow
def test_what_the_lock_frees_is_said_faster_in_the_same_run(shadow) -> None:
    with shadow.connect() as connection:
        connection.execute(SCHEMA)
    first = proposed(shadow)
    assert {"lock-public-posts", "respell-public-posts"} <= {fix.id for fix in first}
    assert not apply_fixes(shadow, first).refused
    assert not [fix.id for fix in proposed(shadow) if fix.id != "defaults-public"]
