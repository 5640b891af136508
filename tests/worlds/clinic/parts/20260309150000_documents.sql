-- Personal documents, folders to share them, and the files behind them.
create table public.folders (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  name text not null,
  created_at timestamptz not null default now()
);
create index folders_user_id_idx on public.folders (user_id);
alter table public.folders enable row level security;
create policy "people keep folders" on public.folders for all to authenticated
  using (user_id = @uid) with check (user_id = @uid);

create table public.documents (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  title text not null,
  content text not null default '',
  created_at timestamptz not null default now()
);
create index documents_user_id_idx on public.documents (user_id);

create table public.folder_documents (
  folder_id uuid not null references public.folders (id) on delete cascade,
  document_id uuid not null references public.documents (id) on delete cascade,
  added_at timestamptz not null default now(),
  primary key (folder_id, document_id)
);
create index folder_documents_document_id_idx on public.folder_documents (document_id);

alter table public.documents enable row level security;
create policy "people keep documents" on public.documents for all to authenticated
  using (user_id = @uid) with check (user_id = @uid);
create policy "people read what is in their folders" on public.documents for select to authenticated
  using (
    id @in[
      select fd.document_id
      from public.folder_documents fd
      join public.folders f on f.id = fd.folder_id
      where f.user_id = @uid
    ]
  );

--- only locked
-- folder_documents may not read documents under row-level security: documents reads folder_documents.
create function private.my_document_ids() returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select d.id from public.documents d where d.user_id = (select auth.uid())
$$;
--- end

alter table public.folder_documents enable row level security;
create policy "people see what they filed" on public.folder_documents for select to authenticated
  using (folder_id @in[select f.id from public.folders f where f.user_id = @uid]);
--- only leaky
create policy "people file documents" on public.folder_documents for insert to authenticated
  with check (folder_id @in[select f.id from public.folders f where f.user_id = @uid]);
--- end
--- only locked
create policy "people file documents" on public.folder_documents for insert to authenticated
  with check (
    folder_id @in[select f.id from public.folders f where f.user_id = @uid]
    and document_id = any (array(select private.my_document_ids()))
  );
--- end
create policy "people unfile documents" on public.folder_documents for delete to authenticated
  using (folder_id @in[select f.id from public.folders f where f.user_id = @uid]);

--- only leaky
insert into storage.buckets (id, name, public) values ('scans', 'scans', true), ('letters', 'letters', false);
create policy "letters are read by staff" on storage.objects for select to authenticated
  using (bucket_id = 'letters');
--- end
--- only locked
insert into storage.buckets (id, name, public) values ('scans', 'scans', false), ('letters', 'letters', false);
create policy "letters are read by their writer" on storage.objects for select to authenticated
  using (bucket_id = 'letters' and (storage.foldername(name))[1] = (select auth.uid())::text);
--- end
create policy "letters are written into the own folder" on storage.objects for insert to authenticated
  with check (bucket_id = 'letters' and (storage.foldername(name))[1] = (select auth.uid())::text);
create policy "scans are read by their writer" on storage.objects for select to authenticated
  using (bucket_id = 'scans' and (storage.foldername(name))[1] = (select auth.uid())::text);
create policy "scans are written into the own folder" on storage.objects for insert to authenticated
  with check (bucket_id = 'scans' and (storage.foldername(name))[1] = (select auth.uid())::text);
