create extension if not exists vector;

create table public.invoices (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id),
  total integer not null
);
alter table public.invoices enable row level security;
create policy "own invoices" on public.invoices
  for select to authenticated using (user_id = (select auth.uid()));

create table public.notes (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id),
  title text not null
);
alter table public.notes enable row level security;
create policy "own notes" on public.notes
  for all to authenticated
  using (user_id = (select auth.uid()))
  with check (user_id = (select auth.uid()));

create table public.messages (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id),
  text text not null
);
alter table public.messages enable row level security;

create table public.documents (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id),
  content text not null,
  embedding vector(3) not null
);
alter table public.documents enable row level security;

create function public.match_documents(query_embedding vector(3), match_count integer)
returns table (id uuid, content text)
language sql stable
as $$
  select documents.id, documents.content
  from documents
  order by documents.embedding <=> query_embedding
  limit match_count;
$$;

create table public.subscriptions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id),
  stripe_customer_id text unique,
  status text not null
);
alter table public.subscriptions enable row level security;
create policy "own subscriptions" on public.subscriptions
  for select to authenticated using (user_id = (select auth.uid()));
create index on public.subscriptions (user_id);

create table public.credits (
  id uuid primary key default gen_random_uuid(),
  customer text not null,
  amount integer not null
);
alter table public.credits enable row level security;
