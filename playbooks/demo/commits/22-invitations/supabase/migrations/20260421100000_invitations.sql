-- Owners invite people by mail; the mail carries the token.
create table public.workspace_invitations (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  email text not null,
  token uuid not null unique default gen_random_uuid(),
  expires_at timestamptz not null default now() + interval '7 days'
);
create index workspace_invitations_workspace_id_idx on public.workspace_invitations (workspace_id);

alter table public.workspace_invitations enable row level security;

create policy "owners see invitations" on public.workspace_invitations for select to authenticated
  using (workspace_id = any (array(select private.my_owned_workspace_ids())));
create policy "owners invite" on public.workspace_invitations for insert to authenticated
  with check (workspace_id = any (array(select private.my_owned_workspace_ids())));
create policy "owners withdraw invitations" on public.workspace_invitations for delete to authenticated
  using (workspace_id = any (array(select private.my_owned_workspace_ids())));
