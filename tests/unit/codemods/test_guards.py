"""Strangers are refused, in the words the repository uses elsewhere."""

from __future__ import annotations

import pytest

from codemods.target import Needed
from codemods.tsx.donor import lend, lend_check, rebased
from tests.unit.codemods.tools import check_edited, check_refused


LENDER = """import { NextResponse } from 'next/server'
import { createClient } from '../../../lib/supabase/server'

export async function GET(request) {
  const supabase = await createClient()
  const {
    data: { user },
  } = await supabase.auth.getUser()
  if (!user) {
    return NextResponse.json({ error: 'Unauthorized' }, { status: 401 })
  }
  return NextResponse.json(await load(user.id))
}
"""


def lent(text: str, path: str = "app/api/a/route.ts") -> tuple[dict[str, str], tuple[Needed, ...]]:
    start = text.index("async function")
    found = lend(text.encode(), path, (start, len(text) - 1))
    assert found is not None
    return {
        "lines": found.lines,
        "names": ",".join(found.names),
        "request": ",".join(found.request),
        "kind": "route",
    }, found.needs


def test_the_check_of_a_neighbour_is_written_in_the_habits_of_the_file() -> None:
    facts, needs = lent(LENDER)
    before = """
        import { admin } from "@/lib/admin";

        export const POST = async (request: Request) => {
            const { id } = await request.json();
            return Response.json(await admin.remove(id));
        };
    """
    after = """
        import { admin } from "@/lib/admin";
        import { NextResponse } from "next/server";
        import { createClient } from "../../../lib/supabase/server";

        export const POST = async (request: Request) => {
            const supabase = await createClient();
            const {
                data: { user },
            } = await supabase.auth.getUser();
            if (!user) {
                return NextResponse.json({ error: "Unauthorized" }, { status: 401 });
            }
            const { id } = await request.json();
            return Response.json(await admin.remove(id));
        };
    """
    check_edited("guard", before, after, "async (request", needs=needs, **facts)


def test_windows_lines_single_quotes_and_no_semicolons_stay() -> None:
    facts, needs = lent(LENDER)
    before = "import { x } from 'y'\r\n\r\nexport async function POST() {\r\n  return x()\r\n}\r\n"
    after = (
        "import { x } from 'y'\r\nimport { NextResponse } from 'next/server'\r\n"
        "import { createClient } from '../../../lib/supabase/server'\r\n\r\nexport async function POST() {\r\n"
        "  const supabase = await createClient()\r\n  const {\r\n    data: { user },\r\n  } = await supabase.auth.getUser()\r\n"
        "  if (!user) {\r\n    return NextResponse.json({ error: 'Unauthorized' }, { status: 401 })\r\n  }\r\n  return x()\r\n}\r\n"
    )
    check_edited("guard", before, after, "async function POST", needs=needs, **facts)


def test_a_client_that_is_there_is_used_and_a_taken_name_is_avoided() -> None:
    facts, needs = lent(LENDER)
    head = 'import { NextResponse } from "next/server";\nimport { createClient } from "../../../lib/supabase/server";\n'
    before = (
        head
        + "export async function POST(request: Request) {\n  const supabase = await createClient();\n  return NextResponse.json(await remove(supabase));\n}\n"
    )
    check = '  const {\n    data: { user },\n  } = await supabase.auth.getUser();\n  if (!user) {\n    return NextResponse.json({ error: "Unauthorized" }, { status: 401 });\n  }\n'
    after = before.replace("  return NextResponse.json(await", check + "  return NextResponse.json(await")
    check_edited("guard", before, after, "async function POST", needs=needs, **facts)
    taken = before.replace("await createClient()", "createAdmin()")
    wanted = taken.replace(
        "  const supabase = createAdmin",
        "  const callerSupabase = await createClient();\n"
        + check.replace("supabase.", "callerSupabase.")
        + "  const supabase = createAdmin",
    )
    check_edited("guard", taken, wanted, "async function POST", needs=needs, **facts)


