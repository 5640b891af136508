"""Holds a suspicion against what the attack showed, and words the finding.

A suspicion that the attack executed takes its severity from the leaking cells. One that the attack contradicts is dropped. One that
was not tried, or asks only what the operator is asked anyway, stays with a lower confidence. Severity follows exposure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assistant.detect.context import WRITES, Exposure
from assistant.domain.findings import CONFIDENCE_RANK, Finding, fingerprint
from assistant.domain.matrix import SEVERITY_RANK, Actor, Cell, Severity, Verb, Verdict
from assistant.domain.ownership import Confidence, OwnerKind


if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from assistant.detect.context import Context
    from assistant.detect.rule import Rule
    from assistant.domain.facts import Place, Subject
    from assistant.domain.names import Name

ATTACKERS: Final = frozenset({Actor.GUEST, Actor.SIGNED_IN, Actor.OTHER_TENANT, Actor.TEAMMATE, Actor.FORGED_CLAIMS})
NOT_GUEST: Final = ATTACKERS - {Actor.GUEST}
NEXT: Final = {Severity.CRITICAL: Severity.HIGH, Severity.HIGH: Severity.MEDIUM, Severity.MEDIUM: Severity.LOW}
EXPOSED_TO: Final = {
    Actor.GUEST: "anyone on the internet",
    Actor.SIGNED_IN: "any signed-in user",
    Actor.FORGED_CLAIMS: "a signed-in user with claims of their own making",
    Actor.OTHER_TENANT: "any other customer",
    Actor.TEAMMATE: "any member of the same team",
}
"""Widest first."""
DOES: Final = {
    Verb.SELECT: "read",
    Verb.INSERT: "add",
    Verb.UPDATE: "change",
    Verb.DELETE: "delete",
    Verb.EXECUTE: "call",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What became of a suspicion."""

    severity: Severity
    """By exposure."""
    confidence: Confidence
    """How sure."""
    leaks: tuple[Cell, ...] = ()
    """Leaking cells behind it."""
    asked: bool = False
    """Nothing but what the operator is asked: public by design?"""

    @property
    def executed(self) -> bool:
        """An attack showed it."""
        return bool(self.leaks)

    def who(self, otherwise: Exposure) -> str:
        """The widest circle, in words: from the leaks, or from the grants."""
        for actor, words in EXPOSED_TO.items():
            if any(cell.actor is actor for cell in self.leaks):
                return words
        return EXPOSED_TO[Actor.GUEST if otherwise is Exposure.GUEST else Actor.SIGNED_IN]

    def does(self, otherwise: Collection[Verb]) -> str:
        """``read, change and delete``: from the leaks, or from what was suspected."""
        verbs = {cell.verb for cell in self.leaks} or set(otherwise)
        words = [word for verb, word in DOES.items() if verb in verbs]
        return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def suspected(context: Context, name: Name, exposure: Exposure, verbs: Collection[Verb]) -> Severity:
    """Severity by exposure alone: guest critical with sensitive columns or writes, high otherwise; any signed-in user high."""
    if exposure is Exposure.NOBODY:
        return Severity.INFO
    if exposure is Exposure.SIGNED_IN:
        return Severity.HIGH
    grave = bool(context.owner(name).sensitive) or any(verb in WRITES for verb in verbs)
    return Severity.CRITICAL if grave else Severity.HIGH


