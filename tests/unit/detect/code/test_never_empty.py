"""What is always there and what may be missing: the same guard holds for the one and is skipped for the other."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of
from tests.unit.detect.code.test_spelled_otherwise import IMPORTS, LIBRARIES, heard


WRITES = 'await admin().from("invoices").update({ done: true }).eq("id", 3); return Response.json({})'
SENDER = """
    function authorize(header, secret, other) {
      const token = header?.startsWith("Bearer ") ? header.slice(7).trim() : null;
      if (!token) return { success: false };
      const set = secret.length > 0;
      const also = other.length > 0;
      if (!set && !also) return { success: false };
      if (set && token === secret) return { success: true };
      if (also && token === other) return { success: true };
      return { success: false };
    }
    const said = authorize(request.headers.get("authorization"), process.env.INTERNAL_SECRET ?? "", OTHER);
    if (!said.success) return new Response(null, { status: 401 });
"""


@pytest.mark.parametrize(("other", "quiet"), [('""', True), ('process.env.CRON ?? ""', True), ('"letmein"', False)])
def test_a_second_secret_that_is_written_as_empty_lets_nobody_in(other, quiet):
    found = heard(SENDER.replace("OTHER", other) + WRITES, signed_in=False)
    assert (found == []) is quiet


SHARED = """
    import jwt from "jsonwebtoken";
    import { z } from "zod";
    const schema = z.object({ projectId: z.string()FIELD });
    function shared(request) { try { return jwt.verify(request.headers.get("x-share"), process.env.SECRET) } catch { return null } }
    async function mayView(session, pass, projectId) {
      if (pass?.projectId === projectId) return true;
      const project = await db.project.findUnique({ where: { id: projectId } });
      return project?.userId === session.user.id;
    }
"""
VIEW = """
    const { projectId } = schema.parse(await request.json());
    if (!(await mayView(session, shared(request), projectId))) return new Response(null, { status: 403 });
    return Response.json(await db.task.findMany({ where: { projectId } }));
"""


@pytest.mark.parametrize(("field", "quiet"), [("", True), (".optional()", False)])
def test_nothing_is_equal_to_what_a_schema_demands(field, quiet):
    found = heard(VIEW, head=SHARED.replace("FIELD", field))
    assert (found == []) is quiet


BOTH = "const schema = z.intersection(z.object({ projectId: z.string()FIELD }), z.object({ page: z.number() }));"


@pytest.mark.parametrize(("field", "quiet"), [("", True), (".nullish()", False)])
def test_both_parts_of_an_intersection_demand(field, quiet):
    head = SHARED.replace("const schema = z.object({ projectId: z.string()FIELD });", BOTH.replace("FIELD", field))
    assert (heard(VIEW, head=head) == []) is quiet


SEGMENT = """
    const id = ID;
    if (id && !(await db.project.findFirst({ where: { id, userId: session.user.id } }))) return new Response(null, { status: 403 });
    return Response.json(await db.task.findMany({ where: { projectId: id } }));
"""


@pytest.mark.parametrize(
    ("where", "quiet"), [("params.id", True), ('new URL(request.url).searchParams.get("id")', False)]
)
def test_a_segment_of_the_path_is_always_there(where, quiet):
    assert (heard(SEGMENT.replace("ID", where)) == []) is quiet


OFFICE = """
    const { data: { user } } = await (await client()).auth.getUser();
    if (!user) throw new Error("no");
    const { data: me } = await admin().from("staff_profiles").select("*").eq("user_id", user.id).single();
    if (ROLE !== "operator" && me.role !== "developer") throw new Error("no");
    await admin().from("invoices").delete().eq("id", params.id); return new Response()
"""


def told(role):
    files = {
        "app/api/rows/[id]/route.ts": f"{IMPORTS} export async function POST(request, {{ params }}) {{ {OFFICE.replace('ROLE', role)} }}"
    }
    return followed({**LIBRARIES, **files}).findings


def test_a_role_of_ones_own_making_beside_a_real_one_is_the_mistake_and_the_only_one():
    found = told("user.user_metadata.role")
    assert {one.rule for one in found} == {"ineffective-guard"}
    assert any("metadata that the user can edit" in one.title for one in found)
    assert not [one for one in told("user.app_metadata.role") if "metadata" in one.title]


def test_behind_a_secret_the_sender_says_whom_it_is_about():
    check = 'if (request.headers.get("authorization") !== `Bearer ${process.env.INTERNAL_SECRET ?? fail()}`) return new Response(null, { status: 401 });'
    compared = """
        const body = await request.json();
        const { data: row } = await admin().from("subscriptions").select("*").eq("id", body.id).single();
        if (row.workspace_id !== body.workspace_id) return new Response(null, { status: 409 });
        await admin().from("subscriptions").update({ done: true }).eq("id", row.id); return new Response()
    """
    head = "function fail() { throw new Error('unset') }"
    assert heard(check + compared, head=head, signed_in=False) == []
    assert heard(compared, head=head, signed_in=False) != []


def test_what_rules_are_heard_of_is_medium_or_worse():
    assert rules_of(followed(LIBRARIES)) == []


EDGE = """
import { createClient } from "npm:@supabase/supabase-js@2";
Deno.serve(async (req) => {
  const key = Deno.env.get("NAME") ?? "";
  if (req.headers.get("Authorization") !== `Bearer ${key}`) return new Response("no", { status: 401 });
  const admin = createClient(Deno.env.get("SUPABASE_URL"), Deno.env.get("SUPABASE_SERVICE_ROLE_KEY"));
  await admin.from("devices").update({ lost: true }).eq("id", (await req.json()).id);
  return new Response("ok");
});
"""


@pytest.mark.parametrize(("name", "weak"), [("SUPABASE_SERVICE_ROLE_KEY", False), ("CRON_SECRET", True)])
def test_what_supabase_sets_for_every_function(name, weak):
    """The platform gives its own keys to a function; a secret of the application's own may have been forgotten."""
    report = followed({"supabase/functions/issue/index.ts": EDGE.replace("NAME", name)})
    assert ("ineffective-guard" in rules_of(report)) is weak
