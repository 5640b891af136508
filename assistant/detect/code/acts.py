"""What rules about acts need: where an act is shown, what chooses its arguments, and one finding for a habit of the whole repository."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from assistant.detect.code.access import PERSONS, strong_guards
from assistant.detect.code.judge import report
from assistant.domain.code import GuardKind, OriginKind
from assistant.domain.facts import Subject
from assistant.domain.findings import Finding, fingerprint
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence
from assistant.text.plural import listed


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from assistant.detect.code.context import CodeContext
    from assistant.detect.code.rule import CodeRule
    from assistant.domain.code import Act, ActKind, ActPart, Entry, Guard, Origin
    from assistant.domain.facts import Place

MANY: Final = 12
"""Places that a grouped finding lists."""


def acts(context: CodeContext, *kinds: ActKind) -> Iterator[tuple[Entry, Act]]:
    """Every act of those kinds with its entry."""
    for entry in context.entries():
        for act in entry.acts:
            if act.kind in kinds:
                yield entry, act


def place_of_act(entry: Entry, act: Act) -> Place:
    """The act's line under the handler's name when it stands in the entry's file, else the handler."""
    if act.place.file == entry.place.file:
        return replace(entry.place, line=act.place.line)
    return entry.place


def report_act(
    rule: CodeRule,
    entry: Entry,
    act: Act,
    title: str,
    *,
    severity: Severity,
    confidence: Confidence,
    detail: str = "",
    key: str = "",
    facts: Mapping[str, str] | None = None,
) -> Finding:
    """A finding about one act of an entry."""
    place = place_of_act(entry, act)
    at = act.at if act.place.file == place.file else (0, 0)
    return report(
        rule,
        entry,
        title,
        severity=severity,
        confidence=confidence,
        detail=detail,
        place=place,
        at=at,
        key=key or act.name,
        facts=facts,
    )


def part(act: Act, *names: str) -> ActPart | None:
    """The argument of that name: ``key``, ``customer``; by the last word of its path too."""
    for wanted in names:
        for one in act.parts:
            if one.name == wanted or one.name.rpartition(".")[2] == wanted:
                return one
    return None


def chosen_outside(origins: Iterable[Origin], proven: frozenset[Origin] = frozenset()) -> tuple[Origin, ...]:
    """Origins that the request decides and nobody proved."""
    return tuple(origin for origin in origins if origin.kind is OriginKind.REQUEST and origin not in proven)


def persons_before(entry: Entry, order: int) -> tuple[Guard, ...]:
    """Guards that know who is calling and ran before that point."""
    return tuple(guard for guard in strong_guards(entry) if guard.kind in PERSONS and guard.order <= order)


def knows_caller(entry: Entry) -> bool:
    """The entry asks who is calling, or compares something with the caller; a row that merely exists names nobody."""
    for guard in strong_guards(entry):
        if guard.kind in PERSONS - {GuardKind.MEMBERSHIP} and " of the row" not in guard.says:
            return True
        if any(subject.kind is OriginKind.CALLER for subject in guard.subjects):
            return True
    return any(
        origin.kind is OriginKind.CALLER
        for query in entry.queries
        for condition in query.filters
        for origin in condition.origins
    ) or any("caller" in query.known for query in entry.queries)


def proven_before(entry: Entry, order: int) -> frozenset[Origin]:
    """Request values that a guard, or a query tied to the caller, had checked by then."""
    kinds = {GuardKind.MEMBERSHIP, GuardKind.OWNER, GuardKind.ROLE, GuardKind.SIGNATURE, GuardKind.CAPABILITY}
    proven = {
        subject
        for guard in strong_guards(entry)
        if guard.order <= order and guard.kind in kinds
        for subject in guard.subjects
    }
    for query in entry.queries:
        if query.order <= order and query.tie is not None and query.tie.order <= order:
            proven |= {origin for condition in query.filters for origin in condition.origins}
    return frozenset(origin for origin in proven if origin.kind is OriginKind.REQUEST)


def grouped(
    rule: CodeRule,
    found: Sequence[tuple[Entry, Place]],
    *,
    one: str,
    many: str,
    severity: Severity = Severity.LOW,
    confidence: Confidence = Confidence.MEDIUM,
    detail: str = "",
    key: str = "",
    facts: Mapping[str, str] | None = None,
) -> Iterator[Finding]:
    """One finding for all places: a habit is told once; nothing when there is no place.

    Args:
        rule: the rule that found it.
        found: entries with the place of each.
        one: the title when there is one entry, which ``{who}`` names.
        many: the title for several; ``{n}`` is their number.
        severity: how exposed.
        confidence: how sure.
        detail: a phrase that the list of entries continues.
        key: tells it apart from another habit of the same rule.
        facts: what a patch needs to know.
    """
    if not found:
        return
    ordered = sorted(found, key=lambda item: (item[1].file, item[1].line, item[0].id))
    names = list(dict.fromkeys(entry.id for entry, _ in ordered))
    subject = Subject(kind="file", name="the code")
    yield Finding(
        rule=rule.id,
        subject=subject,
        title=many.replace("{n}", str(len(names))) if len(names) > 1 else one.replace("{who}", names[0]),
        severity=severity,
        confidence=confidence,
        executed=False,
        where=ordered[0][1],
        fingerprint=fingerprint(rule.id, subject, key),
        detail=f"{detail} {listed(names, MANY)}.".strip(),
        facts=tuple(sorted({"entries": "\n".join(names), **(facts or {})}.items())),
    )