def judge(
    context: Context,
    name: Name,
    verbs: Collection[Verb],
    exposure: Exposure,
    *,
    confidence: Confidence = Confidence.MEDIUM,
    only: Callable[[Cell], bool] | None = None,
    severity: Severity | None = None,
    more: Iterable[Cell] = (),
) -> Judgement | None:
    """What the attack says about "these verbs on this object are open to this circle".

    Args:
        context: the facts.
        name: table, view or function.
        verbs: verbs the suspicion is about.
        exposure: the circle by roles and grants.
        confidence: how sure the suspicion is without an attack.
        only: which of the cells the suspicion is about, all by default.
        severity: severity without an attack, by exposure by default.
        more: leaks of other objects that follow from this one (the second step of two).

    Returns:
        None when the attack contradicts it, when nobody reaches it, or when it says no more than that a public table is public.
    """
    if exposure is Exposure.NOBODY:
        return None
    actors = ATTACKERS if exposure is Exposure.GUEST else NOT_GUEST
    cells = [cell for cell in context.cells(name) if cell.verb in verbs and cell.actor in actors]
    cells = [cell for cell in cells if is_deny(cell) and (is_plain(cell) if only is None else only(cell))]
    leaks = (*(cell for cell in cells if cell.verdict is Verdict.LEAKS), *more)
    if leaks:
        return from_leaks(leaks)
    grade = severity or suspected(context, name, exposure, verbs)
    reading = set(verbs) == {Verb.SELECT}
    if reading and context.owner(name).kind is OwnerKind.PUBLIC:
        return None
    if reading and name in context.asked:
        return Judgement(severity=Severity.INFO, confidence=Confidence.LOW, asked=True)
    if context.matrix is None:
        return Judgement(severity=grade, confidence=confidence)
    unknown = [cell for cell in cells if cell.verdict is Verdict.UNKNOWN]
    if cells and not unknown:
        return None
    if cells and set(verbs) == {Verb.INSERT} and context.owner(name).kind is OwnerKind.UNKNOWN:
        # a form that anybody may fill in is the likeliest table of nobody's rows: a question, no alarm
        return Judgement(severity=Severity.LOW, confidence=Confidence.LOW)
    if cells and len(unknown) < len(cells):
        return Judgement(severity=NEXT.get(grade, grade), confidence=Confidence.LOW)
    return Judgement(severity=grade, confidence=Confidence.LOW if cells else confidence)


def forms(cell: Cell) -> frozenset[str]:
    """The parts of a cell's variant: ``stuffed``, ``move``, ``raise``, ``fresh``."""
    return frozenset(cell.variant.split("/"))


def is_deny(cell: Cell) -> bool:
    """True for an attack; False for the legitimate allow beside it."""
    return cell.verdict is not Verdict.LOCKED_OUT and cell.actor in ATTACKERS and "allow" not in forms(cell)


def is_plain(cell: Cell) -> bool:
    """True for one statement on the row; False for two-steps, table privileges and the raising of one's own columns."""
    return cell.through is None and not forms(cell) & {"raise", "truncate", "references", "trigger"}


def from_leaks(leaks: Iterable[Cell]) -> Judgement:
    """An executed judgement: the worst severity, the surest confidence of the worst cells."""
    found = tuple(leaks)
    worst = min((cell.severity for cell in found), key=SEVERITY_RANK.__getitem__)
    sure = min((cell.confidence for cell in found if cell.severity is worst), key=CONFIDENCE_RANK.__getitem__)
    return Judgement(severity=worst, confidence=sure, leaks=found)


def report(
    rule: Rule,
    subject: Subject,
    title: str,
    judgement: Judgement,
    where: Place | None,
    *,
    detail: str = "",
    key: str = "",
    policies: Iterable[str] = (),
    columns: Iterable[str] = (),
) -> Finding:
    """The finding; a lint never shouts.

    Args:
        rule: whose finding it is.
        subject: what it is about.
        title: one sentence in plain words.
        judgement: what the attack said.
        where: the line that set it.
        detail: what happens, who can do it, what it needs.
        key: tells findings of one rule on one subject apart (``read``, ``write``).
        policies: policies at fault.
        columns: columns at fault.
    """
    severity = judgement.severity
    if rule.lint and SEVERITY_RANK[severity] < SEVERITY_RANK[Severity.LOW]:
        severity = Severity.LOW
    if judgement.asked:
        detail = f"{detail} Whether everyone is meant to read it is one of the questions for you.".strip()
    return Finding(
        rule=rule.id,
        subject=subject,
        title=title,
        severity=severity,
        confidence=judgement.confidence,
        executed=judgement.executed,
        where=where,
        fingerprint=fingerprint(rule.id, subject, key),
        detail=detail,
        cells=tuple(sorted(cell.key for cell in judgement.leaks)),
        policies=tuple(dict.fromkeys(policies)),
        columns=tuple(dict.fromkeys(columns)),
    )


def lint(severity: Severity = Severity.LOW, confidence: Confidence = Confidence.HIGH) -> Judgement:
    """A judgement for what exposes nothing by itself."""
    return Judgement(severity=severity, confidence=confidence)
