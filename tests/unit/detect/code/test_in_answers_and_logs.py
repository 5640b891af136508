"""Secrets that left with an answer or a line of the log: named by the schema of the ORM, kept in the environment, spelled in a template."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.detect.code.run import detect_code
from assistant.domain.matrix import Severity
from tests.unit.detect.code.apps import of_route


SCHEMA = """
model User {
  id              String  @id // the account
  email           String
  passwordHash    String?
  twoFactorSecret String?
  invoices        Invoice[]
}

model Invoice {
  id       String @id
  userId   String
  author   User   @relation(fields: [userId], references: [id])
  total    Int
}
"""
USER = "const user = await db.user.findUnique({ where: { id: session.user.id } });"


def heard(body, *, head=""):
    return of_route(body, head=head, files={"prisma/schema.prisma": SCHEMA})


@pytest.mark.parametrize(
    "body",
    [
        f"{USER} const {{ passwordHash, ...rest }} = user; return Response.json(rest);",
        f"{USER} delete user.passwordHash; return Response.json(user);",
        "return Response.json(await db.invoice.findMany({ where: { userId: session.user.id }, include: { author: true } }));",
        "return Response.json({ key: process.env.OPENAI_API_KEY });",
    ],
)
def test_a_secret_was_in_the_answer(body):
    assert {"overfetch", "kept-secret-answered"} & set(heard(body))


@pytest.mark.parametrize(
    "body",
    [
        f"{USER} const {{ passwordHash, twoFactorSecret, ...rest }} = user; return Response.json(rest);",
        f"{USER} delete user.passwordHash; delete user.twoFactorSecret; return Response.json(user);",
        "return Response.json(await db.invoice.findMany({ where: { userId: session.user.id }, include: { author: { select: { email: true } } } }));",
        "return Response.json({ ready: !!process.env.OPENAI_API_KEY, site: process.env.NEXT_PUBLIC_URL, map: process.env.GOOGLE_MAPS_API_KEY });",
    ],
)
def test_what_was_taken_out_before_was_not(body):
    assert heard(body) == []


def test_a_loader_below_the_answer_is_not_the_answer():
    head = "async function load(id) { return db.user.findUnique({ where: { id } }); }\nconst shown = (user) => ({ id: user.id });"
    assert heard("return Response.json(shown(await load(session.user.id)));", head=head) == []


def logged(line):
    found = of_route(
        f"const body = await request.json(); {USER} {line} await db.login.create({{ data: {{ userId: session.user.id, note: body.password }} }}); return Response.json({{}});",
        verb="POST",
        least=Severity.INFO,
        head='import pino from "pino";\nconst logger = pino({ redact: ["email"] });',
        files={"prisma/schema.prisma": SCHEMA},
    )
    return "personal-data-logged" in found


@pytest.mark.parametrize(
    "line",
    [
        "console.log(`asked by ${session.user.email}`);",
        "console.log(`with ${request.headers.get('authorization')}`);",
        "console.log('headers', request.headers);",
        "console.log(JSON.stringify(body));",
        "console.log('user', user);",
    ],
)
def test_a_line_of_the_log_held_it(line):
    assert logged(line)


@pytest.mark.parametrize(
    "line",
    [
        "console.log(`asked by ${session.user.id}`);",
        "console.log('user', user.id);",
        "logger.info({ email: session.user.email }, 'asked');",
        "console.log(`email, ${session.user.id}`);",
    ],
)
def test_an_id_in_the_log_tells_nobody(line):
    assert not logged(line)


PARSED = """
    import {{ z }} from "zod";
    import {{ PrismaClient }} from "@prisma/client";
    import {{ auth }} from "@/auth";
    const prisma = new PrismaClient();
    const shown = z.object({{ id: z.string(), name: z.string() }}){more};
    const mine = (session) => prisma.user.findMany({{ where: {{ id: session.user.id }} }});
    export async function GET() {{
      const session = await auth();
      if (!session?.user) return new Response(null, {{ status: 401 }});
      const rows = {rows};
      return Response.json({parsed});
    }}
"""
NESTED = "(await Promise.all([1, 2].map(async () => Promise.all([mine(session), mine(session)])))).flat(2)"


@pytest.mark.parametrize(
    ("rows", "parsed"),
    [
        ("await mine(session)", "z.array(shown).parse(rows)"),
        ("await mine(session)", "shown.array().min(1).parse(rows)"),
        ("(await mine(session)).map((one) => ({ ...one, extra: 1 }))", "z.array(shown).parse(rows)"),
        (NESTED, "z.array(shown).parse(rows)"),
    ],
)
@pytest.mark.parametrize(("more", "quiet"), [("", True), (".passthrough()", False)])
def test_rows_of_which_a_schema_leaves_two_columns_answer_no_others(rows, parsed, more, quiet):
    model = "model User {\n  id String @id\n  name String\n  passwordHash String\n}\n"
    files = {
        "auth.ts": 'import NextAuth from "next-auth";\nexport const { handlers, auth } = NextAuth({});\n',
        "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}',
        "prisma/schema.prisma": model,
        "app/api/me/route.ts": PARSED.format(rows=rows, parsed=parsed, more=more),
    }
    assert ("overfetch" not in [one.rule for one in detect_code(map_of(files))]) is quiet
