"""Edits of code in an incident: taken one by one, written only when approved, put on a branch, taken back word for word."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistant.domain.code import Decisions
from assistant.domain.events import Applied, FactTaken, FixProposed, Found, StepState, Written
from assistant.engine.commands import Approve, Decline, Run, Undo
from assistant.engine.decisions import decided_public
from assistant.engine.entry import enter
from assistant.engine.options import Options
from assistant.engine.outcome import state_of
from assistant.engine.walk import pending
from tests.journeys.test_code_half import FILES, OPEN


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.engine.session import Session

ROUTE = "app/api/chats/[id]/route.ts"
OTHER = "app/api/files/[id]/route.ts"
IDENTITY = ("-c", "user.name=operator", "-c", "user.email=operator@desk.example", "-c", "commit.gpgsign=false")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """An incident in an app without SQL, in which two routes ask nobody."""
    root = tmp_path / "app"
    for path, text in (FILES | {OTHER: OPEN.replace("chat", "file")}).items():
        there = root / path
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_text(text, encoding="utf-8", newline="")
    for arguments in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "Start")):
        subprocess.run(["git", *IDENTITY, *arguments], cwd=root, check=True, capture_output=True)
    with enter(root, Options()) as opened:
        opened.send(Run(step="routes-and-actions"))
        yield opened


def text(session: Session, path: str = ROUTE) -> str:
    return (session.root / path).read_text(encoding="utf-8")


def happened(session: Session, step: str, kind: type) -> list[object]:
    assert session.incident is not None
    return [event.what for event in session.incident.events if isinstance(event.what, kind) and event.what.step == step]


def proposed(session: Session) -> dict[str, list[int]]:
    """The numbers of the deciding edits of each file, after the step proposed."""
    session.send(Run(step="guard-routes"))
    assert session.incident is not None
    assert pending(session.incident, "guard-routes") is not None
    return {
        file.path: [n for n, choice in enumerate(file.choices) if not choice.hunk.supports]
        for file in session.world.patches["guard-routes"]
    }


def test_triage_counts_what_was_read_and_names_what_is_open(session: Session) -> None:
    assert state_of(session.incident, "routes-and-actions") is StepState.DONE  # type: ignore[arg-type]
    says = [fact.says for fact in happened(session, "routes-and-actions", FactTaken)]  # type: ignore[attr-defined]
    assert any("ways into" in one for one in says)
    assert len(happened(session, "routes-and-actions", Found)) >= 2


def test_nothing_is_written_before_it_is_approved_and_a_declined_edit_never(session: Session) -> None:
    numbers = proposed(session)
    assert set(numbers) == {ROUTE, OTHER}
    assert len(happened(session, "guard-routes", FixProposed)) == 2
    assert text(session) == OPEN
    session.send(Approve(step="guard-routes", declined=tuple((OTHER, number) for number in numbers[OTHER])))
    assert "auth()" in text(session)
    assert text(session, OTHER) == OPEN.replace("chat", "file")
    (written,) = happened(session, "guard-routes", Written)
    assert [path for path, _ in written.files] == [ROUTE]  # type: ignore[attr-defined]


def test_declining_writes_nothing(session: Session) -> None:
    proposed(session)
    session.send(Decline(step="guard-routes", because="later"))
    assert text(session) == OPEN
    assert state_of(session.incident, "guard-routes") is StepState.SKIPPED  # type: ignore[arg-type]


def test_undo_brings_back_every_byte(session: Session) -> None:
    path = session.root / ROUTE
    path.write_bytes(OPEN.replace("\n", "\r\n").encode())
    session.world.forget_code()
    session.send(Run(step="routes-and-actions"))
    proposed(session)
    session.send(Approve(step="guard-routes"))
    assert path.read_bytes() != OPEN.replace("\n", "\r\n").encode()
    session.send(Undo(step="guard-routes"))
    assert path.read_bytes() == OPEN.replace("\n", "\r\n").encode()


def test_undo_never_loses_what_somebody_changed_since(session: Session) -> None:
    proposed(session)
    session.send(Approve(step="guard-routes"))
    mine = text(session) + "// mine\n"
    (session.root / ROUTE).write_text(mine, encoding="utf-8")
    session.send(Undo(step="guard-routes"))
    assert state_of(session.incident, "guard-routes") is StepState.FAILED  # type: ignore[arg-type]
    assert text(session) == mine


def test_an_edit_by_hand_is_written_when_it_parses(session: Session) -> None:
    numbers = proposed(session)
    own = "  if (!request.headers.get('x')) return new Response(null, { status: 404 });\n"
    broken = Approve(step="guard-routes", edited=((ROUTE, numbers[ROUTE][0], "  if (((\n"),))
    session.send(broken)
    assert state_of(session.incident, "guard-routes") is StepState.FAILED  # type: ignore[arg-type]
    assert text(session) == OPEN
    proposed(session)
    session.send(Approve(step="guard-routes", edited=((ROUTE, numbers[ROUTE][0], own),)))
    assert own in text(session)


def test_a_file_that_changed_meanwhile_is_refused(session: Session) -> None:
    proposed(session)
    (session.root / ROUTE).write_text("// gone\n", encoding="utf-8")
    session.send(Approve(step="guard-routes"))
    assert state_of(session.incident, "guard-routes") is StepState.FAILED  # type: ignore[arg-type]
    assert text(session) == "// gone\n"
    assert text(session, OTHER) == OPEN.replace("chat", "file"), "all or nothing"


def test_a_branch_leaves_the_work_tree_alone(session: Session) -> None:
    proposed(session)
    session.send(Approve(step="guard-routes", branch="stanch/guard-routes"))
    assert text(session) == OPEN
    (applied,) = happened(session, "guard-routes", Applied)
    assert "stanch/guard-routes" in applied.says  # type: ignore[attr-defined]
    shown = subprocess.run(
        ["git", "show", f"stanch/guard-routes:{ROUTE}"], cwd=session.root, capture_output=True, text=True, check=True
    )
    assert "auth()" in shown.stdout


def test_after_the_edits_the_code_is_read_again(session: Session) -> None:
    session.send(Run(step="code-tests"))
    assert state_of(session.incident, "code-tests") is StepState.FAILED  # type: ignore[arg-type]
    for step in ("guard-routes", "bind-identity", "defence-in-depth"):
        session.send(Run(step=step))
        assert session.incident is not None
        if pending(session.incident, step) is not None:
            session.send(Approve(step=step))
    session.send(Run(step="code-tests"))
    assert state_of(session.incident, "code-tests") is StepState.DONE  # type: ignore[arg-type]


def test_what_is_public_on_purpose_is_saved_with_approval_and_taken_back(session: Session) -> None:
    said = decided_public(Decisions(), "/api/chats", "chats are public here")
    session.world.decisions = decided_public(said, "/api/files", "files too")
    session.send(Run(step="public-routes"))
    assert not (session.root / "stanch.toml").exists()
    session.send(Approve(step="public-routes"))
    assert '"/api/chats" = "chats are public here"' in text(session, "stanch.toml")
    session.send(Run(step="guard-routes"))
    assert session.incident is not None
    assert pending(session.incident, "guard-routes") is None, "nothing to guard any more"
    session.send(Undo(step="public-routes"))
    assert not (session.root / "stanch.toml").exists()


def test_a_route_is_made_closable_with_approval_and_taken_back(session: Session) -> None:
    """The leak is being used at four in the morning: one route gets a switch, the rest of the code stays as it is."""
    before = text(session)
    session.send(Run(step="close-routes"))
    assert state_of(session.incident, "close-routes") is StepState.DONE  # type: ignore[arg-type]
    assert text(session) == before, "nobody chose a route"
    session.world.closing = ("GET /api/chats/[id]",)
    session.send(Run(step="close-routes"))
    assert session.incident is not None
    assert pending(session.incident, "close-routes") is not None
    files = session.world.patches["close-routes"]
    assert [file.path for file in files] == [ROUTE, "lib/maintenance.ts"]
    assert not (session.root / "lib/maintenance.ts").exists(), "nothing is written before it is approved"
    session.send(Approve(step="close-routes"))
    assert 'if (underMaintenance("/api/chats/[id]")) {' in text(session)
    assert "process.env.MAINTENANCE" in text(session, "lib/maintenance.ts")
    assert session.world.closing == ()
    session.send(Undo(step="close-routes"))
    assert text(session) == before
    assert not (session.root / "lib/maintenance.ts").exists()
