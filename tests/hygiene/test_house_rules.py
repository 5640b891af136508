"""What a contributor promises about every file, checked: sizes, names, nothing unfinished, nothing of a machine."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest


ROOT = Path(__file__).parents[2]
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|NotImpl" r"ementedError)\b")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|root|home/[a-z]+)/")
NAMELESS = re.compile(r"(^|_)(utils?|helpers?|managers?|misc|common|base|core)(_|$)")


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


CODE = [path for path in tracked("*.py") if "worlds" not in path.parts and "demo" not in path.parts]


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_holds_one_room(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 400, "past 400 lines something wants its own room"
    if path.is_relative_to(ROOT / "assistant") or path.is_relative_to(ROOT / "codemods"):
        too_long = [
            f"{node.name} ({(node.end_lineno or 0) - node.lineno + 1} lines)"
            for node in ast.walk(ast.parse("\n".join(lines)))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= 60
        ]
        assert not too_long
        assert not NAMELESS.search(path.stem), "name the noun or the verb it is about"


def test_nothing_is_left_unfinished_or_tied_to_a_machine() -> None:
    faults = []
    for path in tracked("*.py", "*.md", "*.toml", "*.sql", "*.j2", "*.tcss", "Makefile", ".ci/run"):
        if "worlds" in path.parts or "demo" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        for pattern in (UNFINISHED, MACHINE_PATH):
            faults += [f"{path.relative_to(ROOT)}: {found.group()}" for found in pattern.finditer(text)]
    assert not faults


def test_the_lock_names_hashes_and_no_addresses() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert lock.count("--hash=sha256:") > 100
