"""What the lines alone say: guards that vanish, policies that let everybody in, and moves that are none of it."""

from __future__ import annotations

import pytest

from assistant.collect.deploys.history import read_history
from assistant.collect.git import Git
from assistant.explain.signals import Signals, new_doors
from tests.unit.collect.deploys.line import Line


HANDLER = "export async function GET() {\n  const user = await requireUser();\n  return rows(user.id);\n}\n"


def kinds(line: Line) -> dict[str, object]:
    signals = Signals()
    changes = read_history(Git(line.root), ["HEAD"], on_file=signals.take).changes
    return {reason.kind: reason for reason in signals.reasons(changes[0].commit)}


def test_a_check_that_is_gone_is_told_with_its_line(tmp_path) -> None:
    line = Line(tmp_path / "app")
    line.commit("Start", {"app/api/a/route.ts": HANDLER})
    line.commit("Faster", {"app/api/a/route.ts": HANDLER.replace("  const user = await requireUser();\n", "")})
    reason = kinds(line)["check-removed"]
    assert (reason.file, reason.line) == ("app/api/a/route.ts", 2)


def test_a_check_that_moved_to_another_file_is_no_removal(tmp_path) -> None:
    line = Line(tmp_path / "app")
    line.commit("Start", {"app/api/a/route.ts": HANDLER})
    line.commit(
        "Wrap",
        {
            "app/api/a/route.ts": "export const GET = withUser((user) => rows(user.id));\n",
            "lib/with-user.ts": "export const withUser = (f) => async () => {\n  const user = await requireUser();\n  return f(user);\n};\n",
        },
    )
    assert "check-removed" not in kinds(line)


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("supabase/migrations/1_a.sql", "create policy p on t for select using ( true );", "policy-true"),
        ("supabase/migrations/1_a.sql", "ALTER TABLE t DISABLE ROW LEVEL SECURITY;", "rls-disabled"),
        ("supabase/migrations/1_a.sql", "grant select on t to anon;", "grant-to-everyone"),
        ("supabase/migrations/1_a.sql", "alter table t disable row  level\tsecurity;", "rls-disabled"),
        ("lib/db.ts", "const key = process.env.SUPABASE_SERVICE_ROLE_KEY;", "service-role"),
        ("app/page.tsx", "export const dynamic = 'force-static';", "cache-widened"),
        (".env.production", "NEXT_PUBLIC_STRIPE_SECRET=x", "public-secret"),
        ("lib/a.ts", "// temporary: no auth check until the demo", "bypass"),
        ("lib/a.ts", "// the admin client bypasses row-level security here", "bypass"),
        ("package.json", '  "next-auth": "5.0.0",', "auth-library-changed"),
    ],
)
def test_each_kind_of_line_speaks_when_it_is_added(tmp_path, path, text, kind) -> None:
    line = Line(tmp_path / "app")
    line.commit("Start", {"README.md": "x\n"})
    line.commit("Change", {path: text + "\n"})
    assert kind in kinds(line)


@pytest.mark.parametrize(
    "path", ["docs/a.md", "tests/a.test.ts", "node_modules/a/index.js", "pnpm-lock.yaml", "dist/a.js"]
)
def test_what_is_generated_vendored_or_tested_says_nothing(tmp_path, path) -> None:
    line = Line(tmp_path / "app")
    line.commit("Start", {"README.md": "x\n"})
    line.commit("Change", {path: "create policy p on t using (true); service_role; temporary: no auth check\n"})
    assert kinds(line) == {}


@pytest.mark.parametrize(
    "text",
    ["// raw SQL, to bypass the soft delete", "const temporary = schema.pick()"],
)
def test_a_way_around_something_else_is_no_bypass_of_a_check(tmp_path, text) -> None:
    line = Line(tmp_path / "app")
    line.commit("Start", {"README.md": "x\n"})
    line.commit("Change", {"lib/a.ts": text + "\n"})
    assert kinds(line) == {}


def test_a_new_route_is_a_door_and_a_new_component_none(tmp_path) -> None:
    line = Line(tmp_path / "app")
    line.commit("Start", {"app/api/chats/route.ts": "1\n", "components/button.tsx": "1\n"})
    files = {file.path: file for file in read_history(Git(line.root), ["HEAD"]).changes[0].files}
    (reason,) = new_doors(files)
    assert reason.file == "app/api/chats/route.ts"


def test_a_line_is_told_by_its_own_number_and_file_however_many_are_read_together(tmp_path) -> None:
    line = Line(tmp_path / "app")
    body = [f"const value{n} = {n};" for n in range(9_000)]
    line.commit("Start", {"lib/a.ts": "\n".join(body) + "\n", "lib/b.ts": HANDLER, "lib/c.ts": "\n".join(body)})
    body[8_000:8_000] = ["const key = process.env.SERVICE_KEY;", "// temp: no auth", "const also = supabaseAdmin;"]
    line.commit("Change", {"lib/a.ts": "\n".join(body) + "\n", "lib/b.ts": "x();\n", "lib/c.ts": "one\n"})
    told = kinds(line)
    assert {kind: (one.file, one.line) for kind, one in told.items()} == {
        "service-role": ("lib/a.ts", 8_001),
        "bypass": ("lib/a.ts", 8_002),
        "check-removed": ("lib/b.ts", 2),
    }


def test_very_long_lines_say_nothing_and_hide_nothing(tmp_path) -> None:
    line = Line(tmp_path / "app")
    line.commit("Start", {"README.md": "x\n"})
    line.commit("Change", {"lib/a.ts": f"/* {'x' * 3_000} supabaseAdmin */\nconst a = supabaseAdmin;\n"})
    assert (kinds(line)["service-role"].line, kinds(line)["service-role"].weight) == (2, 0.8)
