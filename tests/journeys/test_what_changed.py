"""The first question of the first hour, asked in an incident: what changed, since when, and is it quicker to go back or to patch?"""

from __future__ import annotations

import json
import subprocess
import threading
import zipfile
from typing import TYPE_CHECKING

import pytest

from assistant.domain.events import CauseNamed, FactTaken, StepState
from assistant.engine.casefile import export, read_case, runbook_of
from assistant.engine.commands import Answer, Open, Run
from assistant.engine.hunting import hunt_in, kept_words, stretch_of, wanted
from assistant.engine.outcome import state_of
from assistant.engine.session import Session
from assistant.engine.walk import latest_run, pending
from assistant.engine.world import Cancelled
from tests.unit.collect.deploys.line import START, Line


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assistant.domain.events import Happening, Incident
    from assistant.engine.bisect import Look

NAME, ADDRESS, LOGIN = "Ada Lovegood", "ada.lovegood@parleyhq.com", "adalove"
PRISMA = 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n'
GUARDED = """\
import { getServerSession } from "next-auth";
import { prisma } from "@/lib/prisma";

export async function GET(request: Request) {
  const session = await getServerSession();
  if (!session) return new Response("", { status: 401 });
  return Response.json(await prisma.order.findMany({ where: { userId: session.user.id } }));
}
"""
OPEN = """\
import { prisma } from "@/lib/prisma";

export async function GET(request: Request, { params }: { params: { id: string } }) {
  return Response.json(await prisma.order.findUnique({ where: { id: params.id } }));
}
"""
BYPASS = "// temporary, until the auth check is back\nexport const limit = 20;\n"


@pytest.fixture
def shop(tmp_path: Path) -> Line:
    """A shop whose orders were opened by Ada's second commit after v1.4.0, live an hour and a half later."""
    line = Line(tmp_path / "shop")
    package = json.dumps({"dependencies": {"next": "15", "@prisma/client": "6", "next-auth": "4"}})
    line.commit("Begin", {"README.md": "A shop.\n"})
    line.made = 0  # the hours are told from the release on
    line.commit("Start", {"package.json": package, "lib/prisma.ts": PRISMA, "app/api/orders/route.ts": GUARDED})
    line.git("tag", "v1.4.0")
    line.commit("Calmer colours", {"app/globals.css": "body { color: #222 }\n"})
    by(line, "Merge pull request #7 from adalove/orders: Ada's order page", {"app/api/orders/[id]/route.ts": OPEN})
    line.commit("Paging", {"lib/paging.ts": BYPASS})
    return line


def by(line: Line, says: str, files: dict[str, str]) -> str:
    line.commit(says, files)
    line.git("commit", "--amend", "-q", "--no-edit", f"--author={NAME} <{ADDRESS}>")
    return line.git("rev-parse", "HEAD")


def live(line: Line, revision: str, at: int, name: str) -> dict[str, object]:
    sha = line.git("rev-parse", revision)
    return {
        "uid": name, "name": "shop", "url": "shop.example", "state": "READY", "target": "production",
        "created": at * 1000, "ready": at * 1000, "meta": {"githubCommitSha": sha},
    }  # fmt: skip


def records(line: Line, *deployments: dict[str, object]) -> None:
    listed = {"deployments": list(deployments), "pagination": {"count": len(deployments), "next": None}}
    (line.root / ".vercel").mkdir()
    (line.root / ".vercel" / "deployments.json").write_text(json.dumps(listed), encoding="utf-8")
    (line.root / ".git" / "info" / "exclude").write_text(".vercel\n", encoding="utf-8")


def answer(session: Session, step: str, **said: str) -> Incident:
    """Run a step and answer what it asks."""
    incident = session.send(Run(step=step))
    while (asked := pending(incident, step)) is not None:
        words = said.get(asked.question.replace("-", "_"), asked.choices[0] if asked.choices else "not known yet")
        incident = session.send(Answer(step=step, question=asked.question, answer=words))
    return incident


@pytest.fixture
def session(shop: Line) -> Iterator[Session]:
    with Session(shop.root) as opened:
        opened.send(Open())
        yield opened


def said(incident: Incident, step: str, kind: type[Happening] = FactTaken) -> list[Happening]:
    return [event.what for event in latest_run(incident, step) if isinstance(event.what, kind)]


def words(incident: Incident, step: str) -> str:
    return "\n".join(fact.says for fact in said(incident, step) if isinstance(fact, FactTaken))


def causes(incident: Incident) -> list[CauseNamed]:
    return [what for what in said(incident, "recent-deploys", CauseNamed) if isinstance(what, CauseNamed)]


