"""Reads every way into the code and records who is asked there, which rows it reaches as whom, and what the rules say about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.code.verdict import Word
from assistant.domain.events import FactTaken
from assistant.engine.actions import begins
from assistant.engine.codefindings import about_ways_in, report_findings
from assistant.engine.codeview import details, numbers, rows_of
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from assistant.domain.events import Happening
    from assistant.engine.actions import Context
    from assistant.engine.codehalf import CodeHalf

_FEW = 20
"""Files and places that are listed one by one."""


@begins("routes-and-actions")
def begin(context: Context) -> Generator[Happening, None, str]:
    """The map, its denominators, its findings, and what is asked."""
    world, step = context.world, context.step.id
    half = world.code()
    rows = rows_of(half)
    text = "\n\n".join("\n".join(details(row)) for row in rows)
    kept = world.evidence.put("code", f"{plural(len(rows), 'way')} into the code", text + "\n")
    first, *rest = numbers(half, rows)
    yield FactTaken(step=step, says=first, evidence=kept.id, data={"entries": len(rows), "files": half.map.files})
    yield from (FactTaken(step=step, says=says) for says in rest)
    yield from _gaps(step, half)
    for question in half.questions:
        yield FactTaken(
            step=step,
            says=f"open question: {question.asks} {question.why}",
            data={"question": question.id, "group": question.group},
        )
    yield from report_findings(context, about_ways_in(half))
    leaking = sum(row.verdict.word is Word.LEAKS for row in rows)
    unguarded = sum(row.verdict.word is Word.OPEN for row in rows)
    return (
        f"{plural(len(rows), 'way')} in: {leaking} leaking, {unguarded} open, {plural(len(half.questions), 'question')}"
    )


def _gaps(step: str, half: CodeHalf) -> Iterator[Happening]:
    """What nobody has read: never clean, always counted."""
    for place in half.map.partly_read[:_FEW]:
        yield FactTaken(step=step, says=f"partly read: {place}" + (f": {place.symbol}" if place.symbol else ""))
    for file, reason in list(half.map.not_read.items())[:_FEW]:
        yield FactTaken(step=step, says=f"not read: {file}: {reason}")
    for each in half.map.unresolved[:_FEW]:
        yield FactTaken(step=step, says=f"not followed: {each.says} ({each.place})")
