"""Makes the demo: Parley, an invented chat app with a real git history in which six commits each open a leak.

The history is data (``playbooks/demo``): one folder of files a commit, and a list that says who made it, when and why. It is
streamed into ``git fast-import``, so that the same repository with the same hashes appears in a fraction of a second. Never
writes into a folder that holds anything, and never runs what the app contains.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from assistant.domain.errors import UnreachableError, UsageError


if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path


BRANCH: Final = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCommit:
    """One commit of the invented history."""

    id: str
    """Name of its folder under ``playbooks/demo/commits``: ``15-share-links``."""
    author: str
    """``role <address>``, invented."""
    seconds: int
    """When, in seconds since 1970 UTC."""
    says: str
    """The commit message, one line, unique."""
    files: tuple[tuple[str, bytes], ...]
    """Paths with forward slashes and their whole content after the commit, sorted."""
    opens: str | None
    """Id of the leak it opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoLeak:
    """A leak of the demo, and the commit that opened it: what the tests and the bisect have to find."""

    id: str
    """Kebab-case."""
    object: str
    """As the matrix names it: ``public.chats``, ``public.search_messages(text)``; a bucket by its id."""
    verb: str
    """select, insert or execute."""
    actor: str
    """Who gets at it."""
    says: str
    """One sentence."""
    commit: str
    """Message of the commit that opened it."""


def build_demo(target: Path) -> Path:
    """Make the demo repository in ``target`` and return it; the hashes are the same on every machine.

    Raises:
        UsageError: ``target`` is a file or holds something.
        UnreachableError: git is missing or refuses.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} is not an empty folder.", "Name a folder that does not exist yet.")
    existed = target.exists()
    try:
        target.mkdir(parents=True, exist_ok=True)
        _git(target, "init", "--quiet", "--template=", "--object-format=sha1", f"--initial-branch={BRANCH}")
        _git(target, "config", "core.autocrlf", "false")
        _git(target, "fast-import", "--quiet", "--date-format=raw", stream=_stream(demo_commits()))
        _git(target, "reset", "--hard", "--quiet", BRANCH)
    except OSError as error:
        raise UnreachableError(f"the demo cannot be written: {error.strerror}.", "Name another folder.") from error
    except UnreachableError:
        if not existed:
            shutil.rmtree(target, ignore_errors=True)
        raise
    return target


@cache
def demo_commits() -> tuple[DemoCommit, ...]:
    """The invented history, oldest first."""
    history = _history()
    return tuple(
        DemoCommit(
            id=entry["id"],
            author=history["roles"][entry["by"]],
            seconds=int(entry["at"].timestamp()),
            says=entry["says"],
            files=_files(entry),
            opens=entry.get("opens"),
        )
        for entry in history["commit"]
    )


@cache
def demo_leaks() -> tuple[DemoLeak, ...]:
    """The six leaks, in the order in which they were opened."""
    told = {entry["id"]: entry for entry in _history()["leak"]}
    return tuple(
        DemoLeak(**told[commit.opens], commit=commit.says) for commit in demo_commits() if commit.opens is not None
    )


def _data() -> Traversable:
    return resources.files("playbooks") / "demo"


def _history() -> dict[str, Any]:
    return tomllib.loads((_data() / "history.toml").read_text(encoding="utf-8"))


def _files(entry: dict[str, Any]) -> tuple[tuple[str, bytes], ...]:
    """What the commit sets: the files of its folder, and the dot files that the list itself carries."""
    dotted = {path: text.encode() for path, text in entry.get("dot_files", {}).items()}
    folder = _data() / "commits" / entry["id"]
    return tuple(sorted({**_walk(folder, ""), **dotted}.items()))


def _walk(folder: Traversable, prefix: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for item in folder.iterdir():
        path = f"{prefix}{item.name}"
        if item.is_dir():
            found.update(_walk(item, f"{path}/"))
        else:
            found[path] = item.read_bytes().replace(b"\r\n", b"\n")
    return found


def _stream(commits: tuple[DemoCommit, ...]) -> bytes:
    """The history as ``git fast-import`` reads it; each commit follows the one before."""
    parts: list[bytes] = []
    for commit in commits:
        parts.append(f"commit refs/heads/{BRANCH}\n".encode())
        parts.extend(f"{part} {commit.author} {commit.seconds} +0000\n".encode() for part in ("author", "committer"))
        parts.append(_counted(commit.says.encode() + b"\n"))
        for path, content in commit.files:
            parts.append(f'M 100644 inline "{path}"\n'.encode())
            parts.append(_counted(content))
    return b"".join(parts)


def _counted(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def _git(folder: Path, *arguments: str, stream: bytes | None = None) -> None:
    """Run git in ``folder`` with the surroundings' GIT_* variables left out, so that it cannot mean another repository."""
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=folder, input=stream or b"", capture_output=True, check=False, env=surroundings
        )
    except FileNotFoundError as error:
        raise UnreachableError("git is not installed.", "Install git and run the command again.") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise UnreachableError(
            f"git could not make the demo: {said[-1] if said else 'no reason given'}.",
            "Run `git --version`; 2.29 or newer is needed.",
        )
