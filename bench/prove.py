"""Times the whole of `stanch prove` as a process, warm: on clones of public repositories and on generated schemas.

Usage: python bench/prove.py STANCH [CLONES] [--repo owner/name ...] [--tables 300 1000] [--times 3]
Prints seconds, cells and leaks for each, and how far the large generated schema is from linear (1.0 is linear).
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from generate import write_repository
from measure import Run, best, git_folder, work_tree


ROW = "{:44} {:>8} {:>8} {:>8} {:>7} {:>8}"


def main() -> None:
    """Print one line a repository."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stanch", type=Path)
    parser.add_argument("clones", type=Path, nargs="?")
    parser.add_argument("--repo", nargs="*", default=["mckaywrigley/chatbot-ui"])
    parser.add_argument("--tables", nargs="*", type=int, default=[300, 1000])
    parser.add_argument("--times", type=int, default=3)
    arguments = parser.parse_args()
    print(ROW.format("repository", "seconds", "objects", "cells", "leaks", "replay %"))
    for repository in arguments.repo if arguments.clones else []:
        git = git_folder(arguments.clones, repository)
        if git is None:
            print(f"{repository:44} not among the clones")
            continue
        with work_tree(git) as target:
            show(repository, best(arguments.times, arguments.stanch, "prove", target, "--json"))
    seconds: dict[int, float] = {}
    for tables in sorted(arguments.tables):
        with tempfile.TemporaryDirectory(prefix="stanch-bench-") as name:
            target = write_repository(Path(name) / "generated", tables)
            ran = best(arguments.times, arguments.stanch, "prove", target, "--json")
            show(f"generated, {tables} tables", ran)
            seconds[tables] = ran.seconds
    if len(seconds) > 1:
        small, large = min(seconds), max(seconds)
        print(f"\n{small} -> {large} tables: {seconds[large] / seconds[small] / (large / small):.2f} x linear")


def show(name: str, ran: Run) -> None:
    """One line of the table; a run without JSON says why."""
    said = ran.json
    if said is None:
        print(f"{name:44} {ran.seconds:8.2f}   exit {ran.code}: {ran.stderr.strip()[-120:]}")
        return
    cells, replay = said["cells"], said["replay"]
    replayed = 100 * replay["applied"] / max(1, replay["statements"])
    print(
        ROW.format(name, f"{ran.seconds:.2f}", said["objects"], sum(cells.values()), cells["leaks"], f"{replayed:.1f}")
    )


if __name__ == "__main__":
    main()
