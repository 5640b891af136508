"""Secrets that left with an answer or a line of the log: named by the schema of the ORM, kept in the environment, spelled in a template."""

from __future__ import annotations

import pytest

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
