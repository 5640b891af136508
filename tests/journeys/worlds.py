"""The sample repositories as values: where they lie, what they leak, and how a command is run on a copy of one."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any


WORLDS = Path(__file__).parent.parent / "worlds"
CLINIC = WORLDS / "clinic"
LAYOUTS = tuple(sorted(path.parent for path in (WORLDS / "layouts").glob("*/world.toml")))
LEAKY = ("leaky-helper", "leaky-inline")
LOCKED = ("locked-helper", "locked-inline")
IDENTITY = ("-c", "user.name=operator", "-c", "user.email=operator@clinic.example", "-c", "commit.gpgsign=false")


@dataclass(frozen=True)
class Leak:
    """An entry of leaks.toml or world.toml."""

    id: str
    reported_as: tuple[tuple[str, str], ...]
    """Object and verb, then others under which the same leak may be reported."""
    actor: str
    found_by: str
    """Which verb of stanch has to name it: ``prove`` (executed) or ``scan`` (suspected)."""

    @classmethod
    def read(cls, entry: dict[str, Any]) -> Leak:
        return cls(
            id=entry.get("id", entry["object"]),
            reported_as=((entry["object"], entry["verb"]), *(tuple(other.split()) for other in entry.get("also", ()))),
            actor=entry["actor"],
            found_by=entry.get("found_by", "prove"),
        )

    @property
    def exploit(self) -> str:
        return (CLINIC / "exploits" / f"{self.id}.sql").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Ran:
    """What a command of stanch came back with."""

    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.stdout)
        return value


def leaks(path: Path = CLINIC / "leaks.toml") -> tuple[Leak, ...]:
    return tuple(Leak.read(entry) for entry in tomllib.loads(path.read_text(encoding="utf-8"))["leak"])


def expected(world: Path) -> dict[str, Any]:
    """What world.toml says of a layout."""
    return tomllib.loads((world / "world.toml").read_text(encoding="utf-8"))


def committed(source: Path, target: Path) -> Path:
    """A copy of a sample repository as a git repository with one commit."""
    shutil.copytree(source, target)
    for arguments in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "Import")):
        subprocess.run(["git", *IDENTITY, *arguments], cwd=target, check=True, capture_output=True)
    return target


def stanch(*arguments: str | Path) -> Ran:
    """Run the command line as a process, as CI does."""
    command = [sys.executable, "-c", "from assistant.faces.cli.main import run; run()", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    return Ran(done.returncode, done.stdout, done.stderr)
