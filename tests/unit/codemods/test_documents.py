"""The clinic on MongoDB: ids that are objects were compared with texts, and every doctor would have been locked out of every patient."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest

from assistant.text.edits import apply_hunks
from codemods.registry import change
from codemods.target import Edits
from tests.unit.codemods.tools import check_edited, check_refused, target_of


def handler(read: str, test: str = "!patient", refused: str = "!session") -> str:
    return f"""
        import {{ NextResponse }} from "next/server";

        export async function GET(request: Request, {{ params }}: Context) {{
          const session = await verifySession();
          if ({refused}) return NextResponse.json({{ error: "no" }}, {{ status: 401 }});
          const {{ id }} = await params;
          const patient = await {read};
          if ({test}) {{
            return NextResponse.json({{ error: "Not found" }}, {{ status: 404 }});
          }}
          return NextResponse.json(patient);
        }}
        """


def flat(text: str) -> str:
    return re.sub(r"\s+", "", text)


def edited(name: str, before: str, at: str, **facts: str) -> str:
    """What the codemod writes, without its layout; it finds nothing to do in that."""
    before = dedent(before).lstrip("\n")
    target = target_of(before, at, "app/api/x/route.ts", facts, ())
    answer = change(name, before.encode(), target)
    assert isinstance(answer, Edits), answer
    after = apply_hunks(before.encode(), answer.hunks).decode()
    place = target_of(after, at, "app/api/x/route.ts", facts, ())
    assert change(name, after.encode(), place) == Edits(())
    return flat(after)


@pytest.mark.parametrize(
    ("read", "differs"),
    [
        ("Patient.findById(id)", "String(patient.ownerId) !== String(session.userId)"),
        (
            'Patient.findById(id).populate("doctor", "name")',
            "String(patient.ownerId) !== String(session.userId)",
        ),
        (
            'Patient.findById(id).populate("ownerId", "name").lean()',
            "String(patient.ownerId?._id) !== String(session.userId)",
        ),
        (
            'Patient.findById(id).populate({ path: "ownerId" })',
            "String(patient.ownerId?._id) !== String(session.userId)",
        ),
    ],
    ids=["an id", "another field filled in", "filled in", "filled in by its path"],
)
def test_ids_of_documents_are_compared_as_texts(read: str, differs: str) -> None:
    after = edited(
        "compare", handler(read), read, column="ownerId", engine="mongo", paths="verifySession=userId,tenantId"
    )
    assert after == flat(handler(read, f"!patient || {differs}"))


def test_the_callers_id_is_written_as_the_other_handlers_read_it() -> None:
    """Nobody there writes ``session.user.id``: this session has no user."""
    read = "db.patient.findUnique({ where: { id } })"
    after = edited("compare", handler(read), read, column="ownerId", paths="verifySession=userId")
    assert after == flat(handler(read, "!patient || patient.ownerId !== session.userId"))


def test_a_tenant_that_may_be_missing_is_asked_for_behind_the_session() -> None:
    read, refused = "Patient.findById(id)", "!session?.userId"
    known = {"paths": "verifySession=userId,tenantId", "maybe": "verifySession=tenantId"}
    after = edited("compare", handler(read, refused=refused), read, column="tenantId", engine="mongo", **known)
    test = "!patient || String(patient.tenantId) !== String(session.tenantId)"
    assert after == flat(handler(read, test, f"{refused} || !session.tenantId"))


def test_a_check_that_only_runs_with_a_secret_is_kept_and_an_empty_one_refused_before_it() -> None:
    before = """
        export async function POST(request: Request) {
          const body = await request.text();
          if (process.env.LAB_SECRET) {
            if (!verify(body, request.headers.get("x-signature"))) return new Response("no", { status: 401 });
          }
          return new Response("ok");
        }
        """
    refused = (
        'if (!process.env.LAB_SECRET) { return new Response("no", { status: 401 }); } if (process.env.LAB_SECRET) {'
    )
    after = edited("secret_set", before, "process.env.LAB_SECRET)")
    assert after == flat(before.replace("if (process.env.LAB_SECRET) {", refused))


PUBLIC = """
    {comment}
    export async function GET(request: Request) {{
      return Response.json(await slots());
    }}
    """


@pytest.mark.parametrize(
    "comment",
    [
        "// Public endpoint for online booking (no authentication required)",
        "/**\n     * Intentionally public: visitors book here.\n     */",
        "// unauthenticated on purpose, the widget calls it",
    ],
)
def test_what_its_writer_calls_public_is_not_closed(comment: str) -> None:
    lines = "const session = await auth();\nif (!session) {\n  return new Response(null, { status: 401 });\n}"
    check_refused("guard", PUBLIC.format(comment=comment), "public", lines=lines, names="session", kind="route")


def test_what_is_said_of_public_things_elsewhere_keeps_no_door_open() -> None:
    lines = "const session = await auth();\nif (!session) {\n  return new Response(null, { status: 401 });\n}"
    before = PUBLIC.format(comment="// Slots of public holidays; requires authentication")
    after = before.replace(
        "  return Response",
        "  const session = await auth();\n      if (!session) {\n        return new Response(null, { status: 401 });\n      }\n      return Response",
    )
    check_edited("guard", before, after, lines=lines, names="session", kind="route")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("app/api/subscription/webhook/route.ts", "return Response.json(await request.json());"),
        ("app/api/paypal/ipn/route.ts", "return Response.json(await request.json());"),
        ("app/api/register/route.ts", "return Response.json(await request.json());"),
        (
            "app/api/shops/route.ts",
            "return Response.json(await add(await bcrypt.hash((await request.json()).password, 10)));",
        ),
    ],
)
def test_nobody_has_a_session_where_a_provider_calls_or_somebody_signs_up(path: str, body: str) -> None:
    lines = "const session = await auth();\nif (!session) {\n  return new Response(null, { status: 401 });\n}"
    source = f"export async function POST(request: Request) {{\n  {body}\n}}\n"
    check_refused("guard", source, "no session yet", path=path, lines=lines, names="session", kind="route")