def test_a_session_that_is_asked_for_and_ignored_gets_its_exit() -> None:
    before = 'import { auth } from "@/auth";\nexport async function GET() {\n  const session = await auth();\n  return Response.json(await load());\n}\n'
    after = before.replace(
        "  return Response",
        '  if (!session?.user) {\n    return Response.json({ error: "Unauthorized" }, { status: 401 });\n  }\n  return Response',
    )
    check_edited("guard", before, after, "async function GET", kind="route")


def test_a_check_that_needs_what_is_not_there_is_not_lent() -> None:
    other = LENDER.replace("if (!user)", "if (!user || !allowed)")
    assert lend(other.encode(), "app/api/a/route.ts", (other.index("async function"), len(other))) is None
    no_exit = LENDER.replace(
        "    return NextResponse.json({ error: 'Unauthorized' }, { status: 401 })\n", "    warn()\n"
    )
    assert lend(no_exit.encode(), "app/api/a/route.ts", (no_exit.index("async function"), len(no_exit))) is None


def test_a_relative_import_is_told_anew() -> None:
    need = Needed("../../lib/auth", "auth")
    assert (
        rebased(need, "app/api/a/route.ts", "app/api/b/[id]/route.ts").module
        == "../../../lib/auth"[:0] + "../../../lib/auth"
    )
    assert rebased(Needed("@/auth", "auth"), "a.ts", "b/c.ts").module == "@/auth"


def test_a_handler_that_is_one_expression_or_has_no_model_is_refused() -> None:
    check_refused("guard", "export const GET = async () => load();\n", "single expression", "async () =>")
    check_refused("guard", "export async function GET() {\n  return load();\n}\n", "No session check", "async function")


def test_a_procedure_moves_to_the_protected_builder() -> None:
    before = 'import { publicProcedure } from "../trpc";\nexport const remove = publicProcedure.input(z.string()).mutation(async ({ input }) => {\n  await db.x(input);\n});\n'
    after = before.replace("{ publicProcedure }", "{ publicProcedure, protectedProcedure }").replace(
        "= publicProcedure", "= protectedProcedure"
    )
    check_edited(
        "procedure", before, after, "async ({ input })", **{"from": "publicProcedure", "to": "protectedProcedure"}
    )


def test_a_role_is_asked_for_behind_the_session() -> None:
    head = 'export async function DELETE() {\n  const session = await auth();\n  if (!session?.user) throw new Error("Unauthorized");\n'
    before = head + "  await db.payout.deleteMany();\n}\n"
    lines = 'if (session.user.role !== "admin") {\n  throw new Error("Forbidden");\n}'
    check = '  if (session.user.role !== "admin") {\n    throw new Error("Forbidden");\n  }\n'
    check_edited(
        "role",
        before,
        head + check + "  await db.payout.deleteMany();\n}\n",
        "db.payout.deleteMany()",
        lines=lines,
        uses="session",
    )
    check_refused(
        "role",
        before,
        "needs member",
        "db.payout.deleteMany()",
        lines=lines.replace("session.user", "member"),
        uses="member",
    )


def test_the_role_of_a_membership_that_is_read_already_is_looked_at() -> None:
    before = """
        export default async function handle(req, res) {
          const member = await prisma.member.findFirst({
            where: { teamId, userId },
            select: { id: true },
          });
          if (!member) {
            return res.status(401).end();
          }
          await prisma.member.update({ where, data });
        }
    """
    after = """
        export default async function handle(req, res) {
          const member = await prisma.member.findFirst({
            where: { teamId, userId },
            select: { id: true, role: true },
          });
          if (!member) {
            return res.status(401).end();
          }
          if (member.role !== "ADMIN") {
            return res.status(403).json({ error: "Forbidden" });
          }
          await prisma.member.update({ where, data });
        }
    """
    facts = {"column": "role", "roles": "ADMIN", "kind": "pages-api"}
    check_edited("row_role", before, after, "prisma.member.findFirst", path="pages/api/x.ts", **facts)


