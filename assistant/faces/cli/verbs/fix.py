"""``stanch fix``: findings, fixes, proof, diff; then approval, then the files, then every attack again on what was written.

Without ``--dry-run`` it is a walk through the same steps as in the terminal interface, and leaves the same case file.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from assistant.domain.errors import NeedsPersonError, ProofError, UsageError
from assistant.domain.events import StepState
from assistant.domain.matrix import Verdict
from assistant.engine.commands import Approve, Decline, Run
from assistant.engine.entry import enter
from assistant.engine.leaks import worst_first
from assistant.engine.outcome import raise_failed, state_of
from assistant.engine.proposal import left_open, plan_for, refuse_unproven, told_open
from assistant.engine.rehearsal import rehearse
from assistant.faces.cli.exits import Exit
from assistant.faces.cli.report import SCHEMA, finding_record
from assistant.faces.cli.settings import options_from, repository_root
from assistant.faces.cli.words import sentence, tell_worst
from assistant.text.plural import plural


if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence

    from assistant.domain.fixes import Artifact
    from assistant.engine.rehearsal import Rehearsal
    from assistant.engine.session import Session
    from assistant.faces.cli.say import Voice

FIRST = ("preserve-evidence", "database-rules", "confirm-scope", "root-causes")
"""What the runbook needs before anything is changed."""
LOCK, AGAIN = "lock-database", "database-tests"


def run(arguments: argparse.Namespace, voice: Voice) -> int:
    """Exit 0 when proven, written and nothing left; 1 when leaks remain; 4 when the proof failed; 5 without approval."""
    if arguments.code:
        from assistant.faces.cli.verbs import fix_code

        return fix_code.run(arguments, voice)
    if arguments.only or arguments.branch or arguments.tsc:
        raise UsageError("--only, --branch and --tsc are about edits of code.", "Add --code, or leave them out.")
    root = repository_root(arguments.repo)
    options = options_from(arguments, root, voice)
    if arguments.dry_run:
        with rehearse(root, options, voice.progress) as rehearsal:
            return _show_only(arguments, voice, rehearsal)
    with enter(root, options, on_progress=lambda now: voice.progress(now.says, now.done, now.total)) as session:
        return _walk(arguments, voice, session)


def _show_only(arguments: argparse.Namespace, voice: Voice, rehearsal: Rehearsal) -> int:
    from datetime import UTC, datetime

    artifacts: Sequence[Artifact] = ()
    if rehearsal.fixes():
        with _told(arguments, voice, rehearsal):
            refuse_unproven(rehearsal.proof())
        artifacts = plan_for(rehearsal)(datetime.now(UTC))
    if arguments.json:
        voice.json(_report(rehearsal, [], _after(rehearsal)) | {"diff": _diff(rehearsal, artifacts)})
    else:
        _tell(voice, rehearsal, artifacts)
        voice.line("Nothing was written (--dry-run).")
    return Exit.FOUND if rehearsal.attack().counts()["leaks"] else Exit.CALM


@contextmanager
def _told(arguments: argparse.Namespace, voice: Voice, rehearsal: Rehearsal) -> Iterator[None]:
    """What the rehearsal came to is said before a failed proof ends the command."""
    try:
        yield
    except ProofError:
        if arguments.json:
            voice.json(_report(rehearsal, [], rehearsal.attack().counts()))
        else:
            _tell(voice, rehearsal, ())
        raise


def _walk(arguments: argparse.Namespace, voice: Voice, session: Session) -> int:
    for step in FIRST:
        raise_failed(session.send(Run(step=step)), step)
    incident = session.send(Run(step=LOCK))
    rehearsal = session.world.rehearsal()
    with _told(arguments, voice, rehearsal):
        raise_failed(incident, LOCK)
    artifacts = session.world.proposed.get(LOCK, ())
    if not artifacts:
        after = rehearsal.attack().counts()
        if arguments.json:
            voice.json(_report(rehearsal, [], after))
        else:
            _tell(voice, rehearsal, ())
        return Exit.FOUND if after["leaks"] else Exit.CALM
    report = _report(rehearsal, _paths(artifacts), _after(rehearsal))
    if not arguments.json:
        _tell(voice, rehearsal, artifacts)
    if not arguments.yes and not _approved(arguments, voice):
        session.send(Decline(step=LOCK, because="not approved at the command line"))
        raise NeedsPersonError(
            "nothing was written: the diff was not approved.", "Run it with --yes once you agree with the diff."
        )
    incident = session.send(Approve(step=LOCK))
    raise_failed(incident, LOCK)
    return _attack_again(arguments, voice, session, report)


def _attack_again(arguments: argparse.Namespace, voice: Voice, session: Session, report: dict[str, Any]) -> int:
    """What lies in the repository now is replayed and attacked; only that counts."""
    incident = session.send(Run(step=AGAIN))
    if incident.proof is not None and incident.proof.step == AGAIN:
        report["after"] = dict(incident.proof.after)
    after: Mapping[str, int] = report["after"]
    proven = state_of(incident, AGAIN) is StepState.DONE
    if arguments.json:
        voice.json(report)
    else:
        for path in report["written"]:
            voice.line(f"written: {path}")
        counts = f"{plural(report['before']['leaks'], 'leak')} before, {after['leaks']} after, {plural(after['locked_out'], 'owner')} locked out"
        voice.line(f"Attacked again from the files: {counts}.", kind="good" if proven else "high")
        voice.line("Next: review the migration, deploy it, and print the runbook with `stanch runbook`.")
    if proven:
        return Exit.CALM
    return Exit.FOUND if after["leaks"] and not after["locked_out"] else Exit.UNPROVEN


def _approved(arguments: argparse.Namespace, voice: Voice) -> bool:
    """Ask on a terminal; anything but yes is no."""
    if arguments.json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    voice.line()
    voice.out.write("Write these files? [y/N] ")
    voice.out.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _tell(voice: Voice, rehearsal: Rehearsal, artifacts: Sequence[Artifact]) -> None:
    leaks = worst_first(rehearsal.attack().of(Verdict.LEAKS))
    tell_worst(voice, rehearsal)
    for leak in leaks[1:12]:
        voice.line(f"{leak.severity.value}: {sentence(leak)}", kind=leak.severity.value)
    if len(leaks) > 12:  # noqa: PLR2004 - a screenful
        voice.line(f"{plural(len(leaks) - 12, 'leak')} more: `stanch prove --json` lists all")
    if not rehearsal.fixes():
        voice.line("Nothing to write: no finding has a fix." if leaks else "Nothing to fix: no attack succeeded.")
    else:
        _tell_fixes(voice, rehearsal, artifacts)
    for said in told_open(rehearsal):
        voice.line(f"not fixed: {said}")


def _tell_fixes(voice: Voice, rehearsal: Rehearsal, artifacts: Sequence[Artifact]) -> None:
    proof = rehearsal.proof()
    voice.line()
    voice.line(f"{plural(len(proof.fixes), 'fix', 'fixes')}:", kind="strong")
    for fix in proof.fixes:
        voice.line(f"{fix.title} ({fix.applies.value})", indent=2)
        if fix.risk:
            voice.line(fix.risk, indent=4)
    before, after = proof.before.get("leaks", 0), proof.after.get("leaks", 0)
    voice.line()
    voice.line(f"Proof on a clone: {plural(before, 'leak')} before, {after} after. {proof.reason}", kind="strong")
    if not proof.undo_works:
        voice.line("The undo did not bring back exactly what was there: read it before you rely on it.", indent=2)
    for note in proof.plans:
        if not note.uses_index:
            voice.line(f"no index is used for {note.table} ({', '.join(note.columns)})", indent=2)
    voice.line()
    voice.block(_diff(rehearsal, artifacts))
    voice.line()


def _paths(artifacts: Sequence[Artifact]) -> list[str]:
    """What to look at first comes first: the migration, then its undo."""
    return [
        artifact.path for artifact in sorted(artifacts, key=lambda artifact: (artifact.kind == "undo", artifact.path))
    ]


def _diff(rehearsal: Rehearsal, artifacts: Sequence[Artifact]) -> str:
    from assistant.write.diff import unified

    return unified(rehearsal.repository.root, artifacts) if artifacts else ""


def _after(rehearsal: Rehearsal) -> Mapping[str, int]:
    return rehearsal.proof().after if rehearsal.fixes() else rehearsal.attack().counts()


def _report(rehearsal: Rehearsal, written: list[str], after: Mapping[str, int]) -> dict[str, Any]:
    records = {finding.fingerprint: finding_record(finding) for finding in rehearsal.findings()}
    return {
        "written": written,
        "before": rehearsal.attack().counts(),
        "after": dict(after),
        "not_fixed": [
            {"finding": fingerprint, "reason": reason}
            | {key: records[fingerprint][key] for key in ("rule", "subject", "title", "severity")}
            if fingerprint in records
            else {"finding": fingerprint, "reason": reason}
            for fingerprint, reason in left_open(rehearsal)
        ],
        "schema": SCHEMA,
        "fixes": [
            {"id": fix.id, "title": fix.title, "applies": fix.applies.value, "findings": list(fix.findings)}
            for fix in (rehearsal.proof().fixes if rehearsal.fixes() else ())
        ],
    }
