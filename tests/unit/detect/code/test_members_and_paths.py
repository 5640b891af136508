"""Paths about public keys, salts, and things that have members."""

from __future__ import annotations

import pytest

from assistant.detect.code import words
from tests.unit.detect.code.rig import followed, rules_of


SERVICE = (
    'import { createClient } from "@supabase/supabase-js";\n'
    "export const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);"
)


def people(path):
    handler = """
        import { admin } from "../../../../lib/admin";
        export async function GET() {
          const { data } = await admin.from("user_identities").select("user_id, public_key").not("public_key", "is", null);
          return Response.json(data);
        }
    """
    return rules_of(followed({"lib/admin.ts": SERVICE, f"app/api/{path}/all/route.ts": handler}))


def test_a_public_key_is_no_page_for_the_public():
    assert people("public-keys") == ["missing-session"]


def test_a_page_for_the_public_is_one_beside_keys():
    assert people("public") == []


ROUTER = """
    import {{ z }} from "zod";
    import {{ and, eq }} from "drizzle-orm";
    import {{ drizzle }} from "drizzle-orm/postgres-js";
    import {{ pgTable, text }} from "drizzle-orm/pg-core";
    import {{ initTRPC }} from "@trpc/server";
    const boards = pgTable("boards", {{ id: text("id"), title: text("title") }});
    const people = pgTable("{people}", {{ userId: text("user_id"), boardId: text("board_id") }});
    const db = drizzle(process.env.DATABASE_URL);
    const t = initTRPC.context().create();
    const signedIn = t.procedure.use(({{ ctx, next }}) => {{
      if (!ctx.session?.user) throw new Error("no");
      return next({{ ctx: {{ user: ctx.session.user }} }});
    }});
    const one = signedIn.input(z.object({{ id: z.string() }}));
    const set = (title) => ({{ input }}) => db.update(boards).set({{ title }}).where(eq(boards.id, input.id));
    export const router = t.router({{
      mine: one.query(({{ ctx, input }}) => db.select().from(people).where(and(eq(people.userId, ctx.user.id), eq(people.boardId, input.id)))),
      first: one.mutation(set("a")),
      second: one.mutation(set("b")),
      third: one.mutation(set("c")),
      fourth: one.mutation(set("d")),
    }});
"""


@pytest.mark.parametrize(("people", "told"), [("board_members", 4), ("user_boards", 4), ("user_bookmarks", 1)])
def test_a_thing_with_members_is_not_shared_by_all(people, told):
    """Each handler that does not ask is told; what only has readers is asked about once."""
    assert rules_of(followed({"server/router.ts": ROUTER.format(people=people)})) == ["id-only-lookup"] * told


@pytest.mark.parametrize(
    "column", ["mustChangePassword", "is_password_protected", "hasTotpSecret", "user.requiresPassword"]
)
def test_a_yes_or_no_is_no_secret(column):
    assert not words.is_secret(column)


@pytest.mark.parametrize(("column", "secret"), [("salt", False), ("password_salt", True), ("password_hash", True)])
def test_a_salt_alone_opens_nothing(column, secret):
    assert words.is_secret(column) is secret


OWNED = """
    import {{ z }} from "zod";
    import {{ and, eq }} from "drizzle-orm";
    import {{ drizzle }} from "drizzle-orm/postgres-js";
    import {{ pgTable, text }} from "drizzle-orm/pg-core";
    import {{ initTRPC }} from "@trpc/server";
    const gadgets = pgTable("gadgets", {{ id: text("id"), title: text("title") }});
    const db = drizzle(process.env.DATABASE_URL);
    const t = initTRPC.context().create();
    const signedIn = t.procedure.use(({{ ctx, next }}) => {{
      if (!ctx.session?.user) throw new Error("no");
      return next({{ ctx: {{ user: ctx.session.user, organizationId: ctx.session.organizationId }} }});
    }});
    const one = signedIn.input(z.object({{ id: z.string() }}));
    const read = ({{ input }}) => db.query.gadgets.findFirst({{ where: eq(gadgets.id, input.id), with: {{ {relation}: true }} }});
    export const router = t.router({{
      all: signedIn.query(({{ ctx }}) => db.query.provider.findMany({{ where: eq(provider.organizationId, ctx.organizationId) }})),
      first: one.query(read), second: one.query(read), third: one.query(read), fourth: one.query(read),
    }});
"""


@pytest.mark.parametrize(("relation", "told"), [("provider", 4), ("labels", 1)])
def test_what_belongs_to_an_owned_thing_is_not_shared_by_all(relation, told):
    files = {
        "server/router.ts": OWNED.format(relation=relation).replace(
            "const db =",
            'const provider = pgTable("provider", { id: text("id"), organizationId: text("organization_id") });\n    const db =',
        )
    }
    assert rules_of(followed(files)) == ["id-only-lookup"] * told


@pytest.mark.parametrize("column", ["short_token", "keyPrefix", "token_hint", "api_key_last4", "masked_token"])
def test_the_piece_by_which_a_key_is_known_again_is_no_key(column):
    assert not words.is_secret(column)
