"""What people who are signed in do with what is theirs, every day, in the spellings of everyday applications. None of it is an alarm."""

from __future__ import annotations

import pytest

from assistant.domain.matrix import SEVERITY_RANK, Severity
from tests.unit.detect.code.rig import followed


FILES = {
    "tsconfig.json": '{"compilerOptions":{"paths":{"@/*":["./*"]}}}',
    "lib/prisma.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();',
    "lib/me.ts": """
import { auth } from "@clerk/nextjs/server";
export async function me() {
  const { userId, orgId, orgRole } = await auth();
  if (!userId) throw new Error("401");
  return { id: userId, orgId: orgId!, orgRole };
}
""",
    "app/api/mine/route.ts": """
import { prisma } from "@/lib/prisma";
import { me } from "@/lib/me";
export async function GET() {
  const u = await me();
  const mine = [
    await prisma.order.count({ where: { userId: u.id } }), await prisma.task.count({ where: { orgId: u.orgId } }),
    await prisma.project.count({ where: { orgId: u.orgId } }), await prisma.message.count({ where: { senderId: u.id } }),
    await prisma.notification.count({ where: { userId: u.id } }), await prisma.cart.count({ where: { userId: u.id } }),
    await prisma.event.count({ where: { organizerId: u.id } }), await prisma.post.count({ where: { authorId: u.id } }),
    await prisma.bot.count({ where: { orgId: u.orgId } }), await prisma.registration.count({ where: { userId: u.id } }),
  ];
  return Response.json(mine);
}
""",
}
EVERYDAY = {
    "stripe success": ("GET app/api/checkout/success/[id]/route.ts", """import Stripe from "stripe";
const stripe = new Stripe(process.env.SK!);""", """const s = await stripe.checkout.sessions.retrieve(new URL(req.url).searchParams.get("session_id")!); return Response.json({ status: s.status });"""),
    "guest cart cookie": ("GET app/api/cart/[id]/route.ts", """import { cookies } from "next/headers";""", """const c = (await cookies()).get("cartId")?.value; if (!c) return Response.json({ items: [] }); const cart = await prisma.cart.findUnique({ where: { id: c }, include: { items: true } }); return Response.json(cart);"""),
    "api key org": ("GET app/api/x/[id]/route.ts", "", """const key = req.headers.get("authorization")?.replace("Bearer ", ""); if (!key) return new Response(null, { status: 401 }); const k = await prisma.apiKey.findUnique({ where: { key } }); if (!k) return new Response(null, { status: 401 }); const t = await prisma.task.findFirst({ where: { id, orgId: k.orgId } }); if (!t) return new Response(null, { status: 404 }); return Response.json(t);"""),
    "widget bot published": ("GET app/api/widget/[id]/route.ts", "", "const bot = await prisma.bot.findFirst({ where: { id, isPublic: true }, select: { id: true, name: true, greeting: true } }); if (!bot) return new Response(null, { status: 404 }); return Response.json(bot);"),
    "clerk org": ("POST app/api/x/[id]/route.ts", "", "const b = await req.json(); const u = await me(); const t = await prisma.task.findFirst({ where: { id, orgId: u.orgId } }); if (!t) return new Response(null, { status: 404 }); await prisma.task.update({ where: { id: t.id }, data: { title: b.title } }); return Response.json({ ok: true });"),
    "clerk has role": ("POST app/api/x/[id]/route.ts", """import { auth } from "@clerk/nextjs/server";""", """const b = await req.json(); const { userId, orgId, has } = await auth(); if (!userId || !orgId || !has({ role: "org:admin" })) return new Response(null, { status: 403 }); await prisma.project.deleteMany({ where: { id, orgId } }); return Response.json({ ok: true });"""),
    "clerk metadata admin": ("POST app/api/x/[id]/route.ts", """import { auth } from "@clerk/nextjs/server";""", """const b = await req.json(); const { sessionClaims } = await auth(); if ((sessionClaims as any)?.metadata?.role !== "admin") return new Response(null, { status: 403 }); const o = await prisma.order.findUnique({ where: { id } }); return Response.json(o);"""),
    "presigned own prefix": ("POST app/api/x/[id]/route.ts", """import { S3Client, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
const s3 = new S3Client({});""", """const b = await req.json(); const u = await me(); const key = `${u.id}/${crypto.randomUUID()}`; const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket: "b", Key: key, ContentType: b.type })); return Response.json({ url });"""),
    "revalidate secret": ("POST app/api/x/[id]/route.ts", """import { revalidateTag } from "next/cache";""", """const b = await req.json(); const s = new URL(req.url).searchParams.get("secret"); if (s !== process.env.REVALIDATE_SECRET) return new Response(null, { status: 401 }); revalidateTag(b.tag); return Response.json({ ok: true });"""),
    "search own": ("GET app/api/x/[id]/route.ts", "", """const u = await me(); const q = new URL(req.url).searchParams.get("q")!; return Response.json(await prisma.task.findMany({ where: { orgId: u.orgId, title: { contains: q } } }));"""),
    "follow": ("POST app/api/x/[id]/route.ts", "", "const b = await req.json(); const u = await me(); if (u.id === id) return new Response(null, { status: 400 }); await prisma.follow.create({ data: { followerId: u.id, followingId: id } }); return Response.json({ ok: true });"),
    "unfollow": ("POST app/api/x/[id]/route.ts", "", "const b = await req.json(); const u = await me(); await prisma.follow.delete({ where: { followerId_followingId: { followerId: u.id, followingId: id } } }); return Response.json({ ok: true });"),
    "message in conversation": ("POST app/api/x/[id]/route.ts", "", "const b = await req.json(); const u = await me(); const p = await prisma.participant.findUnique({ where: { conversationId_userId: { conversationId: id, userId: u.id } } }); if (!p) return new Response(null, { status: 404 }); const m = await prisma.message.create({ data: { conversationId: id, senderId: u.id, text: b.text } }); return Response.json(m);"),
    "messages of conversation": ("GET app/api/x/[id]/route.ts", "", "const u = await me(); const c = await prisma.conversation.findFirst({ where: { id, participants: { some: { userId: u.id } } }, include: { messages: true } }); if (!c) return new Response(null, { status: 404 }); return Response.json(c.messages);"),
    "invite to own team": ("POST app/api/x/[id]/route.ts", "", """const b = await req.json(); const u = await me(); if (u.orgRole !== "org:admin") return new Response(null, { status: 403 }); const i = await prisma.invite.create({ data: { orgId: u.orgId, email: b.email, token: crypto.randomUUID(), role: "member" } }); return Response.json({ id: i.id });"""),
    "assign checked": ("POST app/api/x/[id]/route.ts", "", "const b = await req.json(); const u = await me(); const t = await prisma.task.findFirst({ where: { id, orgId: u.orgId } }); if (!t) return new Response(null, { status: 404 }); const m = await prisma.member.findFirst({ where: { orgId: u.orgId, userId: b.assigneeId } }); if (!m) return new Response(null, { status: 404 }); await prisma.task.update({ where: { id }, data: { assigneeId: b.assigneeId } }); return Response.json({ ok: true });"),
    "mark read": ("POST app/api/x/[id]/route.ts", "", "const b = await req.json(); const u = await me(); await prisma.notification.updateMany({ where: { id, userId: u.id }, data: { read: true } }); return Response.json({ ok: true });"),
    "mark all read": ("POST app/api/x/[id]/route.ts", "", "const b = await req.json(); const u = await me(); await prisma.notification.updateMany({ where: { userId: u.id, read: false }, data: { read: true } }); return Response.json({ ok: true });"),
    "report": ("POST app/api/x/[id]/route.ts", "", "const b = await req.json(); const u = await me(); await prisma.report.create({ data: { postId: id, reporterId: u.id, reason: b.reason } }); return Response.json({ ok: true });"),
    "react": ("POST app/api/x/[id]/route.ts", "", "const b = await req.json(); const u = await me(); const c = await prisma.comment.findUnique({ where: { id }, select: { id: true } }); if (!c) return new Response(null, { status: 404 }); await prisma.reaction.create({ data: { commentId: c.id, userId: u.id, emoji: b.emoji } }); return Response.json({ ok: true });"),
    "order price from db": ("POST app/api/x/[id]/route.ts", "", "const b = await req.json(); const u = await me(); const ps = await prisma.product.findMany({ where: { id: { in: b.items.map((i: any) => i.id) } } }); const total = ps.reduce((s, p) => s + p.priceCents, 0); const o = await prisma.order.create({ data: { userId: u.id, totalCents: total, items: { create: ps.map((p) => ({ productId: p.id, quantity: 1 })) } } }); return Response.json({ id: o.id });"),
    "coupon": ("POST app/api/coupons/[id]/route.ts", "", "const b = await req.json(); const c = await prisma.coupon.findUnique({ where: { code: b.code }, select: { percent: true, active: true } }); if (!c?.active) return new Response(null, { status: 404 }); return Response.json({ percent: c.percent });"),
    "event registration": ("POST app/api/x/[id]/route.ts", "", "const b = await req.json(); const u = await me(); const e = await prisma.event.findFirst({ where: { id, published: true } }); if (!e) return new Response(null, { status: 404 }); const n = await prisma.registration.count({ where: { eventId: id } }); if (n >= e.capacity) return new Response(null, { status: 409 }); await prisma.registration.create({ data: { eventId: id, userId: u.id } }); return Response.json({ ok: true });"),
    "cancel registration": ("POST app/api/x/[id]/route.ts", "", "const b = await req.json(); const u = await me(); await prisma.registration.delete({ where: { eventId_userId: { eventId: id, userId: u.id } } }); return Response.json({ ok: true });"),
    "download by jwt": ("GET app/api/x/[id]/route.ts", """import jwt from "jsonwebtoken";""", """const t = new URL(req.url).searchParams.get("t")!; let p: any; try { p = jwt.verify(t, process.env.DL!); } catch { return new Response(null, { status: 403 }); } const f = await prisma.order.findUnique({ where: { id: p.orderId } }); return Response.json(f);"""),
    "organizer sees registrations": ("GET app/api/x/[id]/route.ts", "", "const u = await me(); const e = await prisma.event.findFirst({ where: { id, organizerId: u.id } }); if (!e) return new Response(null, { status: 404 }); return Response.json(await prisma.registration.findMany({ where: { eventId: e.id }, include: { user: { select: { name: true, email: true } } } }));"),
    "bulk own": ("POST app/api/x/[id]/route.ts", "", "const b = await req.json(); const u = await me(); const ids: string[] = b.ids; const own = await prisma.task.findMany({ where: { id: { in: ids }, orgId: u.orgId }, select: { id: true } }); await prisma.task.deleteMany({ where: { id: { in: own.map((t) => t.id) } } }); return Response.json({ ok: true });"),
    "delete account": ("POST app/api/x/[id]/route.ts", "", "const b = await req.json(); const u = await me(); await prisma.$transaction([prisma.order.deleteMany({ where: { userId: u.id } }), prisma.user.delete({ where: { id: u.id } })]); return Response.json({ ok: true });"),
    "onboarding upsert": ("POST app/api/x/[id]/route.ts", "", "const b = await req.json(); const u = await me(); await prisma.user.upsert({ where: { id: u.id }, create: { id: u.id, name: b.name }, update: { name: b.name } }); return Response.json({ ok: true });"),
    "org create": ("POST app/api/x/[id]/route.ts", "", """const b = await req.json(); const u = await me(); const o = await prisma.org.create({ data: { name: b.name, members: { create: { userId: u.id, role: "owner" } } } }); return Response.json({ id: o.id });"""),
    "leave org": ("POST app/api/x/[id]/route.ts", "", "const b = await req.json(); const u = await me(); await prisma.member.delete({ where: { orgId_userId: { orgId: id, userId: u.id } } }); return Response.json({ ok: true });"),
    "remove member admin": ("POST app/api/x/[id]/route.ts", "", """const b = await req.json(); const u = await me(); const mine = await prisma.member.findFirst({ where: { orgId: id, userId: u.id, role: { in: ["owner", "admin"] } } }); if (!mine) return new Response(null, { status: 403 }); await prisma.member.deleteMany({ where: { orgId: id, userId: b.userId } }); return Response.json({ ok: true });"""),
    "change role owner": ("POST app/api/x/[id]/route.ts", """import { z } from "zod";""", """const b = await req.json(); const u = await me(); const mine = await prisma.member.findFirst({ where: { orgId: id, userId: u.id } }); if (mine?.role !== "owner") return new Response(null, { status: 403 }); await prisma.member.update({ where: { orgId_userId: { orgId: id, userId: b.userId } }, data: { role: z.enum(["admin", "member"]).parse(b.role) } }); return Response.json({ ok: true });"""),
    "export own csv": ("GET app/api/x/[id]/route.ts", "", """const u = await me(); const ts = await prisma.task.findMany({ where: { orgId: u.orgId } }); return new Response(ts.map((t) => t.title).join("\n"), { headers: { "content-type": "text/csv" } });"""),
    "duplicate own": ("POST app/api/x/[id]/route.ts", "", """const b = await req.json(); const u = await me(); const p = await prisma.project.findFirst({ where: { id, orgId: u.orgId }, include: { tasks: true } }); if (!p) return new Response(null, { status: 404 }); const n = await prisma.project.create({ data: { name: p.name + " copy", orgId: u.orgId, tasks: { create: p.tasks.map((t) => ({ title: t.title, orgId: u.orgId })) } } }); return Response.json({ id: n.id });"""),
}  # fmt: skip


@pytest.mark.parametrize(("where", "imports", "body"), EVERYDAY.values(), ids=EVERYDAY)
def test_what_somebody_does_with_what_is_theirs(where, imports, body):
    verb, path = where.split(" ", 1)
    route = f"""
import {{ prisma }} from "@/lib/prisma";
import {{ me }} from "@/lib/me";
{imports}
export async function {verb}(req: Request, {{ params }}: {{ params: Promise<{{ id: string }}> }}) {{
  const {{ id }} = await params;
  {body}
}}
"""
    found = followed({**FILES, path: route}).findings
    assert [one.title for one in found if SEVERITY_RANK[one.severity] <= SEVERITY_RANK[Severity.MEDIUM]] == []
