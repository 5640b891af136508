"""What a patch borrows has to be there: a module that can be imported, a key that the table has, the tenant as the session calls it."""

from __future__ import annotations

from tests.unit.propose.test_code import patched
from tests.unit.propose.test_code_rights import TRPC


SCHEMA = """
    import { pgTable, text } from "drizzle-orm/pg-core";

    export const machines = pgTable("machine", {
      machineId: text("machineId"),
      name: text("name"),
      organizationId: text("organizationId"),
    });
    export const builds = pgTable("build", { buildId: text("buildId"), machineId: text("machineId") });
"""
SERVICES = """
    import { eq } from "drizzle-orm";
    import { db } from "../db";
    import { builds, machines } from "../db/schema";

    export const findMachineById = async (machineId: string) => {
      const found = await db.query.machines.findFirst({ where: eq(machines.machineId, machineId) });
      if (!found) throw new Error("Machine not found");
      return found;
    };
    export const buildsOf = async (machineId: string) => db.select().from(builds).where(eq(builds.machineId, machineId));
    export const deleteMachine = async (machineId: string) => db.delete(machines).where(eq(machines.machineId, machineId));
"""
SESSION = TRPC.replace(
    "userId: session.user.id, timezone: session.user.timezone", "session: session.session, user: session.user"
)
ROUTERS = """
    import { TRPCError } from "@trpc/server";
    import { z } from "zod";
    import { eq } from "drizzle-orm";
    import { machines } from "../db/schema";
    import { buildsOf, deleteMachine, findMachineById } from "../services/machine";
    import { protectedProcedure, router } from "./trpc";

    export const machineRouter = router({
      all: protectedProcedure.query(async ({ ctx }) => {
        return ctx.db.select().from(machines).where(eq(machines.organizationId, ctx.session.activeOrganizationId));
      }),
      one: protectedProcedure.input(z.object({ machineId: z.string() })).query(async ({ ctx, input }) => {
        const machine = await findMachineById(input.machineId);
        if (machine.organizationId !== ctx.session.activeOrganizationId) {
          throw new TRPCError({ code: "UNAUTHORIZED" });
        }
        return machine;
      }),
"""


def _machines(procedures: str, other: str = "") -> dict[str, str]:
    files = {
        "package.json": '{"dependencies": {"drizzle-orm": "0.36", "@trpc/server": "11", "next-auth": "4"}}',
        "db/index.ts": 'import { drizzle } from "drizzle-orm/node-postgres";\nexport const db = drizzle(process.env.URL);\n',
        "db/schema.ts": SCHEMA,
        "services/machine.ts": SERVICES,
        "server/trpc.ts": SESSION,
        "server/machines.ts": f"{ROUTERS}{procedures}    }});\n",
    }
    return files | ({"server/builds.ts": other} if other else {})


def test_a_row_whose_key_has_the_tables_own_name_is_looked_up_as_its_neighbours_do() -> None:
    """``machine.id`` does not exist: nothing was offered, or a look-up by a column that is not there."""
    texts, _, _ = patched(
        _machines("""
      builds: protectedProcedure.input(z.object({ machineId: z.string() })).query(async ({ input }) => {
        return await buildsOf(input.machineId);
      }),
""")
    )
    after = texts["server/machines.ts"].partition("builds: protected")[2]
    assert "async ({ input, ctx }) =>" in after
    assert "const machine = await findMachineById(input.machineId);" in after
    assert "if (!machine || machine.organizationId !== ctx.session.activeOrganizationId) {" in after


def test_the_handlers_own_look_up_is_compared_where_it_stands() -> None:
    texts, _, _ = patched(
        _machines("""
      remove: protectedProcedure.input(z.object({ machineId: z.string() })).mutation(async ({ ctx, input }) => {
        const current = await findMachineById(input.machineId);
        await deleteMachine(input.machineId);
        return current;
      }),
""")
    )
    after = texts["server/machines.ts"].partition("remove: protected")[2]
    assert after.count("findMachineById(") == 1
    assert after.count("current.organizationId !== ctx.session.activeOrganizationId") == 1
    assert after.index("activeOrganizationId") < after.index("await deleteMachine")


