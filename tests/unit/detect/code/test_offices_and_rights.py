"""Offices and rights that are asked for, roles that everybody has, and secrets in JSON of rows that come along."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import APP
from tests.unit.detect.code.rig import followed, rules_of


HEAD = """
    import { auth } from "@/auth";
    import { db } from "@/lib/db";
"""
SESSION = "const session = await auth(); if (!session?.user) return new Response(null, { status: 401 });"
OWN = f"{HEAD}\n    export async function GET() {{ {SESSION} return Response.json(await db.invoice.findMany({{ where: {{ userId: session.user.id }} }})); }}\n"
RIGHTS = "const rights = await db.userPermission.findMany({ where: { userId: session.user.id } });"
RIGHT = 'const right = await db.permission.findFirst({ where: { userId: session.user.id, name: "invoice.delete" } });'
ME = "const me = await db.user.findUnique({ where: { id: session.user.id } });"
REFUSED = "return new Response(null, { status: 403 });"


def told(before, *, answer="await db.invoice.delete({ where: { id } }); return Response.json({});"):
    route = f"{HEAD}\n    export async function DELETE(request, {{ params }}) {{ const {{ id }} = await params; {SESSION} {before} {answer} }}\n"
    files = {**APP, "app/api/invoices/route.ts": OWN, "app/api/invoices/[id]/route.ts": route}
    return rules_of(followed(files))


@pytest.mark.parametrize(
    "asked",
    [
        f'{RIGHTS} if (!rights.some((one) => one.name === "invoice.delete")) {REFUSED}',
        f'{RIGHTS} const names = rights.map((one) => one.name); if (!names.includes("invoice.delete")) {REFUSED}',
        f'{RIGHTS} const names = new Set(rights.map((one) => one.name)); if (!names.has("invoice.delete")) {REFUSED}',
        f"{RIGHT} if (!right) {REFUSED}",
        f'if (session.user.role !== "office") {REFUSED}',
        f'if (!["staff", "manager"].includes(session.user.role)) {REFUSED}',
        f"{ME} if (!me?.isOffice) {REFUSED}",
    ],
)
def test_an_office_or_a_right_is_asked_for(asked):
    assert told(asked) == []


@pytest.mark.parametrize(
    "asked",
    [
        RIGHTS,
        RIGHT,
        f'{RIGHTS} const full = rights.some((one) => one.name === "invoice.delete"); console.log(full);',
        f'if (session.user.role !== "viewer") {REFUSED}',
        f'if (!["staff", "customer"].includes(session.user.role)) {REFUSED}',
    ],
)
def test_what_is_not_asked_or_everybodys(asked):
    assert "id-only-lookup" in told(asked)


SCHEMA = """
model Project {
  id     String @id
  userId String
  hooks  Integration[]
}
model Integration {
  id          String @id
  projectId   String
  kind        String
  credentials Json
  project     Project @relation(fields: [projectId], references: [id])
}
"""
WHERE = "where: { id: (await params).id, userId: session.user.id }"


def shown(include, answered):
    route = f"{HEAD}\n    export async function GET(request, {{ params }}) {{ {SESSION} const found = await db.project.findFirst({{ {WHERE}, {include} }}); return Response.json({answered}); }}\n"
    return rules_of(followed({**APP, "prisma/schema.prisma": SCHEMA, "app/api/projects/[id]/route.ts": route}))


@pytest.mark.parametrize(
    ("include", "answered"),
    [
        ("include: { hooks: true }", "found"),
        ("include: { hooks: true }", "found.hooks"),
        ("select: { hooks: { select: { kind: true, credentials: true } } }", "found"),
    ],
)
def test_secrets_in_json_of_a_relation(include, answered):
    assert "overfetch" in shown(include, answered)


@pytest.mark.parametrize(
    ("include", "answered"),
    [
        ("select: { hooks: { select: { kind: true } } }", "found"),
        ("include: { hooks: { omit: { credentials: true } } }", "found"),
        ("include: { hooks: true }", "found.hooks.map(({ credentials, ...rest }) => rest)"),
        ("include: { hooks: true }", "found.hooks.map((one) => ({ kind: one.kind, connected: !!one.credentials }))"),
    ],
)
def test_what_is_left_out(include, answered):
    assert shown(include, answered) == []
