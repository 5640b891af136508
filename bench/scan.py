"""Times the whole `stanch scan` of repositories, with the memory of all its processes, against semgrep with eleven rules in the same run.

Usage: python bench/scan.py CLONES OWNER/NAME[@COMMIT] ... [--semgrep PATH] [--times 3] [--most-seconds 12] [--most-megabytes 400]
Memory is the largest sum over the process and all its descendants, looked at ten times a second; a page that several share is counted once
(proportional size). Beside it stands the largest resident size of one process. PostgreSQL's processes count as stanch's. Exit 1 when a
limit is passed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from measure import compiled, git_folder, work_tree


RULES = Path(__file__).with_name("scan_rules.yml")
STANCH = (sys.executable, "-c", "import sys; from assistant.faces.cli.main import main; sys.exit(main(sys.argv[1:]))")
GLANCE = 0.1
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one run took."""

    seconds: float
    cpu: float
    megabytes: float
    largest: float
    code: int

    def __str__(self) -> str:
        return f"{self.seconds:6.2f} s  {self.cpu:6.2f} s CPU  {self.megabytes:5.0f} MB  (largest process {self.largest:4.0f} MB)"


def main() -> int:
    """Print a line a tool and repository, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clones", type=Path)
    parser.add_argument("repositories", nargs="+", metavar="OWNER/NAME[@COMMIT]")
    parser.add_argument("--semgrep", type=Path, help="the command of an installed semgrep")
    parser.add_argument("--times", type=int, default=3, help="runs of which the fastest counts")
    parser.add_argument("--most-seconds", type=float, default=12)
    parser.add_argument("--most-megabytes", type=float, default=400)
    arguments = parser.parse_args()
    print(f"measured: {compiled()}", flush=True)
    passed = 0
    for wanted in arguments.repositories:
        repository, _, commit = wanted.partition("@")
        git = git_folder(arguments.clones, repository)
        if git is None:
            print(f"{repository}: no clone")
            passed = 1
            continue
        with work_tree(git, commit or "HEAD") as root:
            ours = best(arguments.times, *STANCH, "scan", str(root), "--json")
            print(f"{wanted:34} stanch scan            {ours}  exit {ours.code}", flush=True)
            passed |= ours.seconds > arguments.most_seconds or ours.megabytes > arguments.most_megabytes
            if arguments.semgrep is not None:
                options = (
                    "scan",
                    "--metrics=off",
                    "--disable-version-check",
                    "--quiet",
                    "--json",
                    "--config",
                    str(RULES),
                )
                theirs = best(max(1, arguments.times - 1), str(arguments.semgrep), *options, str(root))
                print(f"{wanted:34} semgrep, eleven rules  {theirs}  exit {theirs.code}")
                print(
                    f"{wanted:34} {theirs.seconds / ours.seconds:.1f} times as fast, {theirs.cpu / ours.cpu:.1f} times less CPU",
                    flush=True,
                )
    return int(passed)


def best(times: int, *command: str) -> Cost:
    """The fastest of several runs."""
    return min((cost(*command) for _ in range(times)), key=lambda each: each.seconds)


def cost(*command: str) -> Cost:
    """Run a command and look at what it and its descendants take."""
    before = os.times()
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        memory = Memory(child.pid)
        memory.start()
        child.wait()
        seconds = time.perf_counter() - began
        memory.over.set()
        memory.join()
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(seconds=seconds, cpu=cpu, megabytes=memory.sum, largest=memory.largest, code=child.returncode)


class Memory(threading.Thread):
    """Resident memory of a process and its descendants while they run."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.over = threading.Event()
        self.sum = self.largest = 0.0

    def run(self) -> None:
        while not self.over.wait(GLANCE):
            pids = family(self.pid)
            self.sum = max(self.sum, sum(share_of(pid) for pid in pids))
            self.largest = max(self.largest, *(size_of(pid) for pid in pids))


def family(pid: int) -> list[int]:
    """A process and its descendants."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError, IndexError):
                continue
            children[parent].append(int(entry.name))
    found = [pid]
    for each in found:
        found += children[each]
    return found


def share_of(pid: int) -> float:
    """Proportional megabytes of one process; 0 when it is gone."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1000 for line in rollup.splitlines() if line.startswith("Pss:")), 0.0)


def size_of(pid: int) -> float:
    """Resident megabytes of one process; 0 when it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 1e6
    except (OSError, ValueError, IndexError):
        return 0.0


if __name__ == "__main__":
    sys.exit(main())
