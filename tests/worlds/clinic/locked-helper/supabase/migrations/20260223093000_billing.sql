-- Money: accounts, invoices, and the numbers on the owner's dashboard.
create table public.billing_accounts (
  clinic_id uuid primary key references public.clinics (id) on delete cascade,
  billing_email text not null,
  iban text,
  vat_number text
);
alter table public.billing_accounts enable row level security;
create policy "a clinic reads its billing account" on public.billing_accounts for select to authenticated
  using (clinic_id = any (array(select private.my_owned_clinic_ids())));

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
create policy "members read invoices" on public.invoices for select to authenticated
  using (clinic_id = any (array(select private.my_clinic_ids())));
create policy "members add invoices" on public.invoices for insert to authenticated
  with check (clinic_id = any (array(select private.my_clinic_ids())));
create policy "members edit invoices" on public.invoices for update to authenticated
  using (clinic_id = any (array(select private.my_clinic_ids()))) with check (clinic_id = any (array(select private.my_clinic_ids())));
create policy "members delete invoices" on public.invoices for delete to authenticated
  using (clinic_id = any (array(select private.my_clinic_ids())));

create view public.clinic_revenue with (security_invoker = true) as
  select i.clinic_id, i.customer_email, date_trunc('month', i.issued_at) as month, sum(i.amount_cents) as cents
  from public.invoices i
  group by i.clinic_id, i.customer_email, date_trunc('month', i.issued_at);

create materialized view public.clinic_stats as
  select i.clinic_id, count(*) as invoices, sum(i.amount_cents) as cents, max(i.customer_email) as last_customer
  from public.invoices i
  group by i.clinic_id;
-- Row-level security does not reach a materialized view: the nightly report reads it as the service role.
revoke all on public.clinic_stats from anon, authenticated;

create function public.clinic_balance(p_clinic uuid) returns bigint
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not exists (select 1 from public.clinic_members m where m.clinic_id = p_clinic and m.user_id = auth.uid()) then
    raise exception 'not a member of that clinic' using errcode = '42501';
  end if;
  return (select coalesce(sum(i.amount_cents), 0) from public.invoices i where i.clinic_id = p_clinic);
end
$$;
revoke execute on function public.clinic_balance(uuid) from public, anon;
