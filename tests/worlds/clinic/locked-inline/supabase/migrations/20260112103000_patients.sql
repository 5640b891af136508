-- Patients and everything that hangs on them.
create extension if not exists vector with schema extensions;

create table public.patients (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics (id) on delete cascade,
  full_name text not null,
  email text,
  phone text,
  born_on date,
  created_at timestamptz not null default now()
);
create index patients_clinic_id_idx on public.patients (clinic_id);
alter table public.patients enable row level security;
create policy "members read patients" on public.patients for select to authenticated
  using (clinic_id = any (array(select m.clinic_id from public.clinic_members m where m.user_id = (select auth.uid()))));
create policy "members add patients" on public.patients for insert to authenticated
  with check (clinic_id = any (array(select m.clinic_id from public.clinic_members m where m.user_id = (select auth.uid()))));
create policy "members edit patients" on public.patients for update to authenticated
  using (clinic_id = any (array(select m.clinic_id from public.clinic_members m where m.user_id = (select auth.uid())))) with check (clinic_id = any (array(select m.clinic_id from public.clinic_members m where m.user_id = (select auth.uid()))));
create policy "members delete patients" on public.patients for delete to authenticated
  using (clinic_id = any (array(select m.clinic_id from public.clinic_members m where m.user_id = (select auth.uid()))));

-- The booking page shows who works in a clinic; the server keeps the list.
create table public.clinicians (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics (id) on delete cascade,
  display_name text not null,
  specialty text,
  bio text,
  private_phone text,
  created_at timestamptz not null default now()
);
create index clinicians_clinic_id_idx on public.clinicians (clinic_id);
alter table public.clinicians enable row level security;
create policy "booking page shows clinicians" on public.clinicians for select to anon, authenticated using (true);
revoke select on public.clinicians from anon, authenticated;
grant select (id, clinic_id, display_name, specialty, bio, created_at) on public.clinicians to anon, authenticated;

create table public.appointments (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics (id) on delete cascade,
  patient_id uuid references public.patients (id) on delete cascade,
  created_by uuid references auth.users (id) on delete set null,
  starts_at timestamptz not null default now(),
  reason text,
  status text not null default 'booked' check (status in ('booked', 'done', 'cancelled'))
);
create index appointments_clinic_id_idx on public.appointments (clinic_id);
create index appointments_created_by_idx on public.appointments (created_by);
alter table public.appointments enable row level security;
create policy "members read appointments" on public.appointments for select to authenticated
  using (clinic_id = any (array(select m.clinic_id from public.clinic_members m where m.user_id = (select auth.uid()))));
create policy "members book appointments" on public.appointments for insert to authenticated
  with check (created_by = (select auth.uid()) and clinic_id = any (array(select m.clinic_id from public.clinic_members m where m.user_id = (select auth.uid()))));
create policy "members change appointments" on public.appointments for update to authenticated
  using (clinic_id = any (array(select m.clinic_id from public.clinic_members m where m.user_id = (select auth.uid())))) with check (clinic_id = any (array(select m.clinic_id from public.clinic_members m where m.user_id = (select auth.uid()))));
create policy "members delete appointments" on public.appointments for delete to authenticated
  using (clinic_id = any (array(select m.clinic_id from public.clinic_members m where m.user_id = (select auth.uid()))));

create table public.patient_notes (
  id uuid primary key default gen_random_uuid(),
  patient_id uuid not null references public.patients (id) on delete cascade,
  author_id uuid references auth.users (id) on delete set null,
  body text not null,
  created_at timestamptz not null default now()
);
create index patient_notes_patient_id_idx on public.patient_notes (patient_id);
alter table public.patient_notes enable row level security;
create policy "staff read notes" on public.patient_notes for select to authenticated
  using (patient_id = any (array(select p.id from public.patients p where p.clinic_id = any (array(select m.clinic_id from public.clinic_members m where m.user_id = (select auth.uid()))))));
