-- A workspace is a team; its members see what belongs to it.
create table public.workspaces (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  created_at timestamptz not null default now()
);

create table public.workspace_members (
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null default 'member' check (role in ('owner', 'member')),
  joined_at timestamptz not null default now(),
  primary key (workspace_id, user_id)
);
create index workspace_members_user_id_idx on public.workspace_members (user_id);

-- Read as their owner, so that no policy has to read its own table.
create function private.my_workspace_ids() returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select m.workspace_id from public.workspace_members m where m.user_id = (select auth.uid())
$$;

create function private.my_owned_workspace_ids() returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select m.workspace_id from public.workspace_members m where m.user_id = (select auth.uid()) and m.role = 'owner'
$$;

alter table public.workspaces enable row level security;
alter table public.workspace_members enable row level security;

create policy "members read their workspace" on public.workspaces for select to authenticated
  using (id = any (array(select private.my_workspace_ids())));
create policy "owners rename their workspace" on public.workspaces for update to authenticated
  using (id = any (array(select private.my_owned_workspace_ids())))
  with check (id = any (array(select private.my_owned_workspace_ids())));

create policy "members see who else is here" on public.workspace_members for select to authenticated
  using (workspace_id = any (array(select private.my_workspace_ids())));
create policy "people leave" on public.workspace_members for delete to authenticated
  using (user_id = (select auth.uid()));

create function public.create_workspace(p_name text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  new_id uuid;
begin
  if auth.uid() is null then
    raise exception 'sign in first' using errcode = '42501';
  end if;
  insert into public.workspaces (name) values (p_name) returning id into new_id;
  insert into public.workspace_members (workspace_id, user_id, role) values (new_id, auth.uid(), 'owner');
  return new_id;
end
$$;
revoke execute on function public.create_workspace(text) from public, anon;
