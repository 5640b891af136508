"""What an import means decides whether a guard in another file is seen at all: every spelling that real repositories use must lead there."""

from __future__ import annotations

import pytest

from assistant.collect.code.program import Found

from .repository import program


@pytest.mark.parametrize(
    ("importer", "specifier", "file", "others"),
    [
        ("a.ts", "./b", "b.ts", {}),
        ("a/a.ts", "../b.js", "b.ts", {}),
        ("a.ts", "./b.jsx", "b.tsx", {}),
        ("a.ts", "./lib", "lib/index.tsx", {}),
        ("a/b.ts", ".", "a/index.ts", {}),
        ("a.ts", "./email.service", "email.service.ts", {}),
        ("app/x/page.tsx", "@/lib/db", "src/lib/db.ts", {}),
        ("src/app/page.tsx", "~/lib/db", "src/lib/db.ts", {}),
        (
            "a.ts",
            "~lib/db",
            "library/db.ts",
            {"jsconfig.json": {"compilerOptions": {"paths": {"~lib/*": ["./library/*"]}}}},
        ),
        ("app/a.ts", "lib/db", "lib/db.ts", {"tsconfig.json": {"compilerOptions": {"baseUrl": "."}}}),
        (
            "a.ts",
            "@acme/db",
            "packages/db/src/index.ts",
            {"packages/db/package.json": {"name": "@acme/db", "exports": {".": "./src/index.ts"}}},
        ),
        (
            "a.ts",
            "@acme/db/client/edge",
            "packages/db/src/client/edge.ts",
            {
                "packages/db/package.json": {
                    "name": "@acme/db",
                    "exports": {"./*": {"types": "./dist/*.d.ts", "import": "./dist/*.js"}},
                }
            },
        ),
        (
            "a.ts",
            "@acme/db",
            "packages/db/src/index.ts",
            {"packages/db/package.json": {"name": "@acme/db", "main": "dist/index.js"}},
        ),
        ("a.ts", "db/schema", "packages/db/schema.ts", {"packages/db/package.json": {"name": "db"}}),
        (
            "web/a.ts",
            "#auth",
            "web/src/auth.ts",
            {"web/package.json": {"name": "web", "imports": {"#auth": {"default": "./src/auth.js"}}}},
        ),
        ("web/a.ts", "#db/x", "web/src/db/x.ts", {"web/package.json": {"imports": {"#db/*": "./src/db/*.ts"}}}),
        (
            "supabase/functions/x/index.ts",
            "shared/cors.ts",
            "supabase/functions/_shared/cors.ts",
            {"supabase/functions/deno.json": {"imports": {"shared/": "./_shared/"}}},
        ),
    ],
)
def test_a_specifier_leads_to_its_file(importer, specifier, file, others):
    assert program({importer: "", file: "export const x = 1", **others}).target(importer, specifier) == file


def test_comments_and_trailing_commas_do_not_hide_the_paths():
    config = '\ufeff{\n  // next\n  "compilerOptions": { /* "baseUrl": "x" */ "paths": { "@/*": ["./source/*"], "url": ["http://x//y"], }, },\n}'
    assert (
        program({"a.ts": "", "source/auth.ts": "", "tsconfig.json": config}).target("a.ts", "@/auth")
        == "source/auth.ts"
    )


def test_a_comment_behind_an_option_takes_no_comma_with_it():
    """As ``tsc --init`` writes it: each option with what it means behind it, and one such comment before the last bracket."""
    config = (
        '{\n "compilerOptions": {\n  "strict": true,   /* Enable all of it. */\n  "baseUrl": "./source", /* Where names begin. */\n'
        '  "paths": { "@core/*": ["core/*"], /* ours */ },   /* Where they lead. */\n  "pretty": true /* ** */\n /* more */\n }\n}'
    )
    assert program({"a.ts": "", "source/core/db.ts": "", "tsconfig.json": config}).target("a.ts", "@core/db") == (
        "source/core/db.ts"
    )


def test_the_nearest_tsconfig_of_a_monorepo_wins_and_inherits_from_a_package():
    files = {
        "apps/web/a.ts": "",
        "apps/web/auth.ts": "",
        "apps/admin/a.ts": "",
        "apps/admin/lib/auth.ts": "",
        "apps/web/tsconfig.json": {
            "extends": ["@acme/tsconfig/next.json"],
            "compilerOptions": {"paths": {"@/*": ["./*"]}},
        },
        "apps/admin/tsconfig.json": {"extends": "@acme/tsconfig/next.json"},
        "packages/tsconfig/package.json": {"name": "@acme/tsconfig"},
        "packages/tsconfig/next.json": {"extends": "./base"},
        "packages/tsconfig/base.json": {"compilerOptions": {"paths": {"@/*": ["../../apps/admin/lib/*"]}}},
    }
    assert program(files).target("apps/web/a.ts", "@/auth") == "apps/web/auth.ts"
    assert program(files).target("apps/admin/a.ts", "@/auth") == "apps/admin/lib/auth.ts"


