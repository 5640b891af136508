"""What a real application does everywhere and nobody wants to be told once a handler."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.detect.code.run import detect_code
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


SHARED = {
    "lib/auth.ts": 'import { getServerSession } from "next-auth";\nexport async function auth() { return getServerSession(); }',
    "lib/db.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();',
}


def _handler(body: str, *, role: str = "") -> str:
    asks = f"if (!{role}) return new Response(null, {{ status: 403 }});" if role else ""
    return f"""
        import {{ auth }} from "../../../../lib/auth";
        import {{ prisma }} from "../../../../lib/db";
        export async function POST(request, {{ params }}) {{
          const session = await auth();
          if (!session) return new Response(null, {{ status: 401 }});
          {asks}
          {body}
        }}
    """


def _found(files: dict[str, str]):
    return {(one.rule, one.severity, one.confidence) for one in detect_code(map_of(SHARED | files))}


def _rules(files: dict[str, str]) -> set[str]:
    return {one.rule for one in detect_code(map_of(SHARED | files))} - {"missing-validation", "rate-limit-absent"}


CLOSE = "await prisma.submission.update({ where: { id: params.id }, data: { status: 'closed' } }); return Response.json({ ok: true });"


@pytest.mark.parametrize(("role", "quiet"), [("session.user.roles.includes('REVIEWER')", True), ("", False)])
def test_a_reviewer_sees_everybodys_submissions(role, quiet):
    """Reading what others hand in is the office they hold; without the role it is a hole."""
    assert ("id-only-lookup" not in _rules({"app/api/reviews/[id]/route.ts": _handler(CLOSE, role=role)})) is quiet


def test_a_role_does_not_open_the_rows_of_other_tenants():
    """An editor of one team is nobody in another one: the table belongs to teams."""
    elsewhere = _handler(
        "return Response.json(await prisma.submission.findMany({ where: { teamId: session.user.teamId } }));"
    )
    files = {
        "app/api/reviews/[id]/route.ts": _handler(CLOSE, role="session.user.roles.includes('EDITOR')"),
        "app/api/mine/[id]/route.ts": elsewhere,
    }
    assert "id-only-lookup" in _rules(files)


@pytest.mark.parametrize(("handlers", "questions"), [(3, 3), (6, 1)])
def test_a_habit_of_the_whole_house_is_one_question(handlers, questions):
    """Six handlers reach parcels by id, and nothing anywhere says whose a parcel is: asked once, and never loud."""
    body = "await prisma.parcel.update({ where: { id: params.id }, data: { step: 2 } }); return Response.json({ ok: true });"
    files = {f"app/api/parcels{n}/[id]/route.ts": _handler(body) for n in range(handlers)}
    found = [one for one in detect_code(map_of(SHARED | files)) if one.rule == "id-only-lookup"]
    assert len(found) == questions
    if questions == 1:
        assert (found[0].severity, found[0].confidence) == (Severity.MEDIUM, Confidence.LOW)


def test_what_is_only_worth_asking_is_never_high():
    """A handler whose path sounds public may be meant so: the reader is asked, not frightened."""
    body = "export async function GET(request, { params }) { return Response.json(await prisma.order.findUnique({ where: { id: params.id } })); }"
    files = {"app/api/share/orders/[id]/route.ts": 'import { prisma } from "../../../../../lib/db";\n' + body}
    assert all(
        severity in {Severity.MEDIUM, Severity.LOW, Severity.INFO}
        for _, severity, sure in _found(files)
        if sure is Confidence.LOW
    )


SERVICE = """
    import { prisma } from "./db";
    export async function mediaOf(userId, mediaId) {
      return prisma.media.findUnique({ where: { id: mediaId } });
    }
"""


@pytest.mark.parametrize("called", [True, False])
def test_a_service_is_judged_where_it_is_called(called):
    """What its caller proved is not seen from inside; one that nobody behind a route calls is looked at by itself."""
    guarded = """
        import { auth } from "../../../../lib/auth";
        import { prisma } from "../../../../lib/db";
        import { mediaOf } from "../../../../lib/media";
        export async function GET(request, { params }) {
          const session = await auth();
          if (!session) return new Response(null, { status: 401 });
          const own = await prisma.media.findFirst({ where: { id: params.id, userId: session.user.id } });
          if (!own) return new Response(null, { status: 404 });
          return Response.json(await mediaOf(session.user.id, params.id));
        }
    """
    files = {"lib/media.ts": SERVICE} | ({"app/api/media/[id]/route.ts": guarded} if called else {})
    assert ("id-only-lookup" in _rules(files)) is not called


def test_a_door_for_tests_behind_a_list_of_environments_is_shut():
    """The list does not name production, so nobody comes in there."""
    door = """
        import { prisma } from "../../../../lib/db";
        const ALLOWED = ["development", "test"];
        export async function DELETE() {
          if (!ALLOWED.includes(process.env.NODE_ENV || "production")) return new Response(null, { status: 403 });
          await prisma.user.deleteMany({ where: { email: { endsWith: "@example.test" } } });
          return Response.json({ ok: true });
        }
    """
    assert _rules({"app/api/test/seed/route.ts": door}) == set()


def test_a_type_of_a_server_module_is_no_import_of_it():
    """``typeof auth`` is taken out by the compiler: the key stays on the server."""
    files = {
        "lib/keys.ts": "export const auth = { key: process.env.ENCRYPTION_SECRET };",
        "components/account.tsx": '"use client";\nimport { auth } from "../lib/keys";\ntype Account = typeof auth;\nexport function Account(props: { of: Account }) { return null; }',
    }
    assert "service-role-in-browser" not in _rules(files)
    files["components/account.tsx"] = files["components/account.tsx"].replace("return null", "return auth.key")
    assert "service-role-in-browser" in _rules(files)
