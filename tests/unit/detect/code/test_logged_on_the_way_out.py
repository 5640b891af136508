"""A wrapper that looks at the answer before it hands it on: what refuses inside of it refuses the request."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of


API = """
import { getServerSession } from "next-auth";
function logged(handler) {
  return async (...given) => {
    try {
      %s
    } catch (error) {
      console.error(error);
      throw error;
    }
  };
}
export function signedIn(handler) {
  return logged(async (request) => {
    const session = await getServerSession();
    if (!session?.user?.id) return new Response(null, { status: 401 });
    return handler(request, session);
  });
}
"""
ROUTE = """
import { PrismaClient } from "@prisma/client";
import { signedIn } from "../../../lib/api";
const db = new PrismaClient();
export const GET = signedIn(async (request, session) => Response.json(await db.boat.findMany({ where: { userId: session.user.id } })));
"""


@pytest.mark.parametrize(
    ("way", "guards"),
    [
        ("return await handler(...given);", ["session"]),
        ("const answer = await handler(...given); console.log(answer.status); return answer;", ["session"]),
        ("const answer = await handler(...given); await note(answer); return answer;", []),
    ],
)
def test_the_answer_is_handed_on(way: str, guards: list[str]) -> None:
    """Where something is waited for behind it, it is no end of the request."""
    made = map_of({"lib/api.ts": API % way, "app/api/boats/route.ts": ROUTE})
    assert [guard.kind.value for guard in made.entries[0].guards] == guards


@pytest.mark.parametrize(("source", "webhook"), [("../../../lib/forms", False), ("twilio", True)])
def test_a_schema_is_no_signature(source: str, webhook: bool) -> None:
    """``validateRequest`` of the application's own asks for no provider."""
    route = f"""
    import {{ validateRequest }} from "{source}";
    export async function POST(request) {{ return Response.json(validateRequest(await request.json())); }}
    """
    forms = "export function validateRequest(body) { return body; }"
    made = map_of({"lib/forms.ts": forms, "app/api/boats/route.ts": route})
    assert made.entries[0].webhook is webhook