def test_the_repository_is_never_left_and_a_library_is_no_file():
    some = program({"a.ts": "", "b.ts": "", "node_modules/x/package.json": {"name": "b", "main": "../../b.ts"}})
    assert some.target("a.ts", "../b") is None
    assert some.target("a.ts", "../../etc/passwd") is None
    assert some.target("a.ts", "next/server") is None
    assert not some.missing("a.ts", "next/server")
    assert some.missing("a.ts", "./gone")
    assert some.missing("a.ts", "@/gone")
    assert not some.missing("a.ts", "./style.css")


def test_configurations_that_extend_each_other_end():
    files = {"a.ts": "", "tsconfig.json": {"extends": "./other.json"}, "other.json": {"extends": "./tsconfig.json"}}
    assert program(files).target("a.ts", "x") is None


def test_a_name_is_followed_through_barrels_to_where_it_is_declared():
    some = program(
        {
            "route.ts": 'import guard, { withAuth as wrap, db, * as all } from "./lib"; import * as lib from "./lib"',
            "lib/index.ts": 'export { check as withAuth } from "./auth"; export * from "./db"; import x from "./guard"; export { x as default }',
            "lib/auth.ts": "function verify() {} export { verify as check }",
            "lib/db.ts": 'export * from "./index"; export const db = 1; export default 5',
            "lib/guard.ts": "export default function () {}",
        }
    )
    assert some.binding("route.ts", "wrap") == Found("lib/auth.ts", "verify")
    assert some.binding("route.ts", "db") == Found("lib/db.ts", "db")
    assert some.binding("route.ts", "guard") == Found("lib/guard.ts", "default")
    assert some.binding("route.ts", "lib") == Found("lib/index.ts", "*")
    assert some.exported("lib/index.ts", "nothing") is None
    assert "db" in some.export_names("lib/index.ts")


def test_a_circle_of_barrels_ends():
    some = program(
        {"a.ts": 'export * from "./b"; export { x } from "./b"', "b.ts": 'export * from "./a"; export { x } from "./a"'}
    )
    assert some.exported("a.ts", "x") is None
    assert some.exported("a.ts", "y") is None


def test_python_imports_lead_to_packages_src_layouts_and_the_right_service():
    some = program(
        {
            "api/app/main.py": "from app.auth import user\nfrom .db import rows\nfrom . import routers\nfrom app.routers import users\nimport fastapi\n",
            "api/app/__init__.py": "",
            "api/app/auth.py": "def user(): pass\n",
            "api/app/db.py": "rows = []\n",
            "api/app/routers/__init__.py": "",
            "api/app/routers/users.py": "x = 1\n",
            "worker/src/jobs/run.py": "from jobs.auth import check\nfrom app.auth import user\n",
            "worker/src/jobs/__init__.py": "",
            "worker/src/jobs/auth.py": "from ..gone import check\ndef check(): pass\n",
            "worker/app/auth.py": "def user(): pass\n",
        }
    )
    main = "api/app/main.py"
    assert some.binding(main, "user") == Found("api/app/auth.py", "user")
    assert some.binding(main, "rows") == Found("api/app/db.py", "rows")
    assert some.binding(main, "routers") == Found("api/app/routers/__init__.py", "*")
    assert some.binding(main, "users") == Found("api/app/routers/users.py", "*")
    assert some.target(main, "fastapi") is None
    run = "worker/src/jobs/run.py"
    assert some.binding(run, "check") == Found("worker/src/jobs/auth.py", "check")
    assert some.binding(run, "user") == Found("worker/app/auth.py", "user")


def test_only_code_that_reaches_the_browser_is_called_browser_code():
    """A type, a neighbour in a barrel and what a server action needs stay on the server; a value import is followed."""
    some = program(
        {
            "app/form.tsx": '"use client"\nimport { type Row, Other } from "../lib/db"; import { Button } from "../ui"; import { save } from "../actions"; export const Form = () => <Button />',
            "lib/db.ts": "export interface Row {} export interface Other {} export const db = 1",
            "ui/index.ts": 'export { Button } from "./button"; export { Admin } from "./admin"',
            "ui/button.tsx": 'import { theme } from "./theme"; export const Button = () => theme',
            "ui/theme.ts": "export const theme = 1",
            "ui/admin.tsx": 'import { db } from "../lib/db"; export const Admin = () => db',
            "actions.ts": '"use server"\nimport { db } from "./lib/db"; export async function save() { return db }',
        }
    )
    reached = some.browser_modules()
    assert set(reached) - {"ui/index.ts"} == {"app/form.tsx", "ui/button.tsx", "ui/theme.ts"}
    assert reached["ui/theme.ts"] == ("app/form.tsx", "ui/button.tsx", "ui/theme.ts")
    assert "app/form.tsx" in some.importers("ui/button.tsx")


def test_what_only_get_server_side_props_imports_is_taken_out_of_a_page():
    some = program(
        {
            "pages/x.tsx": 'import { db } from "../lib/db"; import { Box } from "../ui/box"; const load = () => db; export const getServerSideProps = async () => load(); export default function Page() { return <Box /> }',
            "lib/db.ts": "export const db = 1",
            "ui/box.tsx": "export const Box = () => null",
        }
    )
    assert set(some.browser_modules()) == {"pages/x.tsx", "ui/box.tsx"}
