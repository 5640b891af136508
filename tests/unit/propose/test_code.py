"""From a finding to a patch, on small repositories in memory: what the reader, the rules and the codemods make of them together."""

from __future__ import annotations

from textwrap import dedent

import pytest

from assistant.collect.code.map import map_of
from assistant.detect.code.run import detect_code
from assistant.domain.fixes import Applies, Fix, NoFix
from assistant.propose.code import propose_code
from assistant.propose.code_schema import read_supabase_types
from assistant.text.edits import apply_hunks


LENDER = """
    import { getServerSession } from "next-auth";
    import { authOptions } from "@/lib/auth";
    import { prisma } from "@/lib/prisma";

    export async function GET() {
      const session = await getServerSession(authOptions);
      if (!session?.user) {
        return Response.json({ error: "Unauthorized" }, { status: 401 });
      }
      return Response.json(await prisma.chat.findMany({ where: { userId: session.user.id } }));
    }
"""
PRISMA = 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n'
AUTH = "export const authOptions = {};\n"


def patched(files: dict[str, str]) -> tuple[dict[str, str], list[Fix], list[NoFix]]:
    """Files after every patch, with the answers."""
    texts = {
        "lib/prisma.ts": PRISMA,
        "lib/auth.ts": AUTH,
        "app/api/chats/route.ts": LENDER,
        "tsconfig.json": '{"compilerOptions":{"paths":{"@/*":["./*"]}}}',
    }
    texts = {path: dedent(text).lstrip("\n") for path, text in (texts | files).items()}
    code_map = map_of(texts)
    answers = propose_code(detect_code(code_map), code_map, lambda path: texts[path].encode(), paths=texts)
    fixes = [one for one in answers if isinstance(one, Fix)]
    for fix in fixes:
        for patch in fix.patches:
            texts[patch.path] = apply_hunks(texts[patch.path].encode(), patch.hunks).decode()
    return texts, fixes, [one for one in answers if isinstance(one, NoFix)]


def test_a_handler_without_a_session_gets_the_check_of_its_neighbour_and_its_owner() -> None:
    texts, fixes, _ = patched(
        {
            "app/api/chats/[id]/route.ts": """
                import { prisma } from "@/lib/prisma";

                export async function DELETE(request: Request, { params }: { params: { id: string } }) {
                  await prisma.chat.delete({ where: { id: params.id } });
                  return Response.json({});
                }
            """
        }
    )
    assert texts["app/api/chats/[id]/route.ts"] == dedent("""
        import { prisma } from "@/lib/prisma";
        import { authOptions } from "@/lib/auth";
        import { getServerSession } from "next-auth";

        export async function DELETE(request: Request, { params }: { params: { id: string } }) {
          const session = await getServerSession(authOptions);
          if (!session?.user) {
            return Response.json({ error: "Unauthorized" }, { status: 401 });
          }
          await prisma.chat.delete({
            where: { id: params.id, userId: session.user.id },
          });
          return Response.json({});
        }
    """).lstrip("\n")
    (fix,) = [one for one in fixes if one.objects == ("app/api/chats/[id]/route.ts",)]
    assert fix.applies is Applies.REVIEW
    assert fix.title == "Ask who is calling and find only rows of the caller in DELETE /api/chats/[id]"
    assert "Callers without a session are refused now" in fix.risk
    assert [hunk.supports for patch in fix.patches for hunk in patch.hunks] == [True, False, False]


def test_an_id_that_a_service_looks_up_is_compared_where_the_caller_is_known() -> None:
    texts, _, _ = patched(
        {
            "lib/chats.ts": 'import { prisma } from "./prisma";\nexport async function getChat(id: string) {\n  return prisma.chat.findUnique({ where: { id } });\n}\n',
            "app/api/chats/[id]/route.ts": """
                import { getServerSession } from "next-auth";
                import { authOptions } from "@/lib/auth";
                import { getChat } from "@/lib/chats";

                export async function GET(request: Request, { params }: { params: { id: string } }) {
                  const session = await getServerSession(authOptions);
                  if (!session?.user) return Response.json({ error: "Unauthorized" }, { status: 401 });
                  const chat = await getChat(params.id);
                  if (!chat) return Response.json({ error: "Not found" }, { status: 404 });
                  return Response.json(chat);
                }
            """,
        }
    )
    assert "if (!chat || chat.userId !== session.user.id)\n    return" in texts["app/api/chats/[id]/route.ts"]


