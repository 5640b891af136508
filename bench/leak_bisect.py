"""Does `stanch bisect` name the commit that opened a leak? Tried on the SQL leaks of a corpus whose introducing commit is known.

Usage: python bench/leak_bisect.py CLONES CASES.jsonl [--before 10] [--only ID ...]
The bad revision is the case's vulnerable commit, the good one lies some first-parent commits before the one that introduced it. The leak is
each finding at the bad revision that points at the case (its file, and its symbol or a line within 15); a case is right when one of them leads
to the commit that introduced it, or to the merge that carried it. Nothing is checked out.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from corpus_sql import points_at
from measure import git_folder

from assistant.collect.git import Git
from assistant.domain.errors import StanchError
from assistant.engine.at_commit import replays
from assistant.engine.leaks import where
from assistant.engine.opening import find_opening
from assistant.engine.options import Options


Case = dict[str, Any]
MOST_FINDINGS = 6


def main() -> None:
    """Print a line a case and a table by class."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clones", type=Path)
    parser.add_argument("cases", type=Path)
    parser.add_argument("--before", type=int, default=10, help="first-parent commits from the good one to the culprit")
    parser.add_argument("--only", metavar="ID", nargs="*", help="these cases alone")
    arguments = parser.parse_args()
    cases = [json.loads(line) for line in arguments.cases.read_text(encoding="utf-8").splitlines() if line.strip()]
    cases = [one for one in cases if one["lang"] == "SQL" and one["kind"] == "leak" and one.get("introduced_by")]
    table: dict[str, list[bool]] = defaultdict(list)
    for case in cases:
        folder = git_folder(arguments.clones, case["repo"])
        if folder is None or (arguments.only and case["id"] not in arguments.only):
            continue
        began = time.monotonic()
        said, right = tried(Git(folder).bare(), case, arguments.before)
        table[case["class"]].append(right)
        print(f"{'ok ' if right else 'NO '} {case['id']:34} {time.monotonic() - began:6.1f} s  {said}", flush=True)
    print()
    for name, rights in sorted(table.items()):
        print(f"{name:36} {sum(rights)}/{len(rights)}")
    every = [right for rights in table.values() for right in rights]
    print(f"{'all':36} {sum(every)}/{len(every)}")


def tried(git: Git, case: Case, before: int) -> tuple[str, bool]:
    """What became of a case, and whether the introducing commit was named."""
    culprit, bad = case["introduced_by"], case["parent"]
    older = git.line(["rev-list", "--first-parent", f"--max-count={before + 1}", culprit]).split()
    good = older[-1] if len(older) > 1 else None
    pointing = at_bad(git, bad, case)
    if isinstance(pointing, str):
        return pointing, False
    said = []
    for fingerprint, rule in pointing[:MOST_FINDINGS]:
        try:
            found = find_opening(git, good, bad, fingerprint, Options(), lambda *_: None)
        except StanchError as error:
            said.append(f"{rule}: {error.says}")
            continue
        verdict = found.verdict
        text = (
            f"{rule}: {verdict.commit[:9]} in {verdict.tested} of {len(verdict.skipped)} skipped, {found.seconds:.1f} s"
        )
        carried = culprit in git.line(["rev-list", f"{verdict.commit}^1..{verdict.commit}"]).split()
        if verdict.commit == culprit or carried:
            return text, True
        said.append(text + (f" at {found.place}" if found.place else ""))
    return f"wanted {culprit[:9]}; " + "; ".join(said or ["no finding points at it"]), False


def at_bad(git: Git, bad: str, case: Case) -> list[tuple[str, str]] | str:
    """Fingerprint and rule of the findings that point at a case, or why there are none."""
    with replays(git, Options(), lambda *_: None) as opened:
        proven = opened.proven(bad)
    if proven is None:
        return "no schema at the bad commit"
    return [
        (one.fingerprint, one.rule)
        for one in proven.findings
        if any(points_at(where(one.where) or {}, place) for place in case["files"])
    ]


if __name__ == "__main__":
    main()
