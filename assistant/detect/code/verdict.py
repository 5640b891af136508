"""One word an entry for the map: does somebody guard it, and does it leak?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from assistant.detect.code.access import MACHINES, PERSONS, access_to
from assistant.detect.code.openness import Openness, openness
from assistant.domain.code import EntryKind, GuardKind, TieKind
from assistant.domain.matrix import SEVERITY_RANK, Severity


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Entry
    from assistant.domain.findings import Finding


class Word(StrEnum):
    """What an entry comes to, worst first."""

    LEAKS = "leaks"
    """A finding of medium severity or worse."""
    OPEN = "open"
    """Nobody is asked who they are, and rows are reached."""
    ASKED = "asked"
    """Perhaps public on purpose."""
    PARTLY_READ = "partly read"
    """Something could not be followed: never taken for safe."""
    PUBLIC = "public"
    """The operator said so, or the rows are everyone's."""
    HOLDS_BY_RULES = "holds by rules"
    """Row-level security decides."""
    SIGNED = "signed"
    """Only a verified sender gets in."""
    GUARDED = "guarded"
    """A guard that counts runs before every query."""
    NO_ROWS = "no rows seen"
    """No query was seen on its way: it has none, or asks a store that stanch does not read."""
    NOTHING = "nothing to protect"
    """Nobody can call it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryVerdict:
    """What the map shows of one entry."""

    word: Word
    """The verdict."""
    says: str
    """One sentence: why."""
    guards: str
    """The guard chain as text, ``withWorkspace → owner compared``; a guard that does not count stands in brackets."""
    findings: tuple[Finding, ...]
    """What the rules found, most urgent first."""


ARROW: Final = " → "


def verdict_of(entry: Entry, context: CodeContext) -> EntryVerdict:
    """The verdict on one entry; ``context`` is that of :func:`assistant.detect.code.run.report_code`, which holds the findings."""
    (verdict,) = verdicts_of((entry,), context)
    return verdict


def verdicts_of(entries: Iterable[Entry], context: CodeContext) -> Iterator[EntryVerdict]:
    """The same for many entries, in their order."""
    about = _by_entry(context.findings)
    for entry in entries:
        findings = tuple(about.get(entry.id, {}).values())
        word, says = _judge(entry, context, findings)
        yield EntryVerdict(word=word, says=says, guards=guard_chain(entry), findings=findings)


def _by_entry(findings: Iterable[Finding]) -> Mapping[str, dict[str, Finding]]:
    """What stands at each entry, or at another one that shares the fault, by fingerprint."""
    found: dict[str, dict[str, Finding]] = {}
    for finding in findings:
        if finding.entry:
            for name in (finding.entry, *dict(finding.facts).get("entries", "").splitlines()):
                found.setdefault(name, {})[finding.fingerprint] = finding
    return found


def guard_chain(entry: Entry) -> str:
    """Guards in the order they run; those that do not count, or do not count for everything behind them, in brackets with the reason."""
    apart = entry.on_one_branch
    said = [
        f"({guard.says}: {guard.weakness.value.replace('-', ' ')})"
        if guard.weakness is not None
        else f"({guard.says}: on one branch)"
        if guard.order in apart
        else guard.says
        for guard in entry.guards
        if guard.kind not in {GuardKind.RATE, GuardKind.VALIDATION}
    ]
    return ARROW.join(dict.fromkeys(said))


def _judge(entry: Entry, context: CodeContext, findings: tuple[Finding, ...]) -> tuple[Word, str]:
    serious = [one for one in findings if SEVERITY_RANK[one.severity] <= SEVERITY_RANK[Severity.MEDIUM]]
    if serious:
        return Word.LEAKS, serious[0].title
    if entry.exposed is False:
        return Word.NOTHING, "Next's build left it out: no browser can call it."
    reason = context.reason_public(entry)
    if reason:
        return Word.PUBLIC, f"Public on purpose: {reason}"
    if not entry.queries:
        return (
            (Word.PARTLY_READ, _first_gap(entry)) if _partly(entry) else (Word.NO_ROWS, "No query was seen on its way.")
        )
    open_to = {openness(access_to(context, entry, query)) for query in entry.queries}
    if Openness.OPEN in open_to:
        return Word.OPEN, "Nobody is asked who they are before rows are reached."
    if Openness.ASKED in open_to:
        return Word.ASKED, "No session is asked for: public on purpose?"
    if _partly(entry):
        return Word.PARTLY_READ, _first_gap(entry)
    return _holding(entry, context)


def _holding(entry: Entry, context: CodeContext) -> tuple[Word, str]:
    kinds = {guard.kind for guard in entry.guards if guard.weakness is None}
    if kinds & MACHINES and not kinds & PERSONS:
        return Word.SIGNED, "Only a verified sender gets in."
    ties = {query.tie.kind for query in entry.queries if query.tie is not None}
    if all(context.covered_by_rules(query) for query in entry.queries):
        attacked = any(context.attacked(query) for query in entry.queries)
        proof = "no attack got through" if attacked else "no attack was run on these tables"
        return Word.HOLDS_BY_RULES, f"Row-level security decides; {proof}."
    if kinds & PERSONS or ties - {TieKind.RULES}:
        return Word.GUARDED, "The caller is known and the rows are tied to them."
    if entry.kind in {EntryKind.JOB, EntryKind.MIDDLEWARE}:
        return Word.NOTHING, "No browser calls it."
    return Word.PUBLIC, "The rows are everyone's."


def _partly(entry: Entry) -> bool:
    return bool(entry.unresolved) or entry.truncated


def _first_gap(entry: Entry) -> str:
    if entry.truncated:
        return "It is too large to be followed to its end."
    more = f", and {len(entry.unresolved) - 1} more" if len(entry.unresolved) > 1 else ""
    return f"Not followed: {entry.unresolved[0].says}{more}."
