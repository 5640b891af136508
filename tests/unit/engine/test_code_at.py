"""A session check was there, then it was not: the commit is named by following the code, not by reading the hunk."""

from __future__ import annotations

import pytest

from assistant.collect.git import Git
from assistant.detect.code.run import detect_code
from assistant.engine.bisect import Presence
from assistant.engine.code_at import CodeOf, InCode
from assistant.engine.opening import find_opening
from assistant.engine.options import Options
from tests.unit.collect.deploys.line import Line


GUARDED = """\
import { db } from '@/lib/db'
import { auth } from '@/lib/auth'

export async function GET(request: Request, { params }: { params: { id: string } }) {
  const session = await auth()
  if (!session?.user) return new Response('no', { status: 401 })
  const note = await db.note.findFirst({ where: { id: params.id, userId: session.user.id } })
  return Response.json(note)
}
"""
OPEN = GUARDED.replace(", userId: session.user.id", "")
ROUTE = "app/api/notes/[id]/route.ts"
LIBRARIES = {
    "package.json": '{"dependencies": {"next": "15", "@prisma/client": "6", "next-auth": "5"}}',
    "lib/db.ts": "import { PrismaClient } from '@prisma/client'\nexport const db = new PrismaClient()\n",
    "lib/auth.ts": "import NextAuth from 'next-auth'\nexport const { auth } = NextAuth({})\n",
}


@pytest.fixture
def line(tmp_path) -> Line:
    line = Line(tmp_path / "app")
    line.commit("Start", {**LIBRARIES, ROUTE: GUARDED})
    return line


def question(line: Line) -> InCode:
    code = CodeOf(Git(line.root), line.git("rev-parse", "HEAD"), lambda *_: None, workers=1)
    fingerprint = next(one.fingerprint for one in detect_code(code.map()) if one.entry)
    return InCode(code, fingerprint, [detect_code])


def test_the_commit_that_dropped_the_owner_is_named(line) -> None:
    good = line.git("rev-parse", "HEAD")
    line.commit("Page", {"app/page.tsx": "export default function Page() { return null }\n"})
    opened = line.commit("Simplify", {ROUTE: OPEN})
    for n in range(4):
        line.commit(f"More {n}", {"app/page.tsx": f"export default function Page() {{ return {n} }}\n"})
    fingerprint = question(line).finding.fingerprint
    found = find_opening(Git(line.root), good, "HEAD", fingerprint, Options(workers=1), lambda *_: None)
    assert (found.verdict.commit, found.commit.subject) == (opened, "Simplify")
    assert found.place is not None
    assert (found.place.file, found.cell) == (ROUTE, None)


def test_it_is_absent_before_its_route_was_there_and_while_it_was_guarded(line) -> None:
    guarded = line.git("rev-parse", "HEAD")
    bare = line.commit("Remove", {ROUTE: None})
    opened = line.commit("Back", {ROUTE: OPEN})
    moved = line.commit("Comment", {ROUTE: f"// notes\n{OPEN}"})
    asked = question(line)
    assert [asked.ask(commit).presence for commit in (guarded, bare, opened, moved)] == [
        Presence.ABSENT,
        Presence.ABSENT,
        Presence.PRESENT,
        Presence.PRESENT,
    ]


def test_a_commit_that_is_not_here_is_skipped(line) -> None:
    line.commit("Open", {ROUTE: OPEN})
    answer = question(line).ask("0" * 40)
    assert (answer.presence, answer.why) == (Presence.UNTESTED, "its files are not in this clone")
