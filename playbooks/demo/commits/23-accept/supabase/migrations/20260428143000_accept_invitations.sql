-- Whoever opened the mail adds themselves; no round trip through the server.
create policy "people accept their invitation" on public.workspace_members for insert to authenticated
  with check (user_id = (select auth.uid()));
