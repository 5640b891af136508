"""Times what a person waits for before anything happens: `stanch --help` and the first paint of the terminal interface.

Usage: python bench/cold_start.py STANCH [--times 15]
STANCH is the installed command; the bare interpreter beside it runs `pass` in turn with it, and the medians are compared. The first paint is
watched in tmux, against the same interpreter printing one word there.
"""

from __future__ import annotations

import argparse
import shlex
import shutil
import statistics
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

from measure import run


HELP_LIMIT, PAINT_LIMIT = 0.100, 0.400


def main() -> None:
    """Print both overheads in milliseconds, with the limits they are held to on a quiet machine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stanch", type=Path)
    parser.add_argument("--times", type=int, default=15)
    arguments = parser.parse_args()
    stanch = arguments.stanch.absolute()
    python = stanch.parent / "python"
    for name in ("--help", "--version"):
        overhead = compare(
            lambda name=name: run(stanch, name).seconds, lambda: run(python, "-c", "pass").seconds, arguments.times
        )
        print(f"stanch {name:10} {1000 * overhead:6.0f} ms over a bare interpreter (limit {1000 * HELP_LIMIT:.0f})")
    if shutil.which("tmux") is None:
        print("first paint: tmux is not installed")
        return
    with tempfile.TemporaryDirectory(prefix="stanch-bench-") as name:
        subprocess.run(["git", "init", "-q", name], check=True)
        bare = [str(python), "-c", "print('stanch'); import time; time.sleep(5)"]
        overhead = compare(lambda: painted([str(stanch), name]), lambda: painted(bare), arguments.times)
    print(f"first paint       {1000 * overhead:6.0f} ms over a bare interpreter (limit {1000 * PAINT_LIMIT:.0f})")


def compare(ours, bare, times: int) -> float:
    """Median of the one less the median of the other, taken in turn so that both meet the same noise."""
    pairs = [(ours(), bare()) for _ in range(times + 1)][1:]
    return statistics.median(pair[0] for pair in pairs) - statistics.median(pair[1] for pair in pairs)


def painted(command: list[str], limit: float = 20.0) -> float:
    """Seconds until a tmux pane of 120x40 that runs the command shows anything.

    Raises:
        TimeoutError: it stayed empty.
    """
    socket = f"stanch-bench-{uuid.uuid4().hex[:8]}"
    tmux = ["tmux", "-L", socket, "-f", "/dev/null"]
    began = time.perf_counter()
    subprocess.run([*tmux, "new-session", "-d", "-x", "120", "-y", "40", shlex.join(command)], check=True)
    try:
        while time.perf_counter() - began < limit:
            shown = subprocess.run([*tmux, "capture-pane", "-p"], capture_output=True, text=True, check=False).stdout
            if shown.strip():
                return time.perf_counter() - began
            time.sleep(0.005)
    finally:
        subprocess.run([*tmux, "kill-server"], check=False, capture_output=True)
    raise TimeoutError(f"nothing was painted within {limit} s")


if __name__ == "__main__":
    main()
