"""Inserting rows: in the victim's name, into the victim's tenant or parent, and the owner's own as the allow beside them.

Never with RETURNING, which would ask the SELECT policy too. A row that only refers to a stranger's id is no leak unless
the stranger then sees it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from assistant.attack.actors import Side
from assistant.attack.attempt import Attempt, settled, simple
from assistant.attack.forms import (
    base_row,
    bound_columns,
    equal_to,
    insert_of,
    overlaid,
    person_columns,
    renewed,
    writable,
)
from assistant.attack.judge import passed_the_policy, refusal, severity_of
from assistant.attack.oracle import Rule, Stand, rule_of, weaker
from assistant.attack.rows import labels_of, most_privileged
from assistant.attack.seed import REPLICA
from assistant.attack.trial import Step, Trial, act, look
from assistant.attack.witness import script
from assistant.attack.writes import leak_confidence
from assistant.domain.matrix import Actor, Cell, Verb, Verdict
from assistant.domain.ownership import Confidence, OwnerKind
from assistant.sql.names import literal, qualified


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.attack.actors import Caller
    from assistant.attack.attempt import Field
    from assistant.attack.rows import Row
    from assistant.attack.trial import Outcome
    from assistant.domain.catalog import Table


ORDINARY: Final = ("session_replication_role", "origin")
"""Triggers and foreign keys are on again."""
_PLAIN: Final = 2
"""Steps of a trial: the insert and the proof."""
_WITH_SIGHT: Final = 4
"""The same, and what the owner sees of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One row to try."""

    row: Row
    """Column to SQL text."""
    proof: str
    """Predicate that is true for the row as the attacker meant it."""


def inserts(field: Field, table: Table) -> Iterator[Attempt]:
    """All insert cells of a table."""
    rule = rule_of(field.graph, table.name)
    for caller in field.callers:
        if caller.actor is Actor.SERVICE:
            continue
        stand = rule.of(caller.actor, Verb.INSERT)
        if caller.actor is Actor.OWNER and stand is not Stand.ALLOW:
            continue
        for variant in variants(rule, caller):
            yield insert(field, table, caller, rule, stand, variant)


def variants(rule: Rule, caller: Caller) -> tuple[str, ...]:
    """Which forms make sense for that ownership."""
    if caller.actor is Actor.OWNER:
        return ("",)
    kind = rule.entry.base if rule.entry.kind is OwnerKind.CONDITIONAL else rule.entry.kind
    if kind in {OwnerKind.TENANT, OwnerKind.VIA, OwnerKind.MEMBERSHIP}:
        return ("stuffed",)
    if kind is OwnerKind.USER and caller.actor is Actor.OTHER_TENANT:
        return ("as-victim", "stuffed")
    return ("as-victim",)


def insert(field: Field, table: Table, caller: Caller, rule: Rule, stand: Stand, variant: str) -> Attempt:
    """One actor, one variant, all its forms."""
    name = str(table.name)
    if not field.privileges.may(table.name, caller.role, "INSERT"):
        verdict = Verdict.UNKNOWN if caller.actor is Actor.OWNER else Verdict.HOLDS
        return settled(simple(name, "table", Verb.INSERT, caller, verdict, "no grant", variant))
    if table.name in field.graph.tenants and caller.actor not in {Actor.OWNER, Actor.GUEST}:
        reason = "making a tenant of one's own is legitimate: nothing is asserted"
        return settled(simple(name, "table", Verb.INSERT, caller, Verdict.HOLDS, reason, variant))
    if stand is Stand.SILENT:
        reason = "members may do this unless the map names the roles that may"
        return settled(simple(name, "table", Verb.INSERT, caller, Verdict.HOLDS, reason, variant))
    forms = forms_of(field, table, caller, rule, variant)
    if not forms:
        reason = f"no row to try: {field.seeded.refused.get(table.name) or 'the table refers to nothing of a stranger'}"
        verdict = Verdict.UNKNOWN if table.name in field.seeded.refused else Verdict.HOLDS
        return settled(simple(name, "table", Verb.INSERT, caller, verdict, reason, variant))
    injects = variant == "stuffed" and rule.entry.kind in {OwnerKind.USER, OwnerKind.CONDITIONAL}
    trials = tuple(_trial(field, table, caller, form, seen=injects) for form in forms)
    return Attempt(
        trials=trials,
        judge=lambda outcomes: _judged(table, caller, rule, variant, forms, outcomes, injects=injects),
    )


def forms_of(field: Field, table: Table, caller: Caller, rule: Rule, variant: str) -> list[Form]:
    """Rows to try, the most telling first; empty when there is nothing to try."""
    victim = base_row(field, table, Side.VICTIM)
    if victim is None:
        return []
    bound = bound_columns(rule, table)
    people = person_columns(field, table)
    own = base_row(field, table, caller.side) if caller.side in {Side.OTHER, Side.MEMBER} else None
    rows: list[Row] = []
    if caller.actor is Actor.OWNER:
        rows = [victim]
    elif rule.entry.kind is OwnerKind.MEMBERSHIP:
        rows = _self_joins(field, table, caller, victim)
    elif variant == "as-victim":
        # under a parent of one's own another person's row may be meant: a teacher marks who was there
        mixed = own is not None and not second_parties(field, table, bound)
        rows = [victim, overlaid(field, table, own, bound, Side.VICTIM)] if own and mixed else [victim]
    elif rule.entry.kind in {OwnerKind.USER, OwnerKind.CONDITIONAL} and own is not None:
        others = tuple(
            key.columns[0] for key in table.foreign_keys if not set(key.columns) & {*bound, *people} and key.columns
        )
        rows = [overlaid(field, table, own, others, Side.VICTIM)] if others else []
    else:
        rows = [overlaid(field, table, victim, people, caller.side), victim]
        if own is not None:
            rows.insert(0, overlaid(field, table, own, bound, Side.VICTIM))
    forms = []
    for row in rows:
        ready = writable(field, table, renewed(field, table, row), caller.role)
        form = Form(row=ready, proof=equal_to(ready, bound))
        if form not in forms:
            forms.append(form)
    return forms


def second_parties(field: Field, table: Table, bound: tuple[str, ...]) -> tuple[str, ...]:
    """Columns that lead to a row which a person owns: its owner is a second party to this one."""
    found: list[str] = []
    for key in table.foreign_keys:
        if set(key.columns) & set(bound) or field.graph.of_people(key.target) or key.target == table.name:
            continue
        if rule_of(field.graph, key.target).kind in {OwnerKind.USER, OwnerKind.SELF}:
            found += key.columns
    return tuple(dict.fromkeys(found))


def _self_joins(field: Field, table: Table, caller: Caller, victim: Row) -> list[Row]:
    """The attacker's own membership of the victim's tenant, with each role worth having."""
    membership = field.graph.memberships.get(table.name)
    users = (membership.user_column,) if membership else field.graph.entry(table.name).columns[:1]
    # a teammate is a member already: what they might do is let somebody else in
    joins = Side.STRANGER if caller.actor is Actor.TEAMMATE else caller.side
    people = tuple(dict.fromkeys((*users, *person_columns(field, table))))
    base = overlaid(field, table, victim, people, joins)
    role = None if membership is None or membership.role_column is None else table.column(membership.role_column)
    if role is None or membership is None:
        return [base]
    labels = membership.roles or labels_of(table, role)
    plain = {name: value for name, value in base.items() if name != role.name or role.default is None}
    if role.base == "bool" or not (labels or role.base in {"text", "varchar", "citext"}):
        return [base, plain]
    worth = most_privileged(labels)[:2] if labels else ("owner", "admin")
    tried = [{**base, role.name: literal(label)} for label in (*worth, *labels[-1:])]
    return [*tried, plain]


def rewritten_by_trigger(table: Table, event: str) -> bool:
    """True when a trigger may change the row before the policies see it: then a constraint proves nothing."""
    return any(one.enabled and one.timing == "before" and event in one.events for one in table.triggers)


def _trial(field: Field, table: Table, caller: Caller, form: Form, *, seen: bool) -> Trial:
    sql = insert_of(table, form.row)
    proof = f"select nullif(count(*), 0) from {qualified(table.name)} where {form.proof} and xmin::text::bigint >= $1"
    before = _room(field, table, caller, form.row)
    tried = act(caller, sql, must=True)
    steps = [*before, replace(tried, settings=(*caller.settings, ORDINARY)) if before else tried, look(proof)]
    if seen:
        owner = field.caller(Actor.OWNER)
        own = field.seeded.where(table, Side.OTHER)
        new = " and ".join(f"{name} = {value}" for name, value in _own_key(table, form.row).items()) or "false"
        for where in (new, own or "false"):
            sql = f"select nullif(count(*), 0) from {qualified(table.name)} where {where}"
            steps.append(replace(act(owner, sql, asks=True), settings=owner.settings))
    return Trial(steps=tuple(steps), settings=caller.settings)


def _room(field: Field, table: Table, caller: Caller, row: Row) -> list[Step]:
    """Removes the seeded row whose key the new one must have, where a key holds nothing but references; at most one step.

    The owner's own membership stays, a pointer on their own row too: it is what their policies go by.
    """
    if caller.actor is Actor.OWNER and (field.graph.of_members(table.name) or table.name in field.graph.memberships):
        return []
    taken = [
        where
        for key in table.keys
        if all(name in row and field.graph.reference(table, name) is not None for name in key.columns)
        and (where := equal_to(row, key.columns)) != "true"
    ]
    return [room(table, taken)] if taken else []


def room(table: Table, taken: Sequence[str]) -> Step:
    """Deletes rows as the tables' owner, without triggers or foreign keys; the next step must put its settings back."""
    sql = f"delete from {qualified(table.name)} where {' or '.join(f'({where})' for where in taken)}"
    return Step(sql=sql, settings=REPLICA)


