"""A check on one branch of a handler holds nobody up on another; what every branch asks, or what is asked before them, does."""

from __future__ import annotations

import pytest

from assistant.detect.code.verdict import guard_chain
from tests.unit.detect.code.apps import APP
from tests.unit.detect.code.rig import followed, rules_of


HEAD = """
    import { auth } from "@/auth";
    import { db } from "@/lib/db";
    import { stripe } from "@/lib/stripe";
"""
OWN = (
    HEAD
    + """
    export async function GET() {
      const session = await auth();
      if (!session?.user) return new Response(null, { status: 401 });
      return Response.json(await db.invoice.findMany({ where: { userId: session.user.id } }));
    }
"""
)
SESSION = "const session = await auth(); if (!session?.user) return new Response(null, { status: 401 });"
OWNER = "const row = await db.invoice.findUnique({ where: { id } }); if (row?.userId !== session.user.id) return new Response(null, { status: 404 });"
ROLE = 'if (session.user.role !== "admin") return new Response(null, { status: 403 });'
SECRET = 'if (request.headers.get("x-key") !== process.env.CRON_SECRET) return new Response(null, { status: 401 });'
REMOVES = "await db.invoice.delete({ where: { id } }); return Response.json({});"
PAYS = "await db.invoice.update({ where: { id }, data: { paid: true } }); return Response.json({});"


def files(body):
    route = f"{HEAD}\n    export async function POST(request, {{ params }}) {{\n      const {{ id }} = await params; const body = await request.json();\n      {body}\n    }}\n"
    return {**APP, "app/api/own/route.ts": OWN, "app/api/invoices/[id]/route.ts": route}


def told(body):
    return rules_of(followed(files(body)))


@pytest.mark.parametrize(
    "body",
    [
        f'if (body.kind === "a") {{ {SESSION} {OWNER} {PAYS} }} {REMOVES}',
        f'if (body.kind === "a") {{ {SESSION} {OWNER} }} {REMOVES}',
        f'{SESSION} if (body.kind === "a") {{ {OWNER} {PAYS} }} {REMOVES}',
        f'{SESSION} if (body.kind === "a") {{ {ROLE} {PAYS} }} {REMOVES}',
        f'{SESSION} switch (body.kind) {{ case "a": {{ {OWNER} {PAYS} }} case "b": {{ {REMOVES} }} default: return new Response(); }}',
        f'if (body.kind === "cron") {{ {SECRET} {PAYS} }} {REMOVES}',
        f"if (body.full) {{ return Response.json(await db.invoice.findUnique({{ where: {{ id }} }})); }} {SESSION} {OWNER} {REMOVES}",
        f'if (body.kind === "a") {{ {SESSION} {OWNER} {PAYS} }} else {{ {REMOVES} }}',
    ],
)
def test_the_other_branch_is_told(body):
    assert {"id-only-lookup", "missing-session"} & set(told(body))


@pytest.mark.parametrize(
    "body",
    [
        f'if (body.kind === "a") {{ {SESSION} {OWNER} {PAYS} }} else {{ {SESSION} {OWNER} {REMOVES} }}',
        f'{SESSION} {OWNER} if (body.kind === "a") {{ {PAYS} }} {REMOVES}',
        f'if (body.kind === "ping") {{ return Response.json({{}}); }} {SESSION} {OWNER} {REMOVES}',
        f'{SESSION} if (body.kind === "a") {{ {OWNER} }} else {{ return new Response(null, {{ status: 400 }}); }} {REMOVES}',
        f'{SESSION} if (body.kind === "a") {{ {OWNER} }} else {{ {ROLE} }} {REMOVES}',
    ],
)
def test_what_every_branch_asks(body):
    assert told(body) == []


def test_the_map_says_which_guard_stands_on_one_branch():
    from assistant.collect.code.map import map_of

    found = map_of(files(f'{SESSION} if (body.kind === "a") {{ {ROLE} {PAYS} }} {REMOVES}'))
    chain = next(guard_chain(entry) for entry in found.entries if entry.verb == "POST")
    assert chain == "session.user → (session.user.role = admin: on one branch)"


AGAIN = 'if (body.kind === "a") { WRITES } return Response.json({});'


@pytest.mark.parametrize(
    "first",
    [
        f'if (body.kind === "a") {{ {OWNER} }}',
        f'switch (body.kind) {{ case "a": {{ {OWNER} break; }} case "b": return Response.json({{}}); }}',
    ],
)
def test_the_same_is_asked_again(first):
    writes = AGAIN.replace("WRITES", "await db.invoice.delete({ where: { id } });")
    assert told(f"{SESSION} {first} {writes}") == []
    other = writes.replace('body.kind === "a"', "body.force")
    assert "id-only-lookup" in told(f"{SESSION} {first} {other}")


def test_a_check_in_front_of_an_answer_on_a_branch():
    read = "const row = await db.invoice.findUnique({ where: { id } });"
    late = "if (row?.userId !== session.user.id) return new Response(null, { status: 404 });"
    assert (
        told(f"{SESSION} {read} {late} if (body.full) {{ return Response.json(row); }} return Response.json({{}});")
        == []
    )
    assert told(f"{SESSION} {read} if (body.full) {{ return Response.json(row); }} {late} return Response.json({{}});")


MEMBER = "const member = await db.member.findFirst({ where: { boardId: BOARD, userId: session.user.id } }); if (!member) return new Response(null, { status: 403 });"
TASK = "const task = await db.task.findUnique({ where: { id } });"
DONE = "await db.task.update({ where: { id }, data: { done: true } }); return Response.json({});"


def test_what_a_row_names_is_left_out_by_no_sender():
    asked = MEMBER.replace("BOARD", "task.boardId")
    assert told(f"{SESSION} {TASK} if (task.boardId) {{ {asked} }} {DONE}") == []
    sent = MEMBER.replace("BOARD", "body.boardId")
    assert "id-only-lookup" in told(f"{SESSION} if (body.boardId) {{ {sent} }} {REMOVES}")


ROWS = "const rows = await db.invoice.findMany({ where: { id } });"
STORED = "await db.invoice.upsert({ where: { id }, create: { id, userId: session.user.id }, update: { note: body.note } }); return Response.json({});"


@pytest.mark.parametrize("there", ["rows.length > 0", "rows.length", "rows[0]"])
def test_where_there_is_no_row_there_is_nothing_to_be_kept(there):
    asked = f"if ({there}) {{ const [row] = rows; if (row.userId !== session.user.id) return new Response(null, {{ status: 403 }}); }}"
    assert told(f"{SESSION} {ROWS} {asked} {STORED}") == []
    assert "id-only-lookup" in told(f"{SESSION} {ROWS} {STORED}")


OWN = "return Response.json(await db.invoice.findMany({ where: { userId: session.user.id } }));"
KEY = "const key = request.headers.get('x-api-key');"
STRICT = "if (process.env.STRICT === 'true' && key && session.user.role !== 'OWNER') return new Response(null, { status: 403 });"


def test_a_setting_asks_some_kind_of_callers_for_more():
    assert told(f"{SESSION} {KEY} {STRICT} {OWN}") == []
    everybody = OWN.replace("{ where: { userId: session.user.id } }", "")
    assert "ineffective-guard" in told(f"{SESSION} {STRICT.replace('key && ', '')} {everybody}")
    assert "ineffective-guard" in told(
        f"{SESSION} {KEY} {STRICT.replace('process.env.STRICT', 'body.strict')} {everybody}"
    )
