-- A chat with a token can be opened by whoever has the link; the share page looks it up on the server.
alter table public.chats add column share_token uuid unique;
