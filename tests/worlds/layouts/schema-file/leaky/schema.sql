-- Paste into the SQL editor.
create table if not exists sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  topic text not null
);
create index if not exists sessions_user_id_idx on sessions (user_id);

create table if not exists session_notes (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references sessions (id) on delete cascade,
  body text not null
);
create index if not exists session_notes_session_id_idx on session_notes (session_id);

alter table sessions enable row level security;
alter table session_notes enable row level security;

create policy "Users manage their sessions" on sessions for all to authenticated
  using ((select auth.uid()) = user_id) with check ((select auth.uid()) = user_id);
create policy "Users manage their notes" on session_notes for all to authenticated
  using (session_id = any (array(select s.id from sessions s where s.user_id = (select auth.uid()))))
  with check (session_id = any (array(select s.id from sessions s where s.user_id = (select auth.uid()))));

create or replace view session_feed as
  select s.user_id, s.topic, n.body
  from sessions s
  join session_notes n on n.session_id = s.id;
