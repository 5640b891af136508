"""The service role for rows that the caller's own client could reach."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code.access import NOT_RUN_BY_PEOPLE, Access, access_to
from assistant.detect.code.acts import grouped
from assistant.detect.code.context import Whose
from assistant.detect.code.judge import place_of, report
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.telling import does, facts_of, handler, rows_of
from assistant.domain.code import ClientKind, EntryKind, GuardKind, OriginKind, TieKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Entry
    from assistant.domain.findings import Finding

RULE = CodeRule(
    id="service-role-on-user-path",
    title="The service role answers an ordinary request",
    why="The handler knows who is signed in at Supabase and reaches that person's own rows with the key that sees everybody's. One forgotten condition, here or in the "
    "next edit, and row-level security does not catch it.",
    remedy="Use the client that carries the caller's session; keep the service role for webhooks, jobs and administration.",
    docs="https://supabase.com/docs/guides/api/api-keys",
    cause="service-role-overuse",
)

_FEW = 2
"""So many doubtful handlers are told one by one."""
_SEVERAL = 10
"""So many that no attack was tried on; more of them are how the application is built, and no slip."""
_CLIENTS = """
    import { createClient } from "@supabase/supabase-js";
    import { createServerClient } from "@supabase/ssr";
    import { cookies } from "next/headers";
    export const admin = () => createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
    export const client = async () => createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY, { cookies: await cookies() });
"""


def _bookmarks(client: str) -> str:
    return f"""
        import {{ admin, client }} from "../../../lib/supabase";
        export async function GET() {{
          const supabase = await client();
          const {{ data: {{ user }} }} = await supabase.auth.getUser();
          if (!user) return new Response(null, {{ status: 401 }});
          const {{ data }} = await {client}.from("bookmarks").select("*").eq("user_id", user.id);
          return Response.json(data);
        }}
    """


def _action(client: str) -> str:
    return f"""
        "use server";
        import {{ admin, client }} from "../lib/supabase";
        export async function saveSettings(theme) {{
          const supabase = await client();
          const {{ data: {{ user }} }} = await supabase.auth.getUser();
          if (!user) throw new Error("Sign in first");
          await {client}.from("settings").upsert({{ user_id: user.id, theme }}, {{ onConflict: "user_id" }});
        }}
    """


def _edge(key: str) -> str:
    return f"""
        import {{ createClient }} from "npm:@supabase/supabase-js";
        Deno.serve(async (request) => {{
          const mine = createClient(Deno.env.get("SUPABASE_URL"), Deno.env.get("SUPABASE_ANON_KEY"), {{ global: {{ headers: {{ Authorization: request.headers.get("Authorization") }} }} }});
          const {{ data: {{ user }} }} = await mine.auth.getUser();
          if (!user) return new Response(null, {{ status: 401 }});
          const admin = createClient(Deno.env.get("SUPABASE_URL"), Deno.env.get("SUPABASE_SERVICE_ROLE_KEY"));
          const {{ data }} = await {key}.from("notes").select("*").eq("user_id", user.id);
          return Response.json(data);
        }});
    """


EXAMPLES = (
    CodeExample(
        quiet={"lib/supabase.ts": _CLIENTS, "app/api/bookmarks/route.ts": _bookmarks("supabase")},
        leak={"app/api/bookmarks/route.ts": _bookmarks("admin()")},
    ),
    CodeExample(
        quiet={"lib/supabase.ts": _CLIENTS, "app/actions.ts": _action("supabase")},
        leak={"app/actions.ts": _action("admin()")},
    ),
    CodeExample(
        quiet={"supabase/functions/notes/index.ts": _edge("mine")},
        leak={"supabase/functions/notes/index.ts": _edge("admin")},
    ),
)


_VERIFIES: Final = re.compile(r"(?i)jwt_?(?:verify|decrypt)|compactverify|jsonwebtoken")
"""Libraries by which an application opens a token itself."""


def find(context: CodeContext) -> Iterator[Finding]:
    """One finding an entry whose every reach past the rules is into the caller's own rows; many doubtful ones are one habit."""
    sound: list[tuple[Entry, list[Access]]] = []
    doubtful: list[tuple[Entry, list[Access]]] = []
    for entry in context.entries():
        if entry.kind in NOT_RUN_BY_PEOPLE | {EntryKind.SERVICE, EntryKind.TOOL, EntryKind.COMPONENT} or entry.webhook:
            continue
        found = [
            access_to(context, entry, query)
            for query in entry.queries
            if query.client is ClientKind.SERVICE and not query.table.startswith("auth.")
        ]
        own = [access for access in found if _own(access)]
        if not any(access.writes or access.query.returned for access in own):
            continue  # a look at the caller's own plan or role, of which nothing is answered
        if (
            not any(_found(access) for access in own)
            or len(own) < len(found)
            or not _at_supabase(context, entry)
            or any(access.administrator for access in own)
        ):
            continue
        (sound if all(_sound(access) for access in own) else doubtful).append((entry, own))
    yield from _sound_ones(sound)
    if len(doubtful) <= _FEW:
        yield from (_finding(entry, own) for entry, own in doubtful)
        return
    yield from grouped(
        RULE,
        [(entry, place_of(entry, own[0].query)) for entry, own in doubtful],
        one="",
        many="{n} handlers use the service role to change rows of the person who is signed in.",
        confidence=Confidence.LOW,
        detail="The conditions on the caller hold today; row-level security would hold without them:",
    )


