"""Reading a table as each actor: one scan tells whose rows are visible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.attack.actors import Side
from assistant.attack.attempt import Attempt, settled, simple
from assistant.attack.judge import refusal, severity_of
from assistant.attack.oracle import Rule, Stand, rule_of
from assistant.attack.trial import Step, Trial, act
from assistant.attack.witness import script
from assistant.domain.matrix import Actor, Cell, Verb, Verdict
from assistant.domain.ownership import Confidence, OwnerKind
from assistant.sql.names import ident, literal, qualified


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.attack.actors import Caller
    from assistant.attack.attempt import Field
    from assistant.attack.trial import Outcome
    from assistant.domain.catalog import Table


def reads(field: Field, table: Table) -> Iterator[Attempt]:
    """One attempt an actor."""
    for caller in (*field.callers, field.guest_fresh):
        if caller.actor is not Actor.SERVICE or field.graph.entry(table.name).kind is OwnerKind.SERVICE:
            yield read(field, table, caller)


def read(field: Field, table: Table, caller: Caller) -> Attempt:
    """Whose rows that caller sees."""
    rule = rule_of(field.graph, table.name)
    name = str(table.name)
    if not field.privileges.may(table.name, caller.role, "SELECT"):
        if caller.actor is Actor.OWNER:
            reason = "the owner has no grant to read it"
            return settled(simple(name, "table", Verb.SELECT, caller, Verdict.UNKNOWN, reason))
        return settled(simple(name, "table", Verb.SELECT, caller, Verdict.HOLDS, "no grant"))
    scan = scan_of(field, table, caller.role)
    if scan is None:
        reason = field.seeded.refused.get(table.name) or "its rows cannot be told apart"
        reason = f"no rows to try it on: {reason}"
        return settled(simple(name, "table", Verb.SELECT, caller, Verdict.UNKNOWN, reason))
    before = (Step(sql=caller.setup),) if caller.setup else ()
    trial = Trial(steps=(*before, act(caller, scan, asks=True)), settings=caller.settings)
    return Attempt(
        trials=(trial,),
        judge=lambda outcomes: judged(field, table, caller, rule, outcomes),
        fresh=caller.fresh,
    )


def scan_of(field: Field, table: Table, role: str) -> str | None:
    """A query whose one value is the letters of the sides that are visible, sorted; None when nothing can be located."""
    limited = field.privileges.only(table.name, role, "SELECT")
    located = [
        (side, where)
        for side in field.seeded.rows.get(table.name, {})
        if (where := field.seeded.where(table, side, limited)) is not None
    ]
    if not located or located[0][0] is not Side.VICTIM:
        return None
    cases = " ".join(f"when {where} then {literal(side.value)}" for side, where in located)
    return (
        "select string_agg(s, '' order by s) from"
        f" (select distinct case {cases} end as s from {qualified(table.name)}) q"
    )


def readable_columns(field: Field, table: Table, role: str) -> tuple[str, ...]:
    """Columns the role may read, in table order."""
    limited = field.privileges.only(table.name, role, "SELECT")
    return tuple(column.name for column in table.columns if limited is None or column.name in limited)


def judged(field: Field, table: Table, caller: Caller, rule: Rule, outcomes: Sequence[tuple[Outcome, ...]]) -> Cell:
    """The cell of one read."""
    outcome = outcomes[0][-1]
    name, seen = str(table.name), outcome.text or ""
    stand = rule.of(caller.actor, Verb.SELECT)
    visible = outcome.ok and Side.VICTIM.value in seen
    unowned = outcome.ok and Side.OWNERLESS.value in seen and not visible
    if caller.actor is Actor.OWNER or stand is Stand.ALLOW:
        return _allowed(table, caller, rule, outcome, visible=visible)
    if not visible and not (unowned and caller.actor is not Actor.TEAMMATE):
        verdict, reason = refusal(outcome)
        return _with_state(simple(name, "table", Verb.SELECT, caller, verdict, reason), outcome)
    side = Side.VICTIM if visible else Side.OWNERLESS
    if table.name in field.seeded.exposed:
        reason = "no private row could be made, so what is visible may be meant to be"
        return simple(name, "table", Verb.SELECT, caller, Verdict.UNKNOWN, reason)
    if stand is Stand.SILENT:
        reason = "visible to this actor, which the map neither asks for nor forbids"
        return simple(name, "table", Verb.SELECT, caller, Verdict.UNKNOWN, reason)
    return _leak(field, table, caller, rule, side)


def _leak(field: Field, table: Table, caller: Caller, rule: Rule, side: Side) -> Cell:
    columns = readable_columns(field, table, caller.role)
    sensitive = [name for name in columns if name in rule.entry.sensitive]
    limited = field.privileges.only(table.name, caller.role, "SELECT")
    where = field.seeded.where(table, side, limited)
    what = "a row without an owner" if side is Side.OWNERLESS else "another person's row"
    shown = "*" if limited is None else ", ".join(ident(name) for name in columns)
    statement = f"select {shown} from {qualified(table.name)} where {where}"
    confidence = rule.confidence if rule.kind is not OwnerKind.UNKNOWN else Confidence.LOW
    if side is Side.OWNERLESS:
        confidence = Confidence.LOW
    return Cell(
        object=str(table.name),
        kind="table",
        verb=Verb.SELECT,
        actor=caller.actor,
        variant=caller.variant,
        verdict=Verdict.LEAKS,
        reason=f"{what} is readable",
        steps=(f"read {table.name}",),
        columns=columns,
        severity=severity_of(caller.actor, Verb.SELECT, sensitive=bool(sensitive)),
        confidence=confidence,
        witness=script(caller, f"one row of {table.name} appears: {what}.", [statement]),
    )


def _allowed(table: Table, caller: Caller, rule: Rule, outcome: Outcome, *, visible: bool) -> Cell:
    """An allow beside the denies: holds when it works."""
    name = str(table.name)
    variant = "" if caller.actor is Actor.OWNER else "allow"
    if visible:
        whose = "their own row" if caller.actor is Actor.OWNER else "a row meant for them"
        return simple(name, "table", Verb.SELECT, caller, Verdict.HOLDS, f"reads {whose}, as it should be", variant)
    if outcome.state == "42P17" and caller.actor is Actor.OWNER:
        cell = simple(name, "table", Verb.SELECT, caller, Verdict.LOCKED_OUT, refusal(outcome)[1], variant)
        return _with_state(cell, outcome)
    sure = rule.confidence is Confidence.HIGH and rule.entry.kind in {OwnerKind.SELF, OwnerKind.USER, OwnerKind.TENANT}
    meant = caller.actor is Actor.OWNER and outcome.ok and sure and _meant_for_owners(table, rule, caller.role)
    personal = _personal(table, rule) if meant else ""
    if personal:
        return simple(name, "table", Verb.SELECT, caller, Verdict.UNKNOWN, personal, variant)
    if meant:
        reason = "the owner cannot read their own row, although a policy lets signed-in users read theirs"
        return simple(name, "table", Verb.SELECT, caller, Verdict.LOCKED_OUT, reason, variant)
    _, said = refusal(outcome)
    reason = f"not readable by somebody it is meant for ({said}); it may be meant for the server alone"
    return _with_state(simple(name, "table", Verb.SELECT, caller, Verdict.UNKNOWN, reason, variant), outcome)


def _meant_for_owners(table: Table, rule: Rule, role: str) -> bool:
    """True when a permissive read policy for signed-in users speaks of the owner column."""
    import re

    return any(
        policy.permissive
        and policy.command in {"all", "select"}
        and {"public", role} & set(policy.roles)
        and any(re.search(rf"\b{re.escape(column)}\b", policy.using or "") for column in rule.entry.columns)
        for policy in table.policies
    )


def _personal(table: Table, rule: Rule) -> str:
    """Why the owner's failure proves nothing: a policy takes the tenant's id for the user's own (a personal account)."""
    import re

    if rule.entry.kind is not OwnerKind.TENANT:
        return ""
    subject = r"\(*\s*(?:select\s+)?auth\.uid\(\)(?:\s+as\s+\w+)?\s*\)*"
    for column in rule.entry.columns:
        named = rf"\(?(?:\w+\.)?\"?{re.escape(column)}\"?\)?"
        compared = re.compile(rf"{named}\s*=\s*{subject}|{subject}\s*=\s*{named}(?!\w)", re.IGNORECASE)
        if any(
            policy.permissive and policy.command in {"all", "select"} and compared.search(policy.using or "")
            for policy in table.policies
        ):
            return (
                f"a policy compares {column} with the caller's own id: personal accounts whose id is the user's,"
                " which the rehearsal's are not"
            )
    return ""


def _with_state(cell: Cell, outcome: Outcome) -> Cell:
    from dataclasses import replace

    return cell if outcome.ok else replace(cell, sqlstate=outcome.state)
