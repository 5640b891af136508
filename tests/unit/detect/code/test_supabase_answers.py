"""What a query of Supabase answers when there is no such row, or no such row beside it: a check that only looks at ``error`` lets strangers pass."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


CLIENTS = """
import { createServerClient } from "@supabase/ssr";
import { createClient } from "@supabase/supabase-js";
export const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
export async function signedIn() {
  const own = createServerClient(process.env.SUPABASE_URL, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY, { cookies: {} });
  const { data: { user } } = await own.auth.getUser();
  return user;
}
"""


def rules(body: str) -> set[str]:
    route = f"""
import {{ admin, signedIn }} from "@/lib/clients";
export async function POST(request) {{
  const body = await request.json();
  const user = await signedIn();
  if (!user) return Response.json({{}}, {{ status: 401 }});
  {body}
  return Response.json(data);
}}
"""
    settings = '{"compilerOptions":{"paths":{"@/*":["./*"]}}}'
    told = followed({"tsconfig.json": settings, "lib/clients.ts": CLIENTS, "app/api/rows/route.ts": route}).findings
    return {one.rule for one in told} - {"missing-validation", "service-role-on-user-path"}


MEMBER = 'const { data: member, error } = await admin.from("members").select("role").eq("team_id", body.team).eq("user_id", user.id)'
ROWS = 'const { data } = await admin.from("invoices").select("*").eq("team_id", body.team);'


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        pytest.param(f"{MEMBER}.single(); if (error) return Response.json({{}});", True, id="one row is demanded"),
        pytest.param(f"{MEMBER}.maybeSingle(); if (error) return Response.json({{}});", False, id="one row or none"),
        pytest.param(f"{MEMBER}; if (error) return Response.json({{}});", False, id="a list may be empty"),
        pytest.param(
            f"{MEMBER}.maybeSingle(); if (!member) return Response.json({{}});", True, id="the row is looked at"
        ),
        pytest.param(
            f"{MEMBER}.maybeSingle(); if (error || !member) return Response.json({{}});", True, id="both are looked at"
        ),
    ],
)
def test_no_error_is_no_member_where_none_may_be_found(asked, holds):
    assert ("id-only-lookup" not in rules(f"{asked} {ROWS}")) is holds


@pytest.mark.parametrize(
    ("embedded", "holds"),
    [("projects!inner(owner_id)", True), ("projects(owner_id)", False), ("owner:projects!fk(owner_id)", False)],
)
def test_a_condition_on_what_is_read_along_leaves_the_row_itself(embedded, holds):
    name = embedded.partition(":")[0].partition("!")[0].partition("(")[0]
    asked = f'.select("*, {embedded}").eq("id", body.id).eq("{name}.owner_id", user.id).single();'

    assert ("id-only-lookup" not in rules(f'const {{ data }} = await admin.from("invoices"){asked}')) is holds


def test_the_person_that_a_function_is_told_is_the_requests():
    assert "identity-from-request" in rules('const { data } = await admin.rpc("invoices_of", { p_user: body.user });')
    assert rules('const { data } = await admin.rpc("invoices_of", { p_user: user.id });') == set()
