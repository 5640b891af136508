"""Every commit of a window scored by what it did to access, with the reasons in order.

The heaviest reason is a finding that is there now and that the commit brought; more of the same add ever less, so that a large commit
does not win by its size. What only the lines say comes last. Messages, authors and sizes count for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from assistant.domain.deploys import Lane, Ranking, Reason, Suspect, Window
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence
from assistant.explain.seen import speaks_of, words_of
from assistant.explain.signals import new_doors


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from assistant.collect.deploys.history import Change
    from assistant.domain.deploys import Deploy
    from assistant.explain.code_change import Brought
    from assistant.explain.signals import Signals

_SEVERITY: Final = {
    Severity.CRITICAL: 10.0,
    Severity.HIGH: 7.0,
    Severity.MEDIUM: 3.0,
    Severity.LOW: 0.8,
    Severity.INFO: 0.2,
}
_CONFIDENCE: Final = {Confidence.HIGH: 1.0, Confidence.MEDIUM: 0.75, Confidence.LOW: 0.45}
_LESS: Final = 0.3
"""What each further finding of a commit counts of the one before."""
_BORN: Final = 1.3
"""What a hole counts that came with its code: most known leaks did, and few lost their protection later."""
_ASKED: Final = 100.0
"""The finding that the operator asks about weighs more than everything else together."""
_SEEN: Final = 4.0
"""What a reason counts that names what was seen."""
_HALF: Final = 20.0
"""Commits after which a reason counts half: the longer a hole was open, the less likely it is what was noticed only now."""
_LEAST: Final = 0.35
"""However old it is."""
_OF_RULES: Final = 0.6
"""What a replay shows of the rules, beside the findings that an attack shows of the same lines."""
_THROUGH_CODE: Final = 0.3
"""Code that reads with the caller's own rights what the database gives away: the change of the rules opened it, and has its own reason."""
_ASIDE: Final = {
    "ineffective-guard": 0.5,
    "prompt-injection-surface": 0.4,
    "personal-data-logged": 0.3,
    "error-tells-internals": 0.2,
    "missing-validation": 0.3,
    "rate-limit-absent": 0.2,
    "third-party-script": 0.2,
    "middleware-leaves-pages": 0.5,
    "open-redirect": 0.3,
    "address-from-request": 0.4,
    "webhook-replayed": 0.5,
    "webhook-tolerance": 0.3,
    "missing-server-only": 0.3,
    "overfetch": 0.5,
    "private-response-cached-by-header": 0.5,
    "foreign-reference-unchecked": 0.9,
    "always-true": 0.7,
    "always-true-write": 0.7,
    "sensitive-column-readable": 0.6,
    "bucket-wide-storage": 0.6,
    "public-bucket": 0.6,
    "unindexed-policy-column": 0.05,
    "slow-policy-shape": 0.05,
    "loose-search-path": 0.2,
    "no-to-clause": 0.2,
}
"""Rules whose findings seldom are how one customer came to see another's rows: what each counts of a finding of its severity."""


@dataclass(slots=True, kw_only=True)
class Evidence:
    """What is known of the window."""

    signals: Signals
    brought: Sequence[Brought] = ()
    rules: Mapping[str, tuple[Reason, ...]] = field(default_factory=dict)
    """By commit: what it did to the effective rules of the database."""
    rehearsed: bool = False
    """True when the rules of the database were replayed: what the text of a migration says is then known better."""
    not_replayed: frozenset[str] = frozenset()
    """Commits of which that is not known: their lines speak as if nothing was rehearsed."""
    asked: str = ""
    """Fingerprint of the finding that the operator asks about; empty for none."""
    seen: str = ""
    """What was seen that should not have been, in somebody's own words; empty when nobody said."""


def rank(
    window: Window,
    changes: Sequence[Change],
    evidence: Evidence,
    *,
    carriers: Mapping[str, tuple[Deploy, ...]],
    compared: int = 0,
    not_compared: tuple[str, ...] = (),
) -> Ranking:
    """All commits, the likeliest culprit first; those of which nothing is known by how new they are."""
    seen = words_of(evidence.seen)
    by_commit: dict[str, list[Brought]] = {}
    for one in evidence.brought:
        by_commit.setdefault(one.change.commit.sha, []).append(one)
    suspects = []
    for n, change in enumerate(changes):
        commit = change.commit
        reasons = [
            *_findings(by_commit.get(commit.sha, ()), evidence.asked, seen),
            *_rules(evidence.rules.get(commit.sha, ()), seen),
            *evidence.signals.reasons(commit, rehearsed=evidence.rehearsed and commit.sha not in evidence.not_replayed),
            *new_doors({file.path: file for file in change.files if file.lane is Lane.CODE}),
        ]
        reasons.sort(key=lambda reason: -reason.weight)
        suspect = Suspect(
            commit=commit,
            score=round(sum(reason.weight for reason in reasons) * max(_LEAST, 0.5 ** (n / _HALF)), 2),
            reasons=tuple(reasons),
            deploys=carriers.get(commit.sha, ()),
        )
        suspects.append((-suspect.score, not commit.lanes(), n, suspect))
    suspects.sort(key=lambda one: one[:3])
    return Ranking(
        window=window,
        suspects=tuple(suspect for *_, suspect in suspects),
        compared=compared,
        not_compared=not_compared,
    )


def _findings(brought: Iterable[Brought], asked: str, seen: frozenset[str]) -> list[Reason]:
    """Findings that one commit brought, heaviest first and each counting less than the one before."""
    weighed = [(_weight(one, asked, seen), one) for one in brought]
    weighed.sort(key=lambda pair: (-pair[0], pair[1].finding.fingerprint))
    reasons = []
    for n, (weight, one) in enumerate(weighed):
        finding = one.finding
        counts = weight if finding.fingerprint == asked else weight * _LESS**n
        where = finding.where
        reasons.append(
            Reason(
                kind=_KINDS[one.how],
                says=f"{finding.rule}: {finding.title}",
                file=where.file if where is not None else "",
                line=where.line if where is not None else 0,
                weight=round(counts, 2),
                finding=finding.fingerprint,
            )
        )
    return reasons


def _rules(reasons: Iterable[Reason], seen: frozenset[str]) -> list[Reason]:
    """Changes of the rules, each counting less than the one before."""
    weighed = [(reason.weight * (_SEEN if speaks_of(seen, reason.says) else 1.0), reason) for reason in reasons]
    weighed.sort(key=lambda pair: -pair[0])
    return [
        replace(reason, weight=round(weight * _OF_RULES * _LESS**n, 2))
        for n, (weight, reason) in enumerate(weighed)
        if reason.kind != "migration-out-of-order" or not n
    ]


_KINDS: Final = {"born": "opened-with-new-code", "turned": "protection-lost", "line": "wrote-the-line"}


def _weight(one: Brought, asked: str, seen: frozenset[str]) -> float:
    finding = one.finding
    if finding.fingerprint == asked:
        return _ASKED
    weight = _SEVERITY[finding.severity] * _CONFIDENCE[finding.confidence] * _ASIDE.get(finding.rule, 1.0)
    weight *= _SEEN if speaks_of(seen, finding.subject.name, finding.entry, finding.title) else 1.0
    if finding.executed and finding.entry:
        return weight * _THROUGH_CODE
    return weight * (_BORN if one.how == "born" else 1.0)
