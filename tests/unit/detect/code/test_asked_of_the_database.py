"""The salon that asked its database who the caller is: ``rpc("is_admin")`` guarded every action, and all of them were told as open to anybody."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of


BASE = {
    "lib/server.ts": """
        import { createServerClient } from "@supabase/ssr";
        import { cookies } from "next/headers";
        export const own = async () => createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY, { cookies: await cookies() });
    """,
    "lib/service.ts": """
        import { createClient } from "@supabase/supabase-js";
        export const service = () => createClient(process.env.NEXT_PUBLIC_SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
    """,
}
ACTION = """
    "use server";
    import { own } from "../lib/server";
    import { service } from "../lib/service";
    export async function pay(id, salary) {
      const db = await own();
      %s
      const { error } = await service().from("employees").update({ salary }).eq("id", id);
      return { ok: !error };
    }
"""
NO = "return { ok: false };"


def told(check):
    return rules_of(followed({**BASE, "app/actions.ts": ACTION % check}))


@pytest.mark.parametrize(
    "check",
    [
        f'const {{ data }} = await db.rpc("is_admin"); if (!data) {NO}',
        f'const {{ data: yes, error }} = await db.rpc("is_super_admin"); if (error || yes !== true) {NO}',
        f'if (!(await db.rpc("isStaff")).data) {NO}',
        'const { data: may } = await db.rpc("has_permission", { permission: "pay.write" }); if (!may) throw new Error("no");',
        f'const {{ data: may }} = await db.rpc("can_edit_employee", {{ employee_id: id }}); if (!may) {NO}',
        f'const {{ data: mine }} = await db.rpc("is_employee_manager", {{ employee_id: id }}); if (!mine) {NO}',
        f'const {{ data: role }} = await db.rpc("get_my_role"); if (role !== "admin") {NO}',
        f'const {{ data: role }} = await db.rpc("current_user_role"); if (!["admin", "owner"].includes(role)) {NO}',
        f'const {{ error }} = await db.rpc("assert_admin"); if (error) {NO}',
    ],
)
def test_what_the_database_says_of_whoever_asks_guards(check):
    assert told(check) == []


@pytest.mark.parametrize(
    "check",
    [
        f'const {{ data }} = await service().rpc("is_admin"); if (!data) {NO}',  # nobody is calling: the key of the server is
        f'const {{ data }} = await db.rpc("is_admin", {{ user_id: id }}); if (!data) {NO}',  # of whomever the request names
        f'const {{ data }} = await db.rpc("is_admin_email", {{ email: id }}); if (!data) {NO}',
        f'const {{ error }} = await db.rpc("is_admin"); if (error) {NO}',  # it answers no without an error
        f'const {{ data }} = await db.rpc("is_admin"); if (data) {NO}',
        f'const {{ data }} = await db.rpc("is_shop_open"); if (!data) {NO}',
        f'const {{ data }} = await db.rpc("has_any_admin"); if (!data) {NO}',
        f'const {{ data }} = await db.rpc("can_use_feature", {{ feature: "pay" }}); if (!data) {NO}',
        f'const {{ data: role }} = await db.rpc("get_my_role"); if (!role) {NO}',
    ],
)
def test_other_questions_and_answers_that_nobody_reads_do_not(check):
    assert "missing-session" in told(check) or "id-only-lookup" in told(check)
