"""A playbook of three steps with an action of its own: what the engine does is shown without a database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.domain.events import Event, FactTaken, Happening, Incident, Progressed
from assistant.domain.fixes import Artifact
from assistant.domain.playbook import Asking, Playbook, Stage, Step, StepKind
from assistant.engine.actions import Action, Context
from assistant.engine.session import Session
from assistant.engine.writing import propose_files, remove_files, write_files


PLAYBOOK = Playbook(
    id="drill",
    title="Drill",
    says="for tests",
    steps=(
        Step(
            id="ask",
            stage=Stage.TRIAGE,
            kind=StepKind.ASK,
            title="Ask",
            why="w",
            does="",
            asks=(Asking(id="who", asks="Who?"), Asking(id="really", asks="Really?", choices=("yes", "no"))),
            reaches="contained",
        ),
        Step(
            id="look", stage=Stage.TRIAGE, kind=StepKind.AUTO, title="Look", why="w", does="look", makes=("findings",)
        ),
        Step(
            id="write",
            stage=Stage.FIX,
            kind=StepKind.MAKE,
            title="Write",
            why="w",
            does="write",
            takes=("findings",),
            undo="Removes it.",
            reaches="fixed",
        ),
    ),
)


FIRST = "000000_init.sql"


@dataclass
class Rig:
    """A session factory on one folder, and what the face was told."""

    root: Path
    look: Callable[[Context], Generator[Happening, None, str]]
    content: str = "-- closes the leak\n"
    told: list[tuple[Event, Incident]] = field(default_factory=list)
    progress: list[Progressed] = field(default_factory=list)
    seconds: int = 0

    def session(self, incident: str | None = None) -> Session:
        def now() -> datetime:
            self.seconds += 1
            return datetime(2026, 11, 20, 3, 12, tzinfo=UTC) + timedelta(seconds=self.seconds)

        return Session(
            self.root,
            incident=incident,
            on_event=lambda event, incident: self.told.append((event, incident)),
            on_progress=self.progress.append,
            now=now,
        )

    def lying_there(self) -> list[str]:
        """Paths of the migrations that are not the repository's own first one."""
        return sorted(f"migrations/{path.name}" for path in (self.root / "migrations").iterdir() if path.name != FIRST)

    def artifacts(self, at: datetime) -> tuple[Artifact, ...]:
        return (
            Artifact(path=f"migrations/{at:%H%M%S}_lock.sql", kind="migration", content=self.content),
            Artifact(path=f"migrations/{at:%H%M%S}_lock.undo.sql", kind="undo", content="-- re-opens the leak\n"),
        )


def look(context: Context) -> Generator[Happening, None, str]:
    context.world.progress("looking", 1, 2)
    yield FactTaken(step=context.step.id, says="seen")
    return "one thing seen"


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rig:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / FIRST).write_text("create table chats ();")
    made = Rig(root=tmp_path, look=look)

    def begin(context: Context) -> Generator[Happening, None, str]:
        yield from propose_files(context, made.artifacts, "Write it?")
        return ""

    def write(context: Context) -> Generator[Happening, None, str]:
        return (yield from write_files(context, made.artifacts))

    registry = {
        "look": Action(begin=lambda context: (yield from made.look(context))),
        "write": Action(begin=begin, approved=write, undo=remove_files),
    }
    monkeypatch.setattr("assistant.engine.walk.actions", lambda: registry)
    for module in ("walk", "session", "casefile", "handover"):
        monkeypatch.setattr(f"assistant.engine.{module}.load_playbook", lambda _id: PLAYBOOK)
    monkeypatch.setattr("assistant.engine.world.World.head", lambda _self: "a" * 40)
    return made


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextmanager
def opened(rig: Rig) -> Iterator[Session]:
    from assistant.engine.commands import Open

    with rig.session() as session:
        session.send(Open(playbook="drill"))
        yield session
