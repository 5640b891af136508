"""Scores the ranking of commits on real leaks: the commit that opened each, among the commits around it.

Usage: python bench/deploys.py CLONES CASES.jsonl [--k 10] [--window 50] [--only ID-OR-REPOSITORY ...] [--asked] [--keep FOLDER] [--show]
CLONES holds <owner>+<name>/repo git directories. An incident stands at ``introduced_by`` + k first-parent commits towards the vulnerable parent,
and the window is the commits before it. With --asked the finding at the case's file and symbol is given, as an operator would
who saw the leak. --keep stores what `stanch deploys --json` said, and reads it again instead of running it. A merge that carries the
commit counts as the commit. Exit 1 below the bars: first in half of the cases, in the first five in 85 %; with --asked first in 80 %.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from measure import git_folder, run


NEAR = 15
WORD = re.compile(r"\w+")
FILLING = frozenset({"policy", "on", "function", "table", "public", "view", "route", "the"})
BARS = {"first": 0.5, "five": 0.85, "asked": 0.8}
STANCH = (sys.executable, "-c", "import sys; from assistant.faces.cli.main import main; sys.exit(main(sys.argv[1:]))")
Case = dict[str, Any]


def main() -> int:
    """A line a case, a line a class, the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clones", type=Path)
    parser.add_argument("cases", type=Path)
    parser.add_argument("--k", type=int, default=10, help="commits between the opening and the incident")
    parser.add_argument("--window", type=int, default=50)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--asked", action="store_true", help="give the finding, where there is one")
    parser.add_argument("--keep", type=Path, help="a folder for the answers")
    parser.add_argument("--show", action="store_true", help="the reasons of the first and of the true commit")
    arguments = parser.parse_args()
    ranks: dict[str, list[int]] = defaultdict(list)
    unasked = 0
    for case in map(json.loads, arguments.cases.read_text().splitlines()):
        if case["kind"] != "leak" or not case.get("introduced_by") or str(case["confidence"]).startswith("low"):
            continue
        if arguments.only and not {case["id"], case["repo"]} & set(arguments.only):
            continue
        git = git_folder(arguments.clones, case["repo"])
        if git is None:
            print(f"{case['id']:34} no clone")
            continue
        answer = said(case, git, arguments)
        place = place_of(answer, case, git) if answer is not None else None
        if arguments.asked and answer is not None and not answer["asked"]:
            unasked += 1
            print(f"{case['id']:34} {case['lang']:4} {case['class']:28} no finding to give", flush=True)
            continue
        ranks[case["class"]].append(place or 999)
        total = len(answer["commits"]) if answer is not None else 0
        print(f"{case['id']:34} {case['lang']:4} {case['class']:28} {place or '-':>4} of {total}", flush=True)
        if arguments.show and answer is not None:
            show(answer, place)
    if unasked:
        print(f"{unasked} cases have no finding that could be given, and are not counted")
    return told(ranks, asked=arguments.asked)


def told(ranks: dict[str, list[int]], *, asked: bool) -> int:
    """The table, and whether the bars hold."""
    for name, places in sorted(ranks.items()):
        first, five = sum(place == 1 for place in places), sum(place <= 5 for place in places)
        print(f"{name:34} cases {len(places):3d}   first {first:3d}   in five {five:3d}")
    every = [place for places in ranks.values() for place in places]
    count = len(every) or 1
    first, five = sum(place == 1 for place in every), sum(place <= 5 for place in every)
    print(
        f"introducing commit first {first}/{count} ({first / count:.0%}), in five {five}/{count} ({five / count:.0%})"
    )
    if asked:
        return int(first < BARS["asked"] * count)
    return int(first < BARS["first"] * count or five < BARS["five"] * count)


