"""Who works in the one house of an application, what stands in its window, and what the middleware has asked already."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import APP
from tests.unit.detect.code.rig import (
    a_guard,
    a_query,
    an_entry,
    asked,
    caller,
    followed,
    look,
    rules_of,
    tied,
    where,
)


TEAM = """
    import { auth } from "@/auth";
    import { redirect } from "next/navigation";
    import { db } from "@/lib/db";
    export async function requirePerson() {
      const session = await auth();
      if (!session?.user?.id) redirect("/login");
      const person = await db.TABLE.findUnique({ where: { id: session.user.id } });
      if (!person) redirect("/login");
      return person;
    }
"""
TASK = """
    "use server";
    import { db } from "@/lib/db";
    import { requirePerson } from "@/lib/team";
    export async function mine() {
      const person = await requirePerson();
      return db.OF.findMany({ where: { COLUMN: person.id } });
    }
    export async function close(id) {
      const person = await requirePerson();
      await db.OF.update({ where: { id }, data: { done: true } });
    }
"""
FORM = """
    "use client";
    import { close, mine } from "./actions";
    export function Form() { return <form action={close}><button formAction={mine} /></form>; }
"""


@pytest.mark.parametrize(
    ("table", "of", "column", "told"),
    [
        ("teamMember", "job", "createdBy", False),
        ("staffMember", "job", "createdBy", False),
        ("teamMember", "payslip", "userId", True),
        ("subscriber", "job", "createdBy", True),
    ],
)
def test_who_works_there_does_the_work_of_the_house(table, of, column, told):
    task = TASK.replace("OF", of).replace("COLUMN", column)
    report = followed(
        {**APP, "lib/team.ts": TEAM.replace("TABLE", table), "app/form.tsx": FORM, "app/actions.ts": task}
    )
    assert ("id-only-lookup" in rules_of(report)) is told


def test_a_team_of_a_tenant_is_no_house():
    task = (
        TASK.replace("OF", "job")
        .replace("COLUMN", "createdBy")
        .replace("data: { done: true }", "data: { done: true, teamId: id }")
    )
    report = followed(
        {**APP, "lib/team.ts": TEAM.replace("TABLE", "teamMember"), "app/form.tsx": FORM, "app/actions.ts": task}
    )
    assert "id-only-lookup" in rules_of(report)


FLATS = """
    import {{ auth }} from "@/auth";
    import {{ db }} from "@/lib/db";
    export async function GET(request) {{
      const session = await auth();
      if (!session?.user) return new Response(null, {{ status: 401 }});
      const id = new URL(request.url).searchParams.get("id");
      return Response.json(await db.unit.findFirst({{ where: {{ id{state} }} }}));
    }}
    export async function POST() {{
      const session = await auth();
      if (!session?.user) return new Response(null, {{ status: 401 }});
      return Response.json(await db.unit.findMany({{ where: {{ landlordId: session.user.id, userId: session.user.id }} }}));
    }}
"""


@pytest.mark.parametrize(("state", "told"), [(', status: "VACANT"', False), (', status: "RENTED"', True), ("", True)])
def test_a_flat_that_is_free_may_be_looked_at(state, told):
    report = followed({**APP, "app/api/units/route.ts": FLATS.format(state=state)})
    assert ("id-only-lookup" in rules_of(report)) is told


SCHEMA = """
    generator client { provider = "prisma-client-js" }
    datasource db { provider = "postgresql" }
    model Guideline { id String @id
      text String
      embedding String
      COLUMN }
"""
SEARCHED = """
    const {{ vector }} = await request.json();
    return Response.json(await db.$queryRaw`SELECT id, text FROM "Guideline" ORDER BY embedding <=> ${{vector}} LIMIT 5`);
"""


def test_what_belongs_to_nobody_is_searched_by_all():
    found = a_query("guideline", "vector", written=(), returned=("text",))
    private = a_query("note", "vector", returned=("text",))
    session = a_guard()
    from assistant.domain.code_around import DataModel

    models = (
        DataModel(name="Guideline", columns=("id", "text", "embedding")),
        DataModel(name="Note", columns=("id", "text", "userId")),
    )
    assert rules_of(look(an_entry(guards=[session], queries=[found]), models=models)) == []
    assert rules_of(look(an_entry(guards=[session], queries=[private]), models=models)) == ["vector-search-unscoped"]


def _office(number, *, before):
    read = a_query("invoice", "select", where("status", asked("query.status")), returned=("*",))
    owned = a_query("invoice", "select", where("userId", caller()), tie=tied(), returned=("*",))
    path = f"/api/admin/costs/{number}"
    return an_entry(path, guards=[a_guard()], queries=[owned, read], asked_before=before, name=f"GET {path}")


def test_a_role_that_the_middleware_asks_for_is_one_question():
    found = [
        one
        for one in look(*(_office(number, before=("role", "session")) for number in range(4))).findings
        if one.rule == "weak-privilege"
    ]
    (question,) = found
    assert question.title.startswith("Worth asking: is the role that the middleware asks for enough? 4 handlers")
    told = [
        one
        for one in look(*(_office(number, before=()) for number in range(4))).findings
        if one.rule == "weak-privilege"
    ]
    assert len(told) == 4
    assert all(one.title.startswith("Whoever is signed in") for one in told)


@pytest.mark.parametrize(("before", "who"), [(("session",), "Whoever is signed in"), ((), "Anyone on the internet")])
def test_where_the_middleware_wants_a_session_nobody_comes_from_outside(before, who):
    named = a_query("setting", "select", where("userId", asked("query.userId")), returned=("*",))
    entry = an_entry("/api/settings", queries=[named], asked_before=before)
    (found,) = (one for one in look(entry).findings if one.rule == "identity-from-request")
    assert found.title.startswith(who)


RIGHTS = """
    const ALL = ["bookings.manage", "clients.edit"];
    const DEFAULTS = { OWNER: ALL, DESK: ["bookings.manage"] };
    function held(user) {
      const set = new Set(DEFAULTS[user.role] ?? []);
      for (const one of user.more ?? []) set.add(one);
      for (const one of user.less ?? []) set.delete(one);
      return set;
    }
    export function can(session, key) {
      if (!session) return false;
      if (session.role === "OWNER") return true;
      return CHECK;
    }
"""
CLIENTS = """
    import { auth } from "@/auth";
    import { db } from "@/lib/db";
    import { can } from "@/lib/rights";
    export async function POST(request) {
      const session = await auth();
      if (!session?.user || !can(session.user, "clients.edit")) return new Response(null, { status: 403 });
      const { id, name } = await request.json();
      await db.client.update({ where: { id }, data: { name } });
      return new Response(null);
    }
"""


@pytest.mark.parametrize(("check", "told"), [("held(session).has(key)", False), ("held(session).size >= 0", True)])
def test_a_right_is_looked_for_in_what_the_role_gives_and_the_session_adds(check, told):
    report = followed(
        {**APP, "lib/rights.ts": RIGHTS.replace("CHECK", check), "app/api/admin/clients/route.ts": CLIENTS}
    )
    assert ("weak-privilege" in rules_of(report)) is told
