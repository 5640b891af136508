"""Questions whose answer stands in the code: a sign-up, whether a key is there, who is asked next, a row that was just added."""

from __future__ import annotations

import pytest

from assistant.domain.code import GuardKind, Origin, OriginKind, Weakness
from assistant.domain.matrix import Severity
from tests.unit.detect.code.apps import APP
from tests.unit.detect.code.rig import a_guard, a_query, an_entry, asked, caller, followed, look, rules_of, where


ADMIN = """
    import { createClient } from "@supabase/supabase-js";
    const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
"""
SIGN_UP = """
    export async function POST(request) {
      const { email, password, shop } = await request.json();
      const { data: made, error } = await admin.auth.admin.createUser({ email, password });
      if (error) return Response.json({ error: "x" }, { status: 400 });
      const { data: row } = await admin.from("shops").insert({ slug: shop, owner_email: ADDRESS, kind: "KIND" }).select("id").single();
      await admin.from("profiles").insert({ user_id: made.user.id, shop_id: row.id, role: "owner" });
      return Response.json({ ok: true }, { status: 201 });
    }
"""


def signing_up(path: str = "app/api/auth/register", address: str = "email", kind: str = "new") -> list[str]:
    """What is told loud of a sign-up."""
    text = ADMIN + SIGN_UP.replace("ADDRESS", address).replace("KIND", kind)
    return rules_of(followed({f"{path}/route.ts": text}))


def test_whoever_signs_up_brings_their_own_shop() -> None:
    assert not signing_up()


@pytest.mark.parametrize(
    "odd",
    [
        {"path": "app/api/tools"},
        {"address": 'request.headers.get("x-owner")'},
        {"kind": "administrator"},
    ],
)
def test_what_is_no_plain_sign_up_is_told(odd: dict[str, str]) -> None:
    assert signing_up(**odd)


LOGGER = "export const logger = { info(message, meta) { console.log(JSON.stringify({ message, ...meta })); } };"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ('Boolean(request.headers.get("x-api-key"))', False),
        ('!!request.headers.get("x-api-key")', False),
        ('request.headers.get("x-api-key")', True),
    ],
)
@pytest.mark.parametrize("log", ["logger.info", "console.log"])
def test_whether_a_key_was_sent_is_no_key(said: str, told: bool, log: str) -> None:
    route = f"""{ADMIN}
        import {{ logger }} from "@/lib/logger";
        export async function POST(request) {{
          {log}("start", {{ key: {said} }});
          const {{ data }} = await admin.from("keys").select("id").eq("hash", request.headers.get("x-api-key")).single();
          return data ? Response.json({{ ok: true }}) : new Response(null, {{ status: 401 }});
        }}
    """
    found = rules_of(followed({**APP, "lib/logger.ts": LOGGER, "app/api/pay/route.ts": route}))
    assert ("personal-data-logged" in found) is told


SERVER = """
    import { cookies } from "next/headers";
    import { createServerClient } from "@supabase/ssr";
    export async function hasSessionCookie() { const jar = await cookies(); return jar.getAll().some(({ name }) => name.startsWith("sb-")); }
    export async function client() {
      const jar = await cookies();
      return createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY, { cookies: { getAll() { return jar.getAll(); } } });
    }
    export class Unauthorized extends Error { status = 401; }
    export function wrap(handler) {
      return async (request) => { try { return await handler(request); } catch (error) { return Response.json({}, { status: error.status ?? 500 }); } };
    }
"""
ASKED = "const { data: { user }, error } = await supabase.auth.getUser(); if (error || !user) throw new Unauthorized();"


@pytest.mark.parametrize(("asked", "told"), [(ASKED, False), ("", True)])
def test_a_look_at_the_cookie_before_somebody_is_asked_for(asked: str, told: bool) -> None:
    """The first check knows nobody, and nobody has to believe it."""
    route = f"""
        import {{ client, hasSessionCookie, Unauthorized, wrap }} from "@/lib/server";
        export const GET = wrap(async () => {{
          if (!(await hasSessionCookie())) throw new Unauthorized();
          const supabase = await client();
          {asked}
          const {{ data }} = await supabase.from("pending_orders").select("*");
          return Response.json(data);
        }});
    """
    found = followed({**APP, "lib/server.ts": SERVER, "app/api/pending/route.ts": route})
    questions = [one.title for one in found.findings if "does the check know who is calling" in one.title]
    assert bool(questions) is told


