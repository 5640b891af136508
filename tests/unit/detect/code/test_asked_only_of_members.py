"""A check that is asked only of whoever has a tenant: `if (mine && row.orgId !== mine) refuse`.

A clinic's application compared every row so, and each look-up behind it was told as open to whoever is signed in. It is open to whoever has no
clinic: that is told once, and not at all where nobody is without one.
"""

from __future__ import annotations

import pytest

from assistant.domain.matrix import Severity
from tests.unit.detect.code.rig import followed, rules_of


SCHEMA = """
model User {
  id String @id
  role String
  clinicId StringOPTIONAL
}
model Patient {
  id String @id
  name String
  clinicId String?
}
model Visit {
  id String @id
  patientId String
  notes String
}
"""
HEAD = """
    import { PrismaClient } from "@prisma/client";
    import { auth } from "@/auth";
    const prisma = new PrismaClient();
    const NO = new Response(null, { status: 404 });
"""
TOP = """
    HEAD
    export async function GET(request, { params }) {
      const session = await auth();
      if (!session?.user) return new Response(null, { status: 401 });
      const user = session.user;
      BODY
    }
"""
ROW = "const row = await prisma.patient.findUnique({ where: { id: params.id } }); if (!row) return NO; "
ANSWER = " return Response.json(row);"
DEMANDED = "if (!user.clinicId) return new Response(null, { status: 403 }); "
MINE = "if (user.clinicId && row.clinicId !== user.clinicId) return NO;"
CHILD = f"{MINE} return Response.json(await prisma.visit.findMany({{ where: {{ patientId: params.id }} }}));"
WRITTEN = f"{MINE} await prisma.patient.update({{ where: {{ id: params.id }}, data: {{ name: 'x' }} }});"
AUTH = 'import NextAuth from "next-auth";\nexport const { handlers, auth } = NextAuth({});\n'


def found(body: str, *, optional: str = "?", helper: str = "", least: Severity = Severity.MEDIUM) -> list[str]:
    """Rules that speak of the route, the quiet ones of its reads left out."""
    route = TOP.replace("HEAD", HEAD + helper).replace("BODY", body)
    files = {
        "auth.ts": AUTH,
        "prisma/schema.prisma": SCHEMA.replace("OPTIONAL", optional),
        "app/api/patients/[id]/route.ts": route,
    }
    return rules_of(followed(files), least=least)


@pytest.mark.parametrize(
    "body",
    [
        ROW + MINE + ANSWER,
        ROW + "const mine = user.clinicId; if (mine && row.clinicId !== mine) return NO;" + ANSWER,
        ROW + "if (user.clinicId && row.clinicId && row.clinicId !== user.clinicId) return NO;" + ANSWER,
        ROW + "if (user.clinicId) { if (row.clinicId !== user.clinicId) return NO; }" + ANSWER,
        ROW + "const mine = session.user.clinicId ?? null; if (mine && row.clinicId !== mine) return NO;" + ANSWER,
        ROW + CHILD,
        ROW + WRITTEN + ANSWER,
        "const row = await prisma.patient.findFirst({ where: { id: params.id, ...(user.clinicId ? { clinicId: user.clinicId } : {}) } });"
        + ANSWER,
        "const where = { id: params.id }; if (user.clinicId) where.clinicId = user.clinicId; const row = await prisma.patient.findFirst({ where });"
        + ANSWER,
    ],
)
def test_it_is_told_once_and_not_where_everybody_has_one(body: str) -> None:
    assert found(body) == ["tenant-not-demanded"]
    assert found(DEMANDED + body) == []
    assert found(body, optional="") == []


@pytest.mark.parametrize(
    ("helper", "asked"),
    [
        (
            "function may(user, row) { if (!user.clinicId) return true; return row.clinicId === user.clinicId; }",
            "if (!may(user, row)) return NO;",
        ),
        (
            "const may = (user, row) => !user.clinicId || row.clinicId === user.clinicId;",
            "if (!may(user, row)) return NO;",
        ),
        (
            "function held(user, row) { if (user.clinicId && row.clinicId !== user.clinicId) throw new Error('no'); }",
            "held(user, row);",
        ),
    ],
)
def test_in_a_helper(helper: str, asked: str) -> None:
    assert found(ROW + asked + ANSWER, helper=helper) == ["tenant-not-demanded"]