def test_a_promise_is_awaited() -> None:
    before = "export async function GET() {\n  if (!isMember(a, b)) {\n    return no();\n  }\n}\n"
    check_edited(
        "await_check",
        before,
        before.replace("!isMember(a, b)", "!(await isMember(a, b))"),
        "isMember(a, b)",
        call="isMember",
    )
    check_refused("await_check", before.replace("async ", ""), "not async", "isMember(a, b)")
    loop = "export async function GET() {\n  return rows.filter(async (row) => {\n    if (isMember(row)) return row;\n  });\n}\n"
    check_refused("await_check", loop, "callback", "isMember(row)")


@pytest.mark.parametrize(
    ("test", "wanted"),
    [
        ("secret && header !== secret", "!secret || header !== secret"),
        (
            "header !== `Bearer ${process.env.CRON}`",
            "!process.env.CRON || header !== `Bearer ${process.env.CRON}`",
        ),
    ],
)
def test_without_the_secret_everybody_is_refused(test: str, wanted: str) -> None:
    before = f"export async function GET(request) {{\n  const secret = process.env.CRON_SECRET;\n  if ({test}) {{\n    return no();\n  }}\n}}\n"
    check_edited("secret_set", before, before.replace(test, wanted), test)


def test_a_mixed_condition_is_left_to_a_person() -> None:
    text = "export async function GET() {\n  if (a && (b || header !== process.env.CRON_SECRET)) {\n    return no();\n  }\n}\n"
    check_refused("secret_set", text, "too mixed", "a && (b")


def test_get_session_becomes_get_user() -> None:
    before = "export async function GET() {\n  const { data: { session } } = await supabase.auth.getSession();\n  if (!session) return no();\n  return load(session.user.id);\n}\n"
    after = (
        before.replace("{ session } }", "{ user } }")
        .replace("getSession", "getUser")
        .replace("!session", "!user")
        .replace("session.user.id", "user.id")
    )
    check_edited("verified_user", before, after, "const { data: { session } } = await supabase.auth.getSession();")
    beyond = before.replace("session.user.id", "session.access_token")
    check_refused("verified_user", beyond, "More of the session", "const { data")


def test_doors_close_in_production_and_in_maintenance() -> None:
    before = 'import { NextResponse } from "next/server";\nexport async function POST() {\n  return NextResponse.json({});\n}\n'
    check = '  if (process.env.NODE_ENV === "production") {\n    return NextResponse.json({ error: "Not found" }, { status: 404 });\n  }\n'
    check_edited(
        "production", before, before.replace("  return", check + "  return"), "async function", when="production"
    )
    check = '  if (underMaintenance("/api/x")) {\n    return NextResponse.json(\n      { error: "Down for maintenance" },\n      { status: 503 },\n    );\n  }\n'
    closed = before.replace("  return", check + "  return").replace(
        'from "next/server";\n', 'from "next/server";\nimport { underMaintenance } from "@/lib/maintenance";\n', 1
    )
    needs = (Needed("@/lib/maintenance", "underMaintenance"),)
    check_edited("production", before, closed, "async function", when="maintenance", route="/api/x", needs=needs)
    check_refused("production", before, "no name", "async function", when="maintenance")


def test_refusals_follow_the_kind_of_the_handler() -> None:
    page = "export default async function Page() {\n  return <p>hello</p>;\n}\n"
    check = '  if (process.env.NODE_ENV === "production") {\n    notFound();\n  }\n'
    wanted = 'import { notFound } from "next/navigation";\n\n' + page.replace("  return", check + "  return")
    check_edited("production", page, wanted, "async function", path="app/x/page.tsx", kind="page")
    api = "export default async function handler(req, res) {\n  res.json({});\n}\n"
    check = '  if (process.env.NODE_ENV === "production") {\n    return res.status(404).json({ error: "Not found" });\n  }\n'
    check_edited(
        "production",
        api,
        api.replace("  res.json", check + "  res.json"),
        "async function",
        path="pages/api/x.js",
        kind="pages-api",
    )


