"""Writing to one's own row what one must not: moving it to another owner or tenant, raising a privileged column."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.attack.actors import Side
from assistant.attack.attempt import Attempt, settled, simple
from assistant.attack.forms import bound_columns
from assistant.attack.inserts import rewritten_by_trigger, second_parties
from assistant.attack.judge import passed_the_policy, refusal, severity_of
from assistant.attack.oracle import Rule, rule_of, weaker
from assistant.attack.rows import labels_of, most_privileged
from assistant.attack.trial import Trial, act, look
from assistant.attack.witness import script
from assistant.attack.writes import UNFILTERED, leak_confidence
from assistant.domain.matrix import Actor, Cell, Verb, Verdict
from assistant.domain.ownership import Confidence, OwnerKind
from assistant.sql.names import ident, literal, qualified


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.attack.actors import Caller
    from assistant.attack.attempt import Field
    from assistant.attack.rows import Row
    from assistant.attack.trial import Outcome
    from assistant.domain.catalog import Column, Table

DOUBTFUL = ("stripe", "verified", "customer_id", "price_id")
"""Privileged columns that an application may let its users write for a reason: reported, but with low confidence."""


def moves(field: Field, table: Table) -> Iterator[Attempt]:
    """The attacker's own row, given the victim's owner, tenant or parent."""
    rule = rule_of(field.graph, table.name)
    groups = moved_columns(field, table, rule)
    for actor in (Actor.OTHER_TENANT, Actor.SIGNED_IN):
        attempt = _move(field, table, field.caller(actor), rule, groups)
        if attempt is not None:
            yield attempt


def moved_columns(field: Field, table: Table, rule: Rule) -> list[tuple[str, ...]]:
    """Groups of columns that would carry the row over; none where the key itself is the owner."""
    membership = field.graph.memberships.get(table.name)
    if membership is not None and membership.pointer:
        return [(membership.tenant_column,)]
    if rule.entry.kind is OwnerKind.SELF or table.name in field.graph.tenants:
        return []
    key = table.primary_key
    bound = tuple(name for name in bound_columns(rule, table) if key != (name,))
    groups = [(*bound, *second_parties(field, table, bound))] if bound else []
    homes = tuple(
        name
        for foreign in table.foreign_keys
        if foreign.target in field.graph.tenants
        for name in foreign.columns
        if name not in bound and key != (name,)
    )
    return [*groups, homes] if homes else groups


def _move(field: Field, table: Table, caller: Caller, rule: Rule, groups: Sequence[tuple[str, ...]]) -> Attempt | None:
    victim = field.seeded.row(table.name, Side.VICTIM)
    assert caller.side is not None
    own = field.seeded.where(table, caller.side, field.privileges.only(table.name, caller.role, "SELECT"))
    if victim is None or own is None or not groups:
        return None
    limited = field.privileges.only(table.name, caller.role, "UPDATE")
    may = field.privileges.may(table.name, caller.role, "UPDATE")
    moved = [
        Moved(columns=columns, change=_assigned(victim, columns, ", "), there=_assigned(victim, columns, " and "))
        for columns in groups
        if may
        and (limited is None or limited >= {*columns})
        and all(victim.get(name, "NULL").startswith(("'", "E'")) for name in columns)
    ]
    if not moved:
        cell = simple(str(table.name), "table", Verb.UPDATE, caller, Verdict.HOLDS, "no grant", "move")
        return None if may and limited is None else settled(cell)
    trials: list[Trial] = []
    for one in moved:
        statement = f"update {qualified(table.name)} set {one.change}"
        proof = look(
            f"select nullif(count(*), 0) from {qualified(table.name)} where {one.there} and xmin::text::bigint >= $1"
        )
        trials += [
            Trial(steps=(act(caller, form, must=True), proof), settings=caller.settings)
            for form in (f"{statement} where {own}", statement)
        ]
    return Attempt(
        trials=tuple(trials), judge=lambda outcomes: _moved_cell(field, table, caller, rule, moved, trials, outcomes)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One way to move a row."""

    columns: tuple[str, ...]
    """Columns that change."""
    change: str
    """SET clause."""
    there: str
    """Predicate of the row once it has moved."""


