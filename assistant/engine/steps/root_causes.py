"""Names the line of the migration behind each kind of leak, and says which usual causes the attacks ruled out."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from assistant.domain.events import CauseNamed, FactTaken, StepState
from assistant.engine.actions import begins
from assistant.engine.causes import Read, weigh
from assistant.engine.outcome import state_of
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Generator

    from assistant.domain.events import Happening
    from assistant.domain.findings import Finding
    from assistant.engine.actions import Context

_LONGEST = 40


@begins("root-causes")
def begin(context: Context) -> Generator[Happening, None, str]:
    """One cause a line of the repository, executed leaks before suspicions."""
    rehearsal, step = context.world.database(), context.step.id
    database = rehearsal.findings() if rehearsal is not None else ()
    by_line: dict[str, list[Finding]] = defaultdict(list)
    for finding in database:
        if finding.executed:
            by_line[str(finding.where) if finding.where else ""].append(finding)
    for line, opened_by in list(by_line.items())[:_LONGEST]:
        rules = ", ".join(dict.fromkeys(finding.rule for finding in opened_by))
        subjects = ", ".join(dict.fromkeys(finding.subject.name for finding in opened_by))
        opened = f"{line} last set it" if line else "no file of the repository sets it: it was made elsewhere"
        yield CauseNamed(step=step, says=f"{rules} on {subjects}: {opened}", line=line)
    if len(by_line) > _LONGEST:
        yield FactTaken(step=step, says=f"{len(by_line) - _LONGEST} more lines are in the evidence of the attacks")
    counts = rehearsal.attack().counts() if rehearsal is not None else {"unknown": 0}
    carried_out = sum(counts.values()) - counts["unknown"]
    findings, read = _with_code(context, database)
    for weighed in weigh(findings, attacks=carried_out, untested=counts["unknown"], read=read):
        yield FactTaken(
            step=step,
            says=f"{weighed.verdict}: {weighed.cause.title} ({weighed.because})",
            data={"cause": weighed.cause.id, "verdict": weighed.verdict},
        )
    if not by_line:
        if rehearsal is None:
            return "there is no schema to attack; the causes in the code are weighed"
        yield FactTaken(
            step=step, says="no attack on the database succeeded: the cause, if there is a leak, lies outside it"
        )
        return "nothing in the database explains a leak"
    return f"{plural(len(by_line), 'line')} of the schema opened {plural(sum(map(len, by_line.values())), 'finding')}"


def _with_code(context: Context, database: tuple[Finding, ...]) -> tuple[tuple[Finding, ...], Read | None]:
    """Findings of both halves, when the code was read in this incident; a headless fix of the database does not wait for it."""
    if state_of(context.incident, "routes-and-actions") is not StepState.DONE:
        return database, None
    half = context.world.code()
    gaps = len(half.map.partly_read) + len(half.map.not_read) + len(half.map.unresolved)
    return (*database, *half.findings), Read(ways=len(half.map.entries), gaps=gaps)
