"""``stanch fix --code`` from end to end on small applications: who a parameter says is calling, a route that is closed for a while, a service in Python."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.journeys.desk import desk
from tests.journeys.test_code_half import FILES, put


if TYPE_CHECKING:
    from tests.journeys.desk import Desk


__all__ = ["desk"]

ACTIONS = """\
"use server";

import { auth } from "@/auth";
import { db } from "@/lib/db";

export async function mine() {
  const session = await auth();
  if (!session?.user) {
    throw new Error("Unauthorized");
  }
  return db.note.findMany({ where: { userId: session.user.id } });
}

export async function write(userId: string, body: string) {
  await db.note.create({ data: { userId, body } });
}

export async function writeAs({ userId, body }: { userId: string; body: string }) {
  const session = await auth();
  if (!session?.user) {
    throw new Error("Unauthorized");
  }
  await db.note.create({ data: { userId, body } });
}
"""
COMPARED = """\
  if (!session?.user) {
    throw new Error("Unauthorized");
  }
  if (userId !== session.user.id) {
    throw new Error("Forbidden");
  }
  await db.note.create({ data: { userId, body } });
}
"""


def test_who_a_parameter_says_is_calling_is_compared_and_a_second_run_has_nothing_to_do(desk: Desk) -> None:
    put(desk, {**FILES, "app/notes/actions.ts": ACTIONS})
    done = desk.type("fix", "--code", "--yes", "--json")
    said = json.loads(done.out)
    assert "app/notes/actions.ts" in said["written"], done
    assert said["still_there"] == []
    text = (desk.root / "app/notes/actions.ts").read_text(encoding="utf-8")
    assert text.count(COMPARED) == 2
    again = json.loads(desk.type("fix", "--code", "--yes", "--json").out)
    assert again["written"] == []
    assert (desk.root / "app/notes/actions.ts").read_text(encoding="utf-8") == text


def test_a_route_and_an_action_are_closed_by_a_setting_and_asked_for_once(desk: Desk) -> None:
    put(desk, {**FILES, "app/notes/actions.ts": ACTIONS})
    names = ("/api/chats/[id]", "action app/notes/actions.ts#write")
    asked = [word for name in names for word in ("--maintenance", name)]
    done = desk.type("fix", "--code", "--yes", *asked)
    assert 'MAINTENANCE="/api/chats/[id],action app/notes/actions.ts#write"' in done.out + done.err, done
    module = (desk.root / "lib/maintenance.ts").read_text(encoding="utf-8")
    assert "export function underMaintenance(route: string): boolean {" in module
    route = (desk.root / "app/api/chats/[id]/route.ts").read_text(encoding="utf-8")
    assert 'import { underMaintenance } from "@/lib/maintenance";\n' in route
    assert '  if (underMaintenance("/api/chats/[id]")) {\n    return Response.json(' in route
    actions = (desk.root / "app/notes/actions.ts").read_text(encoding="utf-8")
    assert actions.count("underMaintenance(") == 1
    again = desk.type("fix", "--code", "--yes", *asked)
    assert "Nothing to edit" in again.out, again
    assert (desk.root / "app/api/chats/[id]/route.ts").read_text(encoding="utf-8") == route


SERVICE = """\
from fastapi import Depends, FastAPI, Header, HTTPException
from supabase import create_client

app = FastAPI()
supabase = create_client("https://x.supabase.co", "service-role")


async def current_user(authorization: str = Header(...)):
    answer = supabase.auth.get_user(authorization.removeprefix("Bearer "))
    if not answer or not answer.user:
        raise HTTPException(status_code=401, detail="Not authenticated")
    return answer.user


@app.get("/documents")
async def mine(user=Depends(current_user)):
    return supabase.table("documents").select("*").eq("user_id", user.id).execute().data


@app.get("/documents/{document_id}")
async def one(document_id: str, user=Depends(current_user)):
    return supabase.table("documents").select("*").eq("id", document_id).execute().data


@app.delete("/documents/{document_id}")
async def remove(document_id: str):
    supabase.table("documents").delete().eq("id", document_id).execute()
    return {"ok": True}
"""


def test_a_service_in_python_is_mended_and_stays_python(desk: Desk) -> None:
    put(desk, {"requirements.txt": "fastapi\nsupabase\n", "main.py": SERVICE})
    said = json.loads(desk.type("fix", "--code", "--yes", "--json").out)
    assert said["written"] == ["main.py"]
    text = (desk.root / "main.py").read_text(encoding="utf-8")
    compile(text, "main.py", "exec")
    assert 'select("*").eq("id", document_id).eq("user_id", user.id).execute()' in text
    assert "async def remove(document_id: str, user=Depends(current_user)):" in text
    assert 'delete().eq("id", document_id).eq("user_id", user.id).execute()' in text
    again = json.loads(desk.type("fix", "--code", "--yes", "--json").out)
    assert again["written"] == []
