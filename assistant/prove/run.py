"""The claim "these fixes close these leaks", tried on a clone of the shadow before anybody is asked to approve it.

A gentle fix that leaves its leak open or locks somebody out is written again with less sparing; one that still does harm is taken
out with the reason, so that the rest can be proven. Whatever was not tried is said not to be proven.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from assistant.attack.compare import compare
from assistant.attack.run import attack
from assistant.collect.catalog import read_catalog
from assistant.detect.run import detect
from assistant.domain.fixes import Fix, NoFix, Proof, ProofVerdict
from assistant.domain.matrix import Verdict
from assistant.domain.replay import Replay
from assistant.propose.evidence import is_tidy
from assistant.propose.run import propose
from assistant.prove.blame import Blame, blame, rightful
from assistant.prove.plans import explain
from assistant.prove.rehearse import Rehearsed, apply_fixes, undo_fixes
from assistant.prove.sameness import differences
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from assistant.domain.catalog import Catalog
    from assistant.domain.findings import Finding
    from assistant.domain.fixes import PlanNote
    from assistant.domain.matrix import Cell, Comparison, Matrix
    from assistant.domain.ownership import OwnershipMap
    from assistant.shadow.database import Shadow

_TRIES: Final = 5
"""Gentle, strict, and three times with what does harm taken out."""
_TIDYING: Final = 80
"""Order of a fix from which on it closes nothing."""
_NOWHERE: Final = Replay(files=0, statements=0, applied=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What is proven against."""

    shadow: Shadow
    """The replayed schema, never changed."""
    catalog: Catalog
    """What it holds."""
    ownership: OwnershipMap
    """The oracle."""
    findings: tuple[Finding, ...]
    """Everything found."""
    before: Matrix
    """The attack before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One rehearsal."""

    fixes: tuple[Fix, ...]
    """What was applied."""
    rehearsed: Rehearsed
    """What PostgreSQL refused."""
    after: Matrix
    """The attack afterwards."""
    comparison: Comparison
    """Cell by cell."""
    plans: tuple[PlanNote, ...]
    """EXPLAIN."""
    undo_works: bool
    """The undo brought the schema back."""
    again_is_noop: bool
    """A second application changed nothing."""
    silent: frozenset[str]
    """Fingerprints of findings that the rules no longer report."""
    sequel: tuple[Fix, ...] = ()
    """What tidying the fixed schema still wants: an index, a faster shape, of what became a policy in force only now."""


def prove(
    shadow: Shadow,
    fixes: Iterable[Fix | NoFix],
    *,
    before: Matrix,
    ownership: OwnershipMap,
    catalog: Catalog,
    findings: tuple[Finding, ...],
    on_progress: Callable[[str], None] | None = None,
    tidy: bool = True,
) -> Proof:
    """Rehearse fixes and say what came of it.

    Args:
        shadow: the replayed database; only clones of it are changed.
        fixes: what ``propose`` gave; a part of it when the operator approved a part.
        before: the attack on the shadow as it is.
        ownership: the map both attacks are judged by.
        catalog: what the shadow holds.
        findings: everything found, for writing a fix again.
        on_progress: told what is being done.
        tidy: also write what the fixed schema wants for tidiness, so that a second run finds nothing.

    Returns:
        The proof; ``proof.fixes`` is what was finally rehearsed and what may be written.

    Raises:
        ShadowError: the shadow is gone.
    """
    claim = Claim(shadow=shadow, catalog=catalog, ownership=ownership, findings=findings, before=before)
    wanted = tuple(sorted((one for one in fixes if isinstance(one, Fix)), key=lambda fix: (fix.order, fix.id)))
    asked = {finding for fix in wanted for finding in fix.findings}
    left_out: dict[str, str] = {}
    strict: frozenset[str] = frozenset()
    current = wanted
    for n in range(_TRIES):
        if on_progress is not None:
            on_progress("rehearsing the fixes" if n == 0 else "rehearsing them again without what went wrong")
        tried = _try(claim, current)
        found = blame(tried.rehearsed, tried.comparison, current, catalog)
        if n == _TRIES - 1 or not (found.any or (tidy and tried.sequel)):
            break
        if not found.any:
            current = (*current, *tried.sequel)
            continue
        better, strict = _better(claim, current, found, strict, asked, left_out)
        if better == current:
            break
        current = better
    return _proof(claim, wanted, tried, left_out)


