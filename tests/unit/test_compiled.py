"""Compiled modules run only where they were made from the very sources that lie beside them: an edit at three in the morning must count."""

from __future__ import annotations

import json
import os
import runpy
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from assistant import compiled


ROOT = Path(__file__).parents[2]
WORLDS = ROOT / "tests" / "worlds"
SHOW = """
import sys
from pathlib import Path
from assistant.collect.code import values
from assistant.collect.code.map import read_code
read = read_code(Path(sys.argv[1]), workers=1)
print(values.__file__.rpartition(".")[2])
print(*map(repr, read.entries), sep="\\n")
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree with one source that was compiled."""
    (tmp_path / "one.py").write_text("ONE = 1\n")
    folder = tmp_path / "build" / "compiled" / "here"
    (folder / "some" / "package").mkdir(parents=True)
    (folder / compiled.MANIFEST).write_text(json.dumps({"one.py": compiled.digest(tmp_path / "one.py")}))
    monkeypatch.setattr(compiled, "_ROOT", tmp_path)
    monkeypatch.setattr(compiled, "FOLDER", folder)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delenv("STANCH_PURE", raising=False)
    compiled._fits.cache_clear()
    yield tmp_path
    compiled._fits.cache_clear()


def test_what_was_compiled_from_these_sources_comes_first(tree: Path) -> None:
    assert compiled.ahead("some.package", ["source"]) == [str(compiled.FOLDER / "some" / "package"), "source"]
    assert str(compiled.FOLDER) in sys.path


def test_an_edited_source_is_what_runs(tree: Path) -> None:
    (tree / "one.py").write_text("ONE = 2\n")
    assert compiled.ahead("some.package", ["source"]) == ["source"]


@pytest.mark.parametrize("said", ["", "[]", "{", "{}", '{"gone.py": "00"}', "null"])
def test_a_manifest_that_says_nothing_useful_is_not_believed(tree: Path, said: str) -> None:
    (compiled.FOLDER / compiled.MANIFEST).write_text(said)
    assert compiled.ahead("some.package", ["source"]) == ["source"]


def test_python_alone_can_be_asked_for(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANCH_PURE", "1")
    assert compiled.ahead("some.package", ["source"]) == ["source"]


def test_a_package_that_was_not_compiled_stays_as_it_is(tree: Path) -> None:
    assert compiled.ahead("another.package", ["source"]) == ["source"]


def begun(monkeypatch: pytest.MonkeyPatch, folder: Path) -> list[list[str]]:
    """The commands that setting up starts aside."""
    commands: list[list[str]] = []
    monkeypatch.setattr(compiled, "FOLDER", folder / "build" / "compiled" / "here")
    monkeypatch.setattr(subprocess, "Popen", lambda command, **_: commands.append(command))
    runpy.run_path(str(ROOT / "hatch_build.py"))["begin_aside"]()
    return commands


def test_setting_up_compiles_aside_and_gives_way_to_whatever_else_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STANCH_PURE", raising=False)
    monkeypatch.delenv("STANCH_COMPILE", raising=False)
    (tmp_path / "Python.h").touch()
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    assert [command[:3] for command in begun(monkeypatch, tmp_path)] == [["nice", "-n", "19"]]
    monkeypatch.setenv("STANCH_COMPILE", "0")
    assert not begun(monkeypatch, tmp_path)


def test_where_no_compiler_is_at_hand_nothing_is_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STANCH_PURE", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert not begun(monkeypatch, tmp_path)
    assert not (tmp_path / "build").exists()


def shown(world: Path, **more: str) -> list[str]:
    """The suffix of a module that may be compiled, and every entry with all that is known of it."""
    environment = {key: value for key, value in os.environ.items() if key != "STANCH_PURE"} | more
    command = [sys.executable, "-c", SHOW, str(world)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()


@pytest.mark.parametrize("world", sorted(path.name for path in WORLDS.iterdir() if (path / "package.json").is_file()))
def test_compiled_or_not_says_the_same(world: str) -> None:
    fast, slow = shown(WORLDS / world), shown(WORLDS / world, STANCH_PURE="1")
    if fast[0] == "py":
        pytest.skip("nothing was compiled from these sources (make compile)")
    assert slow[0] == "py"
    assert fast[1:] == slow[1:]
    assert len(slow) > 1
