from __future__ import annotations

import pytest

from tests.unit.attack.conftest import MINE, ORGS


pytestmark = pytest.mark.shadow

FILED = """
create table public.folders (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users (id), name text);
create table public.documents (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users (id), body text);
create table public.folder_documents (folder_id uuid not null references public.folders (id),
  document_id uuid not null references public.documents (id), primary key (folder_id, document_id));
alter table public.folders enable row level security;
alter table public.documents enable row level security;
alter table public.folder_documents enable row level security;
create policy own on public.folders using (user_id = auth.uid());
create policy own on public.documents using (user_id = auth.uid());
create policy filed on public.documents for select using (id in (
  select fd.document_id from public.folder_documents fd join public.folders f on f.id = fd.folder_id where f.user_id = auth.uid()));
create policy seen on public.folder_documents for select using (folder_id in (select f.id from public.folders f where f.user_id = auth.uid()));
"""


def test_filing_a_strangers_document_in_ones_own_folder_opens_it(attacked):
    world = attacked(
        FILED
        + """
        create policy put on public.folder_documents for insert
          with check (folder_id in (select f.id from public.folders f where f.user_id = auth.uid()));
        """
    )
    cell = next(cell for cell in world.matrix.cells if cell.object == "public.documents" and cell.through is not None)
    assert cell.verdict.value == "leaks"
    assert str(cell.through) == "public.folder_documents"
    assert len(cell.steps) == 2
    assert "insert into public.folder_documents" in cell.witness


def test_filing_only_ones_own_documents_holds(attacked):
    world = attacked(
        FILED
        + """
        create policy put on public.folder_documents for insert
          with check (folder_id in (select f.id from public.folders f where f.user_id = auth.uid())
            and document_id in (select d.id from public.documents d where d.user_id = auth.uid()));
        """
    )
    assert not world.leaks()
    assert any(cell.through is not None and cell.verdict.value == "holds" for cell in world.matrix.cells)


def test_a_tenant_pointer_that_its_user_may_rewrite_opens_what_trusts_it(attacked):
    world = attacked(
        ORGS
        + """
        create table public.profiles (id uuid primary key references auth.users (id), active_org_id uuid references public.orgs (id));
        alter table public.profiles enable row level security;
        create policy own on public.profiles using (id = auth.uid()) with check (id = auth.uid());
        create table public.news (id uuid primary key default gen_random_uuid(), org_id uuid not null references public.orgs (id), title text);
        alter table public.news enable row level security;
        create policy active on public.news for select
          using (org_id = (select p.active_org_id from public.profiles p where p.id = auth.uid()));
        """
    )
    cell = next(
        cell for cell in world.matrix.cells if cell.object == "public.news" and str(cell.through) == "public.profiles"
    )
    assert cell.verdict.value == "leaks"


def test_a_helper_function_that_reads_a_writable_membership_is_followed(attacked):
    world = attacked(
        ORGS
        + """
        create function public.is_member(o uuid) returns boolean language sql stable security definer set search_path = ''
          as $$ select exists (select 1 from public.org_members m where m.org_id = o and m.user_id = auth.uid()) $$;
        create policy join_any on public.org_members for insert to authenticated with check (user_id = auth.uid());
        create table public.secrets (id uuid primary key default gen_random_uuid(), org_id uuid not null references public.orgs (id), value text);
        alter table public.secrets enable row level security;
        create policy m on public.secrets for select using (public.is_member(org_id));
        """
    )
    assert ("select", "other-tenant", "two-step") in world.leaks("public.secrets")


def test_members_of_one_tenant_stay_in_it_when_memberships_are_read_only(attacked):
    world = attacked(
        ORGS
        + f"""
        create table public.secrets (id uuid primary key default gen_random_uuid(), org_id uuid not null references public.orgs (id), value text);
        alter table public.secrets enable row level security;
        create policy m on public.secrets for select using ({MINE});
        """
    )
    assert not world.leaks()
    assert world.cell("public.secrets", "select", "teammate", "allow").verdict.value == "holds"
