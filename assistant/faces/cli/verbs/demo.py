"""``stanch demo``: unpack a small leaking app and walk its incident, in the terminal interface or without a person."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.domain.events import IncidentState
from assistant.engine.demo import build_demo
from assistant.engine.outcome import raise_failed
from assistant.faces.cli.exits import Exit
from assistant.faces.cli.settings import options_from
from assistant.text.plural import plural


if TYPE_CHECKING:
    import argparse

    from assistant.domain.events import Event, Incident
    from assistant.engine.session import Session
    from assistant.faces.cli.say import Voice


def run(arguments: argparse.Namespace, voice: Voice) -> int:
    """Exit 0 when the walk ends proven."""
    target = arguments.into or Path(tempfile.mkdtemp(prefix="stanch-demo-")) / "parley"
    root = build_demo(target)
    voice.note(f"the demo app lies in {root}; nothing outside that folder is touched.")
    options = options_from(arguments, root, voice)
    if not arguments.headless:
        from assistant.faces.cli.terminal import show

        code = show(root, options)
        voice.note(f"go on here later with: stanch {root}")
        return code
    from assistant.engine.entry import enter

    told = _Told(voice, quiet=arguments.json)
    with enter(
        root, options, on_event=told.event, on_progress=lambda now: voice.progress(now.says, now.done, now.total)
    ) as session:
        return _walk(arguments, voice, session, root)


def _walk(arguments: argparse.Namespace, voice: Voice, session: Session, root: Path) -> int:
    from assistant.engine.guided import walk_through

    walked = [{"id": view.id, "state": view.state.value, "says": view.says} for view in walk_through(session)]
    incident = session.incident
    assert incident is not None
    if arguments.json:
        after = dict(incident.proof.after) if incident.proof else {}
        voice.json(
            {
                "repository": str(root),
                "id": incident.id,
                "state": incident.state.value,
                "steps": walked,
                "written": [path for path, _ in incident.written],
                "after": after,
            }
        )
    if walked:
        raise_failed(incident, walked[-1]["id"])
    if not arguments.json:
        voice.line()
        voice.line(f"{incident.state.value}: {_counts(incident)}.", kind="strong")
        voice.line(f"Look at it with `stanch incident show {root}`.")
    return Exit.CALM if incident.state in {IncidentState.PROVEN, IncidentState.CLOSED} else Exit.UNPROVEN


def _counts(incident: Incident) -> str:
    if incident.proof is None:
        return "nothing was attacked"
    before, after = incident.proof.before.get("leaks", 0), incident.proof.after
    return f"{plural(before, 'leak')} before, {plural(after['leaks'], 'leak')} after, {plural(after['locked_out'], 'owner')} locked out"


class _Told:
    """Prints each event of the walk under the title of its step."""

    def __init__(self, voice: Voice, *, quiet: bool) -> None:
        self._voice = voice
        self._quiet = quiet
        self._step = ""

    def event(self, event: Event, _incident: Incident) -> None:
        from assistant.write.telling import told

        says = told(event.what)
        if self._quiet or says is None:
            return
        step = str(getattr(event.what, "step", ""))
        if step and step != self._step:
            self._step = step
            self._voice.line()
            self._voice.line(step, kind="strong")
        self._voice.line(says, indent=2)
