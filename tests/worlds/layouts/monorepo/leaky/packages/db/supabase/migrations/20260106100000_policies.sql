create schema if not exists private;
create function private.is_team_member(p_team uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (select 1 from public.team_members m where m.team_id = p_team and m.user_id = (select auth.uid()))
$$;

alter table public.teams enable row level security;
alter table public.team_members enable row level security;
alter table public.secrets enable row level security;
create policy "members see their team" on public.teams for select to authenticated using (private.is_team_member(id));
create policy "members see members" on public.team_members for select to authenticated using (private.is_team_member(team_id));
create policy "members see secrets" on public.secrets for select to authenticated using (private.is_team_member(team_id));
create policy "members keep secrets" on public.secrets for insert to authenticated with check (private.is_team_member(team_id));
create policy "people join teams" on public.team_members for insert to authenticated with check (user_id = (select auth.uid()));