def _own_key(table: Table, row: Row) -> Row:
    from assistant.sql.names import ident

    key = table.primary_key
    return {ident(name): row[name] for name in key if name in row}


def _judged(
    table: Table,
    caller: Caller,
    rule: Rule,
    variant: str,
    forms: Sequence[Form],
    outcomes: Sequence[tuple[Outcome, ...]],
    *,
    injects: bool,
) -> Cell:
    name = str(table.name)
    rewrites = rewritten_by_trigger(table, "insert")
    length = _WITH_SIGHT if injects else _PLAIN
    # a step that makes room for the new row may come first, and says nothing
    outcomes = [steps[-length:] for steps in outcomes]
    for form, (tried, proof, *seen) in zip(forms, outcomes, strict=True):
        worked = tried.ok and proof.text is not None
        stopped = passed_the_policy(tried) and not (rewrites and caller.actor is not Actor.OWNER)
        if injects and not (worked and seen[0].text is not None and seen[1].text is None):
            continue
        if not worked and not stopped:
            continue
        if caller.actor is Actor.OWNER:
            return simple(name, "table", Verb.INSERT, caller, Verdict.HOLDS, "inserts their own row, as it should")
        return _leak(table, caller, rule, variant, form, stopped=stopped, injects=injects)
    first = next((tried for tried, *_ in outcomes if tried.state == "42501"), outcomes[0][0])
    verdict, reason = refusal(first)
    if injects and outcomes[0][0].ok:
        reason = "a row of one's own may name a stranger's id; the stranger does not see it"
    elif outcomes[0][0].ok:
        reason = "a trigger puts the caller's own id in"
    if caller.actor is Actor.OWNER:
        verdict, reason = (
            Verdict.UNKNOWN,
            f"the owner's own insert does not work ({reason}): not meant to, or not understood",
        )
    if rewrites and passed_the_policy(first):
        verdict, reason = Verdict.UNKNOWN, "a trigger may have rewritten the row before a constraint refused it"
    cell = simple(name, "table", Verb.INSERT, caller, verdict, reason, variant)
    return cell if first.ok else replace(cell, sqlstate=first.state)