def said(case: Case, git: Path, arguments: argparse.Namespace) -> dict[str, Any] | None:
    """What `stanch deploys --json` says of the incident."""
    kept = arguments.keep / f"{case['id']}{'.asked' if arguments.asked else ''}.json" if arguments.keep else None
    if kept is not None and kept.exists():
        return json.loads(kept.read_text())
    # a partial clone lacks blobs of 4 MiB and more: the files that are there are enough
    head, base = incident(case, git, arguments.k, arguments.window)
    folder = Path(tempfile.mkdtemp(prefix="deploys-"))
    try:
        subprocess.run(
            ["git", "clone", "-q", "--shared", "--no-checkout", str(git), str(folder)], check=True, capture_output=True
        )
        subprocess.run(
            ["git", "-C", str(folder), "checkout", "-q", "-f", "-B", "main", head], check=False, capture_output=True
        )
        fingerprint = finding_of(case, folder) if arguments.asked else ""
        extra = ["--finding", fingerprint] if fingerprint else []
        ran = run(*STANCH, "deploys", str(folder), "--last-good", base, "--json", *extra)
        answer = json.loads(ran.stdout) | {"asked": fingerprint}
    except ValueError:
        print(f"{case['id']}: no JSON, exit {ran.code}: {ran.stderr[-300:]}")
        return None
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(answer))
    return answer


def incident(case: Case, git: Path, k: int, window: int) -> tuple[str, str]:
    """Newest commit and last good one."""
    after = lines(git, "rev-list", "--reverse", "--ancestry-path", f"{case['introduced_by']}..{case['parent']}")
    head = after[min(k, len(after)) - 1] if after else case["introduced_by"]
    return head, (lines(git, "rev-list", "--first-parent", f"--max-count={window + 1}", head) or [head])[-1]


def finding_of(case: Case, folder: Path) -> str:
    """Fingerprint of the finding that the case is about: the one that names its symbol, else the nearest in its file; empty when there is none."""
    ran = run(*STANCH, "scan", str(folder), "--json")
    try:
        findings = json.loads(ran.stdout)["findings"]
    except (ValueError, KeyError):
        return ""
    found: list[tuple[bool, int, int, str]] = []
    for file in case["files"]:
        for n, finding in enumerate(findings):
            where = finding["where"] or {}
            away = abs((where.get("line") or 0) - (file.get("line") or 0))
            named = names(str(file.get("symbol") or ""), f"{where.get('symbol')} {finding['title']}")
            if where.get("file") == file["path"] and (named or away <= NEAR):
                found.append((not named, 0 if named else away, n, str(finding["fingerprint"])))
    return min(found)[-1] if found else ""


def names(symbol: str, text: str) -> bool:
    """True when every word of one of the symbols (``handleGET/handlePUT``, ``users.email``, ``policy x on t``) stands in a text."""
    said = set(WORD.findall(text.lower()))
    parts = ([word for word in WORD.findall(one.lower()) if word not in FILLING] for one in symbol.split("/"))
    return any(words and said.issuperset(words) for words in parts)


def place_of(answer: dict[str, Any], case: Case, git: Path) -> int | None:
    """Rank of the commit that opened the leak; a hash that the case abbreviates is the one commit that git finds for it."""
    opened = (lines(git, "rev-parse", "--verify", "-q", f"{case['introduced_by']}^{{commit}}") or [""])[0]
    for n, commit in enumerate(answer["commits"], 1):
        if commit["sha"] == opened:
            return n
    for n, commit in enumerate(answer["commits"], 1):
        if opened in lines(git, "rev-list", f"{commit['sha']}^1..{commit['sha']}"):
            return n
    return None


def show(answer: dict[str, Any], place: int | None) -> None:
    """Why the first is first, and what speaks against the true one."""
    for n in dict.fromkeys((1, place or 1)):
        commit = answer["commits"][n - 1]
        print(f"    {n}. {commit['sha'][:10]} {commit['score']} {commit['subject'][:70]}")
        for reason in commit["reasons"][:4]:
            print(f"       {reason['weight']:6} {reason['kind']}: {reason['says'][:110]}")


def lines(git: Path, *arguments: str) -> list[str]:
    """What git prints, by words."""
    ran = subprocess.run(["git", "-C", str(git), *arguments], capture_output=True, text=True, check=False)
    return ran.stdout.split()


if __name__ == "__main__":
    sys.exit(main())