def test_the_tenant_is_named_as_handlers_of_other_files_name_it() -> None:
    """The file itself never mentions it: "No value here says who the caller is" was untrue."""
    texts, _, _ = patched(
        _machines(
            "",
            """
            import { z } from "zod";
            import { buildsOf } from "../services/machine";
            import { protectedProcedure, router } from "./trpc";

            export const buildRouter = router({
              list: protectedProcedure.input(z.object({ machineId: z.string() })).query(async ({ input }) => {
                return await buildsOf(input.machineId);
              }),
            });
            """,
        )
    )
    after = texts["server/builds.ts"]
    assert "machine.organizationId !== ctx.session.activeOrganizationId" in after


EXPRESS = {
    "package.json": '{"type": "module", "dependencies": {"express": "4", "@prisma/client": "6"}}',
    "prisma/schema.prisma": """
        model Brand {
          id String @id
          ownerId String
        }
        model Page {
          id String @id
          brandId String
          title String
        }
    """,
    "server/auth.js": """
        import jwt from "jsonwebtoken";
        export function requireAuth(req, res, next) {
          const token = req.headers.authorization?.split(" ")[1];
          if (!token) return res.status(401).json({ error: "no" });
          req.user = jwt.verify(token, process.env.JWT_SECRET);
          next();
        }
    """,
    "server/routes/brands.js": """
        import { Router } from "express";
        import prisma from "../db.js";
        import { requireAuth } from "../auth.js";
        const router = Router();
        router.use(requireAuth);

        async function assertBrandAccess(brandId, userId) {
          const brand = await prisma.brand.findUnique({ where: { id: brandId } });
          if (!brand || brand.ownerId !== userId) throw new Error("Unauthorized");
        }

        router.get("/:brandId", async (req, res) => {
          const { brandId } = req.params;
          await assertBrandAccess(brandId, req.user.id);
          res.json(await prisma.brand.findUnique({ where: { id: brandId } }));
        });
        export default router;
    """,
    "server/db.js": 'import { PrismaClient } from "@prisma/client";\nexport default new PrismaClient();\n',
    "server/routes/pages.js": """
        import { Router } from "express";
        import prisma from "../db.js";
        import { requireAuth } from "../auth.js";
        const router = Router();
        router.use(requireAuth);

        router.get("/of/:brandId", async (req, res) => {
          const { brandId } = req.params;
          res.json(await prisma.page.findMany({ where: { brandId } }));
        });
        export default router;
    """,
}


def test_a_module_is_imported_with_the_extension_that_its_neighbours_have() -> None:
    """Node.js does not find ``./brands`` in a module of its own kind."""
    texts, _, _ = patched(EXPRESS)
    after = texts["server/routes/pages.js"]
    assert "import { assertBrandAccess } from './brands.js'" in after.replace('"', "'")
    assert "await assertBrandAccess(brandId, req.user.id);" in after


def test_a_check_of_another_package_is_not_imported_by_a_path() -> None:
    """``../../../../packages/api/src/utils`` leaves the package, and what throws there is no answer of a route."""
    moved = {
        path.replace("server/", "services/api/"): text.replace("server/", "services/api/")
        for path, text in EXPRESS.items()
        if path != "server/routes/pages.js"
    }
    files = moved | {
        "services/api/package.json": '{"name": "api"}',
        "services/pages/package.json": '{"name": "pages"}',
        "services/pages/db.js": EXPRESS["server/db.js"],
        "services/pages/auth.js": EXPRESS["server/auth.js"],
        "services/pages/routes/pages.js": EXPRESS["server/routes/pages.js"],
    }
    texts, _, _ = patched(files)
    assert "assertBrandAccess" not in texts["services/pages/routes/pages.js"]


