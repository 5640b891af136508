"""What the benchmarks share: a process and its wall time, and the work tree of a commit out of a bare clone."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Run:
    """A finished process."""

    seconds: float
    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> dict[str, Any] | None:
        """What it printed, when that was one JSON object."""
        try:
            value = json.loads(self.stdout)
        except ValueError:
            return None
        return value if isinstance(value, dict) else None


def run(*command: str | Path, timeout: float = 900, cwd: Path | None = None) -> Run:
    """Run a command to its end."""
    began = time.perf_counter()
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, timeout=timeout, cwd=cwd)
    return Run(time.perf_counter() - began, done.returncode, done.stdout, done.stderr)


def best(times: int, *command: str | Path) -> Run:
    """The fastest of several runs, after one that warms caches and is not counted."""
    run(*command)
    return min((run(*command) for _ in range(times)), key=lambda each: each.seconds)


def compiled() -> str:
    """Compile what is worth compiling, where it can be done; what is measured then, in words."""
    if os.environ.get("STANCH_PURE"):
        return "Python alone (STANCH_PURE)"
    made = run(sys.executable, Path(__file__).resolve().parent.parent / "hatch_build.py")
    return "compiled modules (make compile)" if not made.code else "Python alone: nothing can be compiled here"


def git_folder(clones: Path, repository: str) -> Path | None:
    """Where ``owner/name`` lies below ``clones``: ``owner+name/repo``, ``owner+name`` or ``name``; None when it does not."""
    flat = repository.replace("/", "+")
    candidates = (clones / flat / "repo", clones / flat, clones / repository.rsplit("/", maxsplit=1)[-1])
    return next((path for path in candidates if path.is_dir()), None)


@contextlib.contextmanager
def work_tree(git: Path, commit: str = "HEAD") -> Iterator[Path]:
    """The files of one commit in a throwaway folder, as a repository with that one commit.

    Raises:
        ValueError: the clone has no such commit.
    """
    with tempfile.TemporaryDirectory(prefix="stanch-bench-") as name:
        target = Path(name) / "repository"
        target.mkdir()
        # a partial clone lacks large files: unlike `git archive`, checkout-index goes on without them
        surroundings = {**os.environ, "GIT_INDEX_FILE": str(Path(name) / "index")}
        reading = ["git", "-C", str(git), "read-tree", commit]
        if subprocess.run(reading, env=surroundings, check=False, capture_output=True).returncode:
            raise ValueError(f"{git} has no commit {commit}")
        writing = ["git", "-C", str(git), f"--work-tree={target}", "checkout-index", "-a", "-q", f"--prefix={target}/"]
        subprocess.run(writing, env=surroundings, check=False, capture_output=True)
        identity = ("-c", "user.name=bench", "-c", "user.email=bench@example.com", "-c", "commit.gpgsign=false")
        for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "bench")):
            subprocess.run(["git", *identity, *arguments], cwd=target, check=True, capture_output=True)
        yield target
