"""Counts for how many corpus cases that are found a patch comes out, and checks each: it parses, applies, and the finding is gone.

Usage: python bench/patches.py CLONES CASES.jsonl [--only ID-OR-REPOSITORY ...] [--show]
Whether a reader of the fix commit would accept a patch is judged by a person: `--show` prints the patches beside the case's own words.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measure import git_folder, work_tree

from assistant.collect.code.map import read_code
from assistant.detect.code.run import detect_code
from assistant.domain.fixes import Fix, NoFix
from assistant.engine.patch_trial import Known, propose_tried
from assistant.write.patches import apply_here, plan_patches, preview


if TYPE_CHECKING:
    from assistant.domain.findings import Finding


LOUD = ("critical", "high", "medium")
NEAR = 15


def main() -> int:
    """Print a line a case and the three figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clones", type=Path)
    parser.add_argument("cases", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--show", action="store_true")
    arguments = parser.parse_args()
    cases = [json.loads(line) for line in arguments.cases.read_text().splitlines() if line.strip()]
    cases = [case for case in cases if case["kind"] == "leak" and case["lang"] in ("TS", "JS")]
    wanted = set(arguments.only)
    cases = [case for case in cases if not wanted or wanted & {case["id"], case["repo"]}]
    trees: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for case in cases:
        trees[case["repo"], case["parent"]].append(case)
    counts = {"found": 0, "patched": 0, "silent": 0}
    for (repo, commit), group in trees.items():
        for case, line, found in look(arguments, repo, commit, group):
            for name in found:
                counts[name] += 1
            print(f"{case['id']:34} {line}", flush=True)
    print(f"found {counts['found']} of {len(cases)}, patched {counts['patched']}, silent afterwards {counts['silent']}")
    return 0


def look(arguments: argparse.Namespace, repo: str, commit: str, cases: list[dict[str, Any]]) -> Any:
    """One commit: its findings, patches for those that hit a case, and the findings after them."""
    git = git_folder(arguments.clones, repo)
    if git is None:
        return
    with work_tree(git, commit) as root:
        started = time.perf_counter()
        code_map = read_code(root, workers=1)
        findings = [one for one in detect_code(code_map) if one.severity.value in LOUD]
        paths = [str(path.relative_to(root)) for path in root.rglob("*") if ".git" not in path.parts and path.is_file()]
        for case in cases:
            hits = [one for one in findings if hit(one, case)]
            if not hits:
                yield case, "not found", ()
                continue
            answers = propose_tried(root, code_map, hits, paths, Known())
            fixes = [one for one in answers if isinstance(one, Fix)]
            if arguments.show:
                show(root, case, answers)
            if not fixes:
                yield case, f"no patch ({', '.join({one.rule for one in hits})})", ("found",)
                continue
            left = after(root, fixes, case)
            says = f"patched {', '.join(sorted({one.rule for one in hits}))}" + (
                f"; left: {', '.join(left)}" if left else "; silent"
            )
            yield case, says, ("found", "patched") if left else ("found", "patched", "silent")
        print(f"# {repo} {commit[:8]} {time.perf_counter() - started:.1f} s", file=sys.stderr)


def hit(finding: Finding, case: dict[str, Any]) -> bool:
    """The finding stands at one of the case's places."""
    where = finding.where
    return where is not None and any(
        where.file == place["path"]
        and (
            (place.get("symbol") and where.symbol and place["symbol"].split(".")[-1] in where.symbol)
            or abs(where.line - (place.get("line") or 0)) <= NEAR
        )
        for place in case["files"]
    )


def after(root: Path, fixes: list[Fix], case: dict[str, Any]) -> list[str]:
    """Rules that still hit the case when the patches are written; the files are put back."""
    closed = {finding for fix in fixes for finding in fix.findings}
    chosen = plan_patches(root, fixes)
    kept = {one.path: (root / one.path).read_bytes() for one in chosen}
    apply_here(root, chosen)
    try:
        again = detect_code(read_code(root, workers=1))
        return sorted({one.rule for one in again if one.fingerprint in closed and hit(one, case)})
    finally:
        for path, content in kept.items():
            (root / path).write_bytes(content)
            (root / f"{path}.orig").unlink(missing_ok=True)


def show(root: Path, case: dict[str, Any], answers: tuple[Fix | NoFix, ...]) -> None:
    """What a reader compares with the fix commit."""
    print(
        f"\n=== {case['id']} ({case['repo']} {case['fix'][:8] if case.get('fix') else 'not fixed'})\n{case['summary']}"
    )
    for one in answers:
        if isinstance(one, NoFix):
            print(f"--- no patch: {one.reason}")
        else:
            print(f"--- {one.title}\n    {one.risk}\n{preview(plan_patches(root, [one]))}")


if __name__ == "__main__":
    sys.exit(main())
