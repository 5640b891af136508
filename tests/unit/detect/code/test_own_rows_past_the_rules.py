"""Everybody's key for the caller's own rows: told one by one where it is a slip, once where an application is built so, and not where there is no other client."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


CLIENTS = """
    import { createClient } from "@supabase/supabase-js";
    import { createServerClient } from "@supabase/ssr";
    import { cookies } from "next/headers";
    import { jwtVerify } from "jose";
    export const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
    export const mine = async () => createServerClient(process.env.SUPABASE_URL, process.env.SUPABASE_ANON_KEY, { cookies: await cookies() });
    export async function signedIn() { const { data: { user } } = await (await mine()).auth.getUser(); return user; }
    export async function ownSession() {
      const token = (await cookies()).get("session")?.value;
      if (!token) return null;
      try { return (await jwtVerify(token, new TextEncoder().encode(process.env.SESSION_SECRET))).payload; } catch { return null; }
    }
"""


def told(handlers, *, asked="signedIn", others=""):
    files = {"tsconfig.json": '{"compilerOptions":{"paths":{"@/*":["./*"]}}}', "lib/clients.ts": CLIENTS}
    for n in range(handlers):
        files[f"app/api/lists{n}/route.ts"] = f"""
            import {{ admin, mine, signedIn, ownSession }} from "@/lib/clients";
            export async function GET() {{
              const user = await {asked}();
              if (!user) return Response.json({{}}, {{ status: 401 }});
              const {{ data }} = await admin.from("lists{n}").select("*").eq("user_id", user.id);
              return Response.json(data);
            }}
        """
    files["app/api/titles/route.ts"] = f"""
        import {{ mine }} from "@/lib/clients";
        export async function GET() {{ {others} }}
    """
    return [one for one in followed(files).findings if one.rule == "service-role-on-user-path"]


@pytest.mark.parametrize(("handlers", "findings"), [(1, 1), (10, 10), (11, 1)])
def test_a_habit_is_asked_about_once(handlers, findings):
    assert len(told(handlers)) == findings


def test_a_session_of_its_own_has_no_client_at_the_database():
    assert told(2, asked="ownSession") == []


def test_a_token_that_the_database_knows_as_well_has_one():
    used = 'const { data } = await (await mine()).from("titles").select("*"); return Response.json(data);'
    assert len(told(2, asked="ownSession", others=used)) == 2