def test_a_helper_that_throws_is_the_check_of_a_neighbour() -> None:
    facts, needs = lent(
        """import { requireUser } from "@/lib/session";

export async function rename(id: string) {
  const user = await requireUser();
  return save(id, user.id);
}
""",
        "app/a/actions.ts",
    )
    before = """
        import { db } from '@/lib/db'

        export async function remove(id: string) {
          await db.remove(id)
        }
    """
    after = """
        import { db } from '@/lib/db'
        import { requireUser } from '@/lib/session'

        export async function remove(id: string) {
          const user = await requireUser()
          await db.remove(id)
        }
    """
    helper = {"helper": "requireUser", "kind": "action"}
    check_edited("guard", before, after, path="app/b/actions.ts", needs=needs, **(facts | helper))


def test_a_helper_that_answers_with_a_refusal_is_lent_with_the_look_at_it() -> None:
    found = lend(
        text := b"""import { requireAuth } from "@/lib/session";

async function GET(request) {
  const auth = await requireAuth(request);
  if (auth instanceof Response) return auth;
  return load(auth.id);
}
""",
        "app/api/a/route.ts",
        (text.index(b"async function"), len(text) - 1),
    )
    assert found is not None
    assert "instanceof Response" in found.lines
    assert found.request == ("request",)


def test_a_helper_that_asks_for_a_role_says_so() -> None:
    found = lend(
        text := b"""import { requireAdmin } from "@/lib/session";

async function GET() {
  await requireAdmin();
  return load();
}
""",
        "app/api/a/route.ts",
        (text.index(b"async function"), len(text) - 1),
    )
    assert found is not None
    assert found.role
    assert found.helper == "requireAdmin"


def test_a_check_on_the_way_to_the_role_is_no_role_check() -> None:
    """It asked whether a webhook application could be made, and was written into another handler as its role check."""
    source = """import { auth, makeApp } from "@/lib/x";
export async function POST(request: Request) {
  const member = await auth();
  const app = await makeApp(member.team.id);
  if (!app) {
    throw new Error("Bad request");
  }
  return Response.json({});
}
"""
    text = source.encode()
    at = source.index("const app")
    assert lend_check(text, "app/api/x/route.ts", (source.index("export"), len(text)), (at, at + 40)) is None
    asks = source.replace("!app", 'member.role !== "OWNER"').encode()
    found = lend_check(asks, "app/api/x/route.ts", (source.index("export"), len(asks)), (at, at + 40))
    assert found is not None
    assert "OWNER" in found.lines


def test_a_check_that_throws_is_awaited_wherever_it_stands_alone() -> None:
    before = """
        export async function deletePerson(id: string) {
          mayEdit({ personId: id });
          await db.person.delete({ where: { id } });
        }

        export async function renamePerson(id: string) {
          mayEdit({ personId: id });
          await db.person.update({ where: { id } });
        }

        export function label(id: string) {
          mayEdit({ personId: id });
        }
    """
    after = before.replace("  mayEdit", "  await mayEdit", 2)
    check_edited("await_check", before, after, "mayEdit({ personId: id });", path="lib/people.ts", call="mayEdit")


def test_a_condition_that_gets_too_wide_has_an_operand_a_line() -> None:
    before = """
        export async function GET(request: NextRequest) {
          const authHeader = request.headers.get("authorization");
          if (authHeader !== `Bearer ${process.env.CRON_SECRET}`) {
            return new Response("no", { status: 401 });
          }
          return run();
        }
    """
    wide = "(\n            !process.env.CRON_SECRET ||\n            authHeader !== `Bearer ${process.env.CRON_SECRET}`\n          )"
    after = before.replace("(authHeader !== `Bearer ${process.env.CRON_SECRET}`)", wide)
    check_edited("secret_set", before, after, "authHeader !== `Bearer ${process.env.CRON_SECRET}`")
