-- Files people drop into a message, kept under the workspace's id.
insert into storage.buckets (id, name, public) values ('attachments', 'attachments', true);

create policy "members read attachments" on storage.objects for select to authenticated
  using (
    bucket_id = 'attachments'
    and (storage.foldername(name))[1] = any (array(select id::text from private.my_workspace_ids() as id))
  );
create policy "members add attachments" on storage.objects for insert to authenticated
  with check (
    bucket_id = 'attachments'
    and (storage.foldername(name))[1] = any (array(select id::text from private.my_workspace_ids() as id))
  );
