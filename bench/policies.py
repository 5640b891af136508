"""Times the policies that stanch proposes on a million rows of a thousand tenants, against the WHERE a person would write by hand.

Usage: PYTHONPATH=. python bench/policies.py [--rows 1000000] [--tenants 1000] [--times 100]
The tables come without row-level security, stanch finds that and proposes; its own statements are applied to a copy that is then filled. Each query
runs in turn as a member under the policies and as the owner with a WHERE; the medians are compared. The limit is 1.1.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.engine.options import Options
from assistant.engine.rehearsal import rehearse


if TYPE_CHECKING:
    import psycopg


LIMIT = 1.1
MEMBER = "00000000-0000-4000-8000-000000000001"
TENANT = "00000000-0000-4000-9000-000000000001"
SCHEMA = """\
create table public.organizations (id uuid primary key default gen_random_uuid(), name text not null);
create table public.organization_members (
  organization_id uuid not null references public.organizations (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null default 'member',
  primary key (organization_id, user_id)
);
create table public.projects (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references public.organizations (id) on delete cascade,
  name text not null
);
create table public.tickets (
  id bigint generated always as identity primary key,
  organization_id uuid not null references public.organizations (id) on delete cascade,
  customer_email text not null, amount integer not null default 0
);
create table public.drafts (
  id bigint generated always as identity primary key,
  user_id uuid not null references auth.users (id) on delete cascade,
  body text not null, amount integer not null default 0
);
create table public.tasks (
  id bigint generated always as identity primary key,
  project_id uuid not null references public.projects (id) on delete cascade,
  note text not null, amount integer not null default 0
);
"""
FILL = """\
set session_replication_role = replica;
truncate auth.users, public.organizations, public.organization_members, public.projects, public.tickets, public.drafts, public.tasks cascade;
create temporary table n on commit drop as
  select i, ('00000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid as person,
    ('00000000-0000-4000-9000-' || lpad(i::text, 12, '0'))::uuid as tenant
  from generate_series(1, {tenants}) i;
insert into auth.users (id, email) select person, i || '@bench.example' from n;
insert into public.organizations (id, name) select tenant, 'tenant ' || i from n;
insert into public.organization_members (organization_id, user_id, role) select tenant, person, 'owner' from n;
insert into public.projects (id, organization_id, name) select tenant, tenant, 'project ' || i from n;
insert into public.tickets (organization_id, customer_email, amount) select tenant, 'someone@bench.example', k
  from generate_series(1, {rows} / {tenants}) k, n;
insert into public.drafts (user_id, body, amount) select person, 'words', k from generate_series(1, {rows} / {tenants}) k, n;
insert into public.tasks (project_id, note, amount) select tenant, 'words', k from generate_series(1, {rows} / {tenants}) k, n;
"""


@dataclass(frozen=True)
class Query:
    """One thing an application asks, and the WHERE that would do the policy's work."""

    name: str
    select: str
    where: str


QUERIES = (
    Query(
        "tenant: sum of all rows",
        "select sum(amount), count(customer_email) from public.tickets",
        f"organization_id = '{TENANT}'",
    ),
    Query("user: sum of all rows", "select sum(amount), count(body) from public.drafts", f"user_id = '{MEMBER}'"),
    Query(
        "through a parent: sum of all rows",
        "select sum(amount), count(note) from public.tasks",
        f"project_id in (select id from public.projects where organization_id = '{TENANT}')",
    ),
)


def main() -> None:
    """Print a line a query; nothing is asserted here."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--tenants", type=int, default=1000)
    parser.add_argument("--times", type=int, default=100)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="stanch-bench-") as name:
        folder = Path(name) / "supabase" / "migrations"
        folder.mkdir(parents=True)
        (folder / "20260101000000_bench.sql").write_text(SCHEMA, encoding="utf-8")
        subprocess.run(["git", "init", "-q", name], check=True)
        with rehearse(Path(name), Options(), lambda *_: None) as rehearsal:
            statements = [statement.sql for fix in rehearsal.fixes() for statement in fix.statements]
            with rehearsal.shadow.clone() as shadow:
                with shadow.connect(autocommit=True) as owner:
                    for statement in statements:
                        owner.execute(statement)
                    with owner.transaction():
                        owner.execute(FILL.format(rows=arguments.rows, tenants=arguments.tenants))
                    owner.execute("reset session_replication_role")
                    owner.execute("vacuum analyze")
                with shadow.connect() as owner, shadow.connect() as member:
                    compare(owner, member, arguments.times)


def compare(owner: psycopg.Connection[Any], member: psycopg.Connection[Any], times: int) -> None:
    """Run each query both ways in turn."""
    member.execute(
        "select set_config('request.jwt.claims', %s, false)", (json.dumps({"sub": MEMBER, "role": "authenticated"}),)
    )
    member.execute("set role authenticated")
    for query in QUERIES:
        by_hand = f"{query.select} where {query.where}"
        rows = [connection.execute(text).fetchall() for connection, text in ((owner, by_hand), (member, query.select))]
        if rows[0] != rows[1]:
            print(f"{query.name:36} the policy shows other rows: {rows[1]} instead of {rows[0]}")
            continue
        pairs = [(seconds(member, query.select), seconds(owner, by_hand)) for _ in range(times + 3)][3:]
        policy, hand = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(
            f"{query.name:36} {1000 * policy:8.2f} ms  by hand {1000 * hand:8.2f} ms  {policy / hand:5.2f} x (limit {LIMIT})"
        )


def seconds(connection: psycopg.Connection[Any], text: str) -> float:
    """Wall time of one execution."""
    began = time.perf_counter()
    connection.execute(text).fetchall()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
