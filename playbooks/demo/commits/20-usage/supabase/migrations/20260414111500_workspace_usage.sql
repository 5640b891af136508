-- Who uses Parley how much, for the founders' dashboard.
create view public.workspace_usage as
  select w.id as workspace_id, w.name, p.email as owner_email, s.stripe_customer_id, count(c.id) as chats
  from public.workspaces w
  join public.workspace_members m on m.workspace_id = w.id and m.role = 'owner'
  join public.profiles p on p.id = m.user_id
  left join public.subscriptions s on s.workspace_id = w.id
  left join public.chats c on c.workspace_id = w.id
  group by w.id, w.name, p.email, s.stripe_customer_id;
