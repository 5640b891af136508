-- What one can buy, and what a workspace has bought. Only the Stripe webhook writes here.
create table public.plans (
  id text primary key,
  title text not null,
  price_cents integer not null,
  seats integer not null
);

create table public.subscriptions (
  workspace_id uuid primary key references public.workspaces (id) on delete cascade,
  plan_id text not null references public.plans (id),
  stripe_customer_id text unique,
  stripe_subscription_id text unique,
  status text not null default 'trialing',
  current_period_end timestamptz
);

alter table public.plans enable row level security;
alter table public.subscriptions enable row level security;

create policy "the price list is public" on public.plans for select to anon, authenticated using (true);
create policy "owners see their subscription" on public.subscriptions for select to authenticated
  using (workspace_id = any (array(select private.my_owned_workspace_ids())));

insert into public.plans (id, title, price_cents, seats) values ('team', 'Team', 1900, 10), ('company', 'Company', 9900, 100);