def test_what_cannot_be_told_is_a_reason_a_person_can_act_on() -> None:
    _, fixes, reasons = patched(
        {
            "app/api/secrets/[id]/route.ts": """
                import { getServerSession } from "next-auth";
                import { authOptions } from "@/lib/auth";
                import { prisma } from "@/lib/prisma";

                export async function GET(request: Request, { params }: { params: { id: string } }) {
                  const session = await getServerSession(authOptions);
                  if (!session?.user) return Response.json({ error: "Unauthorized" }, { status: 401 });
                  return Response.json(await prisma.apiKey.findUnique({ where: { id: params.id } }));
                }
            """
        }
    )
    assert not [one for one in fixes if "secrets" in one.id]
    assert any("name it in the ownership map" in one.reason for one in reasons)


def test_the_id_of_a_row_is_never_taken_for_the_caller() -> None:
    texts, _, _ = patched(
        {
            "app/api/reviews/route.ts": """
                import { prisma } from "@/lib/prisma";

                export async function DELETE(request: Request) {
                  const { review_id, reviewer_email } = await request.json();
                  const review = await prisma.review.findUnique({ where: { id: review_id } });
                  if (review.reviewer_email !== reviewer_email) {
                    return Response.json({ error: "Forbidden" }, { status: 403 });
                  }
                  await prisma.review.delete({ where: { id: review_id } });
                  return Response.json({});
                }
            """
        }
    )
    assert "review_id = " not in texts["app/api/reviews/route.ts"]


@pytest.mark.parametrize("kind", ["prisma", "drizzle"])
def test_schemas_say_over_which_column_a_row_leads_to_its_owner(kind: str) -> None:
    from assistant.propose.code_schema import read_drizzle, read_prisma

    if kind == "drizzle":
        text = 'export const keys = pgTable("keys", {\n  id: uuid("id"),\n  userId: text("user_id").references(() => users.id, { onDelete: "cascade" }),\n});\n'
        assert read_drizzle(text) == {"key": ["id", "userId"]}
        return
    models = read_prisma(
        "model Key {\n id String @id\n roomId String\n room Room @relation(fields: [roomId], references: [id])\n}\nmodel Room {\n id String\n teamId String\n keys Key[]\n}\n"
    )
    assert models["key"].owners(models) == ["room.teamId"]
    assert models["key"].has("room.teamId", models)
    assert not models["key"].has("teamId", models)


def test_a_search_function_that_is_not_in_the_schema_is_said() -> None:
    from assistant.propose.code_ground import CodeGround
    from assistant.propose.code_vector import scoped_function

    code_map = map_of(
        {
            "app/api/search/route.ts": """import { createClient } from "@supabase/supabase-js";
const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
export async function POST(request) {
  const { embedding } = await request.json();
  return Response.json(await admin.rpc("match_documents", { query_embedding: embedding }));
}
"""
        }
    )
    (query,) = [query for entry in code_map.entries for query in entry.queries]
    ground = CodeGround(code_map, lambda _: b"")
    assert "not in the schema once" in str(scoped_function(ground, query))


def test_a_person_who_is_written_about_is_not_the_author() -> None:
    texts, _, _ = patched(
        {
            "app/api/reviews/route.ts": """
                import { getServerSession } from "next-auth";
                import { authOptions } from "@/lib/auth";
                import { prisma } from "@/lib/prisma";

                export async function POST(request: Request) {
                  const session = await getServerSession(authOptions);
                  if (!session?.user) {
                    return Response.json({ error: "Unauthorized" }, { status: 401 });
                  }
                  const body = await request.json();
                  const data = { builderId: body.builderId, reviewerUserId: session.user.id };
                  return Response.json(await prisma.review.create({ data }));
                }
            """,
            "app/api/reviews/[id]/route.ts": """
                import { prisma } from "@/lib/prisma";

                export async function DELETE(request: Request, { params }: { params: { id: string } }) {
                  await prisma.review.delete({ where: { id: params.id } });
                  return Response.json({});
                }
            """,
        }
    )
    assert "reviewerUserId: session.user.id" in texts["app/api/reviews/[id]/route.ts"]
    assert "builderId" not in texts["app/api/reviews/[id]/route.ts"]