def _sound_ones(sound: list[tuple[Entry, list[Access]]]) -> Iterator[Finding]:
    """One by one what the attack showed to be covered; the others, too, unless they are how the application is built."""
    rest = [(entry, own) for entry, own in sound if not all(_covered(access) for access in own)]
    many = len(rest) > _SEVERAL
    yield from (_finding(entry, own) for entry, own in sound if not many or all(_covered(access) for access in own))
    yield from grouped(
        RULE,
        [(entry, place_of(entry, own[0].query)) for entry, own in rest if many],
        one="",
        many="Worth asking: {n} handlers use the service role for rows of the person who is signed in, where their own client would do?",
        severity=Severity.MEDIUM,
        confidence=Confidence.LOW,
        detail="The conditions on the caller hold today; row-level security would hold without them:",
        key="habit",
    )


def _finding(entry: Entry, own: list[Access]) -> Finding:
    first = own[0]
    return report(
        RULE,
        entry,
        f"{handler(first)} uses the service role to {does([access.query for access in own])} {rows_of(first.query)} of the person who is signed in.",
        severity=Severity.MEDIUM if all(_sound(access) for access in own) else Severity.LOW,
        confidence=Confidence.MEDIUM if _covered(first) else Confidence.LOW,
        detail="The condition on the caller holds today; row-level security would hold without it.",
        queries=[access.query for access in own],
        facts=facts_of(first) | {"tables": ",".join(sorted({access.query.table for access in own}))},
    )


def _own(access: Access) -> bool:
    """The caller's own row, by a condition or by the owner that is written: what their own client may do."""
    if access.whose not in {Whose.CUSTOMERS, Whose.UNKNOWN}:
        return False
    query = access.query
    if query.verb in {"call", "vector", "sign", "upload"} or query.engine != "supabase":
        return False
    if query.table.startswith("auth."):
        return False  # accounts themselves: no rule of the database lets a user change them
    if any("." in column for column in query.columns or ()):
        return False  # rows of another table come along, of which no rule need let them see any
    by_filter = query.tie is not None and query.tie.kind is TieKind.FILTER
    by_owner = query.verb in {"insert", "upsert"} and any(
        access.context.names_owner(query.table, written.column)
        and any(origin.kind is OriginKind.CALLER for origin in written.origins)
        for written in query.written
    )
    return by_filter or by_owner


def _found(access: Access) -> bool:
    """Rows found by a condition on the caller; a row that is only added may be one that users must not add."""
    return access.query.tie is not None and access.query.tie.kind is TieKind.FILTER


def _sound(access: Access) -> bool:
    """Their own client would surely do: it reads or removes, or the attack showed that the rules of the table hold."""
    return _found(access) and (access.query.verb in {"select", "delete"} or _covered(access))


def _at_supabase(context: CodeContext, entry: Entry) -> bool:
    """The caller is signed in at Supabase: only then is there a client of theirs. A token that the application verifies itself may be its own."""
    asked = [guard for guard in entry.guards if guard.weakness is None and guard.kind is GuardKind.SESSION]
    own = any(_VERIFIES.search(guard.says) for guard in asked)
    if not asked or (own and not _has_own_clients(context)):
        return False
    origins = [subject for guard in entry.guards for subject in guard.subjects]
    origins += [origin for query in entry.queries for part in query.filters for origin in part.origins]
    origins += [origin for query in entry.queries for part in query.written for origin in part.origins]
    return any(
        origin.kind is OriginKind.CALLER and origin.path.partition(".")[0] in {"user", "claims"} for origin in origins
    )


def _has_own_clients(context: CodeContext) -> bool:
    """Somewhere in the application a query goes through the client of whoever is signed in."""
    return any(query.client is ClientKind.USER for entry in context.map.entries for query in entry.queries)


def _covered(access: Access) -> bool:
    """The attack showed that the rules of the table hold."""
    return access.context.attacked(access.query) and not access.context.leaking_cells(access.query)
