"""The code half on the real command line: a repository without SQL, both halves together, decisions, edits, and Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.journeys.desk import LOCKED, Desk, desk
from tests.journeys.test_interrupts import listens


__all__ = ["desk"]

PACKAGE = json.dumps({"dependencies": {"next": "15.0.0", "next-auth": "5.0.0", "@prisma/client": "6.0.0"}})
DB = 'import { PrismaClient } from "@prisma/client";\n\nexport const db = new PrismaClient();\n'
AUTH = 'import NextAuth from "next-auth";\n\nexport const { auth, handlers } = NextAuth({});\n'
OPEN = """\
import { db } from "@/lib/db";

export async function GET(request: Request, { params }: { params: { id: string } }) {
  const chat = await db.chat.findUnique({ where: { id: params.id } });
  return Response.json(chat);
}
"""
GUARDED = """\
import { auth } from "@/auth";
import { db } from "@/lib/db";

export async function GET() {
  const session = await auth();
  if (!session?.user) return new Response("Not found", { status: 404 });
  const notes = await db.note.findMany({ where: { userId: session.user.id } });
  return Response.json(notes);
}
"""
SCHEMA = """\
model Chat {
  id     String @id @default(cuid())
  userId String
  title  String
}

model File {
  id     String @id @default(cuid())
  userId String
  name   String
}

