"""oRPC's routers are plain records of procedures."""

from __future__ import annotations

from assistant.collect.code.map import map_of


ROUTER = """
import { os, ORPCError } from "@orpc/server";
import { remove } from "./remove";
import { auth } from "@/auth";
const signedIn = os.middleware(async ({ context, next }) => {
  const session = await auth();
  if (!session?.user) throw new ORPCError("UNAUTHORIZED");
  return next({ context: { user: session.user } });
});
export const authedProcedure = os.use(signedIn);
export const notes = {
  remove: authedProcedure.route({ method: "DELETE", path: "/notes/{id}" }).handler(remove),
};
"""
REMOVE = """
import { PrismaClient } from "@prisma/client";
const prisma = new PrismaClient();
export const remove = async ({ input, context: { user } }) => prisma.note.delete({ where: { id: input.id, userId: user.id } });
"""


def test_procedures_of_a_plain_record_are_entries() -> None:
    """The middleware is followed, so the handler knows who calls."""
    found = map_of({"src/router.ts": ROUTER, "src/remove.ts": REMOVE}).entries
    procedure = next(entry for entry in found if entry.kind == "procedure")
    assert procedure.verb == "DELETE"
    assert [guard.kind for guard in procedure.guards] == ["session"]
    assert procedure.queries[-1].tie is not None
