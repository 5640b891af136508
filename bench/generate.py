"""Writes a Supabase repository with a schema of as many tables as asked: most of them sound, every tenth without row-level security.

Usage: python bench/generate.py TABLES TARGET
The shapes come round in a fixed order, so two runs write the same bytes. Row ownership is by organization, by user, and through a parent.
"""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path


TENANCY = """\
create schema if not exists private;
create table public.organizations (id uuid primary key default gen_random_uuid(), name text not null);
create table public.organization_members (
  organization_id uuid not null references public.organizations (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null default 'member',
  primary key (organization_id, user_id)
);
create index organization_members_user_id_idx on public.organization_members (user_id);
create function private.my_organization_ids() returns setof uuid
language sql stable security definer set search_path = ''
as $$ select m.organization_id from public.organization_members m where m.user_id = (select auth.uid()) $$;
alter table public.organizations enable row level security;
alter table public.organization_members enable row level security;
create policy "members read" on public.organizations for select to authenticated
  using (id = any (array(select private.my_organization_ids())));
create policy "colleagues read" on public.organization_members for select to authenticated
  using (organization_id = any (array(select private.my_organization_ids())));
"""
HELPER = "organization_id = any (array(select private.my_organization_ids()))"
INLINE = (
    "organization_id = any (array("
    "select m.organization_id from public.organization_members m where m.user_id = (select auth.uid())))"
)
OWN = "user_id = (select auth.uid())"


def write_repository(target: Path, tables: int) -> Path:
    """A repository of ``tables`` tables (at least 12) with one migration a hundred tables; returns ``target``."""
    folder = target / "supabase" / "migrations"
    folder.mkdir(parents=True)
    (target / "supabase" / "config.toml").write_text('project_id = "generated"\n', encoding="utf-8")
    (folder / "20260101000000_tenancy.sql").write_text(TENANCY, encoding="utf-8")
    numbers = range(tables - 2)
    for first in range(0, len(numbers), 100):
        text = "\n".join(_table(number) for number in numbers[first : first + 100])
        (folder / f"202601{2 + first // 100:02d}000000_tables.sql").write_text(text, encoding="utf-8")
    subprocess.run(["git", "init", "-q", str(target)], check=True)
    return target


def _table(number: int) -> str:
    return table_named(number, number)


def table_named(number: int, shape: int) -> str:
    """The table of that number with its index, its row-level security and its policies; 0 and 1 of ten shapes are not sound."""
    name, shape = f"records_{number:04d}", shape % 10
    table = f"public.{name}"
    if shape == 7:
        key = "user_id uuid not null references auth.users (id) on delete cascade"
    elif shape == 8:
        key = f"parent_id uuid not null references public.records_{number - 6:04d} (id) on delete cascade"
    else:
        key = "organization_id uuid not null references public.organizations (id) on delete cascade"
    column = key.split(" ", 1)[0]
    lines = [
        f"create table {table} (id uuid primary key default gen_random_uuid(), {key},",
        "  title text not null, customer_email text, amount integer not null default 0, created_at timestamptz not null default now());",
        f"create index {name}_{column}_idx on {table} ({column});",
    ]
    if shape == 0:
        return "\n".join(lines) + "\n"
    lines.append(f"alter table {table} enable row level security;")
    if shape == 1:
        lines.append(f'create policy "read" on {table} for select to anon, authenticated using (true);')
        return "\n".join(lines) + "\n"
    if shape == 8:
        parents = f"select p.id from public.records_{number - 6:04d} p where p.{INLINE}"
        condition = f"parent_id = any (array({parents}))"
    else:
        condition = OWN if shape == 7 else HELPER if shape % 2 else INLINE
    lines += [
        f'create policy "read" on {table} for select to authenticated using ({condition});',
        f'create policy "add" on {table} for insert to authenticated with check ({condition});',
        f'create policy "edit" on {table} for update to authenticated using ({condition}) with check ({condition});',
        f'create policy "delete" on {table} for delete to authenticated using ({condition});',
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", type=int)
    parser.add_argument("target", type=Path)
    arguments = parser.parse_args()
    write_repository(arguments.target, arguments.tables)
