"""``stanch doctor``: what stanch needs on this machine, what is there, and what to do about the rest."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant import __version__
from assistant.domain.errors import StanchError
from assistant.faces.cli.exits import Exit


if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from assistant.faces.cli.say import Voice

_OLDEST = (3, 11)
_LEAST_DISK = 500 * 1024 * 1024
_COLUMNS, _LINES = 80, 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One thing that was looked at."""

    name: str
    """Short name."""
    state: str
    """ok, note (works with less) or wrong (something will not work)."""
    says: str
    """What was seen."""
    remedy: str = ""
    """What to do; empty when there is nothing."""


def run(arguments: argparse.Namespace, voice: Voice) -> int:
    """Exit 3 when the rehearsal database cannot be started, 2 when something else is wrong."""
    checked: list[Checked] = []
    for check in _CHECKS:
        voice.progress(f"checking {check.__name__.removeprefix('_')}", 0, 0)
        checked.append(check(arguments))
    if arguments.json:
        voice.json({"stanch": __version__, "checks": [_record(each) for each in checked]})
    else:
        for each in checked:
            kind = {"ok": "", "note": "medium", "wrong": "critical"}[each.state]
            voice.line(f"{each.state}: {each.name}: {each.says}", kind=kind)
            if each.remedy:
                voice.line(each.remedy, indent=4)
    wrong = [each.name for each in checked if each.state == "wrong"]
    if "rehearsal database" in wrong:
        return Exit.UNREACHABLE
    return Exit.USAGE if wrong else Exit.CALM


def _python(_arguments: argparse.Namespace) -> Checked:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < _OLDEST:
        return Checked(name="python", state="wrong", says=version, remedy="Install Python 3.11 or newer.")
    return Checked(name="python", state="ok", says=f"{version}, stanch {__version__}")


def _git(_arguments: argparse.Namespace) -> Checked:
    try:
        said = subprocess.run(
            ["git", "--version"], capture_output=True, text=True, timeout=10, check=True
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return Checked(
            name="git", state="wrong", says="not found", remedy="Install git; repositories are read through it."
        )
    return Checked(name="git", state="ok", says=said)


def _repository(arguments: argparse.Namespace) -> Checked:
    from assistant.engine.casefile import incident_ids
    from assistant.faces.cli.settings import repository_root

    try:
        root = repository_root(arguments.repo)
        incidents = incident_ids(root)
    except StanchError as error:
        return Checked(name="repository", state="note", says=error.says, remedy=error.remedy)
    if not os.access(root, os.W_OK):
        return Checked(
            name="repository",
            state="note",
            says="cannot be written",
            remedy="prove, scan and own work; fix and the case file need a copy that you own.",
        )
    return Checked(name="repository", state="ok", says=f"found, {len(incidents)} incidents")


def _cache(_arguments: argparse.Namespace) -> Checked:
    folder = Path(os.environ.get("STANCH_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    there = next((each for each in (folder, *folder.parents) if each.exists()), Path("/"))
    free = shutil.disk_usage(there).free
    if not os.access(there, os.W_OK):
        return Checked(
            name="cache",
            state="wrong",
            says="the cache folder cannot be written",
            remedy="Set STANCH_CACHE_DIR to one that can.",
        )
    if free < _LEAST_DISK:
        return Checked(
            name="cache",
            state="wrong",
            says=f"{free // 2**20} MB free",
            remedy="Free 500 MB, or set STANCH_CACHE_DIR elsewhere.",
        )
    return Checked(name="cache", state="ok", says=f"writable, {free // 2**20} MB free")


def _sockets(_arguments: argparse.Namespace) -> Checked:
    # the embedded server listens on a socket file only; its path must fit into what the system allows
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listening:
        try:
            listening.bind(os.path.join(folder, "s"))  # noqa: PTH118 - bind wants a string
        except OSError as error:
            return Checked(
                name="sockets",
                state="wrong",
                says=f"cannot be made: {error.strerror}",
                remedy="Set TMPDIR to a short path on a local disk.",
            )
    return Checked(name="sockets", state="ok", says="unix sockets can be made")


def _rehearsal(_arguments: argparse.Namespace) -> Checked:
    from assistant.shadow.open import open_shadow

    try:
        with open_shadow() as shadow, shadow.connect() as connection:
            version = connection.info.server_version
    except StanchError as error:
        return Checked(name="rehearsal database", state="wrong", says=error.says, remedy=error.remedy)
    return Checked(
        name="rehearsal database", state="ok", says=f"PostgreSQL {version // 10000}.{version % 10000} starts"
    )


def _terminal(_arguments: argparse.Namespace) -> Checked:
    if not sys.stdout.isatty():
        return Checked(name="terminal", state="note", says="none here; the verbs work in a pipe")
    size = shutil.get_terminal_size()
    term, colours = os.environ.get("TERM", "not set"), os.environ.get("COLORTERM", "")
    says = f"{size.columns} by {size.lines}, TERM {term}{', ' + colours if colours else ''}"
    if "NO_COLOR" in os.environ:
        says += ", NO_COLOR"
    if size.columns < _COLUMNS or size.lines < _LINES:
        return Checked(name="terminal", state="note", says=says, remedy="80 by 24 shows all three panes.")
    if term == "dumb":
        return Checked(
            name="terminal", state="note", says=says, remedy="The interface needs a terminal that moves its cursor."
        )
    return Checked(name="terminal", state="ok", says=says)


def _tmux(_arguments: argparse.Namespace) -> Checked:
    if "TMUX" not in os.environ:
        return Checked(name="tmux", state="ok", says="not inside tmux")
    return Checked(
        name="tmux",
        state="note",
        says="inside tmux",
        remedy="Copying needs `set -g set-clipboard on`; a file path is always offered.",
    )


_CHECKS: tuple[Callable[[argparse.Namespace], Checked], ...] = (
    _python,
    _git,
    _repository,
    _cache,
    _sockets,
    _rehearsal,
    _terminal,
    _tmux,
)


def _record(checked: Checked) -> dict[str, str]:
    return {"name": checked.name, "state": checked.state, "says": checked.says, "remedy": checked.remedy}
