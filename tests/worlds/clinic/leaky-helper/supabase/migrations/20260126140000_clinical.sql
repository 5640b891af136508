-- Forms, prescriptions, results and plans.
create table public.intake_forms (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics (id) on delete cascade,
  patient_email text not null,
  answers jsonb not null default '{}',
  created_at timestamptz not null default now()
);
create index intake_forms_clinic_id_idx on public.intake_forms (clinic_id);

create table public.prescriptions (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics (id) on delete cascade,
  patient_id uuid not null references public.patients (id) on delete cascade,
  drug text not null,
  dose text not null,
  created_at timestamptz not null default now()
);
create index prescriptions_clinic_id_idx on public.prescriptions (clinic_id);
create policy "members read prescriptions" on public.prescriptions for select to authenticated
  using (private.is_member(clinic_id));
create policy "members add prescriptions" on public.prescriptions for insert to authenticated
  with check (private.is_member(clinic_id));
create policy "members edit prescriptions" on public.prescriptions for update to authenticated
  using (private.is_member(clinic_id)) with check (private.is_member(clinic_id));
create policy "members delete prescriptions" on public.prescriptions for delete to authenticated
  using (private.is_member(clinic_id));

create table public.visit_summaries (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics (id) on delete cascade,
  patient_id uuid not null references public.patients (id) on delete cascade,
  patient_email text,
  summary text not null,
  created_at timestamptz not null default now()
);
create index visit_summaries_clinic_id_idx on public.visit_summaries (clinic_id);
alter table public.visit_summaries enable row level security;
create policy "members read visit_summaries" on public.visit_summaries for select to authenticated
  using (private.is_member(clinic_id));
create policy "members add visit_summaries" on public.visit_summaries for insert to authenticated
  with check (private.is_member(clinic_id));
create policy "members edit visit_summaries" on public.visit_summaries for update to authenticated
  using (private.is_member(clinic_id)) with check (private.is_member(clinic_id));
create policy "members delete visit_summaries" on public.visit_summaries for delete to authenticated
  using (private.is_member(clinic_id));

create table public.lab_results (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics (id) on delete cascade,
  patient_id uuid not null references public.patients (id) on delete cascade,
  test text not null,
  outcome text not null,
  created_at timestamptz not null default now()
);
create index lab_results_clinic_id_idx on public.lab_results (clinic_id);
alter table public.lab_results enable row level security;
create policy "signed in people read results" on public.lab_results for select
  using (auth.uid() is not null);
create policy "members add lab_results" on public.lab_results for insert to authenticated
  with check (private.is_member(clinic_id));
create policy "members edit lab_results" on public.lab_results for update to authenticated
  using (private.is_member(clinic_id)) with check (private.is_member(clinic_id));
create policy "members delete lab_results" on public.lab_results for delete to authenticated
  using (private.is_member(clinic_id));

create table public.treatment_plans (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics (id) on delete cascade,
  patient_id uuid not null references public.patients (id) on delete cascade,
  goal text not null,
  steps text[] not null default '{}',
  created_at timestamptz not null default now()
);
create index treatment_plans_clinic_id_idx on public.treatment_plans (clinic_id);
alter table public.treatment_plans enable row level security;
create policy "members read plans" on public.treatment_plans for select to authenticated
  using (
    exists (select 1 from public.clinic_members m where m.clinic_id = clinic_id and m.user_id = auth.uid())
  );
create policy "members add treatment_plans" on public.treatment_plans for insert to authenticated
  with check (private.is_member(clinic_id));
create policy "members edit treatment_plans" on public.treatment_plans for update to authenticated
  using (private.is_member(clinic_id)) with check (private.is_member(clinic_id));
create policy "members delete treatment_plans" on public.treatment_plans for delete to authenticated
  using (private.is_member(clinic_id));
