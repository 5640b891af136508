"""Doctor, completion, and the interface where there is none: small verbs that are typed on a bad day."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from assistant.faces.cli.arguments import VERBS
from tests.journeys.desk import Desk, desk


__all__ = ["desk"]


@pytest.mark.shadow
def test_doctor_looks_at_everything_and_says_what_to_do(desk: Desk) -> None:
    done = desk.type("doctor", "--json")
    assert done.code == 0, done
    checks = {check["name"]: check for check in json.loads(done.out)["checks"]}
    assert set(checks) == {"python", "git", "repository", "cache", "sockets", "rehearsal database", "terminal", "tmux"}
    assert checks["rehearsal database"]["state"] == "ok"
    assert checks["terminal"]["state"] == "note"
    assert all(check["remedy"] for check in checks.values() if check["state"] == "wrong")


@pytest.mark.shadow
def test_doctor_names_a_cache_that_cannot_be_used(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = desk.type("doctor", "--json", STANCH_CACHE_DIR=str(tmp_path / "file" / "below"))
    assert done.code == 3
    checks = {check["name"]: check for check in json.loads(done.out)["checks"]}
    assert checks["rehearsal database"]["state"] == "wrong"
    assert "STANCH_CACHE_DIR" in checks["rehearsal database"]["remedy"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script_that_the_shell_can_read(desk: Desk, shell: str) -> None:
    done = desk.type("completion", shell)
    assert done.code == 0
    assert all(verb in done.out for verb in VERBS)
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=done.out, text=True, check=True, capture_output=True)


def test_bash_completes_verbs_and_flags(desk: Desk) -> None:
    script = desk.type("completion", "bash").out
    ask = f"{script}\nCOMP_WORDS=(stanch fix --d) COMP_CWORD=2; _stanch; echo ${{COMPREPLY[@]}}"
    shown = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True).stdout.split()
    assert shown == ["--database-url", "--dry-run"]


def test_the_demo_without_a_terminal_says_how_to_walk_it(tmp_path: Path) -> None:
    done = Desk(tmp_path).type("demo", "--quiet", "--into", tmp_path / "demo")
    assert done.code == 2
    assert "needs a terminal" in done.err
