"""An object that is filled under computed keys: any of its fields may be what was put there."""

from __future__ import annotations

from tests.unit.collect.code.follow.handler import entry_of, last


def _by(filled: str, asked: str):
    return last(
        entry_of(f"""
export async function GET(request) {{
  const body = await request.json();
  const kept = {{}};
  {filled}
  return NextResponse.json(await prisma.chat.findMany({{ where: {{ id: {asked} }} }}));
}}""")
    ).filters[0]


def test_a_field_of_what_was_copied_key_by_key_comes_from_the_request():
    """A helper cleaned the query of the request, and the id that it handed on was taken for nothing at all."""
    found = _by("for (const [key, one] of Object.entries(body)) kept[key] = one;", "kept.chatId")
    assert {(origin.kind.value, origin.path) for origin in found.origins} == {("request", "body.chatId")}


def test_a_key_that_is_written_out_is_a_field():
    found = _by('kept["chat-id"] = body.chatId; kept["other"] = "fixed";', 'kept["chat-id"]')
    assert {(origin.kind.value, origin.path) for origin in found.origins} == {("request", "body.chatId")}
