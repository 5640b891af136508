"""The proxy at the top of the repository was believed; Next.js looks for it in ``src``, where the app stands, and ran another one, or none."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


ASKS = """
    import { NextResponse } from "next/server";
    import { auth } from "@clerk/nextjs/server";
    export default async function middleware(request) {
      const { userId } = await auth();
      if (!userId) return NextResponse.redirect(new URL("/login", request.url));
      return NextResponse.next();
    }
"""
PAGE = """
    import { PrismaClient } from "@prisma/client";
    const db = new PrismaClient();
    export default async function Page({ params }) {
      const { id } = await params;
      return <p>{(await db.patient.findUnique({ where: { id }, include: { user: true } })).notes}</p>;
    }
"""
NEXT = '{{"dependencies": {{"next": "{}"}}}}'


def told(files, version="16.1.0"):
    found = followed({"package.json": NEXT.format(version), **files}).findings
    return {one.rule: one.title for one in found if one.rule in {"middleware-never-runs", "missing-session"}}


@pytest.mark.parametrize(
    ("middleware", "page", "version"),
    [
        ("middleware.ts", "src/app/patients/[id]/page.tsx", "16.1.0"),
        ("src/middleware.ts", "app/patients/[id]/page.tsx", "16.1.0"),
        ("proxy.ts", "src/app/patients/[id]/page.tsx", "16.1.0"),
        ("proxy.ts", "app/patients/[id]/page.tsx", "^15.3.2"),
        ("apps/web/middleware.ts", "apps/web/src/app/patients/[id]/page.tsx", "latest"),
    ],
)
def test_middleware_that_nothing_runs_asks_nobody(middleware, page, version):
    package = {"apps/web/package.json": NEXT.format(version)} if page.startswith("apps/") else {}
    found = told({middleware: ASKS, page: PAGE, **package}, version)
    assert found["middleware-never-runs"] == f"Next.js never runs {middleware}: what it asks is asked of nobody."
    assert found["missing-session"].startswith("Anyone on the internet")


@pytest.mark.parametrize(
    ("middleware", "page", "version"),
    [
        ("middleware.ts", "app/patients/[id]/page.tsx", "13.4.0"),
        ("src/proxy.ts", "src/app/patients/[id]/page.tsx", "^16.0.0"),
        ("proxy.ts", "app/patients/[id]/page.tsx", "latest"),
        ("src/middleware.ts", "src/pages/patients/[id].tsx", "12.2.0"),
    ],
)
def test_middleware_beside_the_app_is_what_it_says(middleware, page, version):
    text = (
        PAGE
        if "/app/" in page or page.startswith("app/")
        else PAGE.replace("export default async function Page", "export async function getServerSideProps")
    )
    found = told({middleware: ASKS, page: text}, version)
    assert "middleware-never-runs" not in found
    assert found.get("missing-session", "Worth asking").startswith("Worth asking")


def test_one_that_runs_beside_it_is_the_one_that_counts():
    found = told(
        {
            "proxy.ts": ASKS,
            "src/middleware.ts": "export function middleware() {}",
            "src/app/patients/[id]/page.tsx": PAGE,
        }
    )
    assert set(found) == {"middleware-never-runs", "missing-session"}


def test_one_that_sends_nobody_away_is_only_said_not_to_run():
    refreshes = "import { NextResponse } from 'next/server'; export function proxy(request) { return NextResponse.next({ request }); }"
    report = followed({"package.json": NEXT.format("16.1.0"), "proxy.ts": refreshes, "src/app/page.tsx": PAGE})
    found = [(one.title, str(one.severity)) for one in report.findings if one.rule == "middleware-never-runs"]
    assert found == [("Next.js never runs proxy.ts.", "low")]
