"""Pages and the data functions below them, in the pattern that Next.js recommends: who is asked, and for whose row."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


FILES = {
    "tsconfig.json": '{"compilerOptions":{"paths":{"@/*":["./*"]}}}',
    "lib/db.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();',
    "lib/dal.ts": """
import "server-only";
import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import { jwtVerify } from "jose";
import { prisma } from "@/lib/db";
const key = new TextEncoder().encode(process.env.SESSION_SECRET);
async function decrypt(token = "") {
  try { const { payload } = await jwtVerify(token, key, { algorithms: ["HS256"] }); return payload; } catch { return undefined; }
}
export const verifySession = cache(async () => {
  const session = await decrypt((await cookies()).get("session")?.value);
  if (!session?.userId) redirect("/login");
  return { userId: session.userId };
});
export const maybe = cache(async () => decrypt((await cookies()).get("session")?.value));
export const anyInvoice = (id) => prisma.invoice.findUnique({ where: { id } });
export const ownInvoice = async (id) => {
  const { userId } = await verifySession();
  return prisma.invoice.findFirst({ where: { id, userId } });
};
""",
    "components/invoice.tsx": """
import { anyInvoice } from "@/lib/dal";
export async function Invoice({ id }) { const row = await anyInvoice(id); return <pre>{JSON.stringify(row)}</pre>; }
""",
    "app/mine/page.tsx": """
import { prisma } from "@/lib/db";
import { verifySession } from "@/lib/dal";
export default async function Page() {
  const { userId } = await verifySession();
  return <pre>{JSON.stringify(await prisma.invoice.findMany({ where: { userId } }))}</pre>;
}
""",
}
ASKED = "const session = await verifySession();"
ROW = "const row = await anyInvoice(id);"
SHOWN = "return <pre>{JSON.stringify(row)}</pre>;"

OWN = {
    "by the session": f"{ASKED} const row = await prisma.invoice.findFirst({{ where: {{ id, userId: session.userId }} }}); {SHOWN}",
    "compared": f"{ASKED} {ROW} if (row?.userId !== session.userId) notFound(); {SHOWN}",
    "shown to its owner alone": f"{ASKED} {ROW} return <div>{{row?.userId === session.userId ? <pre>{{JSON.stringify(row)}}</pre> : null}}</div>;",
    "shown to its owner and": f"{ASKED} {ROW} return <div>{{row && row.userId === session.userId && <pre>{{JSON.stringify(row)}}</pre>}}</div>;",
    "by a data function": f"const row = await ownInvoice(id); {SHOWN}",
}
ANYBODYS = {
    "by its id": f"{ASKED} {ROW} {SHOWN}",
    "nobody is asked": f"{ROW} {SHOWN}",
    "a session that may be missing": f"const session = await maybe(); {ROW} {SHOWN}",
    "a redirect that is caught": f"try {{ {ASKED} }} catch (error) {{ console.error(error); }} {ROW} {SHOWN}",
    "shown to whoever is signed in": f"const session = await maybe(); {ROW} return <div>{{session ? <pre>{{JSON.stringify(row)}}</pre> : null}}</div>;",
    "a component that reads": f"{ASKED} return <Suspense><Invoice id={{id}} /></Suspense>;",
}


def told(body: str, **more: str) -> set[str]:
    page = f"""
import {{ Suspense }} from "react";
import {{ notFound }} from "next/navigation";
import {{ prisma }} from "@/lib/db";
import {{ anyInvoice, maybe, ownInvoice, verifySession }} from "@/lib/dal";
import {{ Invoice }} from "@/components/invoice";
export default async function Page({{ params }}) {{
  const {{ id }} = await params;
  {body}
}}
"""
    files = {
        **FILES,
        "app/(office)/invoices/[id]/page.tsx": page,
        **{name.replace("__", "/"): text for name, text in more.items()},
    }
    found = followed(files).findings
    return {one.rule for one in found if one.entry == "page /invoices/[id]"} & {
        "id-only-lookup",
        "missing-session",
        "ineffective-guard",
    }


@pytest.mark.parametrize("body", OWN.values(), ids=OWN)
def test_an_invoice_of_ones_own(body):
    assert told(body) == set()


@pytest.mark.parametrize("body", ANYBODYS.values(), ids=ANYBODYS)
def test_an_invoice_of_anybodys(body):
    assert told(body)


LAYOUT = """
import { verifySession } from "@/lib/dal";
export default async function Layout({ children }) { await verifySession(); return <main>{children}</main>; }
"""


def test_a_layout_that_knows_who_is_signed_in_does_not_know_whose_invoice_it_is():
    assert told(f"{ROW} {SHOWN}", **{"app__(office)__layout.tsx": LAYOUT}) == {"id-only-lookup"}
