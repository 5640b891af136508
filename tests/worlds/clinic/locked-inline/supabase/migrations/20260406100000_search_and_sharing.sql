-- Search in the top bar, cancelling from the mail link, and share links for summaries.
create function public.search_patients(p_query text)
returns table (id uuid, full_name text, email text)
language sql stable security definer set search_path = ''
as $$
  select p.id, p.full_name, p.email
  from public.patients p
  where p.full_name ilike '%' || p_query || '%'
    and p.clinic_id in (select m.clinic_id from public.clinic_members m where m.user_id = auth.uid())
  order by p.full_name
  limit 20
$$;
revoke execute on function public.search_patients(text) from public, anon;

create function public.cancel_appointment(p_appointment uuid, p_reason text default 'cancelled')
returns void
language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (
    select 1
    from public.appointments a
    join public.clinic_members m on m.clinic_id = a.clinic_id
    where a.id = p_appointment and m.user_id = auth.uid()
  ) then
    raise exception 'no such appointment' using errcode = '42501';
  end if;
  update public.appointments set status = 'cancelled', reason = p_reason where id = p_appointment;
end
$$;
revoke execute on function public.cancel_appointment(uuid, text) from public, anon;
