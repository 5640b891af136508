"""Rightful owners who cannot reach their own rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.judge import Judgement, report
from assistant.detect.rule import Example, Rule
from assistant.domain.facts import Subject
from assistant.domain.matrix import Severity, Verdict
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.findings import Finding

RULE = Rule(
    id="locked-out",
    title="A rightful owner cannot reach their own row",
    why="A policy that shuts out the owner is repaired in a hurry, most often by opening the table. It may also be the map that is wrong about who the owner is.",
    remedy="Correct the policy, or the entry of the table in stanch.toml.",
    lint=True,
)

EXAMPLES = (
    Example(
        setup="""
            create table public.notes (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users);
            alter table public.notes enable row level security;
            create policy own on public.notes for select to authenticated using (user_id = auth.uid());
        """,
        leak="alter policy own on public.notes using (user_id = auth.uid() and id = auth.uid());",
        mend="alter policy own on public.notes using (user_id = auth.uid());",
        attacked=True,
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """One finding an object."""
    locked = context.matrix.of(Verdict.LOCKED_OUT) if context.matrix is not None else ()
    for name in dict.fromkeys(cell.object for cell in locked):
        cells = tuple(cell for cell in locked if cell.object == name)
        subject = Subject(kind=cells[0].kind, name=name)
        yield report(
            RULE,
            subject,
            f"The owner of a row of {name} cannot {' or '.join(dict.fromkeys(cell.verb.value for cell in cells))} it.",
            Judgement(severity=Severity.LOW, confidence=Confidence.LOW, leaks=cells),
            context.where(subject),
            detail=cells[0].reason,
        )
