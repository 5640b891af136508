"""Handlers that reach customers' rows before anybody is asked who they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.detect.code import words
from assistant.detect.code.acts import grouped
from assistant.detect.code.beforehand import asked_before
from assistant.detect.code.context import WRITES
from assistant.detect.code.faults import Fault
from assistant.detect.code.judge import handled_apart, report
from assistant.detect.code.openness import public_path
from assistant.detect.code.refused_elsewhere import refused_elsewhere
from assistant.detect.code.rule import CodeExample, CodeRule
from assistant.detect.code.telling import by_entry, confidence_of, does, facts_of, faulty, handler, rows_of, severity_of
from assistant.detect.code.uses import told_elsewhere
from assistant.domain.code import NAMED_OPEN, EntryKind
from assistant.domain.findings import CONFIDENCE_RANK
from assistant.domain.matrix import SEVERITY_RANK, Severity
from assistant.domain.ownership import Confidence
from assistant.text.plural import listed


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.access import Access
    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Entry, Query
    from assistant.domain.facts import Place
    from assistant.domain.findings import Finding

RULE = CodeRule(
    id="missing-session",
    title="A handler reaches customers' rows without asking who is calling",
    why="Every handler, server action and exported function of a 'use server' module is a public address. This one runs its queries past row-level security, "
    "and no check of its own stands before them: anyone on the internet gets what it returns and does what it does.",
    remedy="Ask for the session first and stop without one; then tie the query to it.",
    docs="https://nextjs.org/docs/app/guides/data-security",
    cause="missing-auth-check",
)

_FEW = 2
"""So many actions of one file are told one by one."""
_NAMED = 12
"""Actions that one question lists."""
_BESIDE = 4
"""Other tables that one finding names."""
_NEAR = 40
"""Lines of one ordinary handler."""
_AUTH = """
    import { getServerSession } from "next-auth";
    export async function auth() { return getServerSession(); }
"""
_PRISMA = """
    import { PrismaClient } from "@prisma/client";
    export const prisma = new PrismaClient();