def test_a_caller_is_converted_as_handlers_of_its_kind_convert_it() -> None:
    texts, _, _ = patched(
        {
            "package.json": '{"dependencies": {"@prisma/client": "6", "@trpc/server": "11", "next-auth": "4"}}',
            "prisma/schema.prisma": """
                model Note {
                  id Int @id
                  accountId Int
                  text String
                }
                model Tag {
                  id Int @id
                  accountId Int
                  name String
                }
            """,
            "server/trpc.ts": TRPC.replace(
                "{ db, userId: session.user.id, timezone: session.user.timezone }", "{ id: session.user.id }"
            ).replace('import { db } from "../db";', ""),
            "server/notes.ts": """
                import { z } from "zod";
                import { prisma } from "../lib/prisma";
                import { protectedProcedure, router } from "./trpc";
                export const noteRouter = router({
                  list: protectedProcedure.query(async ({ ctx }) => {
                    return prisma.note.findMany({ where: { accountId: Number(ctx.id) } });
                  }),
                });
            """,
            "server/tags.ts": """
                import { z } from "zod";
                import { prisma } from "../lib/prisma";
                import { protectedProcedure, router } from "./trpc";
                export const tagRouter = router({
                  drop: protectedProcedure.input(z.object({ ids: z.array(z.number()) })).mutation(async ({ input, ctx }) => {
                    await prisma.tag.deleteMany({ where: { id: { in: input.ids } } });
                  }),
                });
            """,
        }
    )
    assert "accountId: Number(ctx.id)" in texts["server/tags.ts"]


POSTS = {
    "package.json": '{"type": "module", "dependencies": {"express": "4", "@supabase/supabase-js": "2"}}',
    "server/auth.js": EXPRESS["server/auth.js"],
    "server/store.js": """
        import { createClient } from "@supabase/supabase-js";
        export default createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
    """,
    "server/routes/brands.js": """
        import { Router } from "express";
        import store from "../store.js";
        import { requireAuth } from "../auth.js";
        const router = Router();
        router.use(requireAuth);

        async function assertBrandAccess(brandId, userId) {
          const { data: brand } = await store.from("brands").select("id, owner_id").eq("id", brandId).single();
          if (!brand || brand.owner_id !== userId) throw new Error("Unauthorized");
        }

        router.get("/:brandId/posts", async (req, res) => {
          const { brandId } = req.params;
          await assertBrandAccess(brandId, req.user.id);
          const { data } = await store.from("posts").select("id, brand_id, title").eq("brand_id", brandId);
          res.json(data);
        });

        router.patch("/posts/:id", async (req, res) => {
          const { id } = req.params;
          const { data } = await store.from("posts").update({ status: req.body.status }).eq("id", id).select().single();
          res.json(data);
        });

        router.get("/:brandId/drafts", async (req, res) => {
          const { brandId } = req.params;
          const { data: folders } = await store.from("folders").select("id").eq("brand_id", brandId);
          const { data } = await store.from("drafts").select("*").in("folder_id", folders.map((one) => one.id));
          res.json(data);
        });
        export default router;
    """,
}


def test_without_types_of_the_database_the_codes_own_columns_lead_to_whom_to_ask() -> None:
    after = patched(POSTS)[0]["server/routes/brands.js"].partition("router.patch")[2].partition("router.get")[0]
    assert ".select('brand_id')" in after.replace('"', "'")
    assert "await assertBrandAccess(existingPost.brand_id, req.user.id);" in after
    assert after.index("assertBrandAccess") < after.index("update(")


def test_rows_behind_a_row_that_the_request_names_are_asked_about_over_that_row() -> None:
    after = patched(POSTS)[0]["server/routes/brands.js"].partition("/drafts")[2]
    assert after.index("await assertBrandAccess(brandId, req.user.id);") < after.index('from("folders")')


def test_whose_row_it_is_is_asked_before_another_service_deletes_it() -> None:
    """A condition in the query that comes afterwards leaves what stands with the other service open."""
    after = patched(
        {
            "app/api/chats/[id]/stream/route.ts": """
                import { getServerSession } from "next-auth";
                import { authOptions } from "@/lib/auth";
                import { prisma } from "@/lib/prisma";

                export async function DELETE(request: Request, { params }: { params: { id: string } }) {
                  const session = await getServerSession(authOptions);
                  if (!session?.user) return Response.json({ error: "Unauthorized" }, { status: 401 });
                  const { id } = params;
                  await fetch(`https://streams.example/${id}`, { method: "DELETE" });
                  await prisma.chat.delete({ where: { id } });
                  return Response.json({});
                }
            """
        }
    )[0]["app/api/chats/[id]/stream/route.ts"]
    assert after.index("session.user.id") < after.index("await fetch(")
