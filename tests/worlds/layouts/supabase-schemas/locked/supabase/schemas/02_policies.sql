create policy "people read letters" on "public"."letters" for select to authenticated
  using (sender_id = (select auth.uid()) or recipient_id = (select auth.uid()));
create policy "people write letters" on "public"."letters" for insert to authenticated
  with check (sender_id = (select auth.uid()));