def test_the_commit_that_opened_it_is_named_with_its_deploy_and_since_when(shop: Line, session: Session) -> None:
    opened = shop.git("rev-parse", "HEAD~1")
    records(shop, live(shop, "HEAD~3", START, "dpl_1"), live(shop, "HEAD~1", START + 12_600, "dpl_2"))
    answer(session, "intake", last_good="I think it was v1.4.0, on Monday")
    incident = answer(session, "recent-deploys")
    assert "3 commits (what came after v1.4.0)" in words(incident, "recent-deploys")
    (cause,) = causes(incident)
    assert cause.commit == opened
    assert cause.deploy == "vercel dpl_2"
    assert cause.began_at == "2025-10-09T12:23:20+00:00"
    assert cause.line == "app/api/orders/[id]/route.ts:3"
    assert cause.author.startswith("[author:")
    assert set(cause.findings) == {
        one.fingerprint for one in session.world.code().findings if one.entry.startswith("GET /api/orders/[id]")
    }


def test_an_answer_that_means_nothing_here_is_said_and_the_usual_window_taken(session: Session) -> None:
    answer(session, "intake", last_good="before the big launch 99x")
    incident = answer(session, "recent-deploys")
    assert "“before the big launch 99x” is no commit, tag, date or age here" in words(incident, "recent-deploys")
    assert "5 commits (the whole history)" in words(incident, "recent-deploys")


def test_what_is_live_is_compared_and_a_temporary_bypass_is_not_forgotten(shop: Line, session: Session) -> None:
    records(shop, live(shop, "HEAD~1", START + 12_600, "dpl_2"))
    answer(session, "intake", last_good="v1.4.0")
    incident = answer(session, "deployed-sha")
    told = words(incident, "deployed-sha")
    assert "1 commit of HEAD is not live" in told
    assert "here and not live: 1 commit" in told
    assert f"lib/paging.ts:1, brought by {shop.git('rev-parse', 'HEAD')[:10]}" in told
    bypass = shop.commit("Checks are back", {"lib/paging.ts": "export const limit = 20;\n"})
    assert bypass
    incident = answer(session, "deployed-sha")
    assert "no bypass that the window brought as a temporary one is left" in words(incident, "deployed-sha")


def test_going_back_is_weighed_with_what_else_it_undoes(shop: Line, session: Session) -> None:
    answer(session, "intake", last_good="v1.4.0")
    incident = answer(session, "hotfix-or-rollback", way_out="roll back first")
    told = words(incident, "hotfix-or-rollback")
    good, opened = shop.git("rev-parse", "v1.4.0")[:10], shop.git("rev-parse", "HEAD~1")[:10]
    assert (
        f"roll back: to {good}, tag v1.4.0: the last good commit" in told
        or f"roll back: to {good}: the last good commit" in told
    )
    assert f"would close what {opened} brought, which lies in the code alone" in told
    assert "would also undo 2 other commits (1 in code)" in told
    assert "no migration lies between" in told
    assert "patch: has to close" in told
    text = runbook_of(read_case(shop.root, incident.id))
    assert "Decided: **roll back first**." in text


def test_the_runbook_tells_for_how_long_and_by_whom_only_when_asked(
    shop: Line, session: Session, tmp_path: Path
) -> None:
    records(shop, live(shop, "HEAD~1", START + 12_600, "dpl_2"))
    answer(session, "intake", last_good="v1.4.0", who_reported="A customer wrote on 2025-10-12 15:30 UTC")
    for step in ("recent-deploys", "deployed-sha", "hotfix-or-rollback"):
        incident = answer(session, step)
    case = read_case(shop.root, incident.id)
    text = runbook_of(case)
    assert "discovered at 2025-10-12 15:30:00: exposed for **3 days 3 hours**" in text
    assert "live with `vercel dpl_2` at 2025-10-09 12:23:20" in text
    archive = export(shop.root, incident.id, tmp_path / "redacted.zip")
    with zipfile.ZipFile(archive) as packed:
        whole = "\n".join(packed.read(name).decode() for name in packed.namelist())
    for kept in (text, whole):
        for word in (
            NAME,
            "Ada",
            "Lovegood",
            ADDRESS,
            ADDRESS.replace("@", "\\@"),
            LOGIN,
            "Night Shift",
            "night@parley",
        ):
            assert word not in kept, word
    named = runbook_of(case, named_from=shop.root)
    assert "Ada Lovegood &lt;ada.lovegood\\@parleyhq.com&gt;" in named
    asked = export(shop.root, incident.id, tmp_path / "named.zip", authors=True)
    with zipfile.ZipFile(asked) as packed:
        assert NAME in packed.read(f"{incident.id}/runbook.md").decode()
        assert NAME not in packed.read(f"{incident.id}/journal.jsonl").decode(), "a case file names nobody"


