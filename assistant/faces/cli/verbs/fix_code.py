"""``stanch fix --code``: edits of the code that close its findings; shown, approved, written or put on a branch, then read again.

It is the headless twin of the hunks screen: the same edits, the same case file, and the same way back kept beside it.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assistant.domain.errors import NeedsPersonError, UsageError
from assistant.domain.matrix import SEVERITY_RANK, Severity
from assistant.engine.commands import Note, Run
from assistant.engine.entry import enter
from assistant.engine.examination import examine
from assistant.engine.outcome import raise_failed
from assistant.engine.patching import propose_closing, propose_patches
from assistant.faces.cli.exits import Exit
from assistant.faces.cli.report import SCHEMA, finding_record
from assistant.faces.cli.settings import options_from, repository_root
from assistant.store.places import Places
from assistant.text.plural import plural


if TYPE_CHECKING:
    import argparse
    from datetime import datetime
    from pathlib import Path

    from assistant.domain.findings import Finding
    from assistant.engine.codehalf import CodeHalf
    from assistant.engine.patching import Proposal
    from assistant.engine.session import Session
    from assistant.faces.cli.say import Voice

FIRST = ("preserve-evidence", "routes-and-actions")
"""What the runbook needs before anything is changed."""


def run(arguments: argparse.Namespace, voice: Voice) -> int:
    """Exit 0 when nothing of medium severity or above is left in the code, 1 when something is, 5 without approval."""
    root = repository_root(arguments.repo)
    options = replace(options_from(arguments, root, voice), keeps_sources=not arguments.maintenance)
    if arguments.dry_run:
        with examine(root, options, voice.progress) as examination:
            half = examination.code
            assert half is not None
            return _show_only(arguments, voice, root, half)
    with enter(root, options, on_progress=lambda now: voice.progress(now.says, now.done, now.total)) as session:
        return _walk(arguments, voice, session)


def _show_only(arguments: argparse.Namespace, voice: Voice, root: Path, half: CodeHalf) -> int:
    from datetime import UTC, datetime

    proposal = _proposal(arguments, root, half, datetime.now(UTC))
    if arguments.json:
        voice.json(_report(half, proposal))
    else:
        _tell(voice, half, proposal)
        voice.line("Nothing was written (--dry-run).")
    return _left(half)


def _walk(arguments: argparse.Namespace, voice: Voice, session: Session) -> int:
    world = session.world
    for step in FIRST:
        raise_failed(session.send(Run(step=step)), step)
    half = world.code()
    proposal = _proposal(arguments, world.root, half, world.now())
    report = _report(half, proposal)
    if not arguments.json:
        _tell(voice, half, proposal)
    if not proposal.files:
        if arguments.json:
            voice.json(report)
        return _left(half)
    if not arguments.yes and not _approved(arguments, voice):
        raise NeedsPersonError(
            "nothing was written: the edits were not approved.", "Run it with --yes once you agree with the diff."
        )
    before = _types(voice, world.root, proposal) if arguments.tsc else None
    kept = Places(world.root).incident(world.incident) / "undo" / "fix-code"
    if arguments.branch:
        return _on_branch(arguments, voice, session, proposal, report, kept)
    from assistant.write.patches import apply_here

    written = apply_here(world.root, proposal.files, keep=kept)
    paths = ", ".join(written.files)
    undo = _shown(written.kept or kept / "undo.patch", world.root)
    session.send(Note(text=f"stanch fix --code edited {paths}; the way back is {undo}"))
    report["written"], report["undo"] = list(written.files), undo
    world.forget_code()
    return _read_again(arguments, voice, session, proposal, report, before)


def _read_again(
    arguments: argparse.Namespace,
    voice: Voice,
    session: Session,
    proposal: Proposal,
    report: dict[str, Any],
    before: frozenset[str] | None,
) -> int:
    """What lies in the repository now is read from scratch; only that counts."""
    world = session.world
    half = world.code()
    there = {finding.fingerprint for finding in half.findings}
    still = sorted(proposal.findings & there)
    report["after"] = _counts(half)
    report["still_there"] = still
    if before is not None:
        report["tsc"] = sorted(_types(voice, world.root, proposal) - before)
    if arguments.json:
        voice.json(report)
    else:
        for path in report["written"]:
            voice.line(f"written: {path}")
        gone = len(proposal.findings) - len(still)
        kind = "good" if not still else "high"
        if proposal.findings:
            voice.line(
                f"Read again from the files: {gone} of {plural(len(proposal.findings), 'finding')} gone.", kind=kind
            )
        else:
            voice.line(proposal.afterwards, kind="good")
        for error in report.get("tsc", ()):
            voice.line(f"tsc says since then: {error}", kind="high")
        voice.line(f"The way back: git apply {report['undo']}")
    if report.get("tsc"):
        return Exit.UNPROVEN
    return _left(half)


def _on_branch(
    arguments: argparse.Namespace,
    voice: Voice,
    session: Session,
    proposal: Proposal,
    report: dict[str, Any],
    kept: Path,
) -> int:
    from assistant.write.branch import apply_on_branch

    root = session.world.root
    done = apply_on_branch(root, proposal.files, arguments.branch, keep=kept)
    session.send(Note(text=f"stanch fix --code committed {done.commit[:12]} on the branch {done.name}"))
    report |= {"branch": done.name, "commit": done.commit, "patch": _shown(kept, root)}
    if arguments.json:
        voice.json(report)
    else:
        voice.line(
            f"Committed {done.commit[:12]} on the branch {done.name}; the files here are as they were.", kind="good"
        )
        voice.line(f"Next: review it with `git diff HEAD..{done.name}`, run its tests, and merge it.")
    return Exit.FOUND


def _proposal(arguments: argparse.Namespace, root: Path, half: CodeHalf, now: datetime) -> Proposal:
    if arguments.maintenance:
        return propose_closing(root, half, arguments.maintenance)
    return propose_patches(root, half, _wanted(arguments, half), now)


def _wanted(arguments: argparse.Namespace, half: CodeHalf) -> tuple[Finding, ...]:
    """All findings of the code, or those that ``--only`` names by rule or fingerprint.

    Raises:
        UsageError: a name fits nothing.
    """
    if not arguments.only:
        return half.findings
    wanted: list[Finding] = []
    for name in arguments.only:
        fits = [one for one in half.findings if one.rule == name or one.fingerprint.startswith(name)]
        if not fits:
            raise UsageError(f"no finding has the rule or fingerprint {name!r}.", "`stanch scan --json` lists them.")
        wanted += fits
    return tuple(dict.fromkeys(wanted))


def _approved(arguments: argparse.Namespace, voice: Voice) -> bool:
    """Ask on a terminal; anything but yes is no."""
    if arguments.json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    voice.out.write("Make these edits? [y/N] ")
    voice.out.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _types(voice: Voice, root: Path, proposal: Proposal) -> frozenset[str]:
    from assistant.engine.typecheck import type_errors

    voice.progress("checking the types with the project's own tsc", 0, 0)
    return type_errors(root, [file.path for file in proposal.files])


def _tell(voice: Voice, half: CodeHalf, proposal: Proposal) -> None:
    from assistant.write.patches import preview

    titles = {finding.fingerprint: finding.title for finding in half.findings}
    if not proposal.fixes:
        said = "no finding has an edit" if half.findings else "nothing was found"
        if any(none.finding not in titles for none in proposal.not_fixed):
            said = "no handler gets an edit"
        voice.line(f"Nothing to edit: {said}.")
    else:
        voice.line(
            f"{plural(len(proposal.fixes), 'fix', 'fixes')} in {plural(len(proposal.files), 'file')}:", kind="strong"
        )
    for fix in proposal.fixes:
        voice.line(f"{fix.title} ({fix.applies.value})", indent=2)
        for finding in fix.findings:
            voice.line(f"closes: {titles.get(finding, finding)}", indent=4)
        if fix.risk:
            voice.line(fix.risk, indent=4)
    if proposal.files:
        voice.line()
        voice.block(preview(proposal.files))
    voice.line()
    for reason, findings in _by_reason(proposal, titles):
        voice.line(
            f"not edited: {findings[0]}"
            + (f" and {len(findings) - 1} more" if len(findings) > 1 else "")
            + f": {reason}"
        )


def _by_reason(proposal: Proposal, titles: dict[str, str]) -> list[tuple[str, list[str]]]:
    grouped: dict[str, list[str]] = {}
    for none in proposal.not_fixed:
        grouped.setdefault(none.reason, []).append(titles.get(none.finding, none.finding).rstrip("."))
    return list(grouped.items())


def _report(half: CodeHalf, proposal: Proposal) -> dict[str, Any]:
    from assistant.write.patches import preview

    records = {finding.fingerprint: finding_record(finding) for finding in half.findings}
    counts = _counts(half)
    return {
        "written": [],
        "before": counts,
        "after": counts,
        "not_fixed": [
            {"finding": none.finding, "reason": none.reason}
            | {
                key: records[none.finding][key]
                for key in ("rule", "subject", "title", "severity")
                if none.finding in records
            }
            for none in proposal.not_fixed
        ],
        "schema": SCHEMA,
        "fixes": [
            {
                "id": fix.id,
                "title": fix.title,
                "applies": fix.applies.value,
                "risk": fix.risk,
                "findings": list(fix.findings),
                "files": [patch.path for patch in fix.patches],
            }
            for fix in proposal.fixes
        ],
        "diff": preview(proposal.files),
    }


def _counts(half: CodeHalf) -> dict[str, int]:
    """Findings of the code by severity."""
    return {each.value: sum(one.severity is each for one in half.findings) for each in Severity}


def _left(half: CodeHalf) -> int:
    serious = any(SEVERITY_RANK[one.severity] <= SEVERITY_RANK[Severity.MEDIUM] for one in half.findings)
    return Exit.FOUND if serious else Exit.CALM


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()
