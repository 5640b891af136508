"""Scores the code half on a corpus of real leaks: found at the parent commit, gone at the fix, silent on the clean ones.

Usage: python bench/corpus.py CLONES CASES.jsonl [--only ID-OR-REPOSITORY ...] [--jobs 2] [--code-only] [--show] [--why ID]
A case names files with a symbol or a line; a finding of at least medium severity hits it in that file, by symbol or within 15 lines.
Plain runs call `stanch scan --json` of this installation; --code-only calls the readers and rules in process, without database and secrets.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from corpus_facts import facts_near
from measure import git_folder, run


LOUD = ("critical", "high", "medium")
NEAR = 15
BARS = (0.85, 0.90, 0.10)

Case = dict[str, Any]
Found = dict[str, Any]
Commit = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Task:
    """One commit to look at."""

    git: Path
    commit: str
    scratch: Path
    code_only: bool
    workers: int
    places: tuple[tuple[str, str, int], ...]
    """File, symbol, line: where --show wants the facts."""
    seconds: int


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What came out of one commit."""

    findings: tuple[Found, ...] = ()
    facts: str = ""
    seconds: float = 0.0
    failed: str = ""


@dataclass
class Score:
    """Cases of one class."""

    cases: int = 0
    flagged: int = 0
    gone: int = 0
    missed: list[str] = field(default_factory=list)


def main() -> int:
    """Print a line a case, a line a class, and the three figures; exit 1 below the bars."""
    arguments = _arguments()
    cases = chosen(arguments)
    with tempfile.TemporaryDirectory(prefix="stanch-corpus-") as throwaway:
        bench = Bench(arguments, Path(arguments.scratch or throwaway), cases)
        bench.look([(case["repo"], case["parent"]) for case in cases])
        hits = {case["id"]: hit(bench.findings(case["repo"], case["parent"]), case) for case in cases}
        fixed = [case for case in cases if case.get("fix") and case["kind"] == "leak"]
        bench.look([(case["repo"], case["fix"]) for case in fixed if hits[case["id"]] or arguments.show])
        return report(cases, hits, bench, show=arguments.show)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clones", type=Path)
    parser.add_argument("cases", type=Path)
    parser.add_argument(
        "--only", action="append", default=[], metavar="TEXT", help="part of an id, repository or class"
    )
    parser.add_argument("--kind", choices=("leak", "clean"))
    parser.add_argument("--lang", default="TS,JS", help="languages, with commas")
    parser.add_argument("--jobs", type=int, default=2, help="commits at a time")
    parser.add_argument("--workers", type=int, default=1, help="processes that read one commit (--code-only)")
    parser.add_argument("--code-only", action="store_true", help="readers and rules in process, nothing else")
    parser.add_argument("--show", action="store_true", help="print findings and facts near the places")
    parser.add_argument("--why", metavar="ID", help="--only ID --show, at the fix too")
    parser.add_argument("--scratch", type=Path, help="keep checkouts here for the next run")
    parser.add_argument("--seconds", type=int, default=300, help="longest time for one commit")
    arguments = parser.parse_args()
    if arguments.why:
        arguments.only, arguments.show = [arguments.why], True
    return arguments


