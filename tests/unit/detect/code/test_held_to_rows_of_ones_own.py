"""What was sent was looked for among one's own rows, or was checked where it was sent: behind the choice it is one of them."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import APP
from tests.unit.detect.code.rig import followed, rules_of


PAGE = """
    import { db } from "@/lib/db";
    import { auth } from "@/auth";
    import { redirect } from "next/navigation";
    export default async function Page({ searchParams }) {
      const session = await auth();
      if (!session?.user) redirect("/login");
      const sent = await searchParams;
      const asked = sent.store && sent.store !== "" ? sent.store : null;
      const stores = await db.store.findMany({ where: { ownerId: session.user.id } });
      const all = await db.store.findMany({ where: { open: true } });
      CHOICE
      const rows = await db.shift.findMany({ where: { storeId } });
      return <ul>{rows.map((row) => <li key={row.id}>{row.cost}</li>)}</ul>;
    }
"""


def of_page(choice: str) -> bool:
    """Whether the page is told to show any store's shifts."""
    found = followed({**APP, "app/shifts/page.tsx": PAGE.replace("CHOICE", choice)})
    return "id-only-lookup" in rules_of(found)


@pytest.mark.parametrize(
    "choice",
    [
        "const storeId = asked && stores.some((one) => one.id === asked) ? asked : stores[0].id;",
        "const ok = stores.some((one) => one.id === sent.store); const storeId = ok ? sent.store : stores[0].id;",
        "const ids = stores.map((one) => one.id); const storeId = ids.includes(sent.store) ? sent.store : ids[0];",
        "let storeId = stores[0].id; if (stores.some((one) => one.id === sent.store)) storeId = sent.store;",
    ],
)
def test_a_store_that_is_among_ones_own(choice: str) -> None:
    assert not of_page(choice)


@pytest.mark.parametrize(
    "choice",
    [
        "const storeId = asked ?? stores[0].id;",
        "const storeId = asked && stores.length > 0 ? asked : stores[0].id;",
        "const storeId = all.some((one) => one.id === sent.store) ? sent.store : stores[0].id;",
        "const storeId = stores.some((one) => one.id === sent.store) ? sent.other : stores[0].id;",
        "const storeId = stores.some((one) => one.id === sent.store) ? stores[0].id : sent.store;",
    ],
)
def test_a_store_that_may_be_anybodys(choice: str) -> None:
    assert of_page(choice)


MINE = """
    import { db } from "@/lib/db";
    import { auth } from "@/auth";
    export async function mine() {
      const session = await auth();
      if (!session?.user) return [];
      try { return await db.store.findMany({ where: { ownerId: session.user.id } }); } catch (error) { return []; }
    }
"""


@pytest.mark.parametrize(
    ("test", "told"),
    [
        ("asked && list.some((one) => one.id === asked)", False),
        ("asked && list.some((one) => one.id === asked) || sent.all", True),
    ],
)
def test_a_list_that_may_be_empty(test: str, told: bool) -> None:
    """A helper that answers no stores where nobody is signed in: nothing is found in that list."""
    page = PAGE.replace("CHOICE", f"const list = await mine(); const storeId = {test} ? asked : list[0].id;")
    page = page.replace("export default", 'import { mine } from "@/lib/mine"; export default')
    found = followed({**APP, "lib/mine.ts": MINE, "app/shifts/page.tsx": page})
    assert ("id-only-lookup" in rules_of(found)) is told


ACTION = """
    "use server";
    import { db } from "@/lib/db";
    import { auth } from "@/auth";
    export async function map(pairs: { name: string; recipeId: string }[]) {
      const session = await auth();
      if (!session?.user) throw new Error("no");
      const own = await db.recipe.findMany({ where: { id: { in: pairs.map((one) => one.recipeId) }, userId: session.user.id } });
      const ids = new Set(own.map((one) => one.id));
      const kept = pairs.filter((one) => TEST);
      if (kept.length === 0) return;
      await Promise.all(kept.map((one) => db.mapping.create({ data: { userId: session.user.id, name: one.name, recipeId: one.recipeId } })));
    }
"""
USED = """
    "use client";
    import { map } from "./actions";
    export function Form() { return <button onClick={() => map([])} />; }
"""


@pytest.mark.parametrize(
    ("test", "told"),
    [
        ("ids.has(one.recipeId)", False),
        ("one.name && ids.has(one.recipeId)", False),
        ("own.some((each) => each.id === one.recipeId)", False),
        ("one.recipeId", True),
        ("own.length > 0", True),
    ],
)
def test_objects_of_a_list_are_kept_by_the_id_in_each(test: str, told: bool) -> None:
    found = rules_of(followed({**APP, "app/actions.ts": ACTION.replace("TEST", test), "app/form.tsx": USED}))
    assert ("foreign-reference-unchecked" in found) is told


ASSERT = """
    export async function mustBeMine(db, userId, id) {
      const found = await db.conversation.findUnique({ where: { id } });
      if (!found) throw new Error("missing");
      if (found.userId !== userId) throw new Error("no");
      return found;
    }
"""
CHAT = """
    import { db } from "@/lib/db";
    import { auth } from "@/auth";
    import { mustBeMine } from "@/lib/mine";
    export async function POST(request) {
      const session = await auth();
      if (!session?.user) return new Response(null, { status: 401 });
      const body = await request.json();
      let id = body.conversationId;
      BODY
      await db.conversation.update({ where: { id }, data: { title: "new" } });
      return Response.json({});
    }
"""
NEW = "const made = await db.conversation.create({ data: { userId: session.user.id } }); id = made.id;"
ASK = "await mustBeMine(db, session.user.id, id);"
FIND = "const one = await db.conversation.findFirst({ where: { id, userId: session.user.id } }); if (!one) return new Response(null, { status: 404 });"


@pytest.mark.parametrize(
    "body",
    [
        f"if (id) {{ {ASK} }} else {{ {NEW} }}",
        f"if (id) {{ {FIND} }} else {{ {NEW} }}",
        f"if (!id) {{ {NEW} }} else {{ {ASK} }}",
        f"if (id) {{ try {{ {ASK} }} catch (error) {{ return new Response(null, {{ status: 404 }}); }} }} else {{ {NEW} }}",
        f"if (id) {{ {ASK} }} if (!id) {{ {NEW} }}",
    ],
)
def test_a_conversation_that_is_checked_or_made(body: str) -> None:
    """``if (id) check(id); else id = made.id``: the other branch gave no other id than a new one."""
    found = followed({**APP, "lib/mine.ts": ASSERT, "app/api/chat/route.ts": CHAT.replace("BODY", body)})
    assert "id-only-lookup" not in rules_of(found)


@pytest.mark.parametrize(
    "body",
    [
        f"if (!id) {{ {NEW} }}",
        f"if (id) {{ console.log(id); }} else {{ {NEW} }}",
        f"if (body.other) {{ {ASK.replace('id)', 'body.other)')} }} else {{ {NEW} }} id = body.conversationId;",
        f"if (id) {{ if (body.strict) {{ {ASK} }} }} else {{ {NEW} }}",
    ],
)
def test_a_conversation_that_nobody_checked(body: str) -> None:
    found = followed({**APP, "lib/mine.ts": ASSERT, "app/api/chat/route.ts": CHAT.replace("BODY", body)})
    assert "id-only-lookup" in rules_of(found)
