"""The wheel alone is enough: playbooks, templates, shims and the demo travel in it."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest


ROOT = Path(__file__).parents[2]


def run(*command: str | Path, **more: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, timeout=600, **more
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done


@pytest.mark.slow
def test_a_built_wheel_walks_the_demo_in_an_empty_environment(tmp_path: Path) -> None:
    run(
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-build-isolation",
        "--no-deps",
        "--wheel-dir",
        tmp_path,
        ROOT,
    )
    wheel = next(tmp_path.glob("stanch-*.whl"))
    venv.create(tmp_path / "empty", with_pip=True)
    binaries = tmp_path / "empty" / ("Scripts" if sys.platform == "win32" else "bin")
    run(binaries / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel)
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    assert "stanch" in run(binaries / "stanch", "--version", cwd=outside).stdout
    walked = run(binaries / "stanch", "demo", "--headless", cwd=outside)
    assert "0 leaks" in walked.stdout + walked.stderr
