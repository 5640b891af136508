"""The app that the stories about single detectors share: Auth.js, Prisma, both Supabase clients, Stripe and Redis."""

from __future__ import annotations

from assistant.domain.matrix import Severity
from tests.unit.detect.code.rig import followed, rules_of


APP = {
    "package.json": '{"dependencies": {"next": "15.1.0", "next-auth": "5.0.0", "@prisma/client": "6.0.0", "zod": "3.23.0"}}',
    "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}',
    "auth.ts": 'import NextAuth from "next-auth";\nexport const { auth } = NextAuth({ providers: [] });\n',
    "lib/db.ts": 'import { PrismaClient } from "@prisma/client";\nexport const db = new PrismaClient();\n',
    "lib/redis.ts": 'import { Redis } from "@upstash/redis";\nexport const redis = Redis.fromEnv();\n',
    "lib/stripe.ts": 'import Stripe from "stripe";\nexport const stripe = new Stripe(process.env.STRIPE_SECRET_KEY);\n',
    "lib/session.ts": """
        import { auth } from "@/auth";
        import { redirect } from "next/navigation";
        export async function requireUser() {
          const session = await auth();
          if (!session?.user?.id) redirect("/login");
          return session.user;
        }
    """,
}
_ACTION = """
    "use server";
    import {{ auth }} from "@/auth";
    import {{ db }} from "@/lib/db";
    import {{ stripe }} from "@/lib/stripe";
    import {{ requireUser }} from "@/lib/session";
    import {{ z }} from "zod";
    {head}
    export async function act({given}) {{
      const user = await requireUser();
      {body}
    }}
"""
_FORM = """
    "use client";
    import { act } from "./actions";
    export function Form() { return <form action={act} />; }
"""
_ROUTE = """
    import {{ NextResponse }} from "next/server";
    import {{ auth }} from "@/auth";
    import {{ db }} from "@/lib/db";
    import {{ redis }} from "@/lib/redis";
    import {{ stripe }} from "@/lib/stripe";
    {head}
    export async function {verb}(request) {{
      {session}
      {body}
    }}
"""
SESSION = "const session = await auth(); if (!session?.user) return new Response(null, { status: 401 });"


def of_action(body, *, given="id, input", head="", least=Severity.MEDIUM, **files):
    """Rules that speak about a server action of somebody who is signed in."""
    action = _ACTION.format(body=body, given=given, head=head)
    return rules_of(followed({**APP, "app/form.tsx": _FORM, "app/actions.ts": action, **_laid_out(files)}), least=least)


def of_route(
    body, *, path="app/api/invoices/route.ts", verb="GET", head="", session=SESSION, least=Severity.MEDIUM, **files
):
    """Rules that speak about a route."""
    route = _ROUTE.format(body=body, verb=verb, head=head, session=session)
    return rules_of(followed({**APP, path: route, **_laid_out(files)}), least=least)


def _laid_out(files):
    """``lib_crypto=…`` is ``lib/crypto.ts``; ``files={…}`` names its paths itself."""
    named = files.pop("files", {})
    return {name.replace("_", "/") + ".ts": text for name, text in files.items()} | named
