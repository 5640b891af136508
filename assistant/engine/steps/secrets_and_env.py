"""Records which secrets stand where others read them, which environments share one, and in which order to change them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.events import FactTaken
from assistant.engine.actions import begins
from assistant.engine.codefindings import about_secrets, report_findings
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from assistant.domain.events import Happening
    from assistant.domain.secrets import SecretsFound
    from assistant.engine.actions import Context


@begins("secrets-and-env")
def begin(context: Context) -> Generator[Happening, None, str]:
    """What was looked at, what was seen, what to change first. No value is ever stored: masks and keyed fingerprints only."""
    half, step = context.world.code(), context.step.id
    found = half.secrets
    yield FactTaken(step=step, says=f"looked into {plural(found.files, 'file')}", data={"files": found.files})
    yield from _history(step, found)
    for path, reason in list(found.not_read.items())[:20]:
        yield FactTaken(step=step, says=f"not read: {path}: {reason}")
    for shared in found.shared:
        yield FactTaken(step=step, says=f"{' and '.join(shared.environments)} share one {shared.what}: {shared.shown}")
    findings = about_secrets(half)
    yield from report_findings(context, findings)
    yield from rotation(context, found)
    return f"{plural(len(findings), 'finding')} in {plural(found.files, 'file')}"


def rotation(context: Context, found: SecretsFound) -> Iterator[Happening]:
    """Keys to change, the most urgent first, with where to click and what to type."""
    from assistant.detect.secrets.rotation import rotation_order

    for turn in rotation_order(found):
        lines = [
            turn.why_now,
            *(str(place) for place in turn.places[:10]),
            turn.console,
            *turn.commands,
            turn.then,
            turn.docs,
        ]
        kept = context.world.evidence.put("rotation", f"{turn.order}. {turn.kind.value}", "\n".join(lines) + "\n")
        says = f"change {turn.order}: {turn.kind.value} {turn.shown}: {turn.why_now}"
        yield FactTaken(step=context.step.id, says=says, evidence=kept.id)


def _history(step: str, found: SecretsFound) -> Iterator[Happening]:
    history = found.history
    if not history.asked:
        says = "the history was not looked at: `stanch scan --history` does"
        yield FactTaken(step=step, says=says)
        return
    yield FactTaken(step=step, says=f"{history.read} of {plural(history.commits, 'commit')} read")
    for says in history.says:
        yield FactTaken(step=step, says=says)
