"""Times the search for secrets: files, whole history, and the history against `git log -p -U0` alone, which any tool has to wait for.

Usage: python bench/secrets_history.py REPOSITORY... [--times 3]
REPOSITORY is a work tree or a bare clone. Every search runs in a process of its own, so that its peak memory is its own; git's is told beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

from measure import run


HISTORY_LIMIT, FILES_LIMIT = 40.0, 2.0
SEARCH = """
import json, resource, sys, time
from pathlib import Path
began = time.perf_counter()
from assistant.collect.secrets import read_secrets
from assistant.detect.secrets import detect_secrets
found = read_secrets(Path(sys.argv[1]), history=sys.argv[2] == "history")
findings = detect_secrets(found)
used = {name: resource.getrusage(who) for name, who in (("own", resource.RUSAGE_SELF), ("git", resource.RUSAGE_CHILDREN))}
print(json.dumps({
    "seconds": time.perf_counter() - began,
    "cpu": {name: each.ru_utime + each.ru_stime for name, each in used.items()},
    "megabytes": {name: each.ru_maxrss // 1024 for name, each in used.items()},
    "files": found.files, "commits": found.history.commits, "read": found.history.read, "says": found.history.says,
    "findings": len(findings),
}))
"""


def main() -> None:
    """Print a line for the files and one for the history of each repository."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", type=Path, nargs="+")
    parser.add_argument("--times", type=int, default=3)
    arguments = parser.parse_args()
    print(f"limits on a quiet machine with two cores: history {HISTORY_LIMIT:.0f} s, files {FILES_LIMIT:.0f} s")
    for repository in arguments.repositories:
        top = repository.resolve()
        files = fastest(arguments.times, top, "files")
        if files["files"]:
            print(f"{top.name:24} files   {files['seconds']:6.2f} s  {files['files']} files  {memory(files)}")
        history = fastest(arguments.times, top, "history")
        alone = min(git_alone(top) for _ in range(arguments.times))
        print(
            f"{top.name:24} history {history['seconds']:6.2f} s  {history['read']} of {history['commits']} commits  {memory(history)}  "
            f"{history['findings']} findings  git alone {alone:.2f} s  ratio {history['seconds'] / alone:.2f}"
        )
        for says in history["says"]:
            print(f"{'':24} {says}")


def fastest(times: int, repository: Path, what: str) -> dict:
    """The fastest of several searches, whole process."""
    best: dict = {}
    for _ in range(times):
        done = run(sys.executable, "-c", SEARCH, repository, what, cwd=Path(__file__).parents[1])
        if done.code:
            raise SystemExit(done.stderr)
        told = {**json.loads(done.stdout), "seconds": done.seconds}
        best = told if not best or told["seconds"] < best["seconds"] else best
    return best


def git_alone(repository: Path) -> float:
    """Seconds of the stream without reading it."""
    began = time.perf_counter()
    surroundings = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none", "GIT_OPTIONAL_LOCKS": "0"}
    flags = [
        "log",
        "--all",
        "--reflog",
        "-p",
        "-c",
        "-U0",
        "--no-ext-diff",
        "--no-textconv",
        "--no-color",
        "--no-renames",
        "--format=%x01%H",
    ]
    command = [
        "env",
        *(f"{name}={value}" for name, value in surroundings.items()),
        "git",
        "-C",
        str(repository),
        *flags,
    ]
    reading, writing = os.pipe()
    child = os.posix_spawnp(
        command[0],
        command,
        os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, writing, 1), (os.POSIX_SPAWN_CLOSE, reading)],
    )
    os.close(writing)
    while os.read(reading, 1 << 20):
        pass
    os.close(reading)
    os.waitpid(child, 0)
    return time.perf_counter() - began


def memory(told: dict) -> str:
    """Peak and processor time of ours and of git's."""
    parts = (f"{name} {told['megabytes'][name]} MB {told['cpu'][name]:.1f} s" for name in ("own", "git"))
    return f"({', '.join(parts)} of processor)"


if __name__ == "__main__":
    main()
