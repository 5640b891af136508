"""Who is signed in, out of a session of Remix or React Router: no such session was known, and every action was told as open to anyone."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


DB = 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n'
COOKIE = '{ cookie: { name: "__session", secrets: [process.env.SESSION_SECRET], httpOnly: true } }'
WHO = """
import {{ MAKER, redirect }} from "{package}";
import {{ prisma }} from "./db";
{storage}
export async function requireUser(request) {{
  const session = await {opened}(request.headers.get("Cookie"));
  const userId = session.get({key});
  if (!userId || typeof userId !== "string") throw redirect("/login");
  return userId;
}}
"""
ROUTE = """
import { requireUser } from "../who.server";
import { prisma } from "../db";
export async function action({ request, params }) {
  const userId = await requireUser(request);
  const form = await request.formData();
  await prisma.note.update({ where: { id: params.id, userId }, data: { text: String(form.get("text")) } });
  return null;
}
"""


def found(
    *,
    package: str = "@remix-run/node",
    maker: str = "createCookieSessionStorage",
    options: str = COOKIE,
    taken: bool = False,
    key: str = '"userId"',
    route: str = ROUTE,
) -> list[str]:
    """Rules that speak of the action."""
    left = "const { getSession, commitSession }" if taken else "const storage"
    who = WHO.replace("MAKER", maker).format(
        package=package,
        storage=f"export {left} = {maker}({options});",
        opened="getSession" if taken else "storage.getSession",
        key=key,
    )
    files = {
        "package.json": '{"dependencies": {"@remix-run/node": "2", "@remix-run/react": "2"}}',
        "app/db.ts": DB,
        "app/who.server.ts": who,
        "app/routes/notes.$id.tsx": route,
    }
    return rules_of(followed(files))


def test_they_are_who_is_calling() -> None:
    assert found() == []
    assert found(taken=True) == []
    assert found(package="react-router", key='"user"') == []
    assert found(package="@remix-run/cloudflare", maker="createWorkersKVSessionStorage", options="{ kv: env.KV }") == []
    assert found(options='{ cookie: createCookie("__session", { secrets: ["s"] }) }', key='"sessionId"') == []


@pytest.mark.parametrize(
    "options", ['{ cookie: { name: "__session", httpOnly: true } }', '{ cookie: { name: "s", secrets: [] } }']
)
def test_a_cookie_that_nobody_signs_is_written_by_its_sender(options: str) -> None:
    assert found(options=options)


@pytest.mark.parametrize("key", ['"theme"', '"oauth:state"', '"pendingUserId"'])
def test_what_else_is_kept_there_says_nothing_of_them(key: str) -> None:
    assert found(key=key)


def test_somebody_elses_row() -> None:
    assert "id-only-lookup" in found(route=ROUTE.replace("id: params.id, userId", "id: params.id"))
