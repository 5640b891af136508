ALTER TABLE "Project" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own projects" ON "Project" FOR ALL TO authenticated
  USING ("ownerId" = (SELECT auth.uid())) WITH CHECK ("ownerId" = (SELECT auth.uid()));

-- Tasks follow later.
