"""From what the server answered to a verdict: by state, never by row counts, and never "safe" for what was not tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.matrix import Actor, Severity, Verb, Verdict


if TYPE_CHECKING:
    from assistant.attack.trial import Outcome

BROKEN = {
    "42P17": "the policy calls itself without end (infinite recursion): nobody can tell what it allows",
    "22P02": "the policy fails on this caller's claims or on a value in the table (invalid text for a type)",
    "42P01": "the policy or a function behind it reads a relation that does not exist",
    "42703": "the policy or a function behind it reads a column that does not exist",
    "42883": "the policy or a function behind it calls a function that does not exist",
    "42725": "the policy or a function behind it calls a function that is ambiguous",
    "timeout": "the statement did not end within the time allowed",
    "57014": "the statement did not end within the time allowed",
    "55P03": "the statement waited for a lock that was not given up",
    "skipped": "an earlier step failed, so this one was not tried",
    "54001": "the policy or a function behind it calls itself without end (stack depth exceeded)",
}
"""Refusals that say nothing about the rule: the cell stays unknown."""


def passed_the_policy(outcome: Outcome) -> bool:
    """True when row-level security let a write through and only a constraint stopped it.

    WITH CHECK runs before constraints are tested, so 23xxx is luck; 23502 may be a column the role has no grant for.
    """
    return outcome.state.startswith("23") and outcome.state != "23502"


def refusal(outcome: Outcome) -> tuple[Verdict, str]:
    """Verdict and reason for a statement that did not succeed, or that succeeded without effect."""
    if outcome.ok:
        return Verdict.HOLDS, "the policies show this actor no such row"
    if outcome.state == "42501":
        if "row-level security" in outcome.message:
            return Verdict.HOLDS, "a policy refuses it"
        if "permission denied to set role" in outcome.message:
            return Verdict.UNKNOWN, "the shadow's owner may not become the role that requests arrive with"
        return Verdict.HOLDS, "no grant"
    if outcome.state in BROKEN:
        return Verdict.UNKNOWN, BROKEN[outcome.state]
    if outcome.state.startswith("P0"):
        return Verdict.HOLDS, "refused by a trigger or function of the application, not by a policy"
    if outcome.state == "23502":
        return Verdict.UNKNOWN, "a required column could not be given a value"
    return Verdict.UNKNOWN, f"the server failed with {outcome.state} before the rule was tested"


def severity_of(actor: Actor, verb: Verb, *, sensitive: bool, blind: bool = False) -> Severity:
    """How exposed: by who can do it, one lower when it needs a statement without a filter."""
    if actor is Actor.GUEST:
        severity = Severity.CRITICAL if sensitive or verb is not Verb.SELECT else Severity.HIGH
    elif actor is Actor.TEAMMATE:
        severity = Severity.MEDIUM
    else:
        severity = Severity.HIGH
    order = list(Severity)
    return order[order.index(severity) + 1] if blind else severity
