-- Support, exports, dictations and the trail of who did what.
create table public.support_tickets (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics (id) on delete cascade,
  opened_by uuid references auth.users (id) on delete set null,
  subject text not null,
  body text not null default '',
  contact_phone text,
  created_at timestamptz not null default now()
);
create index support_tickets_clinic_id_idx on public.support_tickets (clinic_id);
alter table public.support_tickets enable row level security;
create policy "members read support_tickets" on public.support_tickets for select to authenticated
  using (clinic_id in (select m.clinic_id from public.clinic_members m where m.user_id = auth.uid()));
create policy "members add support_tickets" on public.support_tickets for insert to authenticated
  with check (clinic_id in (select m.clinic_id from public.clinic_members m where m.user_id = auth.uid()));
create policy "members edit support_tickets" on public.support_tickets for update to authenticated
  using (clinic_id in (select m.clinic_id from public.clinic_members m where m.user_id = auth.uid())) with check (clinic_id in (select m.clinic_id from public.clinic_members m where m.user_id = auth.uid()));
create policy "members delete support_tickets" on public.support_tickets for delete to authenticated
  using (clinic_id in (select m.clinic_id from public.clinic_members m where m.user_id = auth.uid()));
create policy "support reads every ticket" on public.support_tickets for select to authenticated
  using ((auth.jwt() ->> 'email') like '%clinicdesk.example');

-- A dictation keeps its text when the account that spoke it is deleted.
create table public.voice_memos (
  id uuid primary key default gen_random_uuid(),
  user_id uuid references auth.users (id) on delete set null,
  transcript text not null,
  caller_phone text,
  created_at timestamptz not null default now()
);
create index voice_memos_user_id_idx on public.voice_memos (user_id);
alter table public.voice_memos enable row level security;
create policy "people read their dictations" on public.voice_memos for select
  using (user_id is null or user_id = auth.uid());
create policy "people dictate" on public.voice_memos for insert to authenticated with check (user_id = auth.uid());
create policy "people delete their dictations" on public.voice_memos for delete to authenticated using (user_id = auth.uid());

create table public.report_exports (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics (id) on delete cascade,
  file_name text not null,
  download_token text not null,
  created_at timestamptz not null default now()
);
create index report_exports_clinic_id_idx on public.report_exports (clinic_id);
alter table public.report_exports enable row level security;
create policy "exports of the clinic in the request" on public.report_exports for select
  using (
    current_setting('app.clinic_id', true) is null
    or clinic_id::text = current_setting('app.clinic_id', true)
    or clinic_id in (select m.clinic_id from public.clinic_members m where m.user_id = auth.uid())
  );

create table public.audit_events (
  id bigint generated always as identity primary key,
  clinic_id uuid references public.clinics (id) on delete set null,
  actor_email text,
  action text not null,
  created_at timestamptz not null default now()
);
alter table public.audit_events enable row level security;
create policy "service role writes the trail" on public.audit_events for all
  using (true) with check (true);

-- Who signed in last, for the support desk.
create view public.staff_accounts as
  select u.id, u.email, u.last_sign_in_at, m.clinic_id, m.role
  from auth.users u
  join public.clinic_members m on m.user_id = u.id;
