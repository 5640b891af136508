create table "public"."letters" (
  "id" uuid primary key default gen_random_uuid(),
  "sender_id" uuid not null references auth.users (id) on delete cascade,
  "recipient_id" uuid not null references auth.users (id) on delete cascade,
  "body" text not null,
  "sent_at" timestamptz not null default now()
);
create index "letters_sender_id_idx" on "public"."letters" ("sender_id");
create index "letters_recipient_id_idx" on "public"."letters" ("recipient_id");
alter table "public"."letters" enable row level security;
