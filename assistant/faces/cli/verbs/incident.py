"""``stanch incident list|show|verify|export|resume``: the case files of a repository."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.domain.errors import CaseFileError, StanchError
from assistant.domain.events import Asked, IncidentState, StepState
from assistant.engine.casefile import export, incident_ids, latest, read_case, runbook_of, verify_evidence, write_new
from assistant.faces.cli.exits import Exit
from assistant.faces.cli.settings import options_from, repository_root
from assistant.text.plural import plural
from assistant.write.telling import told


if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from assistant.engine.casefile import CaseFile
    from assistant.faces.cli.say import Voice


def run(arguments: argparse.Namespace, voice: Voice) -> int:
    """Dispatch to one of the five."""
    root = repository_root(arguments.repo)
    return _DOES[arguments.does](arguments, voice, root)


def _list(arguments: argparse.Namespace, voice: Voice, root: Path) -> int:
    """One line an incident; a damaged one is listed with what is wrong with it."""
    records: list[dict[str, Any]] = []
    damaged = False
    for incident in incident_ids(root):
        try:
            records.append(_record(read_case(root, incident)))
        except StanchError as error:
            damaged = True
            records.append({"id": incident, "state": "damaged", "says": error.says})
    if arguments.json:
        voice.json({"incidents": records})
    else:
        for record in records:
            if record["state"] == "damaged":
                voice.line(f"{record['id']}  damaged: {record['says']}", kind="high")
            else:
                done = f"{record['done']} of {plural(record['steps'], 'step')} done"
                voice.line(f"{record['id']}  {record['state']}  {done}  {plural(record['findings'], 'finding')}")
        if not records:
            voice.line("No incident yet.")
    return Exit.USAGE if damaged else Exit.CALM


def _show(arguments: argparse.Namespace, voice: Voice, root: Path) -> int:
    """State, steps, timeline."""
    case = read_case(root, latest(root, arguments.id))
    if arguments.json:
        voice.json(_record(case) | {"timeline": _timeline(case), "step_states": _steps(case)})
        return Exit.CALM
    incident = case.incident
    voice.line(f"{incident.id}: {incident.state.value}, opened {incident.opened_at:%Y-%m-%d %H:%M} UTC", kind="strong")
    for view in incident.steps:
        voice.line(f"{view.state.value}: {view.id}" + (f": {view.says}" if view.says else ""), indent=2)
    voice.line()
    for entry in _timeline(case):
        voice.line(f"{entry['at']}  {entry['by']}  {entry['says']}")
    if incident.question is not None:
        voice.line()
        voice.line(f"Waiting for you ({incident.question.step}): {incident.question.asks}", kind="strong")
    return Exit.CALM


def _verify(arguments: argparse.Namespace, voice: Voice, root: Path) -> int:
    """Every link, the anchored head, every piece of evidence."""
    case = read_case(root, latest(root, arguments.id))
    pieces, broken = verify_evidence(case)
    if arguments.json:
        voice.json(
            {
                "id": case.incident.id,
                "events": case.head.n,
                "head": case.head.sha,
                "torn_bytes": case.torn,
                "evidence": pieces,
                "broken": list(broken),
            }
        )
    else:
        voice.line(
            f"{case.incident.id}: {plural(case.head.n, 'event')}, chain unbroken, head {case.head.sha}", kind="good"
        )
        voice.line(f"{pieces - len(broken)} of {plural(pieces, 'piece')} of evidence as they were stored")
        if case.torn:
            voice.line(f"{plural(case.torn, 'byte')} of a last line were cut off by a crash; resuming sets them aside")
    if broken:
        raise CaseFileError(broken[0], "Keep the folder as it is for whoever investigates.")
    return Exit.CALM


def _export(arguments: argparse.Namespace, voice: Voice, root: Path) -> int:
    """A redacted archive; the runbook alone when the name ends in .md."""
    incident = latest(root, arguments.id)
    written = arguments.to or Path(f"stanch-{incident}.zip")
    if written.suffix == ".md":
        write_new(written, runbook_of(read_case(root, incident), named_from=root if arguments.authors else None))
    else:
        export(root, incident, written, authors=arguments.authors)
    if arguments.json:
        voice.json({"id": incident, "written": str(written)})
    else:
        voice.line(f"written: {written} (redacted; without the key of the pseudonyms)")
    return Exit.CALM


def _resume(arguments: argparse.Namespace, voice: Voice, root: Path) -> int:
    """The terminal interface where there is a terminal; otherwise mend, and say what comes next."""
    options = options_from(arguments, root, voice)
    if not arguments.json and sys.stdin.isatty() and sys.stdout.isatty():
        from assistant.faces.cli.terminal import show

        return show(root, options)
    from assistant.engine.session import Session

    incident = latest(root, arguments.id)
    with Session(root, incident=incident, options=options):
        pass
    case = read_case(root, incident)
    coming = next((view for view in case.incident.steps if view.state not in {StepState.DONE, StepState.SKIPPED}), None)
    if arguments.json:
        voice.json(_record(case) | {"next": coming.id if coming else None})
    else:
        voice.line(f"{incident}: {case.incident.state.value}")
        voice.line(f"next: {coming.id} ({coming.state.value})" if coming else "every step is done or skipped")
    over = case.incident.state in {IncidentState.PROVEN, IncidentState.CLOSED}
    return Exit.CALM if over else Exit.NEEDS_PERSON


def _record(case: CaseFile) -> dict[str, Any]:
    incident = case.incident
    return {
        "id": incident.id,
        "playbook": incident.playbook,
        "state": incident.state.value,
        "opened_at": incident.opened_at.isoformat(),
        "steps": len(incident.steps),
        "done": sum(view.state is StepState.DONE for view in incident.steps),
        "findings": len(incident.findings),
        "written": [path for path, _ in incident.written],
        "question": _question(incident.question),
        "events": case.head.n,
        "head": case.head.sha,
        "torn_bytes": case.torn,
    }


def _question(asked: Asked | None) -> dict[str, Any] | None:
    if asked is None:
        return None
    return {"step": asked.step, "question": asked.question, "asks": asked.asks, "choices": list(asked.choices)}


def _steps(case: CaseFile) -> list[dict[str, str]]:
    return [
        {"id": view.id, "stage": view.stage.value, "state": view.state.value, "says": view.says}
        for view in case.incident.steps
    ]


def _timeline(case: CaseFile) -> list[dict[str, Any]]:
    return [
        {"n": event.n, "at": f"{event.at:%Y-%m-%d %H:%M:%SZ}", "by": event.by, "says": says}
        for event in case.incident.events
        if (says := told(event.what)) is not None
    ]


_DOES: dict[str, Callable[[argparse.Namespace, Voice, Path], int]] = {
    "list": _list,
    "show": _show,
    "verify": _verify,
    "export": _export,
    "resume": _resume,
}