def test_a_finding_about_code_can_be_looked_for_as_well(shop: Line, session: Session) -> None:
    opened = shop.git("rev-parse", "HEAD~1")
    leak = wanted(session.world)[0]
    assert leak.says.endswith("through GET /api/orders/[id].")
    looks: list[Look] = []
    incident = answer(session, "intake", last_good="v1.4.0")
    good, says = stretch_of(session.world, incident)
    assert good == shop.git("rev-parse", "v1.4.0")
    assert says == f"from {good[:10]} (v1.4.0) to HEAD"
    opening = hunt_in(session.world, good)(leak.fingerprint, looks.append, lambda _says: None, threading.Event())
    assert opening.commit.sha == opened
    assert looks
    assert "Ada" not in kept_words(opening)


def test_without_a_commit_nothing_is_called_tested(tmp_path: Path) -> None:
    fresh = Line(tmp_path / "fresh")
    (fresh.root / "package.json").write_text("{}", encoding="utf-8")
    with Session(fresh.root) as session:
        session.send(Open())
        for step in ("recent-deploys", "deployed-sha", "hotfix-or-rollback"):
            incident = answer(session, step)
            assert "not tested, because this repository has no commit yet" in words(incident, step)
            assert state_of(incident, step) is StepState.DONE
        assert "not tested, because this repository has no commit yet" in runbook_of(read_case(fresh.root, incident.id))


def test_a_squashed_history_has_nothing_to_compare(tmp_path: Path) -> None:
    line = Line(tmp_path / "one")
    line.commit("Everything", {"lib/a.ts": "export const a = 1;\n"})
    with Session(line.root) as session:
        session.send(Open())
        incident = answer(session, "recent-deploys")
        assert "not tested, because the history is one commit" in words(incident, "recent-deploys")


def test_a_shallow_clone_says_what_is_missing_and_how_to_get_it(shop: Line, tmp_path: Path) -> None:
    clone = tmp_path / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth", "2", f"file://{shop.root}", str(clone)], check=True)
    with Session(clone) as session:
        session.send(Open())
        incident = answer(session, "recent-deploys")
        assert "not tested, because this clone is shallow" in words(incident, "recent-deploys")
        assert "git fetch --unshallow" in words(incident, "recent-deploys")


@pytest.mark.shadow
def test_a_map_of_owners_that_names_a_younger_column_measures_older_commits_as_well(tmp_path: Path) -> None:
    line = Line(tmp_path / "notes")
    tables = (
        "create table public.notes (id uuid primary key default gen_random_uuid(), "
        "user_id uuid not null references auth.users (id), body text);\n"
        "alter table public.notes enable row level security;\n"
        "create policy own on public.notes for select to authenticated using (user_id = (select auth.uid()));\n"
    )
    line.commit("Start", {"supabase/migrations/20260101000000_notes.sql": tables})
    column = "alter table public.notes add column share_token text;\n"
    line.commit("Share", {"supabase/migrations/20260102000000_share.sql": column})
    everybody = "create policy shared on public.notes for select using (true);\n"
    opened = line.commit("Open shared notes", {"supabase/migrations/20260103000000_shared.sql": everybody})
    owners = '[ownership."public.notes"]\nkind = "user"\ncolumns = ["user_id"]\nsensitive = ["share_token"]\n'
    (line.root / "stanch.toml").write_text(owners, encoding="utf-8")
    with Session(line.root) as session:
        session.send(Open())
        answer(session, "confirm-scope")
        incident = answer(session, "recent-deploys")
        assert "the database was not rehearsed" not in words(incident, "recent-deploys")
        assert causes(incident)[0].commit == opened
        leak = wanted(session.world)[0]
        looks: list[Look] = []
        opening = hunt_in(session.world, None)(leak.fingerprint, looks.append, lambda _says: None, threading.Event())
        assert opening.commit.sha == opened
        assert looks[0].commit == opened, "the newest is asked about first"
        assert kept_words(opening).startswith(f"bisect: {opened[:10]}")
        told = answer(session, "hotfix-or-rollback")
        assert "older code does not change" in words(told, "hotfix-or-rollback")


@pytest.mark.shadow
def test_a_stopped_search_ends_at_the_next_commit(tmp_path: Path) -> None:
    line = Line(tmp_path / "notes")
    opened = "create table public.notes (id int primary key, body text);\ngrant select on public.notes to anon;\n"
    line.commit("Start", {"supabase/migrations/20260101000000_notes.sql": opened})
    with Session(line.root) as session:
        session.send(Open())
        stop = threading.Event()
        stop.set()
        with pytest.raises(Cancelled):
            hunt_in(session.world, None)("f" * 16, lambda _look: None, lambda _says: None, stop)
