"""Attacks the rehearsal database as every actor and records which rows reached whom, with a witness for each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from assistant.domain.events import FactTaken, Found
from assistant.domain.matrix import Verdict
from assistant.engine.actions import begins
from assistant.engine.leaks import leak_records, worst_first
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from assistant.domain.events import Happening
    from assistant.domain.findings import Finding
    from assistant.domain.matrix import Cell
    from assistant.engine.actions import Context

MOST = 300
"""Findings that go into the journal, the worst first: a timeline of thousands is read by nobody."""


@begins("confirm-scope")
def begin(context: Context) -> Generator[Happening, None, str]:
    """Attack, judge, name the findings."""
    rehearsal, step = context.world.rehearsal(), context.step.id
    matrix = rehearsal.attack()
    findings = rehearsal.findings()
    counts = matrix.counts()
    leaks = worst_first(matrix.of(Verdict.LEAKS))
    kept = context.world.evidence.put(
        "leaks",
        f"{plural(len(leaks), 'leak')} with {'its witness' if len(leaks) == 1 else 'their witnesses'}",
        json.dumps(leak_records(leaks, rehearsal.replay, findings), indent=1, ensure_ascii=False),
    )
    seeding = matrix.seeding
    yield FactTaken(
        step=step,
        says=f"{plural(len(matrix.cells), 'attack')}: {counts['holds']} hold, {counts['leaks']} leak, "
        f"{counts['locked_out']} lock an owner out, {counts['unknown']} could not be tested",
        evidence=kept.id,
        data={"cells": counts, "map": "confirmed" if matrix.confirmed else "inferred"},
    )
    yield FactTaken(
        step=step,
        says=f"{seeding.seeded} of {seeding.tables} tables were filled with two tenants",
        data={"seeded": seeding.seeded, "tables": seeding.tables, "not_seeded": dict(seeding.not_seeded)},
    )
    yield from unknowns(context)
    for question in matrix.questions:
        yield FactTaken(
            step=step, says=f"open question: {question.asks}", data={"question": question.id, "why": question.why}
        )
    for finding in findings[:MOST]:
        shown = context.world.evidence.put("finding", finding.title, behind(finding, leaks))
        yield found(step, finding, shown.id)
    if len(findings) > MOST:
        yield FactTaken(
            step=step, says=f"{plural(len(findings) - MOST, 'finding')} more, of lower rank: `stanch scan` lists all"
        )
    return f"{plural(len(leaks), 'leak')} in {plural(len({leak.object for leak in leaks}), 'object')}, {plural(len(matrix.cells), 'attack')}"


def unknowns(context: Context) -> Generator[Happening, None, None]:
    """What could not be tested, one line a reason: the denominator's other half."""
    cells = context.world.rehearsal().attack().of(Verdict.UNKNOWN)
    reasons: dict[str, set[str]] = {}
    for cell in cells:
        reasons.setdefault(cell.reason, set()).add(cell.object)
    for reason, objects in sorted(reasons.items()):
        yield FactTaken(
            step=context.step.id,
            says=f"not tested in {plural(len(objects), 'object')}: {reason}",
            data={"untested": sorted(objects)[:200]},
        )


def behind(finding: Finding, leaks: Sequence[Cell]) -> str:
    """What a finding rests on: its words, its line, and the script of its worst leak."""
    lines = [finding.title, finding.detail, f"{finding.rule} on {finding.subject}"]
    if finding.where is not None:
        lines.append(f"set in {finding.where}")
    worst = next((leak for leak in leaks if leak.key in finding.cells and leak.witness), None)
    if worst is not None:
        lines += ["", *(f"{n}. {step}" for n, step in enumerate(worst.steps, 1)), "", worst.witness.rstrip()]
    elif not finding.executed:
        lines.append("No attack showed this: it is suspected from the rules as they read.")
    return "\n".join(line for n, line in enumerate(lines) if line or n > 1) + "\n"


def found(step: str, finding: Finding, evidence: str = "") -> Found:
    """A finding as the journal keeps it."""
    return Found(
        step=step,
        fingerprint=finding.fingerprint,
        rule=finding.rule,
        title=finding.title,
        severity=finding.severity.value,
        subject=str(finding.subject),
        executed=finding.executed,
        evidence=evidence,
    )
