"""Whoever signs up says which role they have: a side of the market is theirs to choose, an administrator's is not."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import APP
from tests.unit.detect.code.rig import followed, rules_of


SIGN_UP = """
    import bcrypt from "bcryptjs";
    import { z } from "zod";
    import { db } from "@/lib/db";
    const schema = z.object({ email: z.string().email(), password: z.string(), role: SCHEMA });
    export async function POST(request) {
      const input = schema.parse(await request.json());
      BEFORE
      const hash = await bcrypt.hash(input.password, 10);
      await db.user.create({ data: { email: input.email, passwordHash: hash, role: WRITTEN } });
      return Response.json({});
    }
"""
OFFICE = {
    "app/api/people/route.ts": """
        import { auth } from "@/auth";
        import { db } from "@/lib/db";
        export async function DELETE(request) {
          const session = await auth();
          if (session?.user?.role !== "admin") return new Response(null, { status: 403 });
          await db.user.deleteMany({ where: { banned: true } });
          return Response.json({});
        }
    """
}


def heard(schema, *, written="input.role", before="", files=None):
    route = SIGN_UP.replace("SCHEMA", schema).replace("WRITTEN", written).replace("BEFORE", before)
    return rules_of(followed({**APP, "app/api/register/route.ts": route, **(files or {})}))


@pytest.mark.parametrize(
    "schema",
    [
        'z.enum(["user", "admin"])',
        'z.enum(["USER", "ADMIN"]).default("USER")',
        'z.nativeEnum({ USER: "USER", ADMIN: "ADMIN" })',
        'z.enum(["member", "superadmin"]).optional()',
    ],
)
def test_an_administrator_of_their_own_making(schema):
    assert "weak-privilege" in heard(schema)


@pytest.mark.parametrize(
    "schema",
    [
        'z.enum(["buyer", "seller"])',
        'z.enum(["teacher", "student"])',
        'z.enum(["owner", "guest"])',
        'z.literal("user")',
    ],
)
def test_a_side_of_the_market_is_theirs_to_choose(schema):
    assert heard(schema) == []


def test_what_the_code_writes_is_nobodys_choice():
    assert heard('z.enum(["user", "admin"])', written='"user"') == []


def test_any_text_matters_where_an_administrator_is_asked_for():
    assert heard("z.string()") == []
    assert "weak-privilege" in heard("z.string()", files=OFFICE)


def test_a_list_in_the_code_holds_it_as_a_schema_does():
    listed = 'if (!["user", "ROLE"].includes(input.role)) return new Response(null, { status: 400 });'
    assert "weak-privilege" in heard("z.string()", before=listed.replace("ROLE", "admin"), files=OFFICE)
    assert heard("z.string()", before=listed.replace("ROLE", "seller"), files=OFFICE) == []


def test_the_first_account_of_all_and_those_that_an_administrator_makes():
    nobody_yet = "if ((await db.user.count()) > 0) return new Response(null, { status: 403 });"
    assert heard('z.enum(["user", "admin"])', before=nobody_yet) == []
    asked = (
        'const { auth } = await import("@/auth"); const session = await auth();'
        ' if (session?.user?.role !== "admin") return new Response(null, { status: 403 });'
    )
    assert heard('z.enum(["user", "admin"])', before=asked) == []
