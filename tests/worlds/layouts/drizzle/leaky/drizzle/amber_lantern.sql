ALTER TABLE "ledgers" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "entries" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE POLICY "own ledgers" ON "ledgers" AS PERMISSIVE FOR ALL TO "authenticated" USING ("user_id" = (select auth.uid())) WITH CHECK ("user_id" = (select auth.uid()));--> statement-breakpoint
CREATE POLICY "entries of a ledger" ON "entries" AS PERMISSIVE FOR ALL TO "authenticated" USING (exists (select 1 from "ledgers" l where l."user_id" = (select auth.uid()))) WITH CHECK (exists (select 1 from "ledgers" l where l."user_id" = (select auth.uid())));
