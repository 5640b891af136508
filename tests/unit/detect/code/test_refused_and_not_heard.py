"""The check throws, somebody turns that into an answer, and nobody looks at the answer."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_route


CHECK = (
    "async function mustBeAdmin() { const session = await auth();"
    ' if (session?.user?.role !== "admin") throw new Error("403"); return session.user; }'
    " async function admin() { try { return await mustBeAdmin(); } catch { return null; } }"
    " async function isAdmin() { try { await mustBeAdmin(); return true; } catch { return false; } }"
    " async function settled(made) { try { return { data: await made, error: null }; } catch (error) { return { data: null, error }; } }"
    " async function safely(act) { try { return await act(); } catch (error) { return null; } }"
)
ROWS = "return Response.json(await db.invoice.findMany());"
NO = "return new Response(null, { status: 403 });"
OWN = {
    "app/api/mine/route.ts": """
        import { auth } from "@/auth";
        import { db } from "@/lib/db";
        export async function GET() {
          const session = await auth();
          if (!session?.user) return new Response(null, { status: 401 });
          return Response.json(await db.invoice.findMany({ where: { userId: session.user.id } }));
        }
    """
}


def heard(body):
    return of_route(body, head=CHECK, session="", path="app/api/all/route.ts", files=OWN)


@pytest.mark.parametrize(
    "body",
    [
        "await admin();",
        "const user = await admin();",
        "await isAdmin();",
        "const { error } = await settled(mustBeAdmin());",
        "await safely(mustBeAdmin);",
        "await safely(() => mustBeAdmin());",
        "await mustBeAdmin().catch(console.error);",
        "await mustBeAdmin().then(() => 1, () => 0);",
    ],
)
def test_everybodys_rows_for_whoever_asks(body):
    assert heard(f"{body} {ROWS}") != []


@pytest.mark.parametrize(
    "body",
    [
        f"if (!(await admin())) {NO} {ROWS}",
        f"const user = await admin(); if (!user) {NO} {ROWS}",
        f"if (!(await isAdmin())) {NO} {ROWS}",
        f"if (await isAdmin()) {{ {ROWS} }} {NO}",
        f"const {{ error }} = await settled(mustBeAdmin()); if (error) {NO} {ROWS}",
        f"return (await safely(async () => {{ await mustBeAdmin(); {ROWS} }})) ?? new Response(null, {{ status: 403 }});",
        f"try {{ await mustBeAdmin(); {ROWS} }} catch {{ {NO} }}",
        f"await mustBeAdmin().catch((error) => {{ throw error; }}); {ROWS}",
    ],
)
def test_somebody_looked_at_the_answer(body):
    assert heard(body) == []
