"""A check is lent for what it asks, and never with what its handler does before it."""

from __future__ import annotations

from codemods.tsx.donor import lend, lend_check


UPLOAD = """
import { audit } from "@/lib/audit";
import { getSession } from "@/lib/session";
import { File } from "@/lib/models";

export async function POST(request: Request) {
  const body = await request.json();
  const file = await File.create({ name: body.name, scope: "admin" });
  await audit({ permission: file.id });
  return Response.json(file);
}
"""


def _at(text: str, words: str) -> tuple[int, int]:
    start = text.index(words)
    return start, start + len(words)


def test_a_call_that_speaks_of_permissions_is_no_check() -> None:
    """A list of files got the creation of a file as its role check: every reader would have made a row."""
    whole = _at(UPLOAD, UPLOAD[UPLOAD.index("export async") :].removeprefix("export ").rstrip())
    at = _at(UPLOAD, "await audit({ permission: file.id });")
    assert lend_check(UPLOAD.encode(), "app/api/files/route.ts", whole, at) is None


def test_a_role_check_that_rests_on_a_new_row_is_not_lent() -> None:
    text = UPLOAD.replace(
        "  await audit({ permission: file.id });\n", '  if (!file.isAdmin) {\n    throw new Error("no");\n  }\n'
    )
    whole = _at(text, text[text.index("async function") :].rstrip())
    at = _at(text, "if (!file.isAdmin) {")
    assert lend_check(text.encode(), "app/api/files/route.ts", whole, at) is None


def test_a_session_that_is_made_on_the_way_is_not_lent() -> None:
    text = """
import { getSession } from "@/lib/session";
import { db } from "@/lib/db";

export async function POST(request: Request) {
  const visit = await db.visit.create({ data: { at: new Date() } });
  const session = await getSession(visit.id);
  if (!session) {
    return Response.json({ error: "no" }, { status: 401 });
  }
  return Response.json({});
}
"""
    assert lend(text.encode(), "app/api/a/route.ts", _at(text, text[text.index("async function") :].rstrip())) is None


def test_a_client_that_is_created_for_the_check_is_lent_with_it() -> None:
    text = """
import { createClient } from "@/lib/supabase";

export async function POST(request: Request) {
  const supabase = await createClient();
  const { data: { user } } = await supabase.auth.getUser();
  if (!user) {
    return Response.json({ error: "no" }, { status: 401 });
  }
  return Response.json({});
}
"""
    found = lend(text.encode(), "app/api/a/route.ts", _at(text, text[text.index("async function") :].rstrip()))
    assert found is not None
    assert "createClient" in found.lines
