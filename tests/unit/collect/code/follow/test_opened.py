"""A function that decrypts: a stored column is told in clear, a session cookie still says who somebody is."""

from __future__ import annotations

from assistant.collect.code.map import map_of
from assistant.domain.code import OriginKind


DB = 'import { PrismaClient } from "@prisma/client"\nexport const db = new PrismaClient()\n'
COOKIE = """
import { jwtVerify } from "jose"
import { cookies } from "next/headers"
import { db } from "../../lib/db"
async function decrypt(session) {
  const { payload } = await jwtVerify(session, new TextEncoder().encode(process.env.SESSION_SECRET))
  return payload
}
export async function GET() {
  const session = await decrypt((await cookies()).get("session")?.value)
  return Response.json(await db.invoice.findMany({ where: { userId: session.userId } }))
}
"""
SDK = """
import { Client } from "some-sdk"
import { decrypt } from "../../lib/crypto"
import { db } from "../../lib/db"
export async function GET(request) {
  const row = await db.integration.findFirst({ where: { token: request.headers.get("x-token") } })
  const client = new Client({ key: decrypt(row.encryptedKey) })
  return Response.json({ ANSWER })
}
"""


def test_a_session_that_is_decrypted_names_the_caller():
    entry = next(iter(map_of({"lib/db.ts": DB, "app/api/route.ts": COOKIE}).entries))
    assert entry.queries[0].filters[0].origins[0].kind is OriginKind.CALLER


def test_a_key_that_is_handed_to_a_client_is_not_in_what_the_client_answers():
    def returned(answer):
        files = {"lib/db.ts": DB, "app/api/route.ts": SDK.replace("ANSWER", answer)}
        return next(iter(map_of(files).entries)).queries[0].returned

    assert returned("files: await client.files.all()") == ()
    assert returned("key: decrypt(row.encryptedKey)") == ("encryptedKey.decrypted",)
