"""The caller is whoever the request says it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.access import accesses
from assistant.detect.code.context import Whose
from assistant.detect.code.faults import Fault, fault_of
from assistant.detect.code.judge import report
from assistant.detect.code.openness import open_insert, perhaps_guarded, public_path
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.telling import confidence_of, does, facts_of, handler, key_of, rows_of, severity_of
from assistant.detect.code.told_by_middleware import told_by_middleware
from assistant.detect.code.told_who import identity_asked, names_caller, told
from assistant.detect.code.uses import told_elsewhere
from assistant.domain.code import ClientKind, EntryKind, GuardKind, OriginKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.access import Access
    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Query
    from assistant.domain.findings import Finding

_MEMBERS: Final = re.compile(r"member|user_team|team_user|collaborator|user_organi|user_workspace|user_org")

RULE = CodeRule(
    id="identity-from-request",
    title="The caller is whoever the request says",
    why="A user id in a body, a query string, a header or an argument of an action is chosen by whoever sends it. The handler takes it for the caller's: "
    "anyone acts as anyone.",
    remedy="Take the id from the verified session and drop the parameter.",
    docs="https://nextjs.org/docs/app/guides/data-security",
    cause="client-controlled-identifier",
)

_SUPABASE = """
    import { createClient } from "@supabase/supabase-js";
    import { createServerClient } from "@supabase/ssr";
    import { cookies } from "next/headers";
    export const admin = () => createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
    export const client = async () => createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY, { cookies: await cookies() });
