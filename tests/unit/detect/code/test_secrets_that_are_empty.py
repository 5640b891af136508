"""``process.env.CRON_SECRET || ""`` against a header that may be empty: where nobody set the variable, everybody has the secret."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_route


NO = 'return new Response("no", { status: 401 });'
BODY = "await db.invoice.deleteMany({ where: { paid: true } }); return Response.json({ ok: true });"
CRYPTO = 'import crypto from "crypto";'


def heard(check, head=""):
    return of_route(f"{check} {BODY}", path="app/api/cron/route.ts", session="", verb="POST", head=head)


@pytest.mark.parametrize(
    "check",
    [
        f'if ((request.headers.get("x-cron") ?? "") !== (process.env.CRON_SECRET ?? "")) {NO}',
        f'const secret = process.env.CRON_SECRET || ""; if (request.headers.get("x-cron") !== secret) {NO}',
        f'const secret = process.env.CRON_SECRET ?? "dev"; if (request.headers.get("x-cron") !== secret) {NO}',
        f'const a = Buffer.from(request.headers.get("x-cron") || ""); const b = Buffer.from(process.env.CRON_SECRET || ""); if (a.length !== b.length || !crypto.timingSafeEqual(a, b)) {NO}',
        f'const sum = crypto.createHmac("sha256", process.env.HOOK_SECRET || "").update(await request.text()).digest("hex"); if (sum !== request.headers.get("x-signature")) {NO}',
        f'if (!(process.env.API_KEYS || "").split(",").includes(request.headers.get("x-api-key") || "")) {NO}',
    ],
)
def test_open_where_it_is_not_set(check):
    assert heard(check, CRYPTO) == ["ineffective-guard"]


@pytest.mark.parametrize(
    "check",
    [
        f'const secret = process.env.CRON_SECRET || ""; if (!secret || request.headers.get("x-cron") !== secret) {NO}',
        f'const secret = process.env.CRON_SECRET || ""; if (secret.length === 0 || request.headers.get("x-cron") !== secret) {NO}',
        f'const sent = request.headers.get("x-cron") || ""; if (!sent || sent !== (process.env.CRON_SECRET || "")) {NO}',
        f'if (request.headers.get("x-cron") !== process.env.CRON_SECRET) {NO}',
        f'const keys = (process.env.API_KEYS || "").split(",").filter(Boolean); if (!keys.includes(request.headers.get("x-api-key") || "")) {NO}',
    ],
)
def test_an_empty_one_lets_nobody_in(check):
    assert heard(check) == []


def test_asked_in_a_function_of_its_own():
    head = """
        function allowed(request) {
          const expected = process.env.CRON_SECRET || "";
          return expected !== "" && (request.headers.get("x-cron") || "") === expected;
        }
    """
    assert heard(f"if (!allowed(request)) {NO}", head) == []


def test_set_and_compared_in_one_breath():
    """The text that stands in for a missing secret is compared with nothing, as the secret was asked for first."""
    head = """
        import crypto from "crypto";
        function refused(request) {
          const secret = process.env.CRON_SECRET;
          const sent = Buffer.from(request.headers.get("authorization") ?? "");
          const kept = Buffer.from(secret ? `Bearer ${secret}` : "");
          const ok = !!secret && sent.length === kept.length && crypto.timingSafeEqual(sent, kept);
          return ok ? null : new Response("no", { status: 401 });
        }
    """
    assert heard("const no = refused(request); if (no) return no;", head) == []


@pytest.mark.parametrize(
    ("schema", "found"),
    [
        ("z.string().optional()", ["ineffective-guard"]),
        ("z.string().min(1).nullish()", ["ineffective-guard"]),
        ("z.string().min(1)", []),
        ('z.string().optional().default("x")', []),
    ],
)
def test_the_schema_of_the_environment_lets_it_out(schema, found):
    """``createEnv`` says which variables are there: one that it calls optional may be missing."""
    env = f"""
    import {{ createEnv }} from "@t3-oss/env-nextjs";
    import {{ z }} from "zod";
    export const env = createEnv({{ server: {{ PUSH_TOKEN: {schema} }}, runtimeEnv: process.env }});
    """
    check = f'const sent = new URL(request.url).searchParams.get("token"); if (env.PUSH_TOKEN && sent !== env.PUSH_TOKEN) {NO}'
    head = 'import { env } from "../../../lib/env";'
    assert (
        of_route(f"{check} {BODY}", path="app/api/push/route.ts", session="", verb="POST", head=head, lib_env=env)
        == found
    )
