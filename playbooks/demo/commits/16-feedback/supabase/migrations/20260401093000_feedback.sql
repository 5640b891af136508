-- Thumbs up, thumbs down, and what people want to tell us.
create table public.message_feedback (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  message_id bigint not null references public.messages (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  helpful boolean not null,
  comment text,
  contact_email text,
  created_at timestamptz not null default now()
);
create index message_feedback_message_id_idx on public.message_feedback (message_id);
create index message_feedback_workspace_id_idx on public.message_feedback (workspace_id);