@pytest.mark.parametrize(
    "asked",
    [
        "const { clinicId } = await request.json(); if (clinicId && row.clinicId !== clinicId) return NO;",
        "const mine = new URL(request.url).searchParams.get('clinicId'); if (mine && row.clinicId !== mine) return NO;",
        "if (user.role && row.clinicId !== request.headers.get('x-clinic')) return NO;",
        "if (user.nightShift && row.clinicId !== user.clinicId) return NO;",
    ],
)
def test_what_the_sender_names_or_another_thing_is_no_check(asked: str) -> None:
    assert "id-only-lookup" in found(ROW + asked + ANSWER)


SESSIONS = """
    import { PrismaClient } from "@prisma/client";
    import { cookies } from "next/headers";
    const prisma = new PrismaClient();
    export async function auth() {
      const token = (await cookies()).get("session")?.value;
      if (!token) return null;
      const row = await prisma.session.findUnique({ where: { token }, include: { user: true } });
      return row ? { user: { id: row.user.id, clinicId: CLINIC } } : null;
    }
"""


@pytest.mark.parametrize(
    ("clinic", "rule"),
    [
        ("row.user.clinicId ?? null", "tenant-not-demanded"),
        ("row.user.clinicId || undefined", "tenant-not-demanded"),
        ("(await cookies()).get('clinic')?.value ?? null", "id-only-lookup"),
    ],
)
def test_what_a_row_says_or_nothing(clinic: str, rule: str) -> None:
    """A house that the application's own session keeps beside the person, or nothing; what a cookie says is left out by whoever sends it."""
    files = {
        "auth.ts": SESSIONS.replace("CLINIC", clinic),
        "app/api/patients/[id]/route.ts": TOP.replace("HEAD", HEAD).replace(
            "BODY", ROW + "const mine = user?.clinicId; if (mine && row.clinicId !== mine) return NO;" + ANSWER
        ),
    }
    assert rules_of(followed(files)) == [rule]


def test_nobody_who_is_asked_for_their_own_id_lacks_one() -> None:
    """Rows that name nobody are nobody's; whoever is signed in has an id."""
    own = ROW.replace("patient", "order") + "if (user.id && row.userId && row.userId !== user.id) return NO;" + ANSWER
    assert found(own) == []


def test_nobody_signed_in_is_another_matter() -> None:
    body = ROW + "const me = session?.user?.id; if (me && row.userId !== me) return NO;" + ANSWER
    assert "missing-session" in [
        *rules_of(
            followed(
                {
                    "auth.ts": AUTH,
                    "app/api/patients/[id]/route.ts": TOP.replace("HEAD", HEAD)
                    .replace("if (!session?.user) return new Response(null, { status: 401 });", "")
                    .replace("const user = session.user;", "")
                    .replace("BODY", body),
                }
            )
        )
    ]


def test_where_headquarters_have_a_role_it_is_a_question() -> None:
    body = (
        ROW + f"if (user.role !== 'SUPER_ADMIN' && user.clinicId && row.clinicId !== user.clinicId) return NO;{ANSWER}"
    )
    assert found(body) == []
    assert found(body, least=Severity.LOW) == ["tenant-not-demanded"]


def test_many_handlers_are_one_mistake() -> None:
    route = TOP.replace("HEAD", HEAD).replace("BODY", ROW + MINE + ANSWER)
    many = {f"app/api/{name}/[id]/route.ts": route for name in ("charts", "labs", "scans")}
    (told,) = [one for one in followed({"auth.ts": AUTH, **many}).findings if one.rule == "tenant-not-demanded"]
    assert "3 handlers" in told.title