def _try(claim: Claim, fixes: tuple[Fix, ...]) -> Try:
    """Apply, attack, explain, apply again, undo."""
    platform = claim.catalog.platform

    def read(shadow: Shadow) -> Catalog:
        with shadow.connect() as connection:
            return read_catalog(
                connection,
                platform.kind,
                text_subject=platform.text_subject,
                exposed_schemas=platform.exposed_schemas,
            )

    with claim.shadow.clone() as clone:
        rehearsed = apply_fixes(clone, fixes)
        done = tuple(fix for fix in fixes if fix.id not in rehearsed.refused)
        fixed = read(clone)
        after = attack(clone, fixed, claim.ownership)
        plans = explain(clone, fixed, (name for fix in done for name in fix.objects))
        again = not apply_fixes(clone, done).refused and not differences(fixed, read(clone))
        undone = not undo_fixes(clone, done) and not differences(claim.catalog, read(clone))
    still = detect(fixed, claim.ownership, after, _NOWHERE)
    found = {finding.fingerprint for finding in claim.findings}
    sequel = _sequel(claim, fixes, fixed, still)
    return Try(
        fixes=fixes,
        rehearsed=rehearsed,
        after=after,
        comparison=rightful(compare(claim.before, after), claim.before, claim.ownership, done, claim.catalog),
        plans=plans,
        undo_works=undone,
        again_is_noop=again,
        silent=frozenset(found - {finding.fingerprint for finding in still}),
        sequel=sequel,
    )


def _sequel(claim: Claim, fixes: tuple[Fix, ...], fixed: Catalog, still: tuple[Finding, ...]) -> tuple[Fix, ...]:
    """Fixes for tidiness that only the fixed schema asks for, so that a second run of stanch finds nothing left to write."""
    known = {finding.fingerprint for finding in claim.findings}
    fresh = tuple(finding for finding in still if is_tidy(finding) and finding.fingerprint not in known)
    if not fresh:
        return ()
    taken = {fix.id for fix in fixes}
    return tuple(
        replace(fix, id=f"{fix.id}-after")
        for fix in propose(fresh, fixed, claim.ownership, None)
        if isinstance(fix, Fix) and f"{fix.id}-after" not in taken
    )


def _better(
    claim: Claim,
    current: tuple[Fix, ...],
    found: Blame,
    strict: frozenset[str],
    asked: set[str],
    left_out: dict[str, str],
) -> tuple[tuple[Fix, ...], frozenset[str]]:
    """Write what is at fault again with less sparing; what was already, or cannot be, is taken out."""
    again = found.objects - strict
    strict |= again
    results = propose(claim.findings, claim.catalog, claim.ownership, claim.before, strict=strict)
    fresh = {fix.id: fix for fix in results if isinstance(fix, Fix) and asked.intersection(fix.findings)}
    questions = {one.finding: one.reason for one in results if isinstance(one, NoFix)}
    answered = {finding for fix in fresh.values() for finding in fix.findings}
    kept: list[Fix] = []
    for fix in current:
        other = fresh.get(fix.id)
        again_here = bool(again.intersection(fix.objects))
        if again_here and other is None and set(fix.findings) <= answered:
            continue  # what it did is now done by another fix of the same object
        if again_here and other is None and questions.keys() & set(fix.findings):
            # written strictly it would harm somebody, and the map does not say enough to tell
            left_out[fix.id] = next(questions[one] for one in fix.findings if one in questions)
        elif again_here and other is not None and other.statements != fix.statements:
            kept.append(other)
        elif fix.id in found.harmful:
            left_out[fix.id] = found.harmful[fix.id]
        else:
            kept.append(fix)
    # a leak that is closed elsewhere once its own object is looked at strictly
    known = {fix.id for fix in current} | set(left_out)
    kept += [fix for key, fix in sorted(fresh.items()) if key not in known and again.intersection(fix.objects)]
    return tuple(kept), strict