def _leak(table: Table, caller: Caller, rule: Rule, variant: str, form: Form, *, stopped: bool, injects: bool) -> Cell:
    doing = {
        "as-victim": "a row can be inserted in another person's name",
        "stuffed": "a row can be put where only somebody else may put one",
    }
    reason = doing[variant]
    if rule.entry.kind is OwnerKind.MEMBERSHIP:
        reason = "anybody can make themselves a member of another's tenant"
        if caller.actor is Actor.TEAMMATE:
            reason = "a plain member can let anybody into the tenant, in any role"
    if injects:
        reason = "a row of one's own can be put before a stranger, who then sees it"
    if stopped:
        reason += "; only a constraint stopped this one row, no policy did"
    expects = (
        "the statement fails on a constraint, not on row-level security."
        if stopped
        else f"the new row of {table.name} appears, written by somebody who must not."
    )
    key = _own_key(table, form.row)
    where = " and ".join(f"{column} = {value}" for column, value in key.items()) or form.proof
    return Cell(
        object=str(table.name),
        kind="table",
        verb=Verb.INSERT,
        actor=caller.actor,
        variant="/".join(part for part in (variant, caller.variant) if part),
        verdict=Verdict.LEAKS,
        reason=reason,
        steps=(f"insert into {table.name}",),
        columns=tuple(column.name for column in table.columns if column.name in form.row),
        severity=severity_of(caller.actor, Verb.INSERT, sensitive=True, blind=injects),
        confidence=weaker(leak_confidence(rule), Confidence.MEDIUM if injects else Confidence.HIGH),
        witness=script(
            caller, expects, [insert_of(table, form.row)], show=f"select * from {qualified(table.name)} where {where}"
        ),
    )
