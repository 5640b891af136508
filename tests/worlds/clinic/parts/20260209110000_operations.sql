-- The running of a clinic: equipment, reminders, announcements, the waiting room.
create table public.equipment (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics (id) on delete cascade,
  label text not null,
  serial_number text,
  created_at timestamptz not null default now()
);
create index equipment_clinic_id_idx on public.equipment (clinic_id);
alter table public.equipment enable row level security;
@read(equipment)
create policy "members add equipment" on public.equipment for insert to authenticated
  with check (@member(clinic_id));
--- only leaky
create policy "members edit equipment" on public.equipment for update to authenticated
  using (@member(clinic_id)) with check (true);
--- end
--- only locked
create policy "members edit equipment" on public.equipment for update to authenticated
  using (@member(clinic_id)) with check (@member(clinic_id));
--- end

create table public.reminders (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics (id) on delete cascade,
  patient_id uuid not null references public.patients (id) on delete cascade,
  message text not null,
  send_at timestamptz not null default now(),
  sent boolean not null default false
);
create index reminders_clinic_id_idx on public.reminders (clinic_id);
alter table public.reminders enable row level security;
@read(reminders)
create policy "members add reminders" on public.reminders for insert to authenticated
  with check (@member(clinic_id));
--- only leaky
create policy "mark reminders as sent" on public.reminders for update to authenticated
  using (true) with check (true);
--- end
--- only locked
create policy "mark reminders as sent" on public.reminders for update to authenticated
  using (@member(clinic_id)) with check (@member(clinic_id));
--- end

-- Shown on the dashboard of the clinic that a person has open.
create table public.announcements (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics (id) on delete cascade,
  title text not null,
  body text not null,
  created_at timestamptz not null default now()
);
create index announcements_clinic_id_idx on public.announcements (clinic_id);
alter table public.announcements enable row level security;
create policy "the open clinic's announcements" on public.announcements for select to authenticated
  using (clinic_id = (select p.active_clinic_id from public.profiles p where p.id = @uid));
@writes(announcements)

-- The screen in the hall follows this table live.
create table public.waiting_room (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics (id) on delete cascade,
  patient_name text not null,
  patient_phone text,
  complaint text,
  arrived_at timestamptz not null default now()
);
create index waiting_room_clinic_id_idx on public.waiting_room (clinic_id);
--- only locked
alter table public.waiting_room enable row level security;
@tenant(waiting_room)
--- end
alter publication supabase_realtime add table public.waiting_room;