def chosen(arguments: argparse.Namespace) -> list[Case]:
    """The cases that were asked for; those of low confidence never count."""
    cases = [json.loads(line) for line in arguments.cases.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [
        case
        for case in cases
        if case["lang"] in arguments.lang.split(",")
        and not str(case.get("confidence", "")).startswith("low")
        and arguments.kind in {None, case["kind"]}
        and (
            not arguments.only or any(part in f"{case['id']} {case['repo']} {case['class']}" for part in arguments.only)
        )
    ]


class Bench:
    """Looks at each commit once."""

    def __init__(self, arguments: argparse.Namespace, scratch: Path, cases: list[Case]) -> None:
        self._arguments, self._scratch, self._cases = arguments, scratch, cases
        self.looked: dict[Commit, Looked] = {}

    def findings(self, repository: str, commit: str) -> tuple[Found, ...] | None:
        """Loud findings of a commit; None when it could not be looked at."""
        looked = self.looked.get((repository, commit))
        return None if looked is None or looked.failed else looked.findings

    def look(self, commits: list[Commit]) -> None:
        """Look at those not looked at yet, several at a time."""
        todo = {commit: task for commit in dict.fromkeys(commits) if (task := self._task(commit)) is not None}
        with ProcessPoolExecutor(max_workers=self._arguments.jobs, mp_context=get_context("spawn")) as pool:
            running = {pool.submit(look_at, task): commit for commit, task in todo.items()}
            for done in as_completed(running):
                repository, commit = running[done]
                looked = self.looked[repository, commit] = done.result()
                said = looked.failed or f"{len(looked.findings)} findings"
                print(f"# {repository} {commit[:8]} {looked.seconds:.1f}s {said}", file=sys.stderr, flush=True)

    def _task(self, wanted: Commit) -> Task | None:
        repository, commit = wanted
        git = git_folder(self._arguments.clones, repository)
        if git is None or wanted in self.looked:
            return None
        places = tuple(
            (place["path"], str(place.get("symbol") or ""), int(place.get("line") or 0))
            for case in self._cases
            if case["repo"] == repository and commit in {case["parent"], case.get("fix")}
            for place in case["files"]
        )
        return Task(
            git=git,
            commit=commit,
            scratch=self._scratch,
            code_only=self._arguments.code_only,
            workers=self._arguments.workers,
            places=places if self._arguments.show else (),
            seconds=self._arguments.seconds,
        )


def look_at(task: Task) -> Looked:
    """One commit, in a process of its own; whatever goes wrong is the answer."""
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(task.seconds)
    began = time.perf_counter()
    try:
        root = checked_out(task.git, task.commit, task.scratch, versioned=not task.code_only)
        began = time.perf_counter()
        if task.code_only:
            findings, facts = in_process(root, task)
        else:
            findings, facts = by_command(root), ""
            if task.places:
                facts = in_process(root, task)[1]
    except Exception as error:  # noqa: BLE001 - one commit must not end the run
        last = traceback.extract_tb(error.__traceback__)[-1]
        failed = f"{type(error).__name__}: {error} ({Path(last.filename).name}:{last.lineno})"
        return Looked(failed=failed, seconds=time.perf_counter() - began)
    finally:
        signal.alarm(0)
    loud = tuple(found for found in findings if found["severity"] in LOUD)
    return Looked(findings=loud, facts=facts, seconds=time.perf_counter() - began)


def _too_long(_number: int, _frame: object) -> None:
    raise TimeoutError("took too long")


def checked_out(git: Path, commit: str, scratch: Path, *, versioned: bool) -> Path:
    """The files of a commit below ``scratch``, checked out once; with a history of one commit when ``versioned``."""
    target = scratch / git.parent.name / git.name / commit[:12]
    ready = target.with_name(target.name + ".ready")
    if not ready.exists():
        target.mkdir(parents=True, exist_ok=True)
        # a partial clone lacks large files: unlike `git archive`, checkout-index goes on without them
        surroundings = {**os.environ, "GIT_INDEX_FILE": str(target.with_name(target.name + ".index"))}
        if subprocess.run(
            ["git", "-C", git, "read-tree", commit], env=surroundings, check=False, capture_output=True
        ).returncode:
            raise ValueError(f"the clone has no commit {commit}")
        writing = ["git", "-C", git, f"--work-tree={target}", "checkout-index", "-a", "-q", f"--prefix={target}/"]
        subprocess.run(writing, env=surroundings, check=False, capture_output=True)
        ready.touch()
    if versioned and not (target / ".git").exists():
        identity = ("-c", "user.name=bench", "-c", "user.email=bench@example.com", "-c", "commit.gpgsign=false")
        for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "bench")):
            subprocess.run(["git", *identity, *arguments], cwd=target, check=True, capture_output=True)
    return target


def by_command(root: Path) -> list[Found]:
    """The findings of `stanch scan --json`."""
    start = "import sys; from assistant.faces.cli.main import main; sys.exit(main(sys.argv[1:]))"
    ended = run(sys.executable, "-c", start, "scan", root, "--json")
    said = ended.json
    if said is None:
        raise ValueError(f"exit {ended.code}: {ended.stderr.strip()[-200:]}")
    return list(said["findings"])


