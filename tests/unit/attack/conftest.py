"""Small schemas, attacked as a whole: what came out is asked for by object, verb and actor."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from assistant.attack.run import attack
from assistant.collect.catalog import read_catalog
from assistant.domain.catalog import PlatformKind
from assistant.domain.matrix import Matrix, Verdict
from assistant.ownership.infer import infer


ORGS = """
create table public.orgs (id uuid primary key default gen_random_uuid(), name text not null);
create table public.org_members (
  org_id uuid not null references public.orgs (id), user_id uuid not null references auth.users (id),
  role text not null default 'member' check (role in ('owner', 'member')), primary key (org_id, user_id));
alter table public.orgs enable row level security;
alter table public.org_members enable row level security;
create policy own_rows on public.org_members for select to authenticated using (user_id = auth.uid());
create policy own_orgs on public.orgs for select to authenticated
  using (id in (select m.org_id from public.org_members m where m.user_id = auth.uid()));
"""
MINE = "org_id in (select m.org_id from public.org_members m where m.user_id = auth.uid())"


@dataclass(frozen=True)
class Attacked:
    """A matrix, its catalog and the map it was judged by."""

    matrix: Matrix
    catalog: object
    ownership: object

    def leaks(self, name: str | None = None) -> set[tuple[str, str, str]]:
        """Verb, actor and variant of every leak of an object."""
        return {
            (cell.verb.value, cell.actor.value, cell.variant)
            for cell in self.matrix.of(Verdict.LEAKS)
            if name is None or cell.object == name
        }

    def cell(self, name: str, verb: str, actor: str, variant: str = ""):
        """The one cell of that identity."""
        found = [
            cell
            for cell in self.matrix.cells
            if (cell.object, cell.verb.value, cell.actor.value, cell.variant) == (name, verb, actor, variant)
        ]
        assert len(found) == 1, f"{len(found)} cells for {name} {verb} {actor} {variant}"
        return found[0]


@pytest.fixture
def attacked(shadow):
    """Run SQL in a fresh shadow and attack what it made; ``change`` may alter the inferred map first."""

    def run(sql: str, *, change=None, platform: PlatformKind = PlatformKind.SUPABASE, **options) -> Attacked:
        with shadow.connect() as connection:
            connection.execute(sql)
        with shadow.connect() as connection:
            catalog = read_catalog(connection, platform)
        ownership = infer(catalog)
        if change is not None:
            ownership = change(ownership)
        return Attacked(attack(shadow, catalog, ownership, **options), catalog, ownership)

    return run
