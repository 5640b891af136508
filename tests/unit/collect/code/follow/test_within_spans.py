"""A session that is asked for inside a span of a tracer: what the library was given came back, and with it what each way of it knew.

An application traced its own `authenticate`, and every handler was told as open to anyone on the internet.
"""

from __future__ import annotations

import pytest

from assistant.domain.code import GuardKind
from tests.unit.collect.code.follow.handler import entry_of


AUTH = """
import * as Sentry from "@sentry/nextjs";
import { trace } from "@opentelemetry/api";
const tracer = trace.getTracer("app");
const traced = (name, fn) => async (...args) => SPAN;
const authenticate = traced("authenticate", async () => {
  const session = await auth();
  if (!session) return false;
  return { session };
});
export async function GET(req, { params }) {
  const found = await authenticate();
  if (!found) return new Response("no", { status: 401 });
  return Response.json(await prisma.note.findUnique({ where: { id: params.id } }));
}
"""


@pytest.mark.parametrize(
    "span",
    [
        "fn(...args)",
        "tracer.startActiveSpan(name, async (span) => fn(...args))",
        "tracer.startActiveSpan(name, async (span) => { try { return await fn(...args); } finally { span.end(); } })",
        "tracer.startActiveSpan(name, async (span) => { const out = await fn(...args); span.end(); return out; })",
        "Sentry.startSpan({ name }, () => fn(...args))",
    ],
)
def test_the_session_is_asked_for_all_the_same(span: str) -> None:
    entry = entry_of(AUTH.replace("SPAN", span))
    assert [guard.kind for guard in entry.guards if guard.weakness is None] == [GuardKind.SESSION]
    assert "caller" in entry.queries[-1].known
