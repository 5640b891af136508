"""Handlers inside functions: what those made when the server started is what the handlers use.

A document archive of ninety endpoints was shown with one: each was set up by a function that was handed ``{ app, db }``, made its repository
from ``db`` with a library that binds arguments, and ran its queries through another library that turns errors into a pair.
"""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.detect.code.run import detect_code
from assistant.domain.code import TieKind


SERVER = """
import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { auth } from "./auth";
import { registerTags } from "./tags.routes";
export function createServer({ db }) {
  const app = new Hono();
  app.use(createMiddleware(async (c, next) => {
    const session = await auth.api.getSession({ headers: c.req.raw.headers });
    if (!session) return c.json({}, 401);
    c.set("userId", session.user.id);
    await next();
  }));
  registerTags({ app, db });
  return app;
}
"""
AUTH = 'import { betterAuth } from "better-auth"; export const auth = betterAuth({});'
SCHEMA = """
import { pgTable, text } from "drizzle-orm/pg-core";
export const tags = pgTable("tags", { id: text("id"), organizationId: text("organization_id"), name: text("name") });
export const members = pgTable("members", { organizationId: text("organization_id"), userId: text("user_id") });
"""
REPOSITORY = """
import { injectArguments, safely } from "@someone/functions";
import { and, eq } from "drizzle-orm";
import { members, tags } from "./schema";
export function createTagsRepository({ db }) {
  return injectArguments({ isMember, rename }, { db });
}
async function isMember({ userId, organizationId, db }) {
  const [row] = await db.select().from(members).where(and(eq(members.userId, userId), eq(members.organizationId, organizationId)));
  return { isIn: row !== undefined };
}
async function rename({ tagId, organizationId, name, db }) {
  const [result, error] = await safely(db.update(tags).set({ name }).where(WHERE).returning());
  if (error) throw error;
  return { tag: result[0] };
}
"""
ROUTES = """
import { createTagsRepository } from "./tags.repository";
export function registerTags(context) { setupRename(context); }
function setupRename({ app, db }) {
  const repository = createTagsRepository({ db });
  const refuse = (c) => c.json({}, 403);
  app.put("/organizations/:organizationId/tags/:tagId", async (c) => {
    const userId = c.get("userId");
    const { organizationId, tagId } = c.req.param();
    const { isIn } = await repository.isMember({ userId, organizationId });
    if (!isIn) return refuse(c);
    const { name } = await c.req.json();
    const { tag } = await repository.rename({ tagId, organizationId, name });
    return c.json({ tag });
  });
}
"""


def archive(where):
    files = {
        "src/server.ts": SERVER,
        "src/auth.ts": AUTH,
        "src/schema.ts": SCHEMA,
        "src/tags.repository.ts": REPOSITORY.replace("WHERE", where),
        "src/tags.routes.ts": ROUTES,
    }
    return map_of(files)


def test_a_tag_is_renamed_by_its_id_alone_through_two_libraries():
    code = archive("eq(tags.id, tagId)")
    (entry,) = (one for one in code.entries if one.verb == "PUT")
    member, renamed = entry.queries
    assert (member.verb, member.table) == ("select", "members")
    assert (renamed.verb, renamed.table, renamed.tie) == ("update", "tags", None)
    assert [one.rule for one in detect_code(code)] == ["parent-authorised-child-by-id"]


def test_the_proven_organization_beside_the_id_is_enough():
    code = archive("and(eq(tags.id, tagId), eq(tags.organizationId, organizationId))")
    (entry,) = (one for one in code.entries if one.verb == "PUT")
    assert entry.queries[-1].tie is not None
    assert entry.queries[-1].tie.kind is TieKind.PROVEN
    assert detect_code(code) == ()


def test_the_error_of_a_query_that_a_library_ran_says_nothing_of_the_row():
    """``if (error) throw error`` goes on when there was no error, and that is for everybody's rows."""
    code = archive("eq(tags.id, tagId)")
    (entry,) = (one for one in code.entries if one.verb == "PUT")
    assert entry.queries[-1].tie is None


CLASS = """
import { eq } from "drizzle-orm";
import { db } from "./db";
import { tags } from "./schema";
export class TagService {
  constructor(private readonly database: typeof db = db) {}
  async remove(id: string) { await this.database.delete(tags).where(eq(tags.id, id)); }
}
"""


