"""A campaign was changed by anybody who was signed in: its owner was looked up, and nobody waited for the answer."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of

from .handler import AUTH, HEAD, PRISMA, TSCONFIG


ROUTE = """
export async function GET(request, {{ params }}) {{
  const session = await auth();
  if (!session?.user) return new Response(null, {{ status: 401 }});
  const {{ id }} = await params;
  {body}
}}
"""


def told(body: str):
    files = {"lib/prisma.ts": PRISMA, "auth.ts": AUTH, "tsconfig.json": TSCONFIG}
    return rules_of(followed({**files, "app/api/chats/[id]/route.ts": HEAD + ROUTE.format(body=body)}))


MINE = "prisma.chat.findFirst({ where: { id, userId: session.user.id } })"
THEN = "return NextResponse.json(await prisma.message.findMany({ where: { chatId: id } }));"
REFUSED = "if (!mine) return new Response(null, { status: 404 });"


@pytest.mark.parametrize(
    ("body", "rules"),
    [
        (f"const mine = {MINE}; {REFUSED} {THEN}", ["ineffective-guard"]),
        (f"const mine = await {MINE}; {REFUSED} {THEN}", []),
        (f"const asked = {MINE}; const mine = await asked; {REFUSED} {THEN}", []),
        (f"const asked = {MINE}; const [mine] = await Promise.all([asked]); {REFUSED} {THEN}", []),
        (f"const look = () => {MINE}; const mine = await look(); {REFUSED} {THEN}", []),
        (f"const asked = {MINE}; return asked.then(async (mine) => {{ {REFUSED} {THEN} }});", []),
    ],
)
def test_a_query_that_nobody_awaits_guards_nothing(body, rules):
    assert told(body) == rules