def _assigned(row: Row, columns: tuple[str, ...], between: str) -> str:
    return between.join(f"{ident(name)} = {row.get(name, 'NULL')}" for name in columns)


def _moved_cell(
    field: Field,
    table: Table,
    caller: Caller,
    rule: Rule,
    moved: Sequence[Moved],
    trials: Sequence[Trial],
    outcomes: Sequence[tuple[Outcome, ...]],
) -> Cell:
    name = str(table.name)
    rewrites = rewritten_by_trigger(table, "update")
    for index, (tried, proof) in enumerate(outcomes):
        one, blind = moved[index // 2], index % 2 == 1
        stopped = passed_the_policy(tried) and not rewrites and not blind
        if not stopped and not (tried.ok and proof.text is not None):
            continue
        reason = "a row of one's own can be moved to another owner or tenant"
        if table.name in field.graph.memberships:
            reason = "anybody can move themselves into another's tenant"
        if stopped:
            reason += "; only a constraint stopped this one row, no policy did"
        homed = not {*one.columns} & {*bound_columns(rule, table)} and table.name not in field.graph.memberships
        expects = "the statement fails on a constraint, not on row-level security." if stopped else f"{reason}."
        return Cell(
            object=name,
            kind="table",
            verb=Verb.UPDATE,
            actor=caller.actor,
            variant="move",
            verdict=Verdict.LEAKS,
            reason=reason,
            steps=(
                f"update {', '.join(one.columns)} of one's own row of {name}" + (f" ({UNFILTERED})" if blind else ""),
            ),
            columns=one.columns,
            severity=severity_of(caller.actor, Verb.UPDATE, sensitive=True, blind=blind or homed),
            confidence=weaker(leak_confidence(rule), Confidence.MEDIUM if homed else Confidence.HIGH),
            witness=script(
                caller,
                expects,
                [trials[index].steps[0].sql],
                show=f"select * from {qualified(table.name)} where {one.there}",
            ),
        )
    tried = outcomes[0][0]
    verdict, said = refusal(tried)
    cell = simple(name, "table", Verb.UPDATE, caller, verdict, said, "move")
    return cell if tried.ok else replace(cell, sqlstate=tried.state)


def raises(field: Field, table: Table) -> Iterator[Attempt]:
    """Privileged columns of one's own row."""
    rule = rule_of(field.graph, table.name)
    shapes = [shape for name in rule.entry.privileged if (shape := table.column(name)) is not None]
    if not shapes or rule.kind in {OwnerKind.SERVICE, OwnerKind.UNKNOWN, OwnerKind.PUBLIC}:
        return
    caller = _raiser(field, table)
    assert caller.side is not None
    own = field.seeded.where(table, caller.side)
    if own is None or not field.privileges.may(table.name, caller.role, "UPDATE"):
        return
    limited = field.privileges.only(table.name, caller.role, "UPDATE")
    pairs = [
        (shape, value)
        for shape in shapes
        if limited is None or shape.name in limited
        for value in raised_values(field, table, shape)
    ]
    if not pairs:
        return
    seen = field.seeded.where(table, caller.side, field.privileges.only(table.name, caller.role, "SELECT")) or own
    forms = [f"update {qualified(table.name)} set {ident(shape.name)} = {value} where {seen}" for shape, value in pairs]
    forms += [f"update {qualified(table.name)} set {ident(shape.name)} = {value}" for shape, value in pairs]
    watched = [
        look(f"select coalesce({ident(shape.name)}::text, '') from {qualified(table.name)} where {own}")
        for shape, _ in pairs * 2
    ]
    trials = tuple(
        Trial(steps=(watch, act(caller, form), watch), settings=caller.settings)
        for form, watch in zip(forms, watched, strict=True)
    )
    yield Attempt(
        trials=trials,
        judge=lambda outcomes: _raised_cell(table, caller, rule, [shape for shape, _ in pairs], forms, own, outcomes),
    )


def _raiser(field: Field, table: Table) -> Caller:
    """Whoever gains by it: a plain member in a membership, a stranger on their own row, else the other tenant's owner."""
    rows = field.seeded.rows.get(table.name, {})
    if field.graph.of_members(table.name) and Side.MEMBER in rows:
        return field.caller(Actor.TEAMMATE)
    if field.graph.of_people(table.name) and Side.STRANGER in rows:
        return field.caller(Actor.SIGNED_IN)
    return field.caller(Actor.OTHER_TENANT)


def raised_values(field: Field, table: Table, shape: Column) -> list[str]:
    """Values worth having."""
    name = ident(shape.name)
    labels = labels_of(table, shape)
    membership = field.graph.memberships.get(table.name)
    if membership is not None and shape.name == membership.role_column and membership.roles:
        labels = membership.roles
    if shape.array:
        return [literal('{"admin"}')] if shape.base in {"text", "varchar"} else []
    if labels:
        return [literal(label) for label in most_privileged(labels)[:2]]
    if shape.base == "bool":
        return [f"not coalesce({name}, false)"]
    if shape.base in {"int2", "int4", "int8", "numeric", "float4", "float8"}:
        return [f"coalesce({name}, 0) + 1"]
    if shape.base in {"text", "varchar", "citext"}:
        plan = any(word in shape.name for word in ("plan", "tier", "subscription"))
        return [literal("pro" if plan else "admin" if "role" in shape.name else "raised")]
    if shape.base.startswith("timestamp"):
        return ["now() + interval '20 years'"]
    if shape.base in {"json", "jsonb"}:
        return [literal('{"role": "admin"}')]
    return []


def _raised_cell(
    table: Table,
    caller: Caller,
    rule: Rule,
    shapes: Sequence[Column],
    forms: Sequence[str],
    own: str,
    outcomes: Sequence[tuple[Outcome, ...]],
) -> Cell:
    half = len(shapes)
    raised: dict[str, int] = {}
    for index, (before, tried, after) in enumerate(outcomes):
        shape = shapes[index % half]
        done = tried.ok and after.text is not None and before.text != after.text
        if (done or (index < half and passed_the_policy(tried))) and shape.name not in raised:
            raised[shape.name] = index
    if not raised:
        verdict, reason = refusal(outcomes[0][1])
        if outcomes[0][1].ok:
            reason = "the privileged columns stay as they are"
        return replace(
            simple(str(table.name), "table", Verb.UPDATE, caller, verdict, reason, "raise"),
            sqlstate="" if outcomes[0][1].ok else outcomes[0][1].state,
        )
    doubtful = all(any(word in name for word in DOUBTFUL) for name in raised)
    first = min(raised.values())
    blind = first >= half
    names = tuple(column.name for column in table.columns if column.name in raised)
    confidence = weaker(leak_confidence(rule), Confidence.LOW if doubtful else Confidence.HIGH)
    show = f"select {', '.join(ident(name) for name in names)} from {qualified(table.name)} where {own}"
    return Cell(
        object=str(table.name),
        kind="table",
        verb=Verb.UPDATE,
        actor=caller.actor,
        variant="raise",
        verdict=Verdict.LEAKS,
        reason="a user can raise their own rights: " + ", ".join(names),
        steps=(f"update {', '.join(names)} of one's own row of {table.name}" + (f" ({UNFILTERED})" if blind else ""),),
        columns=names,
        severity=severity_of(caller.actor, Verb.UPDATE, sensitive=True, blind=blind),
        confidence=confidence,
        witness=script(caller, f"their own row with {', '.join(names)} raised.", [forms[first]], show=show),
    )
