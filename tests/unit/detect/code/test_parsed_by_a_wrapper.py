"""A wrapper takes a form or an object and parses either with the schema that it was given: what the schema does not name never reaches a row."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.apps import of_action


DEFINED = """
    import {{ requireUser }} from "@/lib/session";
    function plain(form) {{ const out = {{}}; for (const [key, value] of form.entries()) {{ if (typeof value === "string") out[key] = value; }} return out; }}
    export function define(options) {{
      return async (raw) => {{
        const user = await requireUser();
        const candidate = {candidate};
        const parsed = options.schema.safeParse(candidate);
        if (!parsed.success) return {{ ok: false }};
        await options.handler(parsed.data, {{ user }});
        return {{ ok: true }};
      }};
    }}
"""
HEAD = """
    import {{ define }} from "@/lib/define";
    const Input = {schema};
    export const save = define({{ schema: Input, handler: async (input, {{ user }}) => {{
      await db.lead.create({{ data: {{ userId: user.id, ...input }} }});
    }} }});
"""
FORM = '"use client"; import { save } from "./actions"; export function Save() { return <form action={save} />; }'
NAMED = "z.object({ name: z.string(), note: z.string().optional() })"


@pytest.mark.parametrize(
    ("candidate", "schema", "told"),
    [
        ("raw", NAMED, []),
        ("raw ?? {}", NAMED, []),
        ("raw instanceof FormData ? plain(raw) : (raw ?? {})", NAMED, []),
        ("raw instanceof FormData ? plain(raw) : (raw ?? {})", f"{NAMED}.passthrough()", ["mass-assignment"]),
        ("raw ?? {}", "z.record(z.string(), z.any())", ["mass-assignment"]),
    ],
)
def test_only_what_the_schema_names_is_left(candidate, schema, told):
    found = of_action(
        "return user.id;",
        head=HEAD.format(schema=schema),
        lib_define=DEFINED.format(candidate=candidate),
        files={"app/save.tsx": FORM},
    )
    assert [one for one in found if one == "mass-assignment"] == told