"""
EXAMPLES = (
    CodeExample(
        quiet={
            "lib/auth.ts": _AUTH,
            "lib/prisma.ts": _PRISMA,
            "app/api/orders/route.ts": """
                import { auth } from "../../../lib/auth";
                import { prisma } from "../../../lib/prisma";
                export async function GET() {
                  const session = await auth();
                  if (!session) return new Response("Unauthorized", { status: 401 });
                  const orders = await prisma.order.findMany({ where: { userId: session.user.id } });
                  return Response.json(orders);
                }
            """,
        },
        leak={
            "app/api/orders/[id]/route.ts": """
                import { prisma } from "../../../../lib/prisma";
                export async function GET(request, { params }) {
                  const { id } = await params;
                  const order = await prisma.order.findUnique({ where: { id } });
                  return Response.json(order);
                }
            """,
        },
        mend={
            "app/api/orders/[id]/route.ts": """
                import { auth } from "../../../../lib/auth";
                import { prisma } from "../../../../lib/prisma";
                export async function GET(request, { params }) {
                  const session = await auth();
                  if (!session) return new Response("Unauthorized", { status: 401 });
                  const { id } = await params;
                  const order = await prisma.order.findFirst({ where: { id, userId: session.user.id } });
                  return Response.json(order);
                }
            """,
        },
    ),
    CodeExample(
        quiet={
            "lib/db.ts": """
                import { drizzle } from "drizzle-orm/node-postgres";
                import { pgTable, text } from "drizzle-orm/pg-core";
                export const invoices = pgTable("invoices", { id: text("id"), status: text("status"), vendorId: text("vendor_id") });
                export const db = drizzle(process.env.DATABASE_URL);
            """,
            "lib/auth.ts": _AUTH,
            "app/admin/actions.ts": """
                "use server";
                import { auth } from "../../lib/auth";
                import { db, invoices } from "../../lib/db";
                export async function pendingInvoices() {
                  const session = await auth();
                  if (!session || session.user.role !== "ADMIN") throw new Error("Forbidden");
                  return db.select().from(invoices);
                }
            """,
        },
        leak={
            "app/admin/actions.ts": """
                "use server";
                import { db, invoices } from "../../lib/db";
                export async function pendingInvoices() {
                  return db.select().from(invoices);
                }
            """,
        },
    ),
    CodeExample(
        quiet={
            "lib/admin.ts": """
                import { createClient } from "@supabase/supabase-js";
                export const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);
            """,
            "app/api/cron/expire/route.ts": """
                import { admin } from "../../../../lib/admin";
                export async function POST(request) {
                  const secret = process.env.CRON_SECRET;
                  if (!secret || request.headers.get("authorization") !== `Bearer ${secret}`) {
                    return new Response("Unauthorized", { status: 401 });
                  }
                  await admin.from("subscriptions").update({ status: "expired" }).lt("ends_at", new Date().toISOString());
                  return Response.json({ ok: true });
                }
            """,
        },
        leak={
            "app/api/cron/expire/route.ts": """
                import { admin } from "../../../../lib/admin";
                export async function POST(request) {
                  await admin.from("subscriptions").update({ status: "expired" }).lt("ends_at", new Date().toISOString());
                  return Response.json({ ok: true });
                }
            """,
        },
    ),
)


def find(context: CodeContext) -> Iterator[Finding]:
    """One finding an entry, at its worst query; one for all pages below a layout, or behind middleware, that asks in their place."""
    yield from refused_elsewhere(context, RULE)
    behind: dict[str, list[tuple[Entry, Place]]] = {}
    visited: dict[str, list[list[Access]]] = {}
    for found in by_entry(faulty(context, Fault.NO_SESSION)):
        worst = min(found, key=_rank)
        if _by_middleware(worst) and all(asked_before(access) for access in found):
            file = worst.entry.covered_by.partition(":")[0]
            behind.setdefault(file, []).append((worst.entry, _top(worst) or worst.entry.place))
            continue
        if worst.entry.kind is EntryKind.ACTION and not _by_middleware(worst) and public_path(worst):
            visited.setdefault(worst.entry.place.file, []).append(found)
            continue
        yield _one(context, found, worst)
    for together in visited.values():
        yield from _of_visitors(context, together)
    for file, handlers in behind.items():
        yield from grouped(
            RULE,
            handlers,
            one=f"{{who}} leaves the check to {file}, which looks up whose an id of the path is.",
            many=f"{{n}} handlers leave the check to {file}, which looks up whose an id of the path is.",
            confidence=Confidence.LOW,
            detail="Whoever comes past it is asked nothing; a check beside the query holds by itself:",
            key=file,
        )
    below: dict[str, list[tuple[Entry, Place]]] = {}
    for found in by_entry(faulty(context, Fault.LAYOUT)):
        layout = context.layout_of(found[0].entry)
        if layout is not None:
            below.setdefault(layout.place.file, []).append((found[0].entry, found[0].entry.place))
    for file, pages in below.items():
        yield from grouped(
            RULE,
            pages,
            one=f"{{who}} reads customers' rows and leaves the check to {file}.",
            many=f"{{n}} pages read customers' rows and leave the check to {file}.",
            detail="A layout is not run again when only the part of the page is asked for; a check beside the data is:",
            key=file,
        )


def _one(context: CodeContext, found: list[Access], worst: Access) -> Finding:
    queries = [worst.query, *(access.query for access in found if access is not worst)]
    by_middleware = _by_middleware(worst)
    silent = all(told_elsewhere(access.entry, access.query) for access in found)
    unsure = silent or by_middleware or public_path(worst) or confidence_of(worst) is Confidence.LOW
    return report(
        RULE,
        worst.entry,
        _sets_off(worst)
        if silent and not by_middleware
        else _said(worst, queries, by_middleware=by_middleware, unsure=unsure),
        severity=Severity.MEDIUM if unsure else _severity(worst),
        confidence=Confidence.LOW if unsure else confidence_of(worst),
        detail=_detail(worst, found),
        queries=queries,
        place=_top(worst),
        facts=facts_of(worst),
        cells=context.leaking_cells(worst.query, guest=True),
    )


def _of_visitors(context: CodeContext, together: list[list[Access]]) -> Iterator[Finding]:
    """Actions of one file that visitors of a site call: each by itself, or one question."""
    told = sorted((_one(context, found, min(found, key=_rank)) for found in together), key=lambda one: one.rank)
    if len(told) <= _FEW:
        yield from told
        return
    names = [found[0].entry.place.symbol or found[0].entry.id for found in together]
    yield replace(
        told[0],
        title=f"Worth asking: anyone on the internet can call {len(names)} actions of {told[0].where.file if told[0].where else 'one file'}, on purpose?",
        detail=f"{told[0].detail} So it is with {listed(sorted(names), _NAMED)}.",
        facts=tuple(
            sorted({**dict(told[0].facts), "entries": "\n".join(found[0].entry.id for found in together)}.items())
        ),
    )


def _said(worst: Access, queries: list[Query], *, by_middleware: bool, unsure: bool) -> str:
    what = f"{does(one for one in queries if _same(one, worst.query))} {rows_of(worst.query)}"
    if by_middleware and not public_path(worst):
        return f"Worth asking: is the middleware's check enough? {handler(worst)} has none of its own and can {what}."
    if unsure:
        return f"Worth asking: anyone on the internet can {what} through {handler(worst)}, on purpose?"
    if not _anyone(worst):
        return f"Whoever signs in can {what} through {handler(worst)}, which asks nobody who they are."
    return f"Anyone on the internet can {what} through {handler(worst)}."


def _anyone(access: Access) -> bool:
    """Nothing stops a guest: not the client, and not row-level security, which an attack as a guest was tried on."""
    return access.query.client.bypasses or bool(access.context.leaking_cells(access.query, guest=True))


def _sets_off(worst: Access) -> str:
    return f"Worth asking: anyone on the internet can set off {handler(worst)}, which uses {rows_of(worst.query)} and shows none, on purpose?"


def _same(one: Query, other: Query) -> bool:
    return words.table_key(one.table) == words.table_key(other.table) and one.engine == other.engine


def _top(access: Access) -> Place | None:
    """The handler's first line, where the check belongs; the query's in a file of many handlers behind one door."""
    entry, query = access.entry, access.query
    if handled_apart(entry, query):
        return None
    near = query.place.file == entry.place.file and query.place.line - entry.place.line <= _NEAR
    return entry.place if near or query.place.file != entry.place.file else None


def _rank(access: Access) -> tuple[bool, int, int, bool, int]:
    return (
        told_elsewhere(access.entry, access.query),
        SEVERITY_RANK[_severity(access)],
        CONFIDENCE_RANK[confidence_of(access)],
        access.query.verb not in WRITES,
        access.query.order,
    )


def _severity(access: Access) -> Severity:
    return (
        Severity.MEDIUM
        if public_path(access) or _by_middleware(access)
        else severity_of(access, anyone=_anyone(access))
    )


def _by_middleware(access: Access) -> bool:
    """Middleware covers the path and asks who is calling; nothing else does."""
    beside = access.entry.kind is EntryKind.EDGE_FUNCTION
    asked = access.entry.asked_before
    if asked is not None and (not asked or NAMED_OPEN in asked):
        return False  # it runs there and asks nobody
    return bool(access.entry.covered_by) and access.context.middleware_asks and not beside


def _detail(access: Access, found: list[Access]) -> str:
    client = access.query.client.value
    through = {
        "service": "the service role",
        "pool": "the application's own database user",
        "provider": "the provider's secret key",
    }
    said = f"No check stands before the query, and it runs through {through.get(client, client)}, which row-level security does not stop."
    others = (one.query for one in found if not told_elsewhere(one.entry, one.query))
    beside = dict.fromkeys(f"{does([one])} {rows_of(one)}" for one in others if not _same(one, access.query))
    said += f" So it can {listed(list(beside), _BESIDE)}." if beside else ""
    return said + (
        f" {access.entry.covered_by} covers the path, if it asks there at all; which rows are the caller's it cannot know."
        if _by_middleware(access)
        else ""
    )
