-- Two clinics with everything in them, and a signed-in stranger. Run as the owner, who passes row-level security by, on a replayed clinic.
-- North is the victim (Alice owns it, Amir sits at the reception), South the attacker (Mallory owns it, Milo works there), Eve belongs nowhere.
set session_replication_role = replica;

insert into auth.users (id, email) values
  ('aaaaaaaa-0000-4000-8000-000000000001', 'alice@north.example'),
  ('aaaaaaaa-0000-4000-8000-000000000002', 'amir@north.example'),
  ('bbbbbbbb-0000-4000-8000-000000000001', 'mallory@south.example'),
  ('bbbbbbbb-0000-4000-8000-000000000002', 'milo@south.example'),
  ('eeeeeeee-0000-4000-8000-000000000001', 'eve@notclinicdesk.example');

insert into public.clinics (id, name, phone, stripe_customer_id) values
  ('0a000000-0000-4000-8000-00000000000a', 'North', '100', 'cus_north'),
  ('0b000000-0000-4000-8000-00000000000b', 'South', '200', 'cus_south');

insert into public.profiles (id, full_name, active_clinic_id) values
  ('aaaaaaaa-0000-4000-8000-000000000001', 'Alice', '0a000000-0000-4000-8000-00000000000a'),
  ('aaaaaaaa-0000-4000-8000-000000000002', 'Amir', '0a000000-0000-4000-8000-00000000000a'),
  ('bbbbbbbb-0000-4000-8000-000000000001', 'Mallory', '0b000000-0000-4000-8000-00000000000b'),
  ('bbbbbbbb-0000-4000-8000-000000000002', 'Milo', '0b000000-0000-4000-8000-00000000000b'),
  ('eeeeeeee-0000-4000-8000-000000000001', 'Eve', null);

insert into public.clinic_members (clinic_id, user_id, role) values
  ('0a000000-0000-4000-8000-00000000000a', 'aaaaaaaa-0000-4000-8000-000000000001', 'owner'),
  ('0a000000-0000-4000-8000-00000000000a', 'aaaaaaaa-0000-4000-8000-000000000002', 'reception'),
  ('0b000000-0000-4000-8000-00000000000b', 'bbbbbbbb-0000-4000-8000-000000000001', 'owner'),
  ('0b000000-0000-4000-8000-00000000000b', 'bbbbbbbb-0000-4000-8000-000000000002', 'reception');

insert into public.patients (id, clinic_id, full_name, email, phone) values
  ('a1000000-0000-4000-8000-000000000001', '0a000000-0000-4000-8000-00000000000a', 'Nora North', 'nora@patient.example', '101'),
  ('b1000000-0000-4000-8000-000000000001', '0b000000-0000-4000-8000-00000000000b', 'Sam South', 'sam@patient.example', '201');

insert into public.clinicians (id, clinic_id, display_name, private_phone) values
  ('a1000000-0000-4000-8000-000000000002', '0a000000-0000-4000-8000-00000000000a', 'Dr. North', 'private-101'),
  ('b1000000-0000-4000-8000-000000000002', '0b000000-0000-4000-8000-00000000000b', 'Dr. South', 'private-201');

insert into public.appointments (id, clinic_id, patient_id, created_by, reason) values
  ('a1000000-0000-4000-8000-000000000003', '0a000000-0000-4000-8000-00000000000a', 'a1000000-0000-4000-8000-000000000001', 'aaaaaaaa-0000-4000-8000-000000000001', 'check-up'),
  ('b1000000-0000-4000-8000-000000000003', '0b000000-0000-4000-8000-00000000000b', 'b1000000-0000-4000-8000-000000000001', 'bbbbbbbb-0000-4000-8000-000000000001', 'check-up');

insert into public.patient_notes (id, patient_id, author_id, body) values
  ('a1000000-0000-4000-8000-000000000004', 'a1000000-0000-4000-8000-000000000001', 'aaaaaaaa-0000-4000-8000-000000000001', 'note of North'),
  ('b1000000-0000-4000-8000-000000000004', 'b1000000-0000-4000-8000-000000000001', 'bbbbbbbb-0000-4000-8000-000000000001', 'note of South');

