"""Runs every rule about code and puts the findings in the order in which a frightened person should read them.

Findings of one rule about one entry and one access to one table are one; what the operator decided is public on purpose is not
reported as unguarded. What only a person can say becomes a question, one a route group, and no finding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.detect.code.context import CodeContext
from assistant.detect.code.judge import asked_once, merged, one_door
from assistant.detect.code.questions import questions_of
from assistant.detect.code.registry import code_rules
from assistant.detect.code.unoffered import asked_of_files
from assistant.domain.code import Decisions, EntryKind


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from assistant.detect.code.rule import CodeRuleModule
    from assistant.domain.catalog import Catalog
    from assistant.domain.code import CodeMap, Entry
    from assistant.domain.findings import Finding
    from assistant.domain.matrix import Matrix
    from assistant.domain.ownership import OwnershipMap, Question

    Judge = Callable[[Sequence[CodeRuleModule], CodeContext], Iterable[Iterable[Finding]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeReport:
    """What the rules say about the code."""

    findings: tuple[Finding, ...]
    """Most urgent first, one for each fingerprint."""
    questions: tuple[Question, ...]
    """Public on purpose? One a route group."""
    context: CodeContext
    """What was looked at, with the findings: what ``verdict_of`` takes."""


def one_by_one(rules: Sequence[CodeRuleModule], context: CodeContext) -> Iterable[Iterable[Finding]]:
    """What each rule finds, in their order."""
    return (module.find(context) for module in rules)


def report_code(
    map_: CodeMap,
    *,
    catalog: Catalog | None = None,
    ownership: OwnershipMap | None = None,
    matrix: Matrix | None = None,
    decisions: Decisions | None = None,
    judge: Judge = one_by_one,
) -> CodeReport:
    """Findings, questions and the context for verdicts.

    Args:
        map_: what the code says.
        catalog: the rebuilt schema; None for a code-only repository.
        ownership: who owns each row.
        matrix: what the attack showed; without one a user's own client is believed to be held by row-level security.
        decisions: what the operator keeps in ``[code]`` of stanch.toml.
        judge: how the rules are run; what each finds, in their order.
    """
    context = CodeContext(
        map=map_, catalog=catalog, ownership=ownership, matrix=matrix, decisions=decisions or Decisions()
    )
    found: dict[str, Finding] = {}
    for findings in judge(code_rules(), context):
        for finding in findings:
            kept = found.get(finding.fingerprint)
            found[finding.fingerprint] = finding if kept is None else merged(kept, finding)
    every = tuple(sorted(found.values(), key=lambda finding: finding.rank))
    entries = {entry.id: entry for entry in map_.entries}
    reached = (one for one in every if one.entry not in entries or not _named_by_nobody(entries[one.entry]))
    told = asked_of_files(one_door(asked_once(reached, entries), entries), entries)
    findings = tuple(sorted(told, key=lambda finding: finding.rank))
    return CodeReport(findings=findings, questions=questions_of(context), context=replace(context, findings=every))


def _named_by_nobody(entry: Entry) -> bool:
    """A function of a service that no other file names: nobody can do what it lets them do."""
    return entry.uncalled and entry.kind is EntryKind.SERVICE


def detect_code(
    map_: CodeMap,
    *,
    catalog: Catalog | None = None,
    ownership: OwnershipMap | None = None,
    matrix: Matrix | None = None,
    decisions: Decisions | None = None,
) -> tuple[Finding, ...]:
    """The findings of :func:`report_code` alone."""
    return report_code(map_, catalog=catalog, ownership=ownership, matrix=matrix, decisions=decisions).findings