def test_a_service_that_takes_the_database_unless_it_is_given_one():
    """Tests hand another one in; what runs is the default, and a hundred routes had no query."""
    code = map_of(
        {
            "src/db.ts": 'import { drizzle } from "drizzle-orm/node-postgres"; export const db = drizzle(process.env.DATABASE_URL);',
            "src/schema.ts": SCHEMA,
            "src/service.ts": CLASS,
            "src/app.ts": 'import { Hono } from "hono"; import { TagService } from "./service"; const service = new TagService();\n'
            'export const app = new Hono().delete("/tags/:id", async (c) => { await service.remove(c.req.param("id")); return c.json({}); });',
        }
    )
    (entry,) = code.entries
    assert [(one.verb, one.table) for one in entry.queries] == [("delete", "tags")]


def test_what_stands_before_a_handler_takes_nothing_from_it():
    """The session's middleware was so long that every handler behind it was given up: none of three hundred was told."""
    long = "\n".join(f"const n{n} = [1, 2, 3].map((x) => x + {n});" for n in range(2_200))
    code = map_of(
        {
            "src/app.ts": 'import { Hono } from "hono"; import { PrismaClient } from "@prisma/client"; const prisma = new PrismaClient(); const app = new Hono();\n'
            f"app.use(async (c, next) => {{ {long} await next(); }});\n"
            f'app.delete("/tags/:id", async (c) => {{ {long} await prisma.tag.delete({{ where: {{ id: c.req.param("id") }} }}); return c.json({{}}); }});\nexport default app;',
        }
    )
    (entry,) = code.entries
    assert not entry.truncated
    assert [(one.verb, one.table) for one in entry.queries] == [("delete", "tag")]


GUARDED = """
import { and, eq } from "drizzle-orm";
import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { auth } from "./auth";
import { members, tags } from "./schema";
function createRoleMiddleware({ db }) {
  return {
    requireRole: ({ role }) => createMiddleware(async (c, next) => {
      const session = await auth.api.getSession({ headers: c.req.raw.headers });
      if (!session) return c.json({}, 401);
      const rows = await db.select().from(members).where(and(eq(members.userId, session.user.id), eq(members.role, role)));
      if (rows.length === 0) return c.json({}, 403);
      await next();
    }),
  };
}
function registerTags({ app, db }) {
  const { requireRole } = createRoleMiddleware({ db });
  app.delete("/admin/tags/:tagId", GUARD async (c) => {
    const { tagId } = c.req.param();
    await db.delete(tags).where(eq(tags.id, tagId));
    return c.json({});
  });
}
export function createServer({ db }) {
  const app = new Hono();
  registerTags({ app, db });
  return app;
}
"""


@pytest.mark.parametrize(("guard", "told"), [('requireRole({ role: "admin" }),', []), ("", ["missing-session"])])
def test_a_middleware_made_where_the_route_is_registered(guard, told):
    """Eleven pages of administrators were said to be open to whoever signed in."""
    code = map_of({"src/server.ts": GUARDED.replace("GUARD", guard), "src/auth.ts": AUTH, "src/schema.ts": SCHEMA})
    assert [one.rule for one in detect_code(code)] == told


@pytest.mark.parametrize("none", ["rows.length > 0", "rows.length !== 0", "rows.length"])
def test_how_many_rows_a_membership_has_says_whether_there_is_one(none):
    code = map_of(
        {
            "src/server.ts": SERVER,
            "src/auth.ts": AUTH,
            "src/schema.ts": SCHEMA,
            "src/tags.repository.ts": REPOSITORY.replace("const [row] =", "const rows =")
            .replace("row !== undefined", none)
            .replace("WHERE", "eq(tags.id, tagId)"),
            "src/tags.routes.ts": ROUTES,
        }
    )
    assert [one.rule for one in detect_code(code)] == ["parent-authorised-child-by-id"]


HOLDING = """
import Fastify from "fastify";
import { PrismaClient } from "@prisma/client";
const prisma = new PrismaClient();
class UploadService {
  private tokens = new Map<string, { name: string }>();
  nameOf(token: string) { return this.tokens.get(token)?.name; }
}
class FileController {
  private uploads = new UploadService();
  async remove(request, reply) {
    await prisma.file.delete({ where: { id: request.params.id } });
    return reply.send({});
  }
}
export async function fileRoutes(app) {
  const controller = new FileController();
  app.delete("/files/:id", controller.remove.bind(controller));
}
const app = Fastify();
app.register(fileRoutes);
app.listen({ port: 3000 });
"""


def test_a_controller_one_of_whose_services_holds_an_empty_map():
    """The map was made anew, so the controller was taken for somebody's: of a hundred routes, eighty did nothing."""
    (entry,) = map_of({"src/server.ts": HOLDING}).entries
    assert [(one.verb, one.table) for one in entry.queries] == [("delete", "file")]