insert into public.note_embeddings (clinic_id, note_id, content, embedding) values
  ('0a000000-0000-4000-8000-00000000000a', 'a1000000-0000-4000-8000-000000000004', 'passage of North', '[1,0,0,0,0,0,0,0]'),
  ('0b000000-0000-4000-8000-00000000000b', 'b1000000-0000-4000-8000-000000000004', 'passage of South', '[0,1,0,0,0,0,0,0]');

insert into public.vitals (clinic_id, patient_id, measured_at, kind, reading) values
  ('0a000000-0000-4000-8000-00000000000a', 'a1000000-0000-4000-8000-000000000001', '2025-05-01', 'pulse', 'pulse of North'),
  ('0b000000-0000-4000-8000-00000000000b', 'b1000000-0000-4000-8000-000000000001', '2025-05-01', 'pulse', 'pulse of South');

insert into public.intake_forms (id, clinic_id, patient_email) values
  ('a1000000-0000-4000-8000-000000000005', '0a000000-0000-4000-8000-00000000000a', 'nora@patient.example'),
  ('b1000000-0000-4000-8000-000000000005', '0b000000-0000-4000-8000-00000000000b', 'sam@patient.example');

insert into public.prescriptions (id, clinic_id, patient_id, drug, dose) values
  ('a1000000-0000-4000-8000-000000000006', '0a000000-0000-4000-8000-00000000000a', 'a1000000-0000-4000-8000-000000000001', 'drug of North', '1'),
  ('b1000000-0000-4000-8000-000000000006', '0b000000-0000-4000-8000-00000000000b', 'b1000000-0000-4000-8000-000000000001', 'drug of South', '1');

insert into public.visit_summaries (id, clinic_id, patient_id, patient_email, summary) values
  ('a1000000-0000-4000-8000-000000000007', '0a000000-0000-4000-8000-00000000000a', 'a1000000-0000-4000-8000-000000000001', 'nora@patient.example', 'summary of North'),
  ('b1000000-0000-4000-8000-000000000007', '0b000000-0000-4000-8000-00000000000b', 'b1000000-0000-4000-8000-000000000001', 'sam@patient.example', 'summary of South');

insert into public.lab_results (id, clinic_id, patient_id, test, outcome) values
  ('a1000000-0000-4000-8000-000000000008', '0a000000-0000-4000-8000-00000000000a', 'a1000000-0000-4000-8000-000000000001', 'blood', 'outcome of North'),
  ('b1000000-0000-4000-8000-000000000008', '0b000000-0000-4000-8000-00000000000b', 'b1000000-0000-4000-8000-000000000001', 'blood', 'outcome of South');

insert into public.treatment_plans (id, clinic_id, patient_id, goal) values
  ('a1000000-0000-4000-8000-000000000009', '0a000000-0000-4000-8000-00000000000a', 'a1000000-0000-4000-8000-000000000001', 'goal of North'),
  ('b1000000-0000-4000-8000-000000000009', '0b000000-0000-4000-8000-00000000000b', 'b1000000-0000-4000-8000-000000000001', 'goal of South');

insert into public.equipment (id, clinic_id, label) values
  ('a1000000-0000-4000-8000-000000000010', '0a000000-0000-4000-8000-00000000000a', 'scanner of North'),
  ('b1000000-0000-4000-8000-000000000010', '0b000000-0000-4000-8000-00000000000b', 'scanner of South');

insert into public.reminders (id, clinic_id, patient_id, message) values
  ('a1000000-0000-4000-8000-000000000011', '0a000000-0000-4000-8000-00000000000a', 'a1000000-0000-4000-8000-000000000001', 'reminder of North'),
  ('b1000000-0000-4000-8000-000000000011', '0b000000-0000-4000-8000-00000000000b', 'b1000000-0000-4000-8000-000000000001', 'reminder of South');

insert into public.announcements (id, clinic_id, title, body) values
  ('a1000000-0000-4000-8000-000000000012', '0a000000-0000-4000-8000-00000000000a', 'news of North', ''),
  ('b1000000-0000-4000-8000-000000000012', '0b000000-0000-4000-8000-00000000000b', 'news of South', '');

