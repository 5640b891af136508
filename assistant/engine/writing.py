"""What the writing steps share: show the files and the diff, ask, and write exactly what was shown."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from assistant.domain.errors import UsageError
from assistant.domain.events import Asked, FactTaken, StepStarted, Written
from assistant.engine.fold import APPROVAL
from assistant.engine.resume import intent_to_write
from assistant.engine.walk import APPROVE, DECLINE, latest_run
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence
    from pathlib import Path

    from assistant.domain.events import Happening
    from assistant.domain.fixes import Artifact
    from assistant.engine.actions import Context

    Plan = Callable[[datetime], Sequence[Artifact]]

_BEFORE = "before"


def sha_of(text: str) -> str:
    """SHA-256 of the text as it lies on disk."""
    return hashlib.sha256(text.encode()).hexdigest()


def propose_files(context: Context, plan: Plan, asks: str) -> Generator[Happening, None, None]:
    """Show what would be written and ask; the files are remembered by their hashes, and the moment they are named after."""
    from assistant.write.diff import unified

    world, step = context.world, context.step.id
    at = world.now()
    artifacts = tuple(plan(at))
    # what is decided on comes first; its undo, which is written first, is read last
    shown = sorted(artifacts, key=lambda artifact: artifact.kind == "undo")
    diff = world.evidence.put("diff", f"{len(artifacts)} files to write", unified(world.root, shown))
    world.proposed[step] = artifacts
    yield FactTaken(
        step=step,
        says=f"{plural(len(artifacts), 'file')} would be written: {', '.join(artifact.path for artifact in shown)}",
        evidence=diff.id,
        data={"files": {artifact.path: sha_of(artifact.content) for artifact in artifacts}, "at": at.isoformat()},
    )
    yield Asked(step=step, question=APPROVAL, asks=asks, choices=(APPROVE, DECLINE))


def as_edited(context: Context, path: str, text: str) -> Generator[Happening, None, tuple[Artifact, ...]]:
    """What was proposed, with one file as a person changed it; the text is kept whatever comes of it.

    Raises:
        UsageError: nothing is proposed any more, or the file is not one of it.
    """
    world, step = context.world, context.step.id
    kept = world.evidence.put("edited", f"{path} as edited by hand", text)
    yield FactTaken(step=step, says=f"{path} was edited by hand", evidence=kept.id)
    proposed = world.proposed.get(step, ())
    if path not in {artifact.path for artifact in proposed}:
        raise UsageError(
            f"{path} is not proposed any more; the edited text is in the evidence of this step.",
            "Run the step again and edit what it then proposes.",
        )
    return tuple(replace(artifact, content=text) if artifact.path == path else artifact for artifact in proposed)


def write_files(context: Context, plan: Plan) -> Generator[Happening, None, str]:
    """Write what was shown, and nothing else.

    Args:
        context: of the approved step.
        plan: makes the files anew for the moment at which they were shown, when stanch was started again since.

    Raises:
        UsageError: the files would no longer be the ones that were shown.
    """
    from assistant.write.apply import apply

    world, step = context.world, context.step.id
    shown, shown_at = _shown(context)
    artifacts = world.proposed.pop(step, None) or tuple(plan(shown_at))
    shas = {artifact.path: sha_of(artifact.content) for artifact in artifacts}
    if shas != shown:
        raise UsageError(
            "the repository changed since the diff was shown, and nothing was written.",
            "Run the step again and look at the new diff.",
        )
    for artifact in artifacts:
        if artifact.replaces is not None:
            text = (world.root / artifact.path).read_text(encoding="utf-8")
            kept = world.evidence.put(_BEFORE, f"{artifact.path} before the change", text)
            yield FactTaken(
                step=step, says=f"{artifact.path} kept as it was", evidence=kept.id, data={_BEFORE: artifact.path}
            )
    yield StepStarted(step=step, intent=intent_to_write(shas))
    apply(world.root, artifacts)
    yield Written(step=step, files=tuple(sorted(shas.items())))
    world.forget()
    return f"wrote {', '.join(artifact.path for artifact in artifacts)}"


def remove_files(context: Context, kept: Path | None = None) -> Generator[Happening, None, str]:
    """Take back what the step wrote: new files are removed, changed ones restored; a file somebody edited is refused.

    Args:
        context: of the step that wrote.
        kept: folder with the files as they were, below their own paths; None when they are in the evidence.

    Raises:
        UsageError: a file was changed since, or its old content was not kept word for word.
    """
    from assistant.write.takeback import take_back

    world = context.world
    written = _written(context)
    if not written:
        raise UsageError(f"the step {context.step.id} has written nothing.", "There is nothing to undo.")
    before = _kept_before(context) if kept is None else _originals(kept, written)
    for path, sha in written.items():
        there = world.root / path
        if there.exists() and hashlib.sha256(there.read_bytes()).hexdigest() != sha:
            raise UsageError(
                f"{path} was changed after it was written, and is left alone.", "Take it back by hand with git."
            )
    take_back(world.root, {path: before.get(path) for path in written})
    world.forget()
    yield from ()
    return f"took back {', '.join(written)}"


def keep_originals(kept: Path, root: Path, paths: Iterable[str]) -> None:
    """Copy files as they are, word for word, into a private folder before they are changed; new files leave nothing there."""
    for path in paths:
        if (root / path).is_file():
            beside = kept / path
            beside.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes((root / path).read_bytes())


def _originals(kept: Path, paths: Iterable[str]) -> dict[str, str]:
    return {path: (kept / path).read_bytes().decode() for path in paths if (kept / path).is_file()}


def _shown(context: Context) -> tuple[dict[str, str], datetime]:
    for event in reversed(latest_run(context.incident, context.step.id)):
        if isinstance(event.what, FactTaken) and isinstance(files := event.what.data.get("files"), dict):
            return {str(path): str(sha) for path, sha in files.items()}, datetime.fromisoformat(
                str(event.what.data["at"])
            )
    raise UsageError("nothing was shown that could be written.", "Run the step first.")


def _written(context: Context) -> dict[str, str]:
    run = latest_run(context.incident, context.step.id)
    return {path: sha for event in run if isinstance(event.what, Written) for path, sha in event.what.files}


def _kept_before(context: Context) -> dict[str, str]:
    kept: dict[str, str] = {}
    for event in latest_run(context.incident, context.step.id):
        if isinstance(event.what, FactTaken) and isinstance(path := event.what.data.get(_BEFORE), str):
            kept[path] = context.world.evidence.read(event.what.evidence)
    return kept
