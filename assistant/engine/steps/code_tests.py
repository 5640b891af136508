"""Reads the code as it now lies in the repository, and looks again for everything that triage found in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.errors import ProofError
from assistant.domain.events import FactTaken
from assistant.domain.matrix import SEVERITY_RANK, Severity
from assistant.engine.actions import begins
from assistant.engine.codefindings import report_findings
from assistant.engine.codeview import numbers, rows_of
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Generator

    from assistant.domain.events import Happening
    from assistant.engine.actions import Context

_TRIAGE = frozenset({"routes-and-actions", "secrets-and-env", "cache-and-edge"})


@begins("code-tests")
def begin(context: Context) -> Generator[Happening, None, str]:
    """What is gone, what is still there, what is new; nothing of the earlier reading is used."""
    world, step = context.world, context.step.id
    world.forget_code()
    half = world.code()
    yield from (FactTaken(step=step, says=says) for says in numbers(half, rows_of(half)))
    before = {found.fingerprint for found in context.incident.findings if found.step in _TRIAGE}
    serious = [one for one in half.findings if SEVERITY_RANK[one.severity] <= SEVERITY_RANK[Severity.MEDIUM]]
    gone = before - {finding.fingerprint for finding in half.findings}
    new = [finding for finding in serious if finding.fingerprint not in before]
    yield FactTaken(
        step=step,
        says=f"{len(gone)} of {plural(len(before), 'finding')} of triage {'is' if len(gone) == 1 else 'are'} gone, {len(new)} new",
        data={"gone": sorted(gone), "new": [finding.fingerprint for finding in new]},
    )
    if serious:
        yield from report_findings(context, serious)
        first = serious[0]
        raise ProofError(
            f"{plural(len(serious), 'finding')} in the code of medium severity or above {'is' if len(serious) == 1 else 'are'} left; the first: {first.title}.",
            "Patch them, answer the questions about routes, or skip this step and say what stays open.",
        )
    return f"nothing of medium severity or above in {plural(len(half.map.entries), 'way')} in"
