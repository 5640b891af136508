"""Who is calling, in the words of every library that says it: the row of somebody else is told, the caller's own is not."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


DATABASE = 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();'
NO = 'return new NextResponse("no", { status: 401 });'
BEARER = f'const token = req.headers.get("authorization")?.replace("Bearer ", ""); if (!token) {NO}'

LIBRARIES = [
    pytest.param(
        'import { auth } from "@clerk/nextjs/server";',
        f"const {{ userId }} = await auth(); if (!userId) {NO}",
        "userId",
        id="clerk auth",
    ),
    pytest.param(
        'import { auth } from "@clerk/nextjs/server";',
        "const { userId } = await auth.protect();",
        "userId",
        id="clerk protect",
    ),
    pytest.param(
        'import { currentUser } from "@clerk/nextjs/server";',
        f"const user = await currentUser(); if (!user) {NO}",
        "user.id",
        id="clerk currentUser",
    ),
    pytest.param(
        'import { getServerSession } from "next-auth";',
        f"const session = await getServerSession(); if (!session?.user) {NO}",
        "session.user.id",
        id="nextauth v4",
    ),
    pytest.param(
        'import NextAuth from "next-auth";\nconst { auth } = NextAuth({ providers: [] });',
        f"const session = await auth(); if (!session?.user?.id) {NO}",
        "session.user.id",
        id="authjs",
    ),
    pytest.param(
        'import { betterAuth } from "better-auth";\nimport { headers } from "next/headers";\nconst auth = betterAuth({});',
        f"const session = await auth.api.getSession({{ headers: await headers() }}); if (!session) {NO}",
        "session.user.id",
        id="better-auth",
    ),
    pytest.param(
        'import { createServerClient } from "@supabase/ssr";',
        f"const supabase = createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL!, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY!, {{ cookies: {{}} }}); const {{ data: {{ user }} }} = await supabase.auth.getUser(); if (!user) {NO}",
        "user.id",
        id="supabase getUser",
    ),
    pytest.param(
        'import { createServerClient } from "@supabase/ssr";',
        f'const supabase = createServerClient("u", process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY!, {{ cookies: {{}} }}); const {{ data }} = await supabase.auth.getClaims(); if (!data?.claims) {NO}',
        "data.claims.sub",
        id="supabase getClaims",
    ),
    pytest.param(
        'import { jwtVerify } from "jose";\nimport { cookies } from "next/headers";',
        f'const token = (await cookies()).get("session")?.value; if (!token) {NO} let payload; try {{ ({{ payload }} = await jwtVerify(token, new TextEncoder().encode(process.env.JWT_SECRET))); }} catch {{ {NO} }}',
        "payload.sub",
        id="jose cookie",
    ),
    pytest.param(
        'import jwt from "jsonwebtoken";',
        f"{BEARER} const payload = jwt.verify(token, process.env.JWT_SECRET!) as {{ userId: string }};",
        "payload.userId",
        id="jsonwebtoken",
    ),
    pytest.param(
        'import { getIronSession } from "iron-session";\nimport { cookies } from "next/headers";',
        f'const session = await getIronSession<{{ userId?: string }}>(await cookies(), {{ password: process.env.S!, cookieName: "s" }}); if (!session.userId) {NO}',
        "session.userId",
        id="iron-session",
    ),
    pytest.param(
        'import { getKindeServerSession } from "@kinde-oss/kinde-auth-nextjs/server";',
        f"const {{ getUser }} = getKindeServerSession(); const user = await getUser(); if (!user) {NO}",
        "user.id",
        id="kinde",
    ),
    pytest.param(
        'import { withAuth } from "@workos-inc/authkit-nextjs";',
        "const { user } = await withAuth({ ensureSignedIn: true });",
        "user.id",
        id="workos",
    ),
    pytest.param(
        'import { getSession } from "@auth0/nextjs-auth0";',
        f"const session = await getSession(); if (!session) {NO}",
        "session.user.sub",
        id="auth0",
    ),
    pytest.param(
        'import { Auth0Client } from "@auth0/nextjs-auth0/server";\nconst auth0 = new Auth0Client();',
        f"const session = await auth0.getSession(); if (!session) {NO}",
        "session.user.sub",
        id="auth0 v4",
    ),
    pytest.param(
        'import { getAuth } from "firebase-admin/auth";',
        f'const token = req.headers.get("authorization")?.split("Bearer ")[1]; if (!token) {NO} const decoded = await getAuth().verifyIdToken(token);',
        "decoded.uid",
        id="firebase",
    ),
    pytest.param(
        'import { Lucia } from "lucia";\nimport { cookies } from "next/headers";\nconst lucia = new Lucia({} as any);',
        f"const sid = (await cookies()).get(lucia.sessionCookieName)?.value ?? null; if (!sid) {NO} const {{ session, user }} = await lucia.validateSession(sid); if (!session) {NO}",
        "user.id",
        id="lucia",
    ),
    pytest.param(
        'import { StackServerApp } from "@stackframe/stack";\nconst stackServerApp = new StackServerApp({ tokenStore: "nextjs-cookie" });',
        'const user = await stackServerApp.getUser({ or: "redirect" });',
        "user.id",
        id="stack",
    ),
    pytest.param(
        'import { session } from "@descope/nextjs-sdk/server";',
        f"const s = await session(); if (!s) {NO}",
        "s.token.sub",
        id="descope",
    ),
    pytest.param(
        'import { PrivyClient } from "@privy-io/server-auth";\nconst privy = new PrivyClient("a","b");',
        f"{BEARER} const claims = await privy.verifyAuthToken(token);",
        "claims.userId",
        id="privy",
    ),
    pytest.param(
        'import { getLogtoContext } from "@logto/next/server-actions";',
        f"const {{ isAuthenticated, claims }} = await getLogtoContext({{}} as any); if (!isAuthenticated) {NO}",
        "claims.sub",
        id="logto",
    ),
    pytest.param(
        'import { withSession } from "supertokens-node/nextjs";\nimport { getSession } from "supertokens-node/recipe/session";',
        "const s = await getSession(req as any, {} as any); ",
        "s.getUserId()",
        id="supertokens",
    ),
    pytest.param(
        'import { Client, Account } from "node-appwrite";\nimport { cookies } from "next/headers";',
        'const client = new Client().setSession((await cookies()).get("s")!.value); const account = new Account(client); const user = await account.get();',
        "user.$id",
        id="appwrite",
    ),
    pytest.param(
        'import { getToken } from "next-auth/jwt";',
        f"const token = await getToken({{ req: req as any, secret: process.env.S }}); if (!token) {NO}",
        "token.sub",
        id="nextauth token",
    ),
    pytest.param(
        'import { cookies } from "next/headers";\nimport { createHash } from "crypto";',
        f'const raw = (await cookies()).get("session")?.value; if (!raw) {NO} const hash = createHash("sha256").update(raw).digest("hex"); const session = await prisma.session.findUnique({{ where: {{ tokenHash: hash }}, include: {{ user: true }} }}); if (!session || session.expiresAt < new Date()) {NO}',
        "session.userId",
        id="a table of sessions",
    ),
]
"""Imports, the statement that asks, and the caller's id."""


def told(imports: str, asks: str, condition: str) -> set[str]:
    route = f"""
import {{ NextResponse }} from "next/server";
import {{ prisma }} from "@/lib/db";
{imports}
export async function GET(req, {{ params }}) {{
  const {{ id }} = await params;
  {asks}
  const row = await prisma.invoice.findFirst({{ where: {{ id{condition} }} }});
  return row ? NextResponse.json(row) : NextResponse.json({{ error: "not found" }}, {{ status: 404 }});
}}
"""
    settings = '{"compilerOptions":{"paths":{"@/*":["./*"]}}}'
    files = {"tsconfig.json": settings, "lib/db.ts": DATABASE, "app/api/invoices/[id]/route.ts": route}
    return {finding.rule for finding in followed(files).findings}


@pytest.mark.parametrize(("imports", "asks", "caller"), LIBRARIES)
def test_the_row_of_somebody_else_is_told_and_ones_own_is_not(imports, asks, caller):
    assert told(imports, asks, "") == {"id-only-lookup"}
    assert told(imports, asks, f", userId: {caller}") == set()
