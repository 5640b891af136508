"""An object that is filled under computed keys: any of its fields may be what was put there."""

from __future__ import annotations

from tests.unit.collect.code.follow.handler import entry_of, last


def _by(filled: str, asked: str):
    """Kinds and paths of what the chats are found by."""
    query = last(
        entry_of(f"""
export async function GET(request) {{
  const body = await request.json();
  const kept = {{}};
  {filled}
  return NextResponse.json(await prisma.chat.findMany({{ where: {{ id: {asked} }} }}));
}}""")
    )
    return {(origin.kind.value, origin.path) for part in query.filters for origin in part.origins}


def test_a_field_of_what_was_copied_key_by_key_comes_from_the_request():
    """A helper cleaned the query of the request, and the id that it handed on was taken for nothing at all."""
    found = _by("for (const [key, one] of Object.entries(body)) kept[key] = one;", "kept.chatId")
    assert found == {("request", "body.chatId")}


def test_a_key_that_is_written_out_is_a_field():
    found = _by('kept["chat-id"] = body.chatId; kept["other"] = "fixed";', 'kept["chat-id"]')
    assert found == {("request", "body.chatId")}


def test_an_object_that_holds_itself_is_followed_to_its_end():
    """A tree of menus was linked both ways, and the handler that made it was said to be too large."""
    found = _by(
        "const other = {}; kept[body.a] = other; other[body.b] = kept; kept[body.c] = [kept, body.d];", "kept.chatId"
    )
    assert any(kind == "request" for kind, _ in found)


def _written(changes: str):
    query = last(
        entry_of(f"""
export async function PATCH(request, {{ params }}) {{
  const body = await request.json();
  {changes}
  return NextResponse.json(await prisma.chat.update({{ where: {{ id: params.id }}, data: changed }}));
}}""")
    )
    return {part.column: {origin.path for origin in part.origins} for part in query.written}


def test_fields_that_pass_through_entries_keep_their_names():
    """Two columns were changed, and the handler was said to write whatever keys the request has."""
    asked = "const asked = { title: body.title, color: body.color };"
    kept = "Object.fromEntries(Object.entries(asked).filter(([key, one]) => one !== undefined))"
    assert _written(f"{asked} const changed = {kept};") == {"title": {"body.title"}, "color": {"body.color"}}


def test_rows_of_an_object_that_was_filled_key_by_key_are_written():
    grouped = "const grouped = {}; for (const one of body.items) grouped[one.day] = one.text;"
    rows = "Object.entries(grouped).map(([day, text]) => ({ day, text }))[0]"
    assert "body.items.text" in _written(f"{grouped} const changed = {rows};")["text"]


def test_a_flag_that_may_be_raised_under_a_computed_key_is_not_known():
    """Every flag began as false and one was raised by its name: the handler behind it was said never to run, and its leak was lost."""
    found = _by(
        """
  const flags = { assistant: false, export: false };
  for (const [name, teams] of Object.entries(body.flags)) { if (teams.includes(body.team)) flags[name] = true; }
  if (!flags.assistant) return new NextResponse(null, { status: 403 });""",
        "body.chatId",
    )
    assert found == {("request", "body.chatId")}


def _asked(where: str):
    query = last(
        entry_of(f"""
function after(field, cursor) {{
  return {{ OR: [{{ [field]: {{ lt: cursor.at }} }}, {{ [field]: cursor.at, id: {{ lt: cursor.id }} }}] }};
}}
export async function GET(request) {{
  const body = await request.json();
  const column = "title";
  return NextResponse.json(await prisma.chat.findMany({{ where: {where} }}));
}}""")
    )
    return {(part.column, part.operator) for part in query.filters}


def test_a_key_that_is_worked_out_is_named_where_it_is_known():
    """The column that a list goes on behind was called "lt", and read as one that somebody chooses."""
    assert _asked("{ [column]: body.title }") == {("title", "eq")}
    assert _asked('after("createdAt", body)') == {("createdAt", "lt"), ("createdAt", "eq"), ("id", "lt")}
    assert ("", "match") in _asked("{ [body.column]: body.title }")
