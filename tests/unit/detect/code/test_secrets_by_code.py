"""Secret columns that another query names, answered with whole rows; handlers that stand in another file than their router."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


FILES = {
    "lib/auth.ts": 'import { getServerSession } from "next-auth"; export async function auth() { return getServerSession(); }',
    "lib/db.ts": 'import { PrismaClient } from "@prisma/client";\nexport const db = new PrismaClient();',
    "app/register/actions.ts": """
        "use server";
        import { hash } from "bcryptjs";
        import { db } from "../../lib/db";
        export async function register(email, password) {
          await db.person.create({ data: { email, passwordHash: await hash(password, 10) } });
        }
    """,
}
CARDS = """
    import {{ auth }} from "../../../lib/auth";
    import {{ db }} from "../../../lib/db";
    export async function GET() {{
      const session = await auth();
      if (!session) return new Response(null, {{ status: 401 }});
      const {query};
      return Response.json({answer});
    }}
"""
MINE = "where: { personId: session.user.id }"


def answered(query, answer):
    return rules_of(followed({**FILES, "app/api/cards/route.ts": CARDS.format(query=query, answer=answer)}))


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("me = await db.person.findUnique({ where: { id: session.user.id } })", "me"),
        ("me = await db.person.update({ where: { id: session.user.id }, data: { theme: 'dark' } })", "{ me }"),
        (f"cards = await db.card.findMany({{ {MINE}, include: {{ person: true }} }})", "cards"),
    ],
)
def test_a_hash_that_another_query_writes_is_in_a_whole_row(query, answer):
    assert answered(query, answer) == ["overfetch"]


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("me = await db.person.findUnique({ where: { id: session.user.id } })", "{ name: me.name }"),
        ("me = await db.person.findUnique({ where: { id: session.user.id } })", "{ ...me, passwordHash: undefined }"),
        ("me = await db.person.findUnique({ where: { id: session.user.id }, select: { id: true, name: true } })", "me"),
        (
            f"cards = await db.card.findMany({{ {MINE}, include: {{ person: {{ select: {{ name: true }} }} }} }})",
            "cards",
        ),
        (f"cards = await db.card.findMany({{ {MINE} }})", "cards"),
    ],
)
def test_what_is_named_or_left_out_is_meant(query, answer):
    assert answered(query, answer) == []


def test_a_row_with_another_secret_still_has_this_one():
    assert answered("me = await db.person.findUnique({ where: { id: session.user.id } })", "{ ...me, otp: null }") == [
        "overfetch"
    ]


def test_the_password_of_a_shared_page_is_the_owners_to_see():
    files = {
        **FILES,
        "app/share/actions.ts": """
            "use server";
            import { db } from "../../lib/db";
            export async function open(password) { return (await db.card.count({ where: { password } })) > 0; }
        """,
        "app/api/cards/route.ts": CARDS.format(query=f"cards = await db.card.findMany({{ {MINE} }})", answer="cards"),
    }
    assert [rule for rule in rules_of(followed(files)) if rule == "overfetch"] == []


@pytest.mark.parametrize(
    ("let_in", "found"), [("if (!session) throw 0;", True), ("if (body.preview && !session) throw 0;", False)]
)
def test_on_a_page_for_everybody_only_references_of_own_rows_count(let_in, found):
    files = {
        "lib/auth.ts": FILES["lib/auth.ts"],
        "lib/db.ts": FILES["lib/db.ts"],
        "app/api/cards/route.ts": CARDS.format(query=f"cards = await db.card.findMany({{ {MINE} }})", answer="cards"),
        "app/api/views/route.ts": """
            import { auth } from "../../../lib/auth";
            import { db } from "../../../lib/db";
            export async function POST(request) {
              const body = await request.json();
              const session = await auth();
              LET_IN
              await db.view.create({ data: { cardId: body.cardId, OWNED } });
              return new Response(null, { status: 201 });
            }
        """.replace("LET_IN", let_in).replace("OWNED", "personId: session.user.id" if found else "at: body.at"),
    }
    assert ("foreign-reference-unchecked" in rules_of(followed(files))) is found


ROUTER = {
    "lib/db.ts": FILES["lib/db.ts"],
    "server/trpc.ts": """
        import { initTRPC, TRPCError } from "@trpc/server";
        const t = initTRPC.context().create();
        export const router = t.router;
        export const signedIn = t.procedure.use(({ ctx, next }) => {
          if (!ctx.session?.user) throw new TRPCError({ code: "UNAUTHORIZED" });
          return next({ ctx: { user: ctx.session.user } });
        });
    """,
    "server/invitations/router.ts": """
        import { z } from "zod";
        import { router, signedIn } from "../trpc";
        import { handleChange } from "./change";
        export const invitations = router({
          change: signedIn.input(z.object({ id: z.string(), email: z.string(), workspaceId: z.string() })).mutation(handleChange),
        });
    """,
}
CHANGE = """
    import {{ db }} from "../../lib/db";
    export const handleChange = async ({{ input, ctx }}) => {{
      return db.invitation.updateMany({{ where: {{ id: input.id, inviterId: ctx.user.id, userId: ctx.user.id }}, data: {data} }});
    }};
"""


def test_a_fault_of_a_handler_is_shown_in_the_handler():
    report = followed({**ROUTER, "server/invitations/change.ts": CHANGE.format(data="input")})
    where = [one.where for one in report.findings if one.rule == "foreign-reference-unchecked"]
    assert [(place.file, place.symbol) for place in where] == [("server/invitations/change.ts", "handleChange")]


def test_columns_that_point_nowhere_are_no_reference():
    report = followed({**ROUTER, "server/invitations/change.ts": CHANGE.format(data="{ email: input.email }")})
    assert rules_of(report) == []


BELOW = """
    import { find } from "./find";
    export const handleChange = async ({ input, ctx }) => {
      const row = await find(input.id);
      return row;
    };
"""
FIND = """
    import { db } from "../../lib/db";
    export async function find(id) { return db.invitation.findUnique({ where: { id } }); }
"""


def test_what_a_handler_of_another_file_calls_is_shown_where_it_calls():
    report = followed({**ROUTER, "server/invitations/change.ts": BELOW, "server/invitations/find.ts": FIND})
    where = [one.where for one in report.findings if one.rule == "id-only-lookup"]
    assert [(place.file, place.line, place.symbol) for place in where] == [
        ("server/invitations/change.ts", 4, "handleChange")
    ]


SCHEMA = """
model Person {
  id String @id
  name String
  passwordHash String?
  letters Letter[]
}
model Letter {
  id String @id
  text String
  personId String
  author Person @relation(fields: [personId], references: [id])
}
"""


@pytest.mark.parametrize(
    ("select", "told"),
    [
        ("{ text: true, author: true }", ["overfetch"]),
        ("{ text: true, author: { select: { name: true } } }", []),
        ("{ text: true, personId: true }", []),
    ],
)
def test_a_relation_that_is_selected_comes_along_whole(select: str, told: list[str]) -> None:
    """``select: { author: true }`` names no column: it is the author's row."""
    route = CARDS.format(
        query=f"const found = await db.letter.findMany({{ {MINE}, select: {select} }})", answer="found"
    )
    files = {**FILES, "prisma/schema.prisma": SCHEMA, "app/api/cards/route.ts": route}
    assert rules_of(followed(files)) == told
