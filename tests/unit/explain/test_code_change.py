"""Which commit brought the finding? The code before and after is followed; a guard that moved is no guard that went."""

from __future__ import annotations

import pytest

from assistant.collect.deploys.history import read_history
from assistant.collect.git import Git
from assistant.explain.code_change import CodeCulprits, against_parent
from tests.unit.collect.deploys.line import Line


ROUTE = "app/api/notes/[id]/route.ts"
IMPORTS = """\
import { auth } from "@/lib/auth";
import { prisma } from "@/lib/prisma";

"""
GUARDED = (
    IMPORTS
    + """\
export async function GET(request: Request, { params }: { params: { id: string } }) {
  const session = await auth();
  if (!session) return Response.json({ error: "no" }, { status: 401 });
  const note = await prisma.note.findFirst({ where: { id: params.id, userId: session.user.id } });
  return Response.json(note);
}
"""
)
UNFILTERED = GUARDED.replace(", userId: session.user.id", "")
OPEN = UNFILTERED.replace(
    '  const session = await auth();\n  if (!session) return Response.json({ error: "no" }, { status: 401 });\n', ""
)
START = {
    "lib/prisma.ts": 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n',
    "lib/auth.ts": 'import NextAuth from "next-auth";\nexport const { auth } = NextAuth({ providers: [] });\n',
    "package.json": '{"dependencies": {"next": "15.0.0", "next-auth": "5.0.0", "@prisma/client": "6.0.0"}}\n',
    "prisma/schema.prisma": "model Note {\n  id String @id\n  userId String\n  body String\n}\n",
}


@pytest.fixture
def line(tmp_path) -> Line:
    made = Line(tmp_path / "app")
    made.commit("Start", START)
    return made


def brought(line: Line, good: str) -> dict[str, tuple[str, str]]:
    git = Git(line.root)
    changes = read_history(git, ["HEAD", f"^{good}"]).changes
    found = CodeCulprits(git, changes, good, line.git("rev-parse", "HEAD")).find()
    return {one.finding.rule: (one.change.commit.subject, one.how) for one in found.brought}


def test_a_route_born_without_a_check(line) -> None:
    good = line.git("rev-parse", "HEAD")
    line.commit("Notes by link", {ROUTE: OPEN})
    line.commit("Unrelated", {"README.md": "x\n"})
    assert brought(line, good)["missing-session"] == ("Notes by link", "born")


def test_an_owner_filter_that_went_months_after_the_route_was_made(line) -> None:
    line.commit("Notes", {ROUTE: GUARDED})
    good = line.git("rev-parse", "HEAD")
    line.commit("Copy", {ROUTE: GUARDED.replace('"no"', '"sorry"')})
    line.commit("Shared notes", {ROUTE: UNFILTERED})
    line.commit("Comment", {ROUTE: "// notes\n" + UNFILTERED})
    assert brought(line, good)["id-only-lookup"] == ("Shared notes", "turned")


def test_a_handler_that_is_new_in_an_old_file_is_born_there(line) -> None:
    """The file had a guarded handler for months; the one beside it never had a guard to lose."""
    line.commit("Notes", {ROUTE: GUARDED})
    good = line.git("rev-parse", "HEAD")
    removing = OPEN.removeprefix(IMPORTS).replace("GET", "DELETE").replace("findFirst", "delete")
    line.commit("Copy", {ROUTE: GUARDED.replace('"no"', '"sorry"')})
    line.commit("Remove notes", {ROUTE: GUARDED + removing})
    line.commit("Comment", {ROUTE: "// notes\n" + GUARDED + removing})
    assert brought(line, good)["missing-session"] == ("Remove notes", "born")


def test_a_check_that_is_lost_in_another_file(line) -> None:
    with_helper = GUARDED.replace(
        'import { auth } from "@/lib/auth";', 'import { requireUser } from "@/lib/guard";'
    ).replace(
        '  const session = await auth();\n  if (!session) return Response.json({ error: "no" }, { status: 401 });\n',
        "  const session = await requireUser();\n",
    )
    guard = 'import { auth } from "./auth";\nexport async function requireUser() {\n  const session = await auth();\n  if (!session) throw new Error("no");\n  return session;\n}\n'
    line.commit("Notes", {ROUTE: with_helper.replace(", userId: session.user.id", ""), "lib/guard.ts": guard})
    good = line.git("rev-parse", "HEAD")
    line.commit("Unrelated", {"lib/other.ts": "export const one = 1;\n"})
    line.commit("Previews", {"lib/guard.ts": guard.replace('  if (!session) throw new Error("no");\n', "")})
    assert brought(line, good)["missing-session"] == ("Previews", "turned")


def test_a_check_that_moved_into_a_wrapper_brings_nothing(line) -> None:
    line.commit("Notes", {ROUTE: GUARDED})
    good = line.git("rev-parse", "HEAD")
    wrapper = 'import { auth } from "./auth";\nexport const withUser = (handler: any) => async (request: Request, context: any) => {\n  const session = await auth();\n  if (!session) return Response.json({ error: "no" }, { status: 401 });\n  return handler(request, context, session);\n};\n'
    wrapped = 'import { withUser } from "@/lib/with-user";\nimport { prisma } from "@/lib/prisma";\n\nexport const GET = withUser(async (request: Request, { params }: any, session: any) => {\n  const note = await prisma.note.findFirst({ where: { id: params.id, userId: session.user.id } });\n  return Response.json(note);\n});\n'
    line.commit("Wrap", {ROUTE: wrapped, "lib/with-user.ts": wrapper})
    assert not {"missing-session", "id-only-lookup"} & set(brought(line, good))


def test_a_finding_older_than_the_window_is_nobodys_in_it(line) -> None:
    line.commit("Notes by link", {ROUTE: OPEN})
    good = line.git("rev-parse", "HEAD")
    line.commit("Comment", {ROUTE: "// notes\n" + OPEN})
    assert "missing-session" not in brought(line, good)


def test_a_renamed_route_keeps_its_findings(line) -> None:
    line.commit("Notes by link", {ROUTE: OPEN})
    good = line.git("rev-parse", "HEAD")
    line.commit("Move", {ROUTE: None, "app/api/pages/[id]/route.ts": OPEN})
    assert "missing-session" not in brought(line, good)


def test_one_commit_is_held_against_its_parent(line) -> None:
    from assistant.collect.code.at_commit import CodeHistory

    line.commit("Notes", {ROUTE: GUARDED})
    line.commit("Faster", {ROUTE: OPEN})
    line.commit("Comment", {ROUTE: "// notes\n" + OPEN})
    git = Git(line.root)
    changes = read_history(git, ["HEAD"]).changes
    history = CodeHistory(git)
    assert "missing-session" in {one.finding.rule for one in against_parent(history, changes[1])}
    assert against_parent(history, changes[0]) == []
