"""``const { error, data } = parse(body); if (error) return``: what is left of the data is of the way that had no error."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_route


SCHEMA = 'import { z } from "zod"; const schema = z.object({ title: z.string() });'
KEEPS = (
    "function parse(raw) { const found = schema.safeParse(raw);"
    ' if (!found.success) return { error: "bad", data: raw }; return { error: null, data: found.data }; }'
)
ANSWERS = (
    "function parse(raw) { const found = schema.safeParse(raw);"
    " if (!found.success) return { denied: new Response(null, { status: 400 }), data: raw };"
    " return { denied: null, data: found.data }; }"
)
NUMBERED = (
    "function parse(raw) { const found = schema.safeParse(raw);"
    ' if (!found.success) return ["bad", raw]; return [null, found.data]; }'
)
WRITE = "await db.note.updateMany({ where: { id: 1, userId: session.user.id }, data }); return Response.json({});"
BAD = "return new Response(null, { status: 400 });"


def heard(parse, body):
    return of_route(f"{body} {WRITE}", head=f"{SCHEMA} {parse}", verb="POST")


@pytest.mark.parametrize(
    ("parse", "body"),
    [
        (KEEPS, f"const {{ error, data }} = parse(await request.json()); if (error) {BAD}"),
        (KEEPS, f"const {{ error, data }} = parse(await request.json()); if (error !== null) {BAD}"),
        (ANSWERS, "const { denied, data } = parse(await request.json()); if (denied) return denied;"),
        (NUMBERED, f"const [error, data] = parse(await request.json()); if (error) {BAD}"),
    ],
)
def test_what_was_not_parsed_is_gone_with_its_error(parse, body):
    assert heard(parse, body) == []


@pytest.mark.parametrize(
    ("parse", "body"),
    [
        (KEEPS, "const { error, data } = parse(await request.json()); if (error) console.warn(error);"),
        (KEEPS, "const { error, data } = parse(await request.json());"),
        (KEEPS, f"const {{ error, data }} = parse(await request.json()); if (!error) {BAD}"),
        (NUMBERED, "const [error, data] = parse(await request.json()); if (error) console.warn(error);"),
    ],
)
def test_an_error_that_stops_nobody_leaves_the_whole_body(parse, body):
    assert "mass-assignment" in heard(parse, body)