@pytest.mark.parametrize("told", [False, True])
def test_a_customer_who_is_looked_for_and_made(told: bool) -> None:
    """Whoever has no row of ``clients`` is no member: the row is found by a number that was sent."""
    by = where("user_id", caller()) if told else where("phone", asked("body.phone"))
    query = a_query("clients", "select", by, id=3)
    guard = a_guard(
        GuardKind.MEMBERSHIP,
        says="row of clients",
        subjects=(Origin(OriginKind.ROW, "", 3),),
        weakness=Weakness.WITHOUT_TENANT,
    )
    entry = an_entry(queries=[query], guards=[guard])
    assert ("tenant-not-demanded" in rules_of(look(entry))) is told


EXISTS = """
    HEAD
    export async function GET(request, { params }) {
      const { data: { user } } = await supabase.auth.getUser();
      if (!user) return new Response(null, { status: 401 });
      const { data: row } = await CLIENT.from("clients").select("id, shop_id").eq("id", params.id).maybeSingle();
      if (!row) return Response.json({ error: "not found" }, { status: 404 });
      const { data: mine } = await CLIENT.from("staff").select("role").eq("user_id", user.id).eq("shop_id", row.shop_id).maybeSingle();
      if (!mine) return Response.json({ error: "no" }, { status: 403 });
      return Response.json({ id: row.id });
    }
"""


@pytest.mark.parametrize(("client", "told"), [("supabase", False), ("admin", True)])
def test_what_row_level_security_hides_is_not_there(client: str, told: bool) -> None:
    head = f'{ADMIN} import {{ client }} from "@/lib/server"; const supabase = await client();'
    text = EXISTS.replace("HEAD", head).replace("CLIENT", client)
    found = followed({**APP, "lib/server.ts": SERVER, "app/api/clients/[id]/route.ts": text})
    assert any("answers differently" in one.title for one in found.findings) is told


@pytest.mark.parametrize(
    ("field", "told"),
    [("welcome_seen_at", False), ("display_name", False), ("role", True), ("beta_customer", True)],
)
def test_a_welcome_that_was_seen_lets_nobody_in(field: str, told: bool) -> None:
    route = f"""{ADMIN}
        import {{ client }} from "@/lib/server";
        export async function GET() {{
          const supabase = await client();
          const {{ data: {{ user }} }} = await supabase.auth.getUser();
          if (!user) return new Response(null, {{ status: 401 }});
          if (!user.user_metadata.{field}) return new Response(null, {{ status: 403 }});
          const {{ data }} = await admin.from("orders").select("id");
          return Response.json(data);
        }}
    """
    found = followed({**APP, "lib/server.ts": SERVER, "app/api/orders/route.ts": route})
    assert ("ineffective-guard" in rules_of(found, least=Severity.INFO)) is told


SERVICE = """
    import { db } from "@/lib/db";
    export const rename = async ({ context: { GIVEN }, taskId }) => db.task.update({ where: { id: taskId }, data: { name: 'x' } });
"""
JOB = "import { rename } from './rename'; rename({ context: {}, task: {} });"


@pytest.mark.parametrize(("given", "told"), [("prisma, workspaceId", False), ("prisma, userId", True)])
def test_what_a_job_hands_around_is_nobody_who_calls(given: str, told: bool) -> None:
    files = {**APP, "worker/rename.ts": SERVICE.replace("GIVEN", given), "worker/main.ts": JOB}
    assert bool([one for one in followed(files).findings if one.entry.startswith("service")]) is told


LISTED = """
    import { auth } from "@/auth";
    HEAD
    export async function GET() {
      const session = await auth();
      if (!session?.user) return new Response(null, { status: 401 });
      const { data: requests } = await admin.from("requests").select("student_id").eq("tutor_id", session.user.id);
      const ids = requests?.map((one) => one.student_id) || [];
      const { data: found } = await admin.auth.admin.listUsers();
      return Response.json(found.usersKEPT.map((one) => ({ email: one.email })));
    }
"""


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        (".filter((one) => ids.includes(one.id))", False),
        ("", True),
        (".filter((one) => one.email)", True),
    ],
)
def test_accounts_of_those_who_asked_for_oneself(kept: str, told: bool) -> None:
    route = LISTED.replace("HEAD", ADMIN).replace("KEPT", kept)
    assert ("weak-privilege" in rules_of(followed({**APP, "app/api/requests/route.ts": route}))) is told
