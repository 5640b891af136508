ALTER TABLE "Project" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own projects" ON "Project" FOR ALL TO authenticated
  USING ("ownerId" = (SELECT auth.uid())) WITH CHECK ("ownerId" = (SELECT auth.uid()));

ALTER TABLE "Task" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "tasks of own projects" ON "Task" FOR ALL TO authenticated
  USING ("projectId" = ANY (ARRAY(SELECT p."id" FROM "Project" p WHERE p."ownerId" = (SELECT auth.uid()))))
  WITH CHECK ("projectId" = ANY (ARRAY(SELECT p."id" FROM "Project" p WHERE p."ownerId" = (SELECT auth.uid()))));
