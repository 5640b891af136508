"""Reports what the code says about the root causes that a step is about: caches and the edge, payments, secrets' use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.events import FactTaken
from assistant.engine.actions import begins
from assistant.engine.codefindings import about_causes, report_findings
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Generator

    from assistant.domain.events import Happening
    from assistant.engine.actions import Context


@begins("code-findings")
def begin(context: Context) -> Generator[Happening, None, str]:
    """Findings of the step's causes, and what they were looked for in."""
    half, step = context.world.code(), context.step.id
    findings = about_causes(half, context.step.causes)
    looked = (
        f"{plural(len(half.map.entries), 'way')} in, {plural(len(half.map.hosts), 'rule')} of hosts and the framework"
    )
    yield FactTaken(step=step, says=f"looked at {looked}", data={"findings": len(findings)})
    yield from report_findings(context, findings)
    return f"{plural(len(findings), 'finding')} in {looked}" if findings else f"nothing found in {looked}"
