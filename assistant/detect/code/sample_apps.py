"""The files that the small repositories of ``EXAMPLES`` share: an app with Auth.js, Prisma, Redis, Stripe and both Supabase clients."""

from __future__ import annotations

from typing import Final


APP: Final = {
    "package.json": (
        '{"dependencies": {"next": "16.0.0", "react": "19.0.0", "next-auth": "5.0.0", "@prisma/client": "6.0.0", "stripe": "17.0.0",'
        ' "@upstash/redis": "1.34.0", "@supabase/supabase-js": "2.50.0", "@supabase/ssr": "0.7.0", "ai": "5.0.0", "zod": "4.0.0"}}\n'
    ),
    "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}\n',
    "auth.ts": 'import NextAuth from "next-auth"\nexport const { auth } = NextAuth({ providers: [] })\n',
    "lib/db.ts": 'import { PrismaClient } from "@prisma/client"\nexport const db = new PrismaClient()\n',
    "lib/redis.ts": 'import { Redis } from "@upstash/redis"\nexport const redis = Redis.fromEnv()\n',
    "lib/stripe.ts": 'import Stripe from "stripe"\nexport const stripe = new Stripe(process.env.STRIPE_SECRET_KEY!)\n',
}
"""Path to text."""

SUPABASE: Final = {
    **APP,
    "lib/admin.ts": (
        'import "server-only"\nimport { createClient } from "@supabase/supabase-js"\n'
        "export const admin = createClient(process.env.NEXT_PUBLIC_SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)\n"
    ),
    "lib/server.ts": (
        'import { createServerClient } from "@supabase/ssr"\nimport { cookies } from "next/headers"\n'
        "export async function client() {\n  const store = await cookies()\n"
        "  return createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL!, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY!,"
        " { cookies: { getAll: () => store.getAll(), setAll() {} } })\n}\n"
    ),
}
"""The same app with a service-role client and a user's client."""

SIGNED: Final = (
    "const event = stripe.webhooks.constructEvent(await request.text(), "
    'request.headers.get("stripe-signature")!, process.env.STRIPE_WEBHOOK_SECRET!)'
)
"""The line that verifies a webhook."""