"""


def _post(who: str) -> str:
    return f"""
        import {{ admin, client }} from "../../../lib/supabase";
        export async function POST(request) {{
          const body = await request.json();
          {who}
          await admin().from("profiles").update({{ bio: body.bio }}).eq("user_id", userId);
          return Response.json({{ ok: true }});
        }}
    """


_SESSION = "const { data: { user } } = await (await client()).auth.getUser();\n          if (!user) return new Response(null, { status: 401 });\n          const userId = user.id;"


def _action(parameters: str, owner: str) -> str:
    return f"""
        "use server";
        import {{ getServerSession }} from "next-auth";
        import {{ PrismaClient }} from "@prisma/client";
        const prisma = new PrismaClient();
        export async function addNote({parameters}) {{
          const session = await getServerSession();
          if (!session) throw new Error("Sign in first");
          return prisma.note.create({{ data: {{ text, userId: {owner} }} }});
        }}
    """


def _fastapi(parameters: str) -> str:
    return f"""
        from fastapi import Depends, FastAPI, HTTPException
        from sqlalchemy.orm import Session
        from jose import jwt
        from .db import Order, get_db

        app = FastAPI()

        def current_user(authorization: str):
            payload = jwt.decode(authorization, "key", algorithms=["HS256"])
            if not payload:
                raise HTTPException(401)
            return payload["sub"]

        @app.get("/orders")
        def orders({parameters}, db: Session = Depends(get_db)):
            return db.query(Order).filter(Order.user_id == user_id).all()
    """


EXAMPLES = (
    CodeExample(
        quiet={"lib/supabase.ts": _SUPABASE, "app/api/profile/route.ts": _post(_SESSION)},
        leak={"app/api/profile/route.ts": _post("const userId = body.userId;")},
    ),
    CodeExample(
        quiet={"app/notes/actions.ts": _action("text", "session.user.id")},
        leak={"app/notes/actions.ts": _action("text, userId", "userId")},
    ),
    CodeExample(
        quiet={"service/main.py": _fastapi("user_id: str = Depends(current_user)"), "service/db.py": ""},
        leak={"service/main.py": _fastapi("user_id: str")},
    ),
)


def find(context: CodeContext) -> Iterator[Finding]:
    """One finding an entry, table and verb."""
    for access in accesses(context):
        if fault_of(access) is Fault.IDENTITY or _stored(access) or _under_rules(access) or _as_member(access):
            yield _finding(access)
    yield from told_by_middleware(context, RULE)


def _finding(access: Access) -> Finding:
    query = access.query
    by_rules = access.context.covered_by_rules(query)
    anyone = not access.knows_caller
    outside = anyone and not {GuardKind.SESSION, GuardKind.ROLE} & {*(access.entry.asked_before or ())}
    column = _column(access)
    who = "Anyone on the internet" if outside else "Whoever is signed in"
    said = f"{who} can {does([query])} {rows_of(query)} as anybody: {handler(access)} takes {column} from the request."
    silent = told_elsewhere(access.entry, query)
    if silent:
        said = f"{who} can set off {handler(access)} as anybody: it takes {column} from the request, uses {rows_of(query)} and shows none."
    if by_rules:
        said = f"Worth asking: do the database's rules refuse it when {handler(access)} is called for somebody else's {column} to {does([query])} {rows_of(query)}?"
    by_header = anyone and not by_rules and _by_forwarded_header(access)
    if by_header:
        said = f"Worth asking: does the middleware always set {_request(access).replace('header.', '')} itself? {handler(access)} believes it and can {does([query])} {rows_of(query)}."
    held = "Nothing asks who is calling. Row-level security is all that stands between, and no attack on it was seen to get through."
    return report(
        RULE,
        access.entry,
        said,
        severity=Severity.MEDIUM
        if silent or by_rules or by_header or (anyone and public_path(access))
        else severity_of(access, anyone=outside),
        confidence=Confidence.LOW if by_rules or by_header else confidence_of(access),
        detail=held if by_rules else "The id is not compared with a verified session anywhere before the query.",
        queries=(query,),
        key=key_of(query),
        columns=(column,) if column else (),
        facts=facts_of(access) | {"column": column, "request": _request(access)},
    )


def _by_forwarded_header(access: Access) -> bool:
    """The id stands in a header of the application's own (``x-user-id``), and a middleware that asks who is calling covers the path.

    Where the middleware was seen to ask nobody at that path, the header is what the browser sent.
    """
    if not access.entry.covered_by or not access.context.middleware_asks or access.entry.asked_before == ():
        return False
    named = [
        origin
        for condition in access.asked
        if names_caller(access, condition.column)
        for origin in condition.origins
        if origin.kind is OriginKind.REQUEST
    ]
    return bool(named) and all(origin.path.startswith("header.x-") for origin in named)


def _stored(access: Access) -> bool:
    """A signed-in caller adds rows in the name of whoever the request says."""
    if not access.matters or not access.knows_caller or access.query.verb not in {"insert", "upsert"}:
        return False
    if access.has_membership or access.whose is not Whose.CUSTOMERS or access.entry.kind is EntryKind.SERVICE:
        return False
    owners = {words.snake(column) for column in access.context.owner_columns(access.query.table)} or {"user_id"}
    return identity_asked(access) and any(words.snake(written.column) in owners for written in access.query.written)


def _under_rules(access: Access) -> bool:
    """Nobody is asked who they are, the request names the person, and only row-level security could refuse."""
    if access.query.client is not ClientKind.USER or not access.writes or access.tied:
        return False
    if (
        access.knows_caller
        or access.trusted_sender
        or perhaps_guarded(access)
        or access.context.leaking_cells(access.query)
        or access.context.refused(access.query)
    ):
        return False
    if access.entry.kind in {EntryKind.JOB, EntryKind.MIDDLEWARE, EntryKind.COMPONENT, EntryKind.SERVICE}:
        return False
    if access.whose is Whose.SERVERS or (access.query.verb == "insert" and open_insert(access)):
        return False
    return not access.context.reason_public(access.entry) and identity_asked(access)


def _as_member(access: Access) -> bool:
    """Whether somebody belongs to a tenant is asked of the person that the body names, and never of the caller."""
    query = access.query
    if query.verb != "select" or not _MEMBERS.search(words.table_key(query.table)) or query.returned:
        return False
    if access.trusted_sender or access.administrator or access.tied or not access.context.bypasses(query):
        return False
    if any(_of_caller(other) for other in access.entry.queries if _MEMBERS.search(words.table_key(other.table))):
        return False
    return any(names_caller(access, condition.column) and told(condition.origins) for condition in access.asked)


def _of_caller(query: Query) -> bool:
    return any(origin.kind is OriginKind.CALLER for condition in query.filters for origin in condition.origins)


def _column(access: Access) -> str:
    parts = [(condition.column, condition.origins) for condition in access.query.filters]
    parts += [(written.column, written.origins) for written in access.query.written]
    return next(
        (
            column
            for column, origins in parts
            if (words.names_person(column) or column.endswith("email"))
            and any(origin.kind is OriginKind.REQUEST for origin in origins)
        ),
        "the user",
    )


def _request(access: Access) -> str:
    parts = [(condition.column, condition.origins) for condition in access.query.filters]
    parts += [(written.column, written.origins) for written in access.query.written]
    wanted = _column(access)
    return next(
        (
            origin.path
            for column, origins in parts
            if column == wanted
            for origin in origins
            if origin.kind is OriginKind.REQUEST
        ),
        "",
    )
