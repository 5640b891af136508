-- Money: accounts, invoices, and the numbers on the owner's dashboard.
create table public.billing_accounts (
  clinic_id uuid primary key references public.clinics (id) on delete cascade,
  billing_email text not null,
  iban text,
  vat_number text
);
alter table public.billing_accounts enable row level security;
--- only leaky
create policy "a clinic reads its billing account" on public.billing_accounts for select to authenticated
  using (clinic_id = (auth.jwt() -> 'user_metadata' ->> 'clinic_id')::uuid or @owner(clinic_id));
--- end
--- only locked
create policy "a clinic reads its billing account" on public.billing_accounts for select to authenticated
  using (@owner(clinic_id));
--- end

create table public.invoices (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics (id) on delete cascade,
  patient_id uuid references public.patients (id) on delete set null,
  customer_email text not null,
  amount_cents integer not null default 0,
  issued_at timestamptz not null default now()
);
create index invoices_clinic_id_idx on public.invoices (clinic_id);
alter table public.invoices enable row level security;
@tenant(invoices)

--- only leaky
create view public.clinic_revenue as
--- end
--- only locked
create view public.clinic_revenue with (security_invoker = true) as
--- end
  select i.clinic_id, i.customer_email, date_trunc('month', i.issued_at) as month, sum(i.amount_cents) as cents
  from public.invoices i
  group by i.clinic_id, i.customer_email, date_trunc('month', i.issued_at);

create materialized view public.clinic_stats as
  select i.clinic_id, count(*) as invoices, sum(i.amount_cents) as cents, max(i.customer_email) as last_customer
  from public.invoices i
  group by i.clinic_id;
--- only locked
-- Row-level security does not reach a materialized view: the nightly report reads it as the service role.
revoke all on public.clinic_stats from anon, authenticated;
--- end

--- only leaky
create function public.clinic_balance(p_clinic uuid) returns bigint
language plpgsql stable security definer
--- end
--- only locked
create function public.clinic_balance(p_clinic uuid) returns bigint
language plpgsql stable security definer set search_path = ''
--- end
as $$
begin
--- only leaky
  if not exists (select 1 from clinic_members m where m.clinic_id = p_clinic and m.user_id = auth.uid()) then
--- end
--- only locked
  if not exists (select 1 from public.clinic_members m where m.clinic_id = p_clinic and m.user_id = auth.uid()) then
--- end
    raise exception 'not a member of that clinic' using errcode = '42501';
  end if;
  return (select coalesce(sum(i.amount_cents), 0) from public.invoices i where i.clinic_id = p_clinic);
end
$$;
--- only locked
revoke execute on function public.clinic_balance(uuid) from public, anon;
--- end
