"""An operator's desk: a small leaking repository, and the command line as a process with its own cache."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest


STANCH = [sys.executable, "-c", "from assistant.faces.cli.main import run; run()"]

LEAKY = """\
create table public.notes (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references auth.users (id) on delete cascade,
    body text
);
alter table public.notes enable row level security;
create policy "read" on public.notes for select using (true);
create policy "write" on public.notes for insert to authenticated with check (user_id = auth.uid());
"""
LOCKED = LEAKY.replace("for select using (true)", "for select to authenticated using (user_id = (select auth.uid()))")
IDENTITY = ("-c", "user.name=operator", "-c", "user.email=operator@desk.example", "-c", "commit.gpgsign=false")


@dataclass(frozen=True)
class Done:
    """What a run came to."""

    code: int
    out: str
    err: str

    def says(self, code: int, *words: str) -> None:
        """Assert one sentence and one remedy on stderr, nothing on stdout, and the exit code."""
        assert self.code == code, self
        assert self.out == ""
        lines = [line for line in self.err.splitlines() if line]
        assert len(lines) == 2, self.err
        assert lines[0].startswith("stanch: ")
        assert lines[0].endswith(".")
        assert lines[1].startswith("        ")
        assert len(lines[1].split()) >= 3
        for word in words:
            assert word in self.err
        assert "Traceback" not in self.err


class Desk:
    """A repository and the commands typed in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.migrations = root / "supabase" / "migrations"

    def write(self, name: str, sql: str | bytes) -> Path:
        """A migration."""
        self.migrations.mkdir(parents=True, exist_ok=True)
        path = self.migrations / name
        path.write_bytes(sql if isinstance(sql, bytes) else sql.encode())
        return path

    def commit(self) -> None:
        """Commit everything."""
        for arguments in (("add", "-A"), ("commit", "-q", "-m", "Change")):
            subprocess.run(["git", *IDENTITY, *arguments], cwd=self.root, check=True, capture_output=True)

    def type(self, *arguments: str | Path, seconds: float = 120, **variables: str) -> Done:
        """Run one command in the repository."""
        done = subprocess.run(
            [*STANCH, *map(str, arguments)],
            cwd=self.root,
            env=os.environ | variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
            stdin=subprocess.DEVNULL,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str | Path, **variables: str) -> subprocess.Popen[str]:
        """Start one command in a group of its own, as a terminal does."""
        return subprocess.Popen(
            [*STANCH, *map(str, arguments)],
            cwd=self.root,
            env=os.environ | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty repository."""
    root = tmp_path / "app"
    subprocess.run(["git", "init", "-q", "-b", "main", str(root)], check=True)
    return Desk(root)


@pytest.fixture
def leaky(desk: Desk) -> Desk:
    """A repository in which everybody reads everybody's notes."""
    desk.write("20240101000000_notes.sql", LEAKY)
    desk.commit()
    return desk
