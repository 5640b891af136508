"""Uploads and server functions that a chain of calls exposes: what stands before them is what they were given."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed


FILES = {
    "tsconfig.json": '{"compilerOptions":{"paths":{"@/*":["./*"]}}}',
    "lib/db.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();',
    "lib/auth.ts": 'import { betterAuth } from "better-auth";\nexport const auth = betterAuth({});',
}
START = """
import { createMiddleware, createServerFn } from "@tanstack/react-start";
import { getWebRequest } from "@tanstack/react-start/server";
import { prisma } from "@/lib/db";
import { auth } from "@/lib/auth";
const signedIn = createMiddleware().server(async ({ next }) => {
  const session = await auth.api.getSession({ headers: getWebRequest().headers });
  if (!session) throw new Error("401");
  return next({ context: { user: session.user } });
});
export const getNote = createServerFn({ method: "GET" })
  .middleware([signedIn])
  .validator((data) => data)
  .handler(async ({ data, context }) => prisma.note.findFirst({ where: WHERE }));
"""
UPLOAD = """
import { createUploadthing } from "uploadthing/next";
import { z } from "zod";
import { prisma } from "@/lib/db";
import { auth } from "@/lib/auth";
const f = createUploadthing();
export const fileRouter = {
  letter: f({ pdf: {} })
    .input(z.object({ projectId: z.string() }))
    .middleware(async ({ req, input }) => {
      const session = await auth.api.getSession({ headers: req.headers });
      if (!session) throw new Error("401");
      MEMBER
      return { userId: session.user.id, projectId: input.projectId };
    })
    .onUploadComplete(async ({ metadata, file }) => {
      await prisma.file.create({ data: { projectId: metadata.projectId, url: file.url } });
    }),
};
"""
MEMBER = """const member = await prisma.member.findFirst({ where: { projectId: input.projectId, userId: session.user.id } });
      if (!member) throw new Error("403");"""


def told(text: str) -> set[tuple[str, str]]:
    found = followed({**FILES, "lib/exposed.ts": text}).findings
    return {(one.rule, one.entry) for one in found} - {("missing-validation", "")}


@pytest.mark.parametrize("where", ["{ id: data.id }", "{ OR: [{ id: data.id }, { userId: context.user.id }] }"])
def test_a_note_of_anybodys_by_its_id(where):
    assert ("id-only-lookup", "server-fn lib/exposed.ts#getNote") in told(START.replace("WHERE", where))


def test_a_note_of_ones_own():
    assert told(START.replace("WHERE", "{ id: data.id, userId: context.user.id }")) == set()


def test_a_server_function_that_asks_nobody():
    text = START.replace(".middleware([signedIn])", "").replace("WHERE", "{ id: data.id }")
    assert "missing-session" in {rule for rule, _ in told(text)}


def test_a_file_that_is_put_into_anybodys_project():
    assert told(UPLOAD.replace("MEMBER", "")) == {("foreign-reference-unchecked", "upload lib/exposed.ts#letter")}


def test_a_file_that_is_put_into_a_project_of_ones_own():
    assert told(UPLOAD.replace("MEMBER", MEMBER)) == set()
