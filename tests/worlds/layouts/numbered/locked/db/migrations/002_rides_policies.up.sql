BEGIN;
ALTER TABLE rides ENABLE ROW LEVEL SECURITY;
CREATE POLICY rides_read ON rides FOR SELECT TO authenticated USING (driver_id = (SELECT auth.uid()));
CREATE POLICY rides_insert ON rides FOR INSERT TO authenticated WITH CHECK (driver_id = (SELECT auth.uid()));
CREATE POLICY rides_update ON rides FOR UPDATE TO authenticated USING (driver_id = (SELECT auth.uid())) WITH CHECK (driver_id = (SELECT auth.uid()));
COMMIT;
