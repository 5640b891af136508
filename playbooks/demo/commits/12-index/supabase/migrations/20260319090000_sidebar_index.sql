-- The sidebar asks for the newest chats of a workspace.
create index chats_workspace_created_idx on public.chats (workspace_id, created_at desc);
