create table public.entries (
  id uuid primary key default gen_random_uuid(),
  user_id text not null default (auth.jwt() ->> 'sub'),
  title text not null,
  body text not null default ''
);
create index entries_user_id_idx on public.entries (user_id);
alter table public.entries enable row level security;
create policy "own entries" on public.entries for all to authenticated
  using ((select auth.jwt() ->> 'sub') = user_id) with check ((select auth.jwt() ->> 'sub') = user_id);

create table public.entry_images (
  id uuid primary key default gen_random_uuid(),
  user_id text not null default (auth.jwt() ->> 'sub'),
  entry_id uuid not null references public.entries (id) on delete cascade,
  storage_token text not null
);
create index entry_images_user_id_idx on public.entry_images (user_id);
alter table public.entry_images enable row level security;
create policy "own images" on public.entry_images for select to authenticated
  using ((select auth.jwt() ->> 'sub') = user_id);
create policy "own images are added" on public.entry_images for insert to authenticated
  with check ((select auth.jwt() ->> 'sub') = user_id and entry_id in (select e.id from public.entries e where e.user_id = (select auth.jwt() ->> 'sub')));