def test_a_role_that_neighbours_ask_for_stands_alone() -> None:
    texts, _, _ = patched(
        {
            "app/settlements/actions.ts": """
                "use server";
                import { getServerSession } from "next-auth";
                import { authOptions } from "@/lib/auth";
                import { prisma } from "@/lib/prisma";

                export async function approve(id: string) {
                  const session = await getServerSession(authOptions);
                  if (!session?.user || session.user.role !== "SUPERADMIN") {
                    throw new Error("No");
                  }
                  return prisma.settlement.update({ where: { id }, data: { status: "OK" } });
                }

                export async function pending() {
                  return prisma.settlement.findMany({ where: { status: "DRAFT" }, select: { vendorId: true } });
                }
            """,
        }
    )
    after = texts["app/settlements/actions.ts"].split("function pending")[1]
    assert 'session.user.role !== "SUPERADMIN"' in after
    assert "vendorId: session" not in after


KEYS = """
    import { auth } from "@/lib/session";
    import { keyService } from "@/lib/keys";

    export async function GET(request: Request, { params }: { params: { id: string } }) {
      const session = await auth();
      if (!session?.user) return Response.json({ error: "Unauthorized" }, { status: 401 });
      const key = await keyService().getKey(params.id);
      return Response.json({ name: key.name });
    }

    export async function DELETE(request: Request, { params }: { params: { id: string } }) {
      const session = await auth();
      if (!session?.user) return Response.json({ error: "Unauthorized" }, { status: 401 });
      const { id } = await params;
      await keyService().deleteKey(id);
      return Response.json({});
    }
"""
SERVICE = """
    import { prisma } from "@/lib/prisma";

    export function keyService() {
      return {
        async getKey(id: string) {
          return await prisma.deployKey.findUnique({ where: { id } });
        },
        async deleteKey(id: string) {
          const key = await prisma.deployKey.findUnique({ where: { id } });
          if (!key) throw new Error("no such key");
          return await prisma.deployKey.delete({ where: { id } });
        },
      };
    }
"""
SCHEMA = """
    model DeployKey {
      id     String @id
      name   String
      userId String
    }
"""


def test_a_look_up_through_a_service_looks_and_never_deletes() -> None:
    """The check that was to come before the deletion would have been the deletion, had its name not been read."""
    texts, _, _ = patched(
        {
            "lib/session.ts": 'export { auth } from "next-auth";\n',
            "lib/keys.ts": SERVICE,
            "app/api/keys/[id]/route.ts": KEYS,
            "prisma/schema.prisma": SCHEMA,
        }
    )
    route = texts["app/api/keys/[id]/route.ts"]
    assert route.count("deleteKey(") == 1, route
    assert "= await keyService().getKey(id);" in route, route
    assert route.index("getKey(id)") < route.index("deleteKey(id)")
    assert route.count("userId !== session.user.id") == 2, route


def test_an_address_is_no_id_to_look_a_row_up_by() -> None:
    texts, _, _ = patched(
        {
            "prisma/schema.prisma": "model Guest {\n  id String @id\n  email String\n  teamId String\n}\n",
            "app/api/guests/route.ts": """
                import { getServerSession } from "next-auth";
                import { authOptions } from "@/lib/auth";
                import { prisma } from "@/lib/prisma";

                export async function POST(request: Request) {
                  const session = await getServerSession(authOptions);
                  if (!session?.user) {
                    return Response.json({ error: "Unauthorized" }, { status: 401 });
                  }
                  const { email } = await request.json();
                  return Response.json(await prisma.guest.findFirst({ where: { email } }));
                }
            """,
        }
    )
    assert "id: email" not in texts["app/api/guests/route.ts"]


def test_the_types_of_the_database_say_whose_a_row_is() -> None:
    """Nobody had written the owner's column in the code, and the generated types had it all along."""
    types = """
        export type Database = {
          public: {
            Tables: {
              folders: {
                Row: {
                  id: string
                  user_id: string
                  name: string | null
                }
                Insert: {
                  id?: string
                }
              }
            }
          }
        }
    """
    found = read_supabase_types(dedent(types))
    assert found == {"folder": ["id", "user_id", "name"]}
    assert read_supabase_types("export type Other = { Row: { id: string } }") == {}
