"""The house somebody works in is found in several ways, one of them with nothing; what the request names is compared with what was found."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


LIB = """
    import {{ cookies }} from "next/headers";
    import {{ createServerClient }} from "@supabase/ssr";
    import {{ createClient }} from "@supabase/supabase-js";
    export const admin = createClient(process.env.NEXT_PUBLIC_SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);
    const told = (row: any) => ({{ id: row.id, name: row.name }});
    async function ownedBy(userId: string) {{
      const {{ data, error }} = await admin.from("houses").select("id, name"){owner};
      if (error || !data) return [];
      return (data as any[]).map(told);
    }}
    async function byId(id: string) {{
      const {{ data, error }} = await admin.from("houses").select("id, name").eq("id", id).maybeSingle();
      if (error || !data) return null;
      return told(data);
    }}
    export async function houseOfPage(): Promise<any | null> {{
      const supabase = createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL!, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY!, {{ cookies: await cookies() }});
      const {{ data: {{ user }}, error }} = await supabase.auth.getUser();
      if (error || !user) return null;
      const chosen = (await cookies()).get("house")?.value;
      const owned = await ownedBy(user.id);
      if (owned.length > 0) return chosen ? (owned.find((one) => one.id === chosen) ?? owned[0]) : owned[0];
      const {{ data: job }} = await admin.from("jobs").select("house_id").eq("user_id", user.id).maybeSingle();
      if (!job) return null;
      return byId({house});
    }}
    export async function notesOf(userId: string) {{
      return admin.from("houses").select("id").eq("owner_id", userId);
    }}
"""
ACTION = """
    "use server";
    import { houseOfPage, admin } from "../lib/houses";
    export async function finish(noteId: string, houseId: string) {
      const house = await houseOfPage();
      if (ASKED) return { ok: false };
      const { data: note } = await admin.from("house_notes").select("id").eq("id", noteId).eq("house_id", houseId).maybeSingle();
      if (!note) return { ok: false };
      await admin.from("house_notes").update({ done: true }).eq("id", noteId);
      return { ok: true };
    }
"""
ROUTE = """
    import { houseOfPage, admin } from "../../../lib/houses";
    export async function POST(request: Request) {
      const { noteId, houseId } = await request.json();
      if (typeof noteId !== "string" || TYPED) return new Response(null, { status: 400 });
      const house = await houseOfPage();
      if (ASKED) return new Response(null, { status: 403 });
      await admin.from("house_notes").update({ done: true }).eq("id", noteId).eq("house_id", houseId);
      return new Response(null, { status: 204 });
    }
"""
OWN = '.eq("owner_id", userId)'
JOB = "String((job as any).house_id)"


def told(path: str, text: str, asked: str, owner: str = OWN, house: str = JOB) -> list[str]:
    files = {"lib/houses.ts": LIB.format(owner=owner, house=house), path: text.replace("ASKED", asked)}
    return rules_of(followed(files))


@pytest.mark.parametrize("asked", ["!house || house.id !== houseId", "house == null || houseId !== house.id"])
def test_what_a_signed_in_person_found_is_compared(asked: str) -> None:
    assert told("app/actions.ts", ACTION, asked) == []
    assert told("app/api/finish/route.ts", ROUTE.replace("TYPED", 'typeof houseId !== "string"'), asked) == []


@pytest.mark.parametrize(
    ("owner", "house", "asked"),
    [
        (OWN, "chosen", "!house || house.id !== houseId"),
        ("", JOB, "!house || house.id !== houseId"),
        (OWN, JOB, "house?.id !== houseId"),
        (OWN, JOB, "!house"),
    ],
)
def test_a_house_that_is_not_theirs(owner: str, house: str, asked: str) -> None:
    """One that a cookie names, all there are, nothing that equals nothing, one that is compared with nothing."""
    assert "id-only-lookup" in told("app/actions.ts", ACTION, asked, owner, house) or "missing-session" in told(
        "app/actions.ts", ACTION, asked, owner, house
    )


def test_nothing_equals_nothing() -> None:
    """Whoever has no house and sends none is not refused, and neither is one who sends a number of another kind."""
    text = ROUTE.replace(" || TYPED", "")
    assert told("app/api/finish/route.ts", text, "house?.id !== houseId") != []


def test_a_long_chain_of_questions() -> None:
    """Each part is looked at once more for what stands before it, and not for each way in which that came about: the entry was given up."""
    given = "".join(f"const part{n} = await houseOfPage(); " for n in range(7))
    asked = " || ".join(f"!part{n} || part{n}.name?.size > {n} || part{n}.id === part{n}.name" for n in range(7))
    text = ACTION.replace("const house = ", f"{given} const house = ").replace("ASKED", f"{asked} || !house")
    assert told("app/actions.ts", text, "") != []
