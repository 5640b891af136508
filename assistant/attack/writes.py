"""Writing to rows that exist: change another's row, delete it; each once with a filter and once without.

A filter also asks the SELECT policy, so a statement without one gets through where the filtered one finds nothing.
What happened is read from the row itself, never from the number of rows the server reports.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.attack.actors import Side
from assistant.attack.attempt import Attempt, settled, simple
from assistant.attack.forms import changed_since, gone, harmless_change
from assistant.attack.judge import passed_the_policy, refusal, severity_of
from assistant.attack.oracle import Rule, Stand, rule_of
from assistant.attack.trial import Trial, act, look
from assistant.attack.witness import script
from assistant.domain.matrix import Actor, Cell, Verb, Verdict
from assistant.domain.ownership import Confidence, OwnerKind
from assistant.sql.names import qualified


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.attack.actors import Caller
    from assistant.attack.attempt import Field
    from assistant.attack.trial import Outcome
    from assistant.domain.catalog import Table

UNFILTERED = "needs an unfiltered statement"
"""Said of leaks that an API with a safe-update guard would stop."""


def writes(field: Field, table: Table) -> Iterator[Attempt]:
    """UPDATE and DELETE of the victim's row by everybody, and by its owner as the allow beside them."""
    for verb in (Verb.UPDATE, Verb.DELETE):
        for caller in field.callers:
            if caller.actor is Actor.SERVICE:
                continue
            rule = rule_of(field.graph, table.name)
            stand = rule.of(caller.actor, verb)
            if caller.actor is Actor.OWNER and stand is not Stand.ALLOW:
                continue
            yield write(field, table, caller, verb, rule, stand)


def write(field: Field, table: Table, caller: Caller, verb: Verb, rule: Rule, stand: Stand) -> Attempt:
    """One actor, one verb."""
    name = str(table.name)
    if not field.privileges.may(table.name, caller.role, verb.value.upper()):
        verdict = Verdict.UNKNOWN if caller.actor is Actor.OWNER else Verdict.HOLDS
        return settled(simple(name, "table", verb, caller, verdict, "no grant"))
    if stand is Stand.SILENT:
        reason = "members may do this unless the map names the roles that may"
        return settled(simple(name, "table", verb, caller, Verdict.HOLDS, reason))
    limited = field.privileges.only(table.name, caller.role, "SELECT")
    whole = field.seeded.where(table, Side.VICTIM)
    if whole is None:
        reason = f"no rows to try it on: {field.seeded.refused.get(table.name) or 'they cannot be told apart'}"
        return settled(simple(name, "table", verb, caller, Verdict.UNKNOWN, reason))
    filtered = field.seeded.where(table, Side.VICTIM, limited) or whole
    statement = _statement(field, table, caller, verb)
    if statement is None:
        return settled(simple(name, "table", verb, caller, Verdict.HOLDS, "no column it may change"))
    shown = look(changed_since(table, whole) if verb is Verb.UPDATE else gone(table, whole))
    forms = [f"{statement} where {filtered}"]
    if caller.actor is not Actor.OWNER:
        forms.append(statement)
    trials = tuple(Trial(steps=(act(caller, form, must=True), shown), settings=caller.settings) for form in forms)
    return Attempt(trials=trials, judge=lambda outcomes: _judged(field, table, caller, verb, rule, forms, outcomes))


def leak_confidence(rule: Rule, verb: Verb = Verb.INSERT) -> Confidence:
    """How sure a leak of a write is: the map's confidence; without an owner, a stranger's change is surer than an insert."""
    if rule.kind is not OwnerKind.UNKNOWN:
        return rule.confidence
    return Confidence.LOW if verb is Verb.INSERT else Confidence.MEDIUM


def _statement(field: Field, table: Table, caller: Caller, verb: Verb) -> str | None:
    if verb is Verb.DELETE:
        return f"delete from {qualified(table.name)}"
    change = harmless_change(field, table, caller.role)
    return None if change is None else f"update {qualified(table.name)} set {change}"


def _judged(
    field: Field,
    table: Table,
    caller: Caller,
    verb: Verb,
    rule: Rule,
    forms: Sequence[str],
    outcomes: Sequence[tuple[Outcome, ...]],
) -> Cell:
    name = str(table.name)
    tried, seen = outcomes[0]
    through = (tried.ok and seen.text is not None) or passed_the_policy(tried)
    if caller.actor is Actor.OWNER:
        if through:
            return simple(name, "table", verb, caller, Verdict.HOLDS, "works on their own row, as it should")
        reason = f"the owner's own attempt does not work ({refusal(tried)[1]}): not granted, or not meant to"
        return _with_state(simple(name, "table", verb, caller, Verdict.UNKNOWN, reason), tried)
    blind = False
    if not through and len(outcomes) > 1:
        unfiltered, after = outcomes[1]
        blind = unfiltered.ok and after.text is not None
    if not through and not blind:
        verdict, reason = refusal(tried)
        return _with_state(simple(name, "table", verb, caller, verdict, reason), tried)
    stopped = passed_the_policy(tried)
    return _leak(field, table, caller, verb, rule, forms[1 if blind else 0], blind=blind, stopped=stopped)


def _leak(
    field: Field,
    table: Table,
    caller: Caller,
    verb: Verb,
    rule: Rule,
    statement: str,
    *,
    blind: bool,
    stopped: bool,
) -> Cell:
    whole = field.seeded.where(table, Side.VICTIM)
    done = "changed" if verb is Verb.UPDATE else "deleted"
    reason = f"another person's row can be {done}"
    if stopped:
        reason += "; only a constraint stopped this one row, no policy did"
    step = f"{verb.value} {'every row of ' if blind else ''}{table.name}"
    if blind:
        step += f" ({UNFILTERED})"
    expects = (
        "the statement fails on a constraint, not on row-level security."
        if stopped
        else f"the row of {table.name} that follows was {done}"
        + (" by this script." if verb is Verb.UPDATE else ": no row is left.")
    )
    return Cell(
        object=str(table.name),
        kind="table",
        verb=verb,
        actor=caller.actor,
        variant=caller.variant,
        verdict=Verdict.LEAKS,
        reason=reason,
        steps=(step,),
        columns=tuple(column.name for column in table.columns)
        if verb is Verb.DELETE
        else written(field, table, caller),
        severity=severity_of(caller.actor, verb, sensitive=True, blind=blind),
        confidence=leak_confidence(rule, verb),
        witness=script(caller, expects, [statement], show=f"select * from {qualified(table.name)} where {whole}"),
    )


def written(field: Field, table: Table, caller: Caller) -> tuple[str, ...]:
    """Columns the role may change, in table order."""
    limited = field.privileges.only(table.name, caller.role, "UPDATE")
    return tuple(
        column.name for column in table.columns if not column.generated and (limited is None or column.name in limited)
    )


def _with_state(cell: Cell, outcome: Outcome) -> Cell:
    return cell if outcome.ok else replace(cell, sqlstate=outcome.state)
