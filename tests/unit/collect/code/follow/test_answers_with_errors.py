"""Helpers that answer ``{ user }`` or ``{ error }``, and how handlers look at what they said."""

from __future__ import annotations

import pytest

from assistant.collect.code.map import map_of
from assistant.domain.code import EntryKind, GuardKind, TieKind, Weakness


AUTH = """
import { getServerSession } from "next-auth";
import { PrismaClient } from "@prisma/client";
export const prisma = new PrismaClient();
export async function verifyAdmin() {
  const session = await getServerSession();
  if (!session) return { error: Response.json({}, { status: 401 }) };
  const profile = await prisma.profile.findUnique({ where: { id: session.user.id }, select: { is_admin: true } });
  if (!profile?.is_admin) return { error: Response.json({}, { status: 403 }) };
  return { user: session.user };
}
export async function known(request) {
  const session = await getServerSession();
  if (!session) return { user: null, error: Response.json({}, { status: 401 }) };
  return { user: session.user, error: null };
}
"""
HEAD = 'import { known, prisma, verifyAdmin } from "../../../lib/auth";\n'


def _entry(body: str):
    found = map_of({"lib/auth.ts": AUTH, "app/[slug]/[id]/route.ts": HEAD + body}).entries
    return next(entry for entry in found if entry.kind is EntryKind.ROUTE)


@pytest.mark.parametrize("look", ['"error" in auth', '"error" in auth && auth.error', "auth.error"])
def test_an_error_that_is_answered_leaves_an_administrator(look):
    """Whichever way the answer is looked at, only administrators come past it."""
    entry = _entry(
        f"export async function GET() {{ const auth = await verifyAdmin(); if ({look}) return auth.error;"
        " return Response.json(await prisma.booking.findMany()); }"
    )
    assert GuardKind.ROLE in {guard.kind for guard in entry.guards if guard.weakness is None}


@pytest.mark.parametrize(
    "other",
    ["loan.lenderId !== auth.user!.id", "loan.lenderId !== auth.user!.id && loan.borrowerId !== auth.user!.id"],
)
def test_an_owner_compared_with_a_user_that_is_surely_there(other):
    """``auth.user!.id`` on the right of a comparison: the grammar reads the comparison into the object."""
    entry = _entry(
        "export async function GET(request: Request, { params }) { const auth = await known(request);"
        " if (auth.error) return auth.error; const loan = await prisma.loan.findUnique({ where: { id: params.id } });"
        f" if ({other}) return new Response(null, {{ status: 403 }}); return Response.json(loan); }}"
    )
    assert entry.queries[-1].tie is not None
    assert entry.queries[-1].tie.kind is TieKind.COMPARED


AFTER = """
export async function POST(request: Request, { params }) {
  const auth = await known(request);
  if (auth.error) return auth.error;
  await prisma.message.create({ data: { roomId: params.id, text: "hello" } });
  LATER
  return new Response(null, { status: 204 });
}
"""
LATER = {
    "a membership that should have come first": (
        (
            "const member = await prisma.member.findFirst({ where: { roomId: params.id, userId: auth.user.id } });"
            " if (!member) return new Response(null, { status: 403 });"
        ),
        True,
    ),
    "the state of another row": (
        (
            "const room = await prisma.room.findUnique({ where: { id: params.id } });"
            " if (!room.isActive) return new Response(null, { status: 204 });"
        ),
        False,
    ),
}


@pytest.mark.parametrize(("later", "late"), LATER.values(), ids=LATER)
def test_a_check_after_the_write_is_one_of_the_caller(later, late):
    """A membership asked for too late is a fault; whether a room is open afterwards is not."""
    weak = {guard.weakness for guard in _entry(AFTER.replace("LATER", later)).guards}
    assert (Weakness.AFTER_WRITE in weak) is late


@pytest.mark.parametrize(("answer", "columns"), [("rest", ("*", "-token")), ("invitation", None)])
def test_a_column_taken_out_of_a_row_is_left_out(answer, columns):
    """``({ token, ...rest }) => rest``: the token does not go out."""
    pattern = "{ token: _token, ...rest }" if answer == "rest" else "invitation"
    entry = _entry(
        "export async function GET(request: Request) { const auth = await known(request); if (auth.error) return auth.error;"
        f" const rows = await prisma.invitation.findMany(); return Response.json(rows.map(({pattern}) => {answer})); }}"
    )
    assert entry.queries[-1].columns == columns


NAMES = """
export async function GET(request: Request) {
  const auth = await known(request);
  if (auth.error) return auth.error;
  const slug = new URL(request.url).searchParams.get("slug");
  GIVEN
  const artist = await prisma.artist.findFirst({ where: { userId: auth.user.id } });
  const venue = artist ? null : await prisma.venue.findFirst({ where: { userId: auth.user.id } });
  const own = artist?.slug || venue?.slug;
  if (own !== slug) return new Response(null, { status: 403 });
  return Response.json(await prisma.message.findMany({ where: { recipientSlug: slug } }));
}
"""


@pytest.mark.parametrize(
    ("given", "proven"), [("if (!slug) return new Response(null, { status: 400 });", True), ("", False)]
)
def test_nothing_is_not_equal_to_a_name_that_was_given(given, proven):
    """Whoever has neither page compares nothing with the name: equal only when no name was sent."""
    tie = _entry(NAMES.replace("GIVEN", given)).queries[-1].tie
    assert (tie is not None and tie.kind is TieKind.PROVEN) is proven
