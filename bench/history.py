"""Times the ranking of many commits, and reading them against GitPython's Diff objects in the same run.

Usage: python bench/history.py CLONES OWNER/NAME [--commits 5000] [--sample 200] [--most-seconds 20] [--most-megabytes 500]
The whole `stanch deploys` of that many first-parent commits, with the largest sum of memory over all its processes; then, per commit, the
streamed reading with its signals against ``parent.diff(commit, create_patch=True)`` with its text, on a sample spread over the same
commits. Exit 1 when a limit is passed or the reading is less than ten times as fast.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from measure import git_folder
from scan import STANCH, best

from assistant.collect.deploys.history import read_history
from assistant.collect.git import Git
from assistant.explain.signals import Signals


if TYPE_CHECKING:
    from git import Repo

LEAST_RATIO = 10


def main() -> int:
    """Three lines and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clones", type=Path)
    parser.add_argument("repository", metavar="OWNER/NAME")
    parser.add_argument("--commits", type=int, default=5000)
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument("--times", type=int, default=2)
    parser.add_argument("--most-seconds", type=float, default=20)
    parser.add_argument("--most-megabytes", type=float, default=500)
    arguments = parser.parse_args()
    folder = git_folder(arguments.clones, arguments.repository)
    if folder is None:
        print(f"{arguments.repository}: no clone")
        return 1
    git = Git(folder)
    newest = git.line(["rev-parse", "HEAD"])
    good = git.line(["rev-list", "-1", "--first-parent", f"--skip={arguments.commits}", newest])
    cost = best(arguments.times, *STANCH, "deploys", str(folder), "--last-good", good, "--json")
    print(f"stanch deploys, {arguments.commits} commits   {cost}  exit {cost.code}", flush=True)
    began, used = time.perf_counter(), time.process_time()
    changes = read_history(git, [newest, f"^{good}"], on_file=Signals().take).changes
    ours = (time.perf_counter() - began) / len(changes)
    print(
        f"read with signals: {ours * 1000:.2f} ms a commit ({time.process_time() - used:.1f} s of this process)",
        flush=True,
    )
    theirs = with_diff_objects(folder, [change.commit.sha for change in changes], arguments.sample)
    print(f"GitPython's diff(create_patch=True): {theirs * 1000:.2f} ms a commit, on {arguments.sample} of them")
    print(f"{theirs / ours:.0f} times as fast")
    slow = cost.seconds > arguments.most_seconds or cost.megabytes > arguments.most_megabytes
    return int(slow or theirs < LEAST_RATIO * ours)


def with_diff_objects(folder: Path, shas: list[str], sample: int) -> float:
    """Seconds a commit."""
    from git import Repo

    with tempfile.TemporaryDirectory(
        prefix="history-"
    ) as name:  # GitPython does not read a bare folder of another name
        subprocess.run(["git", "clone", "-q", "--shared", "--no-checkout", str(folder), name], check=True)
        return _timed(Repo(name), shas, sample)


def _timed(repository: Repo, shas: list[str], sample: int) -> float:
    chosen = shas[:: max(1, len(shas) // sample)][:sample]
    began = time.perf_counter()
    for sha in chosen:
        commit = repository.commit(sha)
        for parent in commit.parents[:1]:
            for diff in parent.diff(commit, create_patch=True):
                len(diff.diff or b"")
    seconds = time.perf_counter() - began
    repository.close()
    return seconds / len(chosen)


if __name__ == "__main__":
    sys.exit(main())
