-- Clinics, the people who work in them, and who belongs where.
create schema if not exists private;

create table public.clinics (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  phone text,
  plan text not null default 'free',
  stripe_customer_id text,
  created_at timestamptz not null default now()
);

create table public.profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  full_name text not null default '',
  avatar_url text,
  active_clinic_id uuid references public.clinics (id) on delete set null,
  created_at timestamptz not null default now()
);

create table public.clinic_members (
  clinic_id uuid not null references public.clinics (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null default 'reception' check (role in ('owner', 'clinician', 'reception')),
  joined_at timestamptz not null default now(),
  primary key (clinic_id, user_id)
);
create index clinic_members_user_id_idx on public.clinic_members (user_id);

--- only helper
-- The helpers read clinic_members as their owner, so that no policy has to read its own table.
create function private.is_member(p_clinic uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (select 1 from public.clinic_members m where m.clinic_id = p_clinic and m.user_id = (select auth.uid()))
$$;

create function private.is_clinic_owner(p_clinic uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select 1 from public.clinic_members m
    where m.clinic_id = p_clinic and m.user_id = (select auth.uid()) and m.role = 'owner'
  )
$$;

create function private.my_clinic_ids() returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select m.clinic_id from public.clinic_members m where m.user_id = (select auth.uid())
$$;

create function private.my_owned_clinic_ids() returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select m.clinic_id from public.clinic_members m where m.user_id = (select auth.uid()) and m.role = 'owner'
$$;
--- end

alter table public.clinics enable row level security;
create policy "members read their clinic" on public.clinics for select to authenticated using (@member(id));
create policy "owners edit their clinic" on public.clinics for update to authenticated
  using (@owner(id)) with check (@owner(id));
--- only locked
-- Plan and customer number are written by the billing webhook alone.
revoke update on public.clinics from anon, authenticated;
grant update (name, phone) on public.clinics to authenticated;
--- end

alter table public.profiles enable row level security;
create policy "people read their profile" on public.profiles for select to authenticated using (id = @uid);
create policy "people edit their profile" on public.profiles for update to authenticated
  using (id = @uid) with check (id = @uid);
--- only locked
-- The active clinic decides what people see; it changes through switch_clinic, which checks.
revoke update on public.profiles from anon, authenticated;
grant update (full_name, avatar_url) on public.profiles to authenticated;
--- end

alter table public.clinic_members enable row level security;
--- only helper
create policy "members read their colleagues" on public.clinic_members for select to authenticated
  using (@member(clinic_id));
--- end
--- only inline
create policy "people read their memberships" on public.clinic_members for select to authenticated
  using (user_id = @uid);
--- end
--- only leaky
create policy "people join a clinic" on public.clinic_members for insert to authenticated
  with check (user_id = @uid);
create policy "people edit their membership" on public.clinic_members for update to authenticated
  using (user_id = @uid) with check (user_id = @uid);
--- end
--- only locked
--- only helper
create policy "owners add colleagues" on public.clinic_members for insert to authenticated
  with check (@owner(clinic_id));
create policy "owners change roles" on public.clinic_members for update to authenticated
  using (@owner(clinic_id)) with check (@owner(clinic_id));
--- end
--- end
create policy "people leave a clinic" on public.clinic_members for delete to authenticated
  using (user_id = @uid);

-- Opening a clinic makes the caller its owner; nobody can name somebody else.
create function public.create_clinic(p_name text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  new_id uuid;
begin
  if auth.uid() is null then
    raise exception 'sign in first' using errcode = '42501';
  end if;
  insert into public.clinics (name) values (p_name) returning id into new_id;
  insert into public.clinic_members (clinic_id, user_id, role) values (new_id, auth.uid(), 'owner');
  return new_id;
end
$$;
revoke execute on function public.create_clinic(text) from public, anon;
grant execute on function public.create_clinic(text) to authenticated;

create function public.switch_clinic(p_clinic uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (select 1 from public.clinic_members m where m.clinic_id = p_clinic and m.user_id = auth.uid()) then
    raise exception 'not a member of that clinic' using errcode = '42501';
  end if;
  update public.profiles set active_clinic_id = p_clinic where id = auth.uid();
end
$$;
revoke execute on function public.switch_clinic(uuid) from public, anon;
grant execute on function public.switch_clinic(uuid) to authenticated;

create function private.handle_new_user() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.profiles (id, full_name) values (new.id, coalesce(new.raw_user_meta_data ->> 'full_name', ''));
  return new;
end
$$;

create trigger on_auth_user_created after insert on auth.users
  for each row execute function private.handle_new_user();
