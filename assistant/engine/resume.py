"""After a crash: what a step was about to do is known from its intent; what it did is read from the repository."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from assistant.domain.events import Failed, StepEnded, StepStarted, StepState, Written
from assistant.engine.fold import WRITING


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from assistant.domain.events import Happening, Incident


def intent_to_write(shas: Mapping[str, str]) -> str:
    """The intent of a step that is about to write these files (path to SHA-256 of the content)."""
    return WRITING + json.dumps(dict(shas), sort_keys=True)


def reconcile(incident: Incident, root: Path) -> Iterator[Happening]:
    """Bring every step that was running when stanch ended to a state that says what is true."""
    for view in incident.steps:
        if view.state is not StepState.RUNNING:
            continue
        shas = _intended(incident, view.id)
        if shas is None:
            yield Failed(step=view.id, says="stanch was ended while this step ran.", remedy="Run it again.")
        else:
            yield from _check_written(view.id, shas, root)


def _intended(incident: Incident, step: str) -> Mapping[str, str] | None:
    """The files of an unfinished write, None when the step was not writing."""
    for event in reversed(incident.events):
        if getattr(event.what, "step", "") != step:
            continue
        if isinstance(event.what, StepStarted) and event.what.intent.startswith(WRITING):
            shas = json.loads(event.what.intent.removeprefix(WRITING))
            return {str(path): str(sha) for path, sha in shas.items()}
        if isinstance(event.what, StepStarted):
            return None
    return None


def _check_written(step: str, shas: Mapping[str, str], root: Path) -> Iterator[Happening]:
    there = tuple((path, sha) for path, sha in sorted(shas.items()) if _sha(root / path) == sha)
    if there:
        yield Written(step=step, files=there)
    if len(there) == len(shas):
        yield StepEnded(
            step=step, state=StepState.DONE, says="stanch was ended right after it wrote; all files are there"
        )
    elif there:
        missing = ", ".join(sorted(shas.keys() - {path for path, _ in there}))
        yield Failed(
            step=step,
            says=f"stanch was ended while it wrote; missing: {missing}.",
            remedy="Undo the step, which removes what was written, and run it again.",
        )
    else:
        yield Failed(step=step, says="stanch was ended before it wrote anything.", remedy="Run the step again.")


def _sha(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
