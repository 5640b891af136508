"""The job took two secrets of the environment, and a third that stands in the repository: it was told as guarded by nothing at all."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


JOB = """
    import { createClient } from "@supabase/supabase-js";
    const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
    export async function POST(request) {
      const sent = request.headers.get("x-job-secret");
      %s
      await admin.from("drafts").delete().lt("age", 3);
      return Response.json({});
    }
"""
NO = "return new Response(null, { status: 401 });"


def told(check):
    found = followed({"app/api/jobs/clean/route.ts": JOB % check}).findings
    return [one.rule for one in found if str(one.severity) in {"critical", "high", "medium"}]


@pytest.mark.parametrize(
    "check",
    [
        f'if (sent !== "blue-kettle-2026") {NO}',
        f'const known = sent === process.env.JOB_SECRET || sent === "blue-kettle-2026"; if (!known) {NO}',
        f'if (process.env.NODE_ENV === "production" && !(sent === process.env.JOB_SECRET || sent === "blue-kettle-2026")) {NO}',
    ],
)
def test_a_password_that_is_written_in_the_code_is_a_check_that_whoever_reads_it_passes(check):
    assert told(check) == ["ineffective-guard"]


@pytest.mark.parametrize(
    ("check", "rules"),
    [
        (f"if (sent !== process.env.JOB_SECRET) {NO}", []),
        (f'if (request.headers.get("x-kind") !== "nightly-cleanup") {NO}', ["missing-session"]),
        (f'if (sent === "undefined") {NO}', ["missing-session"]),
        (f'if (sent !== "full_access") {NO}', ["missing-session"]),
        (
            f'if (sent === process.env.JOB_SECRET || request.headers.get("x-kind") === "nightly-cleanup") {{}} else {NO}',
            ["missing-session"],
        ),
    ],
)
def test_a_kind_of_request_is_no_password(check, rules):
    assert told(check) == rules
