"""Scores `stanch scan` on the SQL cases of a corpus: found at the parent commit, gone at the fix, silent on the clean ones.

Usage: python bench/corpus_sql.py STANCH CLONES CASES.jsonl
A case names a file and a symbol or a line; a finding of at least medium severity hits it in that file, by symbol or within 15 lines.
"""

from __future__ import annotations

import argparse
import functools
import json
from pathlib import Path
from typing import Any

from measure import git_folder, run, work_tree


LOUD = ("critical", "high", "medium")
NEAR = 15

Found = list[dict[str, Any]]
Case = dict[str, Any]


def main() -> None:
    """Print a line a case and three ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stanch", type=Path)
    parser.add_argument("clones", type=Path)
    parser.add_argument("cases", type=Path)
    arguments = parser.parse_args()
    cases = [json.loads(line) for line in arguments.cases.read_text(encoding="utf-8").splitlines() if line.strip()]
    cases = [case for case in cases if case["lang"] == "SQL"]

    @functools.cache
    def scanned(repository: str, commit: str) -> tuple[dict[str, Any], ...] | None:
        git = git_folder(arguments.clones, repository)
        if git is None:
            return None
        try:
            with work_tree(git, commit) as target:
                said = run(arguments.stanch, "scan", target, "--json").json
        except ValueError:
            return None
        return None if said is None else tuple(found for found in said["findings"] if found["severity"] in LOUD)

    found = gone = mended = leaks = silent = clean = 0
    for case in cases:
        at_parent = scanned(case["repo"], case["parent"])
        if at_parent is None:
            print(f"{case['id']:44} {case['kind']:6} not run")
            continue
        rules = hits(at_parent, case)
        if case["kind"] == "clean":
            clean += 1
            silent += not rules
            print(f"{case['id']:44} clean  {'silent' if not rules else 'ALARM ' + ' '.join(rules)}")
            continue
        leaks += 1
        found += bool(rules)
        at_fix = scanned(case["repo"], case["fix"]) if rules and case.get("fix") else None
        left = set(rules) & set(hits(at_fix, case)) if at_fix is not None else set()
        mended += at_fix is not None
        gone += at_fix is not None and not left
        says = f"  STILL THERE AT THE FIX: {' '.join(sorted(left))}" if left else ""
        print(f"{case['id']:44} leak   {' '.join(rules) or 'MISSED'}{says}")
    print(f"\nfound {found}/{leaks}   gone at the fix {gone}/{mended}   silent on clean {silent}/{clean}")


def hits(findings: tuple[dict[str, Any], ...], case: Case) -> list[str]:
    """Rules of the findings that point at the case, sorted."""
    return sorted(
        {found["rule"] for found in findings if any(points_at(found["where"] or {}, place) for place in case["files"])}
    )


def points_at(where: dict[str, Any], place: dict[str, Any]) -> bool:
    """Whether a finding stands where the case does."""
    if (where.get("file") or "") != place["path"]:
        return False
    named = str(place.get("symbol") or "").split(".")[-1]
    if named and where.get("symbol") and named in str(where["symbol"]):
        return True
    return abs((where.get("line") or 0) - (place.get("line") or 0)) <= NEAR


if __name__ == "__main__":
    main()