insert into public.waiting_room (id, clinic_id, patient_name, complaint) values
  ('a1000000-0000-4000-8000-000000000013', '0a000000-0000-4000-8000-00000000000a', 'Nora North', 'headache'),
  ('b1000000-0000-4000-8000-000000000013', '0b000000-0000-4000-8000-00000000000b', 'Sam South', 'cough');

insert into public.billing_accounts (clinic_id, billing_email, iban) values
  ('0a000000-0000-4000-8000-00000000000a', 'billing@north.example', 'iban-north'),
  ('0b000000-0000-4000-8000-00000000000b', 'billing@south.example', 'iban-south');

insert into public.invoices (id, clinic_id, patient_id, customer_email, amount_cents) values
  ('a1000000-0000-4000-8000-000000000014', '0a000000-0000-4000-8000-00000000000a', 'a1000000-0000-4000-8000-000000000001', 'nora@patient.example', 1200),
  ('b1000000-0000-4000-8000-000000000014', '0b000000-0000-4000-8000-00000000000b', 'b1000000-0000-4000-8000-000000000001', 'sam@patient.example', 3400);
refresh materialized view public.clinic_stats;

insert into public.folders (id, user_id, name) values
  ('a1000000-0000-4000-8000-000000000015', 'aaaaaaaa-0000-4000-8000-000000000001', 'Alice''s folder'),
  ('b1000000-0000-4000-8000-000000000015', 'bbbbbbbb-0000-4000-8000-000000000001', 'Mallory''s folder');
insert into public.documents (id, user_id, title, content) values
  ('a1000000-0000-4000-8000-000000000016', 'aaaaaaaa-0000-4000-8000-000000000001', 'Alice''s document', 'private'),
  ('b1000000-0000-4000-8000-000000000016', 'bbbbbbbb-0000-4000-8000-000000000001', 'Mallory''s document', 'private');
insert into public.folder_documents (folder_id, document_id) values
  ('a1000000-0000-4000-8000-000000000015', 'a1000000-0000-4000-8000-000000000016'),
  ('b1000000-0000-4000-8000-000000000015', 'b1000000-0000-4000-8000-000000000016');
insert into storage.objects (bucket_id, name) values
  ('letters', 'aaaaaaaa-0000-4000-8000-000000000001/letter.pdf'),
  ('letters', 'bbbbbbbb-0000-4000-8000-000000000001/letter.pdf'),
  ('scans', 'aaaaaaaa-0000-4000-8000-000000000001/scan.png');

insert into public.support_tickets (id, clinic_id, opened_by, subject, contact_phone) values
  ('a1000000-0000-4000-8000-000000000017', '0a000000-0000-4000-8000-00000000000a', 'aaaaaaaa-0000-4000-8000-000000000001', 'ticket of North', '101'),
  ('b1000000-0000-4000-8000-000000000017', '0b000000-0000-4000-8000-00000000000b', 'bbbbbbbb-0000-4000-8000-000000000001', 'ticket of South', '201');

insert into public.voice_memos (id, user_id, transcript, caller_phone) values
  ('a1000000-0000-4000-8000-000000000018', 'aaaaaaaa-0000-4000-8000-000000000001', 'memo of Alice', '101'),
  ('a1000000-0000-4000-8000-000000000019', null, 'memo of a deleted account', '102'),
  ('b1000000-0000-4000-8000-000000000018', 'bbbbbbbb-0000-4000-8000-000000000001', 'memo of Mallory', '201');

insert into public.report_exports (id, clinic_id, file_name, download_token) values
  ('a1000000-0000-4000-8000-000000000020', '0a000000-0000-4000-8000-00000000000a', 'north.csv', 'token-north'),
  ('b1000000-0000-4000-8000-000000000020', '0b000000-0000-4000-8000-00000000000b', 'south.csv', 'token-south');

insert into public.audit_events (clinic_id, actor_email, action) values
  ('0a000000-0000-4000-8000-00000000000a', 'alice@north.example', 'exported patients'),
  ('0b000000-0000-4000-8000-00000000000b', 'mallory@south.example', 'signed in');

reset session_replication_role;