create policy "staff write notes" on public.patient_notes for insert to authenticated
  with check (author_id = (select auth.uid()) and patient_id = any (array(select p.id from public.patients p where p.clinic_id = any (array(select m.clinic_id from public.clinic_members m where m.user_id = (select auth.uid()))))));
create policy "staff correct notes" on public.patient_notes for update to authenticated
  using (patient_id = any (array(select p.id from public.patients p where p.clinic_id = any (array(select m.clinic_id from public.clinic_members m where m.user_id = (select auth.uid()))))))
  with check (patient_id = any (array(select p.id from public.patients p where p.clinic_id = any (array(select m.clinic_id from public.clinic_members m where m.user_id = (select auth.uid()))))));

create table public.note_embeddings (
  id bigint generated always as identity primary key,
  clinic_id uuid not null references public.clinics (id) on delete cascade,
  note_id uuid not null references public.patient_notes (id) on delete cascade,
  content text not null,
  embedding extensions.vector(8)
);
create index note_embeddings_clinic_id_idx on public.note_embeddings (clinic_id);
create index note_embeddings_note_id_idx on public.note_embeddings (note_id);
alter table public.note_embeddings enable row level security;
create policy "members read note_embeddings" on public.note_embeddings for select to authenticated
  using (clinic_id = any (array(select m.clinic_id from public.clinic_members m where m.user_id = (select auth.uid()))));
create policy "members add note_embeddings" on public.note_embeddings for insert to authenticated
  with check (clinic_id = any (array(select m.clinic_id from public.clinic_members m where m.user_id = (select auth.uid()))));
create policy "members edit note_embeddings" on public.note_embeddings for update to authenticated
  using (clinic_id = any (array(select m.clinic_id from public.clinic_members m where m.user_id = (select auth.uid())))) with check (clinic_id = any (array(select m.clinic_id from public.clinic_members m where m.user_id = (select auth.uid()))));
create policy "members delete note_embeddings" on public.note_embeddings for delete to authenticated
  using (clinic_id = any (array(select m.clinic_id from public.clinic_members m where m.user_id = (select auth.uid()))));

create function public.match_notes(query_embedding extensions.vector, match_count integer default 5)
returns table (id bigint, content text, similarity double precision)
language sql stable security invoker set search_path = 'extensions'
as $$
  select e.id, e.content, 1 - (e.embedding <=> query_embedding)
  from public.note_embeddings e
  order by e.embedding <=> query_embedding
  limit match_count
$$;

-- One partition a year, so that old readings can be archived.
create table public.vitals (
  id bigint generated always as identity,
  clinic_id uuid not null references public.clinics (id) on delete cascade,
  patient_id uuid not null references public.patients (id) on delete cascade,
  measured_at timestamptz not null default now(),
  kind text not null,
  reading text not null,
  primary key (id, measured_at)
) partition by range (measured_at);
create index vitals_clinic_id_idx on public.vitals (clinic_id);
create table public.vitals_2025 partition of public.vitals for values from ('2025-01-01') to ('2026-01-01');
create table public.vitals_rest partition of public.vitals default;
alter table public.vitals enable row level security;
alter table public.vitals_2025 enable row level security;
alter table public.vitals_rest enable row level security;
create policy "members read vitals" on public.vitals for select to authenticated
  using (clinic_id = any (array(select m.clinic_id from public.clinic_members m where m.user_id = (select auth.uid()))));
create policy "members add vitals" on public.vitals for insert to authenticated
  with check (clinic_id = any (array(select m.clinic_id from public.clinic_members m where m.user_id = (select auth.uid()))));
create policy "members edit vitals" on public.vitals for update to authenticated
  using (clinic_id = any (array(select m.clinic_id from public.clinic_members m where m.user_id = (select auth.uid())))) with check (clinic_id = any (array(select m.clinic_id from public.clinic_members m where m.user_id = (select auth.uid()))));
create policy "members delete vitals" on public.vitals for delete to authenticated
  using (clinic_id = any (array(select m.clinic_id from public.clinic_members m where m.user_id = (select auth.uid()))));