def _proof(claim: Claim, wanted: tuple[Fix, ...], tried: Try, left_out: dict[str, str]) -> Proof:
    survived = tuple(fix for fix in tried.fixes if fix.id not in tried.rehearsed.refused)
    covered = {finding for fix in survived for finding in fix.findings}
    for fix_id, (_, said) in tried.rehearsed.refused.items():
        left_out.setdefault(fix_id, f"rehearsed and PostgreSQL refused it: {said}")
    not_fixed = tuple(
        NoFix(finding=finding, reason=left_out[fix.id])
        for fix in wanted
        if fix.id in left_out
        for finding in fix.findings
        if finding not in covered
    )
    verdict, reason = _verdict(claim, tried, survived)
    closed = len(tried.comparison.closed)
    return Proof(
        claim=f"{plural(len(survived), 'fix closes', 'fixes close')} {plural(closed, 'leak')} and {'locks' if len(survived) == 1 else 'lock'} nobody out",
        verdict=verdict,
        reason=reason,
        before=claim.before.counts(),
        after=tried.after.counts(),
        comparison=tried.comparison,
        failed=tuple(tried.rehearsed.refused.values()),
        plans=tried.plans,
        undo_works=tried.undo_works,
        again_is_noop=tried.again_is_noop,
        not_proven=_not_proven(claim, tried, covered),
        fixes=survived,
        not_fixed=not_fixed,
    )


def _verdict(claim: Claim, tried: Try, survived: tuple[Fix, ...]) -> tuple[ProofVerdict, str]:
    """The worst that is true."""
    comparison = tried.comparison
    open_ = [cell for cell in comparison.still_open if _claimed(claim, cell, survived)]
    if comparison.locked_out:
        first = comparison.locked_out[0]
        return ProofVerdict.LOCKED_OUT, f"after the fixes the owner can no longer {first.verb.value} {first.object}"
    if comparison.opened:
        first = comparison.opened[0]
        return ProofVerdict.LEAKS, f"the fixes open {first.object} to {first.actor.value} ({first.verb.value})"
    if open_:
        return (
            ProofVerdict.LEAKS,
            f"{len(open_)} of the leaks {'is' if len(open_) == 1 else 'are'} still open, the first on {open_[0].object}",
        )
    lost = [cell for cell in comparison.lost_sight if _claimed(claim, cell, survived)]
    if lost:
        return (
            ProofVerdict.UNKNOWN,
            f"{plural(len(lost), 'leak')} could not be tried again, the first on {lost[0].object}: {lost[0].reason}",
        )
    if not survived:
        return ProofVerdict.UNKNOWN, "there was no fix to rehearse"
    if tried.rehearsed.refused:
        return ProofVerdict.UNKNOWN, "PostgreSQL refused a statement of the fixes"
    return (
        ProofVerdict.HOLDS,
        f"{plural(len(comparison.closed), 'leak was tried again and holds', 'leaks were tried again and hold')}; every rightful access still works",
    )


def _claimed(claim: Claim, cell: Cell, survived: tuple[Fix, ...]) -> bool:
    """The fixes say that they close this cell."""
    covered = {finding for fix in survived for finding in fix.findings}
    # to say a policy better, or to index it, claims nothing about the leaks of its table
    objects = {name for fix in survived if fix.order < _TIDYING for name in fix.objects}
    mine = {key for finding in claim.findings if finding.fingerprint in covered for key in finding.cells}
    return cell.key in mine or cell.object in objects


def _not_proven(claim: Claim, tried: Try, covered: set[str]) -> dict[str, str]:
    """Findings of the fixes that no attack showed."""
    leaking = {cell.key for cell in claim.before.of(Verdict.LEAKS)}
    reasons: dict[str, str] = {}
    for finding in claim.findings:
        if finding.fingerprint not in covered or leaking.intersection(finding.cells):
            continue
        gone = finding.fingerprint in tried.silent
        reasons[finding.fingerprint] = (
            "no attack showed it, so none can show that it is gone; the rule no longer reports it on the fixed schema"
            if gone
            else "no attack showed it, and the rule still reports it on the fixed schema"
        )
    return reasons
