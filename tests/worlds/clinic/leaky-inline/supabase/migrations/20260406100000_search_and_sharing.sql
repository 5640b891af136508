-- Search in the top bar, cancelling from the mail link, and share links for summaries.
create function public.search_patients(p_query text)
returns table (id uuid, full_name text, email text)
language sql stable security definer set search_path = ''
as $$
  select p.id, p.full_name, p.email
  from public.patients p
  where p.full_name ilike '%' || p_query || '%'
  order by p.full_name
  limit 20
$$;

create function public.cancel_appointment(p_appointment uuid, p_reason text default 'cancelled')
returns void
language plpgsql security definer set search_path = ''
as $$
begin
  update public.appointments set status = 'cancelled', reason = p_reason where id = p_appointment;
end
$$;

create policy "share links open summaries" on public.visit_summaries for select to anon, authenticated
  using (true);