model Note {
  id     String @id @default(cuid())
  userId String
  body   String
}
"""
FILES = {
    "prisma/schema.prisma": SCHEMA,
    "package.json": PACKAGE,
    "tsconfig.json": '{ "compilerOptions": { "paths": { "@/*": ["./*"] } } }\n',
    "lib/db.ts": DB,
    "auth.ts": AUTH,
    "app/api/chats/[id]/route.ts": OPEN,
    "app/api/notes/route.ts": GUARDED,
}


def put(desk: Desk, files: dict[str, str]) -> None:
    for path, text in files.items():
        there = desk.root / path
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_text(text, encoding="utf-8")
    desk.commit()


@pytest.fixture
def app(desk: Desk) -> Desk:
    """A small app without any SQL, in which anybody reads any chat."""
    put(desk, FILES)
    return desk


def test_a_repository_without_sql_is_scanned_by_its_code(app: Desk) -> None:
    done = app.type("scan", "--json")
    assert done.code == 1, done
    assert done.err == ""
    said = json.loads(done.out)
    assert tuple(said)[:4] == ("schema", "findings", "not_read", "seconds")
    assert said["database"] == {
        "tested": False,
        "because": "there are no migrations or schema files in this repository",
    }
    found = [one for one in said["findings"] if one["where"]["file"] == "app/api/chats/[id]/route.ts"]
    assert found[0]["where"]["symbol"] == "GET"
    assert found[0]["entry"] == "GET /api/chats/[id]"
    assert not found[0]["executed"]
    code = said["code"]
    assert code["files"] == 4
    assert code["entries"] == sum(code["by_kind"].values()) == sum(code["by_verdict"].values()) >= 2
    assert {"partly_read", "not_read", "unresolved", "oracle"} <= set(code)
    assert not any(
        "notes" in one["entry"] for one in said["findings"] if one["severity"] in {"critical", "high", "medium"}
    )


def test_what_was_not_tested_is_said_first_in_words(app: Desk) -> None:
    done = app.type("scan")
    assert done.code == 1
    assert "The database was not tested: there are no migrations" in done.out
    assert "ways into 4 source files" in done.out


def test_the_map_names_verdict_guard_client_and_tables(app: Desk) -> None:
    done = app.type("scan", "--map")
    assert done.code == 1
    lines = done.out.splitlines()
    assert all(len(line) <= 120 for line in lines)
    leaks = next(at for at, line in enumerate(lines) if line.startswith(("  leaks", "  open")))
    assert "GET /api/chats/[id]" in lines[leaks]
    assert "no guard" in "\n".join(lines[leaks : leaks + 4])
    assert "pool: chat" in "\n".join(lines[leaks : leaks + 4])
    guarded = next(at for at, line in enumerate(lines) if line.startswith("  guarded"))
    assert leaks < guarded, "worst first"
    entries = json.loads(app.type("scan", "--map", "--json").out)["code"]["map"]
    assert {"id", "kind", "verdict", "guards", "queries", "where", "findings"} <= set(entries[0])


def test_the_same_code_gives_the_same_bytes_but_for_the_times(app: Desk) -> None:
    first, second = (json.loads(app.type("scan", "--map", "--json").out) for _ in range(2))
    assert first.pop("seconds")
    assert second.pop("seconds")
    assert json.dumps(first) == json.dumps(second)


@pytest.mark.shadow
def test_both_halves_stand_in_one_scan(app: Desk) -> None:
    app.write("20240101000000_notes.sql", LOCKED)
    app.commit()
    said = json.loads(app.type("scan", "--json").out)
    assert said["database"]["tested"]
    assert said["cells"]["holds"] > 0
    assert said["code"]["joined"]
    assert any(one["entry"] for one in said["findings"])
    alone = json.loads(app.type("scan", "--json", "--code-only").out)
    assert not alone["database"]["tested"]
    database = json.loads(app.type("scan", "--json", "--database-only").out)
    assert "code" not in database
    assert not any(one["entry"] for one in database["findings"])


def test_a_public_route_is_kept_with_its_reason_and_not_reported_again(app: Desk) -> None:
    app.type("own", "--public", "/api/chats").says(2, "needs a reason")
    app.type("own", "--public", "/api/chat", "--because", "x").says(2, "Did you mean '/api/chats'")
    (app.root / "stanch.toml").write_text("# mine\n", encoding="utf-8")
    done = app.type("own", "--public", "/api/chats", "--because", "chats are public here", "--json")
    assert json.loads(done.out)["code"]["public"] == {"/api/chats": "chats are public here"}
    text = (app.root / "stanch.toml").read_text(encoding="utf-8")
    assert text.startswith("# mine\n")
    assert '"/api/chats" = "chats are public here"' in text
    entries = json.loads(app.type("scan", "--map", "--json").out)["code"]["map"]
    assert next(one["verdict"] for one in entries if one["id"] == "GET /api/chats/[id]") == "public"
    app.type("own", "--private", "/api/chats")
    assert app.type("scan", "--json").code == 1


def test_edits_are_shown_asked_for_written_and_looked_at_again(app: Desk) -> None:
    route = app.root / "app/api/chats/[id]/route.ts"
    shown = app.type("fix", "--code", "--dry-run")
    assert shown.code == 1
    assert "+++ b/app/api/chats/[id]/route.ts" in shown.out
    assert route.read_text(encoding="utf-8") == OPEN
    asked = app.type("fix", "--code")
    assert asked.code == 5
    assert "not approved" in asked.err
    assert route.read_text(encoding="utf-8") == OPEN
    done = app.type("fix", "--code", "--yes", "--json")
    said = json.loads(done.out)
    assert tuple(said)[:4] == ("written", "before", "after", "not_fixed")
    assert "app/api/chats/[id]/route.ts" in said["written"]
    assert said["still_there"] == []
    assert "auth()" in route.read_text(encoding="utf-8")
    undo = app.root / said["undo"]
    subprocess.run(["git", "apply", str(undo)], cwd=app.root, check=True, capture_output=True)
    assert route.read_text(encoding="utf-8") == OPEN


def test_edits_on_a_branch_leave_the_files_as_they_are(app: Desk) -> None:
    done = app.type("fix", "--code", "--yes", "--branch", "stanch/guards")
    assert "Committed" in done.out, done
    assert (app.root / "app/api/chats/[id]/route.ts").read_text(encoding="utf-8") == OPEN
    there = subprocess.run(
        ["git", "show", "stanch/guards:app/api/chats/[id]/route.ts"],
        cwd=app.root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "auth()" in there
    app.type("fix", "--code", "--yes", "--only", "no-such-rule").says(2, "no-such-rule")
    app.type("fix", "--branch", "x").says(2, "--code")


def readers(pid: int) -> set[int]:
    """Worker processes that read code for a process; waits for them until it has ended."""
    while Path(f"/proc/{pid}").exists():
        found = set()
        for each in children(pid):
            try:
                said = Path(f"/proc/{each}/cmdline").read_bytes()
            except OSError:
                continue
            if b"pool_worker" in said:
                found.add(each)
        if found or Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return found
        time.sleep(0.01)
    return set()


def children(pid: int) -> set[int]:
    """The living descendants of a process."""
    found: set[int] = set()
    for entry in Path("/proc").iterdir():
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1]) if entry.name.isdigit() else 0
        except (OSError, IndexError, ValueError):
            continue
        if parent == pid:
            found |= {int(entry.name)} | children(int(entry.name))
    return found


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks at /proc")
@pytest.mark.parametrize("alone", [False, True], ids=["group", "parent"])
def test_ctrl_c_leaves_no_worker_behind(app: Desk, alone: bool) -> None:
    """As a terminal sends it, to the whole group; and as `kill` does, to stanch alone."""
    put(app, {f"app/api/c{n}/[id]/route.ts": OPEN for n in range(400)})
    seen: set[int] = set()
    codes = set()
    for moment in (0.0, 0.1, 0.3):
        with app.start("scan", "--json") as child:
            listens(child)
            seen |= readers(child.pid)
            time.sleep(moment)
            mine = children(child.pid)
            if child.poll() is None:
                os.kill(child.pid, signal.SIGINT) if alone else os.killpg(child.pid, signal.SIGINT)
            _, err = child.communicate(timeout=60)
        assert child.returncode in {130, 1}, err
        assert "Traceback" not in err
        codes.add(child.returncode)
        end = time.monotonic() + 5
        while any(Path(f"/proc/{pid}").exists() for pid in mine) and time.monotonic() < end:
            time.sleep(0.05)
        assert not any(Path(f"/proc/{pid}").exists() for pid in mine)
    assert 130 in codes
    assert seen, "there were workers to leave behind"
