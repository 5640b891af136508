"""Ctrl-C at every point, a closed terminal, kill -9: exit 130, no database left, the journal whole, the next run as if nothing had been."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from assistant.domain.events import StepState
from assistant.engine.casefile import incident_ids, read_case, verify_evidence
from tests.journeys.desk import Desk, desk, leaky


__all__ = ["desk", "leaky"]
pytestmark = pytest.mark.shadow

MOMENTS = (0.0, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9, 1.2, 1.6, 2.1)
"""Seconds after stanch began to listen."""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leaky: Desk) -> Path:
    """A cache with one warm cluster, so that every moment falls into the work and not into its making."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("STANCH_CACHE_DIR", str(folder))
    assert leaky.type("prove").code == 1
    return folder


def databases(cache: Path) -> set[str]:
    """The folders of databases in every cluster."""
    return {str(path.relative_to(cache)) for path in cache.glob("**/data/base/*")}


def listens(child: subprocess.Popen[str]) -> None:
    """Wait until stanch catches SIGTERM: before, a signal is Python's to handle, not stanch's."""
    status = Path(f"/proc/{child.pid}/status")
    if not status.exists():
        time.sleep(0.5)
        return
    for _ in range(2000):
        caught = next((line.split()[1] for line in status.read_text().splitlines() if line.startswith("SigCgt")), "0")
        if int(caught, 16) >> (signal.SIGTERM - 1) & 1 or child.poll() is not None:
            return
        time.sleep(0.005)


def press(leaky: Desk, moment: float, number: signal.Signals, *arguments: str) -> tuple[int, str, str]:
    """Start, wait, press, and see how it ends."""
    with leaky.start(*arguments) as child:
        listens(child)
        time.sleep(moment)
        if child.poll() is None:
            os.killpg(child.pid, number)
        out, err = child.communicate(timeout=60)
    return child.returncode, out, err


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_proof_that_is_interrupted_leaves_nothing_behind(cache: Path, leaky: Desk, number: signal.Signals) -> None:
    before = databases(cache)
    codes = set()
    for moment in MOMENTS if number is signal.SIGINT else MOMENTS[1::3]:
        code, out, err = press(leaky, moment, number, "prove", "--json")
        codes.add(code)
        assert code in {130, 1}, err
        assert "Traceback" not in err
        assert out == "" or json.loads(out)["cells"]["leaks"]
        assert databases(cache) <= before, f"left after {moment} s"
    assert 130 in codes
    assert leaky.type("prove").code == 1


@pytest.mark.slow
def test_a_fix_that_is_interrupted_leaves_a_whole_journal_and_whole_files(cache: Path, leaky: Desk) -> None:
    before, files = databases(cache), set(leaky.migrations.iterdir())
    for moment in (*MOMENTS, 2.6, 3.2):
        code, _, err = press(leaky, moment, signal.SIGINT, "fix", "--yes", "--json")
        assert code in {130, 0}, err
        assert "Traceback" not in err
        assert databases(cache) <= before
        for incident in incident_ids(leaky.root):
            case = read_case(leaky.root, incident)
            assert verify_evidence(case)[1] == ()
            assert all(view.state is not StepState.RUNNING for view in case.incident.steps)
            new = {str(path.relative_to(leaky.root)) for path in set(leaky.migrations.iterdir()) - files}
            assert new <= {path for path, _ in case.incident.written}, "what was written is in the journal"
    assert leaky.type("fix", "--yes").code == 0
    assert leaky.type("prove").code == 0
    assert len(incident_ids(leaky.root)) == 1


@pytest.mark.slow
def test_kill_9_leaves_what_the_next_run_cleans_up(cache: Path, leaky: Desk) -> None:
    before = databases(cache)
    for moment in (0.4, 0.8, 1.3):
        press(leaky, moment, signal.SIGKILL, "fix", "--yes")
        resumed = leaky.type("incident", "resume")
        assert resumed.code in {0, 2, 5}, resumed
        assert "Traceback" not in resumed.err
    assert leaky.type("fix", "--yes").code == 0
    assert leaky.type("incident", "verify").code == 0
    assert databases(cache) <= before
    assert leaky.type("prove").code == 0


def test_two_presses_do_not_disturb_the_cleaning(cache: Path, leaky: Desk) -> None:
    before = databases(cache)
    with leaky.start("prove") as child:
        listens(child)
        time.sleep(0.4)
        os.killpg(child.pid, signal.SIGINT)
        time.sleep(0.02)
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGINT)
        _, err = child.communicate(timeout=60)
    assert child.returncode in {130, 1}
    assert "Traceback" not in err
    assert databases(cache) <= before
