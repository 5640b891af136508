"""What an application lets anybody do, every day: read its shop, sign up, follow a link that was sent. None of it is an alarm."""

from __future__ import annotations

import pytest

from assistant.domain.matrix import SEVERITY_RANK, Severity
from tests.unit.detect.code.rig import followed


SCHEMA = """
model User { id String @id
 email String @unique
 passwordHash String?
 name String?
 username String? @unique
 bio String?
 image String?
 emailVerified DateTime?
 orgId String? }
model Post { id String @id
 slug String @unique
 title String
 body String
 published Boolean
 authorId String }
model Product { id String @id
 slug String
 name String
 priceCents Int
 active Boolean }
model Order { id String @id
 userId String
 totalCents Int
 status String
 accessToken String @unique }
model Form { id String @id
 ownerId String
 title String
 published Boolean }
model Submission { id String @id
 formId String
 answers Json }
model Invite { id String @id
 token String @unique
 email String
 orgId String
 expiresAt DateTime
 acceptedAt DateTime? }
model Token { id String @id
 token String @unique
 userId String
 expires DateTime }
model Link { id String @id
 key String @unique
 url String
 userId String
 clicks Int }
model Subscriber { id String @id
 email String @unique
 unsubToken String @unique }
model Comment { id String @id
 postId String
 userId String
 text String }
model Booking { id String @id
 hostId String
 start DateTime
 guestEmail String }
"""
FILES = {
    "tsconfig.json": '{"compilerOptions":{"paths":{"@/*":["./*"]}}}',
    "prisma/schema.prisma": SCHEMA,
    "lib/prisma.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();',
    "lib/auth.ts": 'import NextAuth from "next-auth";\nexport const { auth, handlers } = NextAuth({ providers: [] });',
    "app/api/mine/route.ts": """
import { prisma } from "@/lib/prisma";
import { auth } from "@/lib/auth";
export async function GET() {
  const s = await auth();
  if (!s?.user?.id) return new Response(null, { status: 401 });
  const id = s.user.id;
  const mine = [
    await prisma.order.count({ where: { userId: id } }), await prisma.form.count({ where: { ownerId: id } }),
    await prisma.link.count({ where: { userId: id } }), await prisma.post.count({ where: { authorId: id } }),
    await prisma.comment.count({ where: { userId: id } }), await prisma.booking.count({ where: { hostId: id } }),
  ];
  return Response.json(mine);
}
""",
}
EVERYDAY = {
    "published post": ("GET app/api/posts/[slug]/route.ts", "", "const row = await prisma.post.findFirst({ where: { slug, published: true } }); return Response.json(row);"),
    "product": ("GET app/api/products/[id]/route.ts", "", "const row = await prisma.product.findUnique({ where: { id } }); return Response.json(row);"),
    "products list": ("GET app/api/products/route.ts", "", "return Response.json(await prisma.product.findMany({ where: { active: true } }));"),
    "contact": ("POST app/api/contact/route.ts", "", "const b = await req.json(); await prisma.contactMessage.create({ data: { name: b.name, email: b.email, message: b.message } }); return Response.json({ ok: true });"),
    "newsletter": ("POST app/api/newsletter/route.ts", "", "const { email } = await req.json(); await prisma.subscriber.upsert({ where: { email }, create: { email, unsubToken: crypto.randomUUID() }, update: {} }); return Response.json({ ok: true });"),
    "waitlist": ("POST app/api/waitlist/route.ts", "", "const { email } = await req.json(); await prisma.waitlist.create({ data: { email } }); return Response.json({ ok: true });"),
    "unsubscribe token": ("GET app/api/unsubscribe/route.ts", "", 'const token = new URL(req.url).searchParams.get("token")!; await prisma.subscriber.delete({ where: { unsubToken: token } }); return Response.json({ ok: true });'),
    "register": ("POST app/api/register/route.ts", 'import bcrypt from "bcryptjs";', 'const { email, password, name } = await req.json(); const has = await prisma.user.findUnique({ where: { email } }); if (has) return Response.json({ error: "taken" }, { status: 409 }); const passwordHash = await bcrypt.hash(password, 10); const u = await prisma.user.create({ data: { email, name, passwordHash } }); return Response.json({ id: u.id });'),
    "login": ("POST app/api/login/route.ts", 'import bcrypt from "bcryptjs";\nimport { SignJWT } from "jose";\nimport { cookies } from "next/headers";', 'const { email, password } = await req.json(); const u = await prisma.user.findUnique({ where: { email } }); if (!u || !(await bcrypt.compare(password, u.passwordHash!))) return Response.json({ error: "bad" }, { status: 401 }); const t = await new SignJWT({ sub: u.id }).setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode(process.env.S!)); (await cookies()).set("session", t, { httpOnly: true }); return Response.json({ id: u.id, name: u.name });'),
    "forgot": ("POST app/api/forgot-password/route.ts", 'import { Resend } from "resend";\nconst resend = new Resend(process.env.R!);', 'const { email } = await req.json(); const u = await prisma.user.findUnique({ where: { email } }); if (u) { const token = crypto.randomUUID(); await prisma.token.create({ data: { token, userId: u.id, expires: new Date(Date.now() + 3600e3) } }); await resend.emails.send({ from: "a@b.c", to: email, subject: "reset", text: token }); } return Response.json({ ok: true });'),
    "reset": ("POST app/api/reset-password/route.ts", 'import bcrypt from "bcryptjs";', "const { token, password } = await req.json(); const t = await prisma.token.findUnique({ where: { token } }); if (!t || t.expires < new Date()) return Response.json({}, { status: 400 }); await prisma.user.update({ where: { id: t.userId }, data: { passwordHash: await bcrypt.hash(password, 10) } }); await prisma.token.delete({ where: { token } }); return Response.json({ ok: true });"),
    "verify email": ("GET app/api/verify-email/route.ts", "", 'const token = new URL(req.url).searchParams.get("token")!; const t = await prisma.token.findUnique({ where: { token } }); if (!t) return Response.json({}, { status: 400 }); await prisma.user.update({ where: { id: t.userId }, data: { emailVerified: new Date() } }); return Response.redirect("/login");'),
    "invite view": ("GET app/api/invites/[token]/route.ts", "", "const i = await prisma.invite.findUnique({ where: { token }, select: { email: true, expiresAt: true } }); return Response.json(i);"),
    "invite accept": ("POST app/api/invites/accept/route.ts", "", 'const s = await auth(); if (!s?.user?.id) return new Response(null, { status: 401 }); const { token } = await req.json(); const i = await prisma.invite.findUnique({ where: { token } }); if (!i || i.expiresAt < new Date() || i.email !== s.user.email) return new Response(null, { status: 400 }); await prisma.member.create({ data: { orgId: i.orgId, userId: s.user.id, role: "member" } }); await prisma.invite.update({ where: { id: i.id }, data: { acceptedAt: new Date() } }); return Response.json({ ok: true });'),
    "short link": ("GET app/[key]/route.ts", "", "const l = await prisma.link.findUnique({ where: { key } }); if (!l) return new Response(null, { status: 404 }); await prisma.link.update({ where: { key }, data: { clicks: { increment: 1 } } }); return Response.redirect(l.url);"),
    "public profile": ("GET app/api/u/[username]/route.ts", "", "const u = await prisma.user.findUnique({ where: { username }, select: { name: true, username: true, bio: true, image: true } }); return Response.json(u);"),
    "form submit": ("POST app/api/forms/[id]/submit/route.ts", "", "const form = await prisma.form.findFirst({ where: { id, published: true } }); if (!form) return new Response(null, { status: 404 }); const answers = await req.json(); await prisma.submission.create({ data: { formId: form.id, answers } }); return Response.json({ ok: true });"),
    "form view": ("GET app/api/forms/[id]/public/route.ts", "", "const form = await prisma.form.findFirst({ where: { id, published: true }, select: { id: true, title: true } }); return Response.json(form);"),
    "comments of post": ("GET app/api/posts/[id]/comments/route.ts", "", "return Response.json(await prisma.comment.findMany({ where: { postId: id }, select: { id: true, text: true } }));"),
    "comment create": ("POST app/api/posts/[id]/comments/new/route.ts", "", "const s = await auth(); if (!s?.user?.id) return new Response(null, { status: 401 }); const { text } = await req.json(); const post = await prisma.post.findFirst({ where: { id, published: true } }); if (!post) return new Response(null, { status: 404 }); await prisma.comment.create({ data: { postId: id, userId: s.user.id, text } }); return Response.json({ ok: true });"),
    "like": ("POST app/api/posts/[id]/like/route.ts", "", "const s = await auth(); if (!s?.user?.id) return new Response(null, { status: 401 }); await prisma.like.upsert({ where: { postId_userId: { postId: id, userId: s.user.id } }, create: { postId: id, userId: s.user.id }, update: {} }); return Response.json({ ok: true });"),
    "view counter": ("POST app/api/posts/[slug]/view/route.ts", "", "await prisma.postView.upsert({ where: { slug }, create: { slug, count: 1 }, update: { count: { increment: 1 } } }); return Response.json({ ok: true });"),
    "availability": ("GET app/api/hosts/[id]/slots/route.ts", "", "const b = await prisma.booking.findMany({ where: { hostId: id }, select: { start: true } }); return Response.json(b.map((x) => x.start));"),
    "book": ("POST app/api/book/route.ts", "", "const { hostId, start, email } = await req.json(); const clash = await prisma.booking.findFirst({ where: { hostId, start } }); if (clash) return new Response(null, { status: 409 }); const b = await prisma.booking.create({ data: { hostId, start, guestEmail: email } }); return Response.json({ id: b.id });"),
    "checkout": ("POST app/api/checkout/route.ts", 'import Stripe from "stripe";\nconst stripe = new Stripe(process.env.SK!);', 'const s = await auth(); if (!s?.user?.id) return new Response(null, { status: 401 }); const { priceId } = await req.json(); const c = await stripe.checkout.sessions.create({ mode: "subscription", line_items: [{ price: priceId, quantity: 1 }], customer_email: s.user.email!, metadata: { userId: s.user.id }, success_url: "https://a", cancel_url: "https://b" }); return Response.json({ url: c.url });'),
    "health": ("GET app/api/health/route.ts", "", "await prisma.$queryRaw`SELECT 1`; return Response.json({ ok: true });"),
    "stats": ("GET app/api/stats/route.ts", "", "const users = await prisma.user.count(); const posts = await prisma.post.count({ where: { published: true } }); return Response.json({ users, posts });"),
    "sitemap": ("GET app/sitemap.xml/route.ts", "", 'const posts = await prisma.post.findMany({ where: { published: true }, select: { slug: true } }); return new Response(posts.map((p) => p.slug).join("\\n"));'),
    "me": ("GET app/api/me/route.ts", "", "const s = await auth(); if (!s?.user?.id) return new Response(null, { status: 401 }); const u = await prisma.user.findUnique({ where: { id: s.user.id }, select: { id: true, name: true, email: true } }); return Response.json(u);"),
    "me update": ("PATCH app/api/me/update/route.ts", 'import { z } from "zod";\nconst schema = z.object({ name: z.string(), bio: z.string() });', "const s = await auth(); if (!s?.user?.id) return new Response(null, { status: 401 }); const { name, bio } = schema.parse(await req.json()); const u = await prisma.user.update({ where: { id: s.user.id }, data: { name, bio }, select: { id: true, name: true } }); return Response.json(u);"),
    "check username": ("GET app/api/username/route.ts", "", 'const username = new URL(req.url).searchParams.get("u")!; const has = await prisma.user.findUnique({ where: { username }, select: { id: true } }); return Response.json({ free: !has });'),
    "search users to invite": ("GET app/api/users/search/route.ts", "", 'const s = await auth(); if (!s?.user?.id) return new Response(null, { status: 401 }); const q = new URL(req.url).searchParams.get("q")!; const us = await prisma.user.findMany({ where: { username: { contains: q } }, select: { id: true, username: true, image: true }, take: 10 }); return Response.json(us);'),
    "ical by secret": ("GET app/api/ical/[token]/route.ts", "", "const t = await prisma.token.findUnique({ where: { token } }); if (!t) return new Response(null, { status: 404 }); const b = await prisma.booking.findMany({ where: { hostId: t.userId } }); return new Response(b.map((x) => x.start.toISOString()).join());"),
    "oauth callback": ("GET app/api/oauth/callback/route.ts", 'import { cookies } from "next/headers";', 'const s = await auth(); if (!s?.user?.id) return new Response(null, { status: 401 }); const u = new URL(req.url); const state = (await cookies()).get("oauth_state")?.value; if (!state || state !== u.searchParams.get("state")) return new Response(null, { status: 400 }); const r = await fetch("https://x.example/token", { method: "POST", body: JSON.stringify({ code: u.searchParams.get("code") }) }); const t = await r.json(); await prisma.integration.upsert({ where: { userId: s.user.id }, create: { userId: s.user.id, accessToken: t.access_token }, update: { accessToken: t.access_token } }); return Response.redirect("https://a/ok");'),
    "cron": ("GET app/api/cron/clean/route.ts", "", 'if (!process.env.CRON_SECRET || req.headers.get("authorization") !== `Bearer ${process.env.CRON_SECRET}`) return new Response(null, { status: 401 }); await prisma.token.deleteMany({ where: { expires: { lt: new Date() } } }); return Response.json({ ok: true });'),
    "feature flags": ("GET app/api/flags/route.ts", "", "return Response.json(await prisma.featureFlag.findMany({ where: { enabled: true }, select: { name: true } }));"),
    "testimonials": ("GET app/api/testimonials/route.ts", "", "return Response.json(await prisma.testimonial.findMany({ where: { approved: true } }));"),
    "leaderboard": ("GET app/api/leaderboard/route.ts", "", 'return Response.json(await prisma.user.findMany({ orderBy: { points: "desc" }, take: 10, select: { username: true, image: true, points: true } }));'),
}  # fmt: skip


@pytest.mark.parametrize(("where", "imports", "body"), EVERYDAY.values(), ids=EVERYDAY)
def test_what_anybody_may_do(where, imports, body):
    verb, path = where.split(" ", 1)
    name = path.partition("[")[2].partition("]")[0]
    given = f", {{ params }}: {{ params: Promise<{{ {name}: string }}> }}" if name else ""
    read = f"const {{ {name} }} = await params;" if name else ""
    route = f"""
import {{ prisma }} from "@/lib/prisma";
import {{ auth }} from "@/lib/auth";
{imports}
export async function {verb}(req: Request{given}) {{
  {read}
  {body}
}}
"""
    found = followed({**FILES, path: route}).findings
    assert [one.title for one in found if SEVERITY_RANK[one.severity] <= SEVERITY_RANK[Severity.MEDIUM]] == []
