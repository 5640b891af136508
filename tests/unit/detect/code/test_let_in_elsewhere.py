"""A token for a chat, a board or a call lets its holder into what it names: whoever may ask for one must belong there."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


FILES = {
    "tsconfig.json": '{"compilerOptions":{"paths":{"@/*":["./*"]}}}',
    "lib/db.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();',
    "lib/auth.ts": 'import NextAuth from "next-auth";\nexport const { auth, handlers } = NextAuth({ providers: [] });',
}
ROOMS = {
    "liveblocks": (
        'import { Liveblocks } from "@liveblocks/node";\nconst lb = new Liveblocks({ secret: process.env.LB });',
        """const entry = lb.prepareSession(session.user.id); entry.allow(room, entry.FULL_ACCESS);
           const { body, status } = await entry.authorize(); return new Response(body, { status });""",
    ),
    "pusher": (
        'import Pusher from "pusher";\nconst pusher = new Pusher({ appId: "1", key: "k", secret: process.env.S });',
        "return Response.json(pusher.authorizeChannel(socketId, room));",
    ),
    "livekit": (
        'import { AccessToken } from "livekit-server-sdk";',
        """const token = new AccessToken(process.env.K, process.env.S, { identity: session.user.id });
           token.addGrant({ room, roomJoin: true }); return Response.json({ token: await token.toJwt() });""",
    ),
}
MACHINES = {
    "daytona": (
        'import { Daytona } from "@daytonaio/sdk";\nconst daytona = new Daytona({ apiKey: process.env.DAYTONA });',
        "const box = await daytona.get(room); await box.delete(); return Response.json({ ok: true });",
    ),
    "e2b": (
        'import { Sandbox } from "@e2b/code-interpreter";',
        "const box = await Sandbox.connect(room); return Response.json(await box.commands.run(userId));",
    ),
    "vercel": (
        'import { Sandbox } from "@vercel/sandbox";',
        "const box = await Sandbox.get({ sandboxId: room }); await box.stop(); return Response.json({ ok: true });",
    ),
}
ACCOUNTS = {
    "stream": (
        'import { StreamChat } from "stream-chat";\nconst chat = StreamChat.getInstance(process.env.K, process.env.S);',
        "return Response.json({ token: chat.createToken(WHO) });",
    ),
    "ably": (
        'import Ably from "ably";\nconst ably = new Ably.Rest(process.env.ABLY);',
        "return Response.json(await ably.auth.createTokenRequest({ clientId: WHO }));",
    ),
    "clerk": (
        'import { clerkClient } from "@clerk/nextjs/server";',
        "const c = await clerkClient(); return Response.json(await c.signInTokens.createSignInToken({ userId: WHO }));",
    ),
    "jsonwebtoken": (
        'import jwt from "jsonwebtoken";',
        "return Response.json({ token: jwt.sign({ sub: WHO }, process.env.JWT_SECRET) });",
    ),
    "jose": (
        'import { SignJWT } from "jose";',
        'return Response.json({ token: await new SignJWT({}).setProtectedHeader({ alg: "HS256" }).setSubject(WHO).sign(key) });',
    ),
}
BELONGS = {
    "a member's row": """const member = await prisma.member.findFirst({ where: { roomId: room, userId: session.user.id } });
      if (!member) return new Response("no", { status: 403 });""",
    "a member of what the name says": """const named = room.match(/^private-chat-(.+)$/);
      if (!named) return new Response("no", { status: 400 });
      const member = await prisma.member.findFirst({ where: { roomId: named[1], userId: session.user.id } });
      if (!member) return new Response("no", { status: 403 });""",
    "the caller's own": "if (room !== `private-${session.user.id}`) return new Response('no', { status: 403 });",
}


def told(imports: str, body: str, *, signed_in: bool = True) -> set[str]:
    asks = """const session = await auth();
  if (!session?.user?.id) return new Response("no", { status: 401 });"""
    route = f"""
{imports}
import {{ prisma }} from "@/lib/db";
import {{ auth }} from "@/lib/auth";
export async function POST(req) {{
  {asks if signed_in else ""}
  const {{ room, socketId, userId }} = await req.json();
  {body}
}}
"""
    found = followed({**FILES, "app/api/token/route.ts": route}).findings
    return {one.rule for one in found} & {
        "id-only-lookup",
        "identity-from-request",
        "parent-authorised-child-by-id",
        "missing-session",
    }


@pytest.mark.parametrize("service", ROOMS)
def test_a_room_that_the_request_names(service):
    imports, body = ROOMS[service]
    assert told(imports, body) == {"id-only-lookup"}


@pytest.mark.parametrize("belongs", BELONGS)
@pytest.mark.parametrize("service", ROOMS)
def test_a_room_of_ones_own(service, belongs):
    imports, body = ROOMS[service]
    assert told(imports, f"{BELONGS[belongs]} {body}") == set()


@pytest.mark.parametrize("service", MACHINES)
def test_a_machine_that_is_opened_by_the_id_of_the_request(service):
    imports, body = MACHINES[service]
    assert told(imports, body) == {"id-only-lookup"}
    assert told(imports, body, signed_in=False) == {"missing-session"}


@pytest.mark.parametrize("service", MACHINES)
def test_a_machine_of_ones_own_conversation(service):
    imports, body = MACHINES[service]
    mine = """const chat = await prisma.chat.findFirst({ where: { machineId: room, userId: session.user.id } });
      if (!chat) return new Response("no", { status: 404 });"""
    assert told(imports, f"{mine} {body}") == set()
    by_row = """const chat = await prisma.chat.findFirst({ where: { id: socketId, userId: session.user.id } });
      if (!chat) return new Response("no", { status: 404 });"""
    assert told(imports, f"{by_row} {body.replace('room', 'chat.machineId')}") == set()


@pytest.mark.parametrize("service", ACCOUNTS)
def test_an_account_that_the_request_names(service):
    imports, body = ACCOUNTS[service]
    assert told(imports, body.replace("WHO", "userId")) == {"identity-from-request"}


@pytest.mark.parametrize("service", ACCOUNTS)
def test_ones_own_account(service):
    imports, body = ACCOUNTS[service]
    assert told(imports, body.replace("WHO", "session.user.id")) == set()


def test_whoever_a_row_says_after_the_password_was_compared():
    body = """const user = await prisma.user.findUnique({ where: { email: room } });
      if (!user || !(await bcrypt.compare(userId, user.password))) return new Response("no", { status: 401 });
      return Response.json({ token: jwt.sign({ sub: user.id }, process.env.JWT_SECRET) });"""
    imports = 'import jwt from "jsonwebtoken";\nimport bcrypt from "bcryptjs";'
    assert "identity-from-request" not in told(imports, body)
