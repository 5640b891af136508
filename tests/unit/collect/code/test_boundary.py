"""Private modules, and those that reach the browser."""

from __future__ import annotations

from assistant.collect.code.boundary import boundary, is_secret_variable
from assistant.collect.code.program import Program
from assistant.collect.code.read import read_module


ADMIN = 'import { createClient } from "@supabase/supabase-js"\nexport const admin = createClient(process.env.SUPABASE_URL!, process.env.{VARIABLE}!)\n'
CLIENT = '"use client"\nimport { admin } from "../lib/admin"\nexport function List() { return admin }\n'


def looked(files):
    return boundary(Program({path: read_module(path, text.encode()) for path, text in files.items()}))


def test_a_published_service_key_names_its_way_into_the_browser():
    admin = ADMIN.replace("{VARIABLE}", "NEXT_PUBLIC_SUPABASE_SERVICE_ROLE_KEY")
    browser, server = looked({"lib/admin.ts": admin, "components/list.tsx": CLIENT})
    (module,) = browser
    assert module.says == "service-role client"
    assert module.variable == "NEXT_PUBLIC_SUPABASE_SERVICE_ROLE_KEY"
    assert module.chain == ("components/list.tsx", "lib/admin.ts")
    assert (module.place.line, module.place.symbol) == (2, "admin")
    assert server[0].public_variable == "NEXT_PUBLIC_SUPABASE_SERVICE_ROLE_KEY"


def test_a_type_import_is_no_way():
    admin = ADMIN.replace("{VARIABLE}", "SUPABASE_SERVICE_ROLE_KEY")
    browser, server = looked(
        {"lib/admin.ts": admin, "components/list.tsx": CLIENT.replace("import {", "import type {")}
    )
    assert browser == ()
    assert [module.server_only for module in server] == [False]


def test_server_only_and_places_no_browser_imports():
    admin = ADMIN.replace("{VARIABLE}", "SUPABASE_SERVICE_ROLE_KEY")
    button = {"components/button.tsx": '"use client"\nexport function Button() { return 1 }\n'}
    _, server = looked({**button, "lib/admin.ts": 'import "server-only"\n' + admin, "app/api/x/route.ts": admin})
    assert [module.server_only for module in server] == [True, True]


def test_a_name_in_between_is_followed():
    text = 'import { createClient } from "@supabase/supabase-js"\nlet key = process.env.SUPABASE_SERVICE_ROLE_KEY!\nif (dev) { key = process.env.OTHER! }\nexport const admin = createClient(url, key)\n'
    _, server = looked({"lib/admin.ts": text})
    assert [(module.says, module.place.symbol) for module in server] == [("service-role client", "admin")]


def test_a_constant_in_capitals_is_no_secret():
    assert looked({"lib/server.ts": "export const path = ROUTES.RESET_PASSWORD\n"}) == ((), ())


def test_which_variables_are_secrets():
    assert is_secret_variable("STRIPE_SECRET_KEY")
    assert is_secret_variable("NEXT_PUBLIC_OPENAI_API_KEY")
    assert is_secret_variable("DATABASE_URL")
    for name in (
        "NEXT_PUBLIC_SUPABASE_ANON_KEY",
        "NEXT_PUBLIC_GOOGLE_MAPS_API_KEY",
        "NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY",
    ):
        assert not is_secret_variable(name)