def in_process(root: Path, task: Task) -> tuple[list[Found], str]:
    """Findings of the code half alone, and the facts near the places of the cases."""
    from assistant.collect.code.map import read_code
    from assistant.detect.code.run import detect_code

    code = read_code(root, workers=task.workers)
    findings = detect_code(code)
    records = [
        {
            "rule": finding.rule,
            "severity": finding.severity.value,
            "title": finding.title,
            "entry": finding.entry,
            "where": {"file": finding.where.file, "line": finding.where.line, "symbol": finding.where.symbol}
            if finding.where
            else None,
        }
        for finding in findings
    ]
    return records, facts_near(code, records, task.places)


def hit(findings: tuple[Found, ...] | None, case: Case, rule: str | None = None) -> str | None:
    """The rule of the first finding at one of the case's places; with ``rule``, only that one counts."""
    for place in case["files"]:
        for found in findings or ():
            if rule not in {None, found["rule"]}:
                continue
            where = found["where"] or {}
            if (where.get("file") or "").lstrip("./") != place["path"]:
                continue
            symbol = place.get("symbol")
            named = symbol and where.get("symbol") and symbol.split(".")[-1] in str(where["symbol"])
            if named or abs((where.get("line") or 0) - (place.get("line") or 0)) <= NEAR:
                return str(found["rule"])
    return None


def report(cases: list[Case], hits: dict[str, str | None], bench: Bench, *, show: bool) -> int:
    """A line a case, a line a class, the figures; 0 when they reach the bars."""
    classes: dict[tuple[str, str], Score] = defaultdict(Score)
    rules: Counter[str] = Counter()
    not_run = 0
    for case in cases:
        if bench.findings(case["repo"], case["parent"]) is None:
            not_run += 1
            print(f"{case['id']:44} {case['kind']:5} {case['class']:28} not run")
            continue
        rule = hits[case["id"]]
        gone, says = _verdict(case, rule, bench)
        score = classes[case["kind"], case["class"]]
        score.cases += 1
        score.flagged += rule is not None
        score.gone += gone
        if case["kind"] == "clean" and rule:
            rules[rule] += 1
        print(f"{case['id']:44} {case['kind']:5} {case['class']:28} {says}")
        if show:
            _show(case, bench)
    print()
    for (kind, name), score in sorted(classes.items()):
        print(f"{kind:6}{name:38} cases {score.cases:3}  flagged {score.flagged:3}  silent at the fix {score.gone:3}")
    if rules:
        print("alarms by rule: " + ", ".join(f"{rule} {count}" for rule, count in rules.most_common()))
    leaks = [score for (kind, _), score in classes.items() if kind == "leak"]
    clean = [score for (kind, _), score in classes.items() if kind == "clean"]
    total, found, gone = (sum(getattr(score, name) for score in leaks) for name in ("cases", "flagged", "gone"))
    quiet, alarms = (sum(getattr(score, name) for score in clean) for name in ("cases", "flagged"))
    print(
        f"leaks found {found}/{total}{_share(found, total)}, silent at the fix {gone}/{found}{_share(gone, found)}, "
        f"alarms on clean {alarms}/{quiet}{_share(alarms, quiet)}, not run {not_run}"
    )
    reached = found >= BARS[0] * total and gone >= BARS[1] * found and alarms <= BARS[2] * quiet
    return int(not reached or bool(not_run))


def _verdict(case: Case, rule: str | None, bench: Bench) -> tuple[bool, str]:
    if case["kind"] == "clean":
        return False, f"ALARM {rule}" if rule else "silent"
    if rule is None:
        return False, f"MISSED ({case.get('static_detectable')})"
    after = bench.findings(case["repo"], case["fix"]) if case.get("fix") else None
    if after is None:
        return False, f"found {rule}, fix not run"
    gone = hit(after, case, rule) is None
    return gone, f"found {rule}, " + ("gone at the fix" if gone else "STILL THERE at the fix")


def _show(case: Case, bench: Bench) -> None:
    print(f"    {case['summary']}")
    for label in ("parent", "fix"):
        looked = bench.looked.get((case["repo"], case.get(label) or ""))
        if looked is not None:
            print(f"  at the {label} {case[label][:12]}:")
            files = {place["path"] for place in case["files"]}
            blocks = [block for block in looked.facts.split("\f") if block.partition("\n")[0] in files]
            print("\n".join(block.partition("\n")[2] for block in blocks) or f"    nothing known {looked.failed}")


def _share(part: int, whole: int) -> str:
    return f" ({part / whole:.0%})" if whole else ""


if __name__ == "__main__":
    sys.exit(main())
