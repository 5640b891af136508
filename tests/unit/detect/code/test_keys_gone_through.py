"""Keys are kept as hashes and compared one by one: every handler behind them was asked whether strangers may read the keys."""

from __future__ import annotations

from tests.unit.detect.code.apps import of_route


WHO = """
    import bcrypt from "bcryptjs";
    async function caller(request) {
      const session = await auth();
      if (session?.user?.id) return { ok: true, userId: session.user.id };
      const sent = request.headers.get("x-api-key");
      if (!sent) return { ok: false };
      for (const kept of await db.apiKey.findMany({})) {
        if (await bcrypt.compare(sent, kept.hash)) return { ok: true, userId: kept.userId };
      }
      return { ok: false };
    }
"""
ASKS = "const who = await caller(request); if (!who.ok || !who.userId) return new Response(null, { status: 401 });"


def _told(body, session=ASKS):
    return set(of_route(body, head=WHO, session=session)) - {"rate-limit-absent"}


def test_keys_that_say_who_is_calling_are_shown_to_nobody():
    assert _told("return Response.json(await db.invoice.findMany({ where: { userId: who.userId } }));") == set()


def test_what_is_done_behind_them_is_judged_as_ever():
    body = "const { id } = await request.json(); return Response.json(await db.invoice.delete({ where: { id } }));"
    assert _told(body) == {"id-only-lookup"}


def test_keys_that_are_answered_are_told():
    assert "missing-session" in _told("return Response.json(await db.apiKey.findMany({}));", session="")
