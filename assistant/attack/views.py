"""Views and materialized views: whose canaries they show, and whether one can write through them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.attack.actors import Side
from assistant.attack.attempt import Attempt, settled, simple
from assistant.attack.forms import changed_since, gone
from assistant.attack.judge import refusal, severity_of
from assistant.attack.oracle import STRANGERS, Stand, rule_of, weaker
from assistant.attack.trial import Step, Trial, act, look
from assistant.attack.witness import script
from assistant.domain.matrix import Actor, Cell, Verb, Verdict
from assistant.domain.ownership import Confidence, OwnerKind
from assistant.sql.names import ident, literal, qualified


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.attack.actors import Caller
    from assistant.attack.attempt import Field, Judging
    from assistant.attack.session import Session
    from assistant.attack.trial import Outcome
    from assistant.domain.catalog import Catalog, Table, View
    from assistant.domain.names import Name


def refresh(session: Session, catalog: Catalog) -> None:
    """Fill the materialized views from the seeded tables, those that read others last."""
    for view in sorted(catalog.views.values(), key=lambda one: (len(tables_behind(catalog, one)), one.name)):
        if view.kind == "matview":
            session.run([Trial(steps=(Step(sql=f"refresh materialized view {qualified(view.name)}"),), keep=True)])


def tables_behind(catalog: Catalog, view: View) -> tuple[Name, ...]:
    """Every table the view reads, through other views too, sorted."""
    found: set[Name] = set()
    pending, seen = list(view.reads), {view.name}
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in catalog.views:
            pending += catalog.views[name].reads
        else:
            found.add(name)
    return tuple(sorted(found))


def view_attempts(field: Field, view: View) -> Iterator[Attempt]:
    """All cells of one view."""
    for caller in field.callers:
        if caller.actor is not Actor.SERVICE:
            yield _read(field, view, caller)
    if view.kind == "view":
        for caller in field.callers:
            if caller.actor in STRANGERS:
                yield from _writes(field, view, caller)


def _read(field: Field, view: View, caller: Caller) -> Attempt:
    name = str(view.name)
    if not field.privileges.may(view.name, caller.role, "SELECT"):
        verdict = Verdict.UNKNOWN if caller.actor is Actor.OWNER else Verdict.HOLDS
        return settled(simple(name, view.kind, Verb.SELECT, caller, verdict, "no grant"))
    limited = field.privileges.only(view.name, caller.role, "SELECT")
    shown = (
        "*" if limited is None else ", ".join(ident(column.name) for column in view.columns if column.name in limited)
    )
    sql = f"select coalesce(jsonb_agg(q), '[]')::text from (select {shown} from {qualified(view.name)} limit 500) q"
    return Attempt(
        trials=(Trial(steps=(act(caller, sql, asks=True),), settings=caller.settings),),
        judge=lambda outcomes: _judged(field, view, caller, shown, outcomes),
    )


def _judged(field: Field, view: View, caller: Caller, shown: str, outcomes: Sequence[tuple[Outcome, ...]]) -> Cell:
    outcome, name = outcomes[0][0], str(view.name)
    rule = rule_of(field.graph, view.name)
    behind = tables_behind(field.catalog, view)
    rows = list(field.canaries.rows_of(outcome.text or "")) if outcome.ok else []
    rows = [(row, tokens) for row, tokens in rows if field.canaries.bases(tokens, behind)]
    stand = rule.of(caller.actor, Verb.SELECT)
    if caller.actor is Actor.OWNER or stand is Stand.ALLOW:
        variant = "" if caller.actor is Actor.OWNER else "allow"
        if rows:
            return simple(name, view.kind, Verb.SELECT, caller, Verdict.HOLDS, "reads what is theirs to read", variant)
        reason = "the victim's rows do not show in it, even to those it may be meant for"
        return simple(name, view.kind, Verb.SELECT, caller, Verdict.UNKNOWN, reason, variant)
    if not rows:
        if outcome.ok and not _owner_sees_anything(field, view):
            reason = "the seeded rows do not show in it, even to its owner"
            return simple(name, view.kind, Verb.SELECT, caller, Verdict.UNKNOWN, reason)
        verdict, reason = refusal(outcome)
        return simple(name, view.kind, Verb.SELECT, caller, verdict, reason)
    row, tokens = rows[0]
    bases = field.canaries.bases(tokens, behind)
    columns = tuple(
        column.name for column in view.columns if any(token in str(row.get(column.name, "")) for token in tokens)
    )
    token = min(tokens, key=lambda one: (one in field.canaries.keys, one))
    statement = (
        f"select {shown} from {qualified(view.name)} q where position({literal(token)} in to_jsonb(q)::text) > 0"
    )
    sensitive = {*rule.entry.sensitive}
    for base, column in bases:
        sensitive |= {column} & {*field.graph.entry(base).sensitive}
    cell = Cell(
        object=name,
        kind=view.kind,
        verb=Verb.SELECT,
        actor=caller.actor,
        variant=caller.variant,
        verdict=Verdict.LEAKS,
        reason="it shows rows of " + ", ".join(sorted({str(base) for base, _ in bases})) + " that are somebody else's",
        steps=(f"read {name}",),
        columns=columns,
        severity=severity_of(caller.actor, Verb.SELECT, sensitive=bool(sensitive)),
        confidence=_confidence(field, rule.confidence, rule.kind, bases),
        witness=script(caller, f"a row of {name} appears that is somebody else's.", [statement]),
    )
    field.bases[cell.key] = tuple(sorted({base for base, _ in bases}))
    return cell


def _confidence(field: Field, own: Confidence, kind: OwnerKind, bases: set[tuple[Name, str]]) -> Confidence:
    if kind is OwnerKind.UNKNOWN:
        return Confidence.LOW
    for base, _ in bases:
        own = weaker(own, rule_of(field.graph, base).confidence)
    return own


def _owner_sees_anything(field: Field, view: View) -> bool:
    return all(name in field.seeded.rows or name.schema == "auth" for name in tables_behind(field.catalog, view))


def _writes(field: Field, view: View, caller: Caller) -> Iterator[Attempt]:
    """Change and delete through an updatable view; what happened is read from the tables behind it."""
    behind = [
        table
        for name in tables_behind(field.catalog, view)
        if (table := field.catalog.tables.get(name)) is not None and field.seeded.where(table, Side.VICTIM)
    ]
    if len(behind) != 1:
        return
    table = behind[0]
    where = field.seeded.where(table, Side.VICTIM)
    if where is None or rule_of(field.graph, table.name).of(caller.actor, Verb.UPDATE) is not Stand.DENY:
        return
    if rule_of(field.graph, table.name).kind is OwnerKind.UNKNOWN:
        return
    for verb in (Verb.UPDATE, Verb.DELETE):
        if not field.privileges.may(view.name, caller.role, verb.value.upper()):
            continue
        limited = field.privileges.only(view.name, caller.role, "UPDATE")
        columns = [one.name for one in view.columns if limited is None or one.name in limited]
        if not columns:
            continue
        if verb is Verb.DELETE:
            forms = [f"delete from {qualified(view.name)}"]
            proof = gone(table, where)
        else:
            forms = [f"update {qualified(view.name)} set {ident(name)} = {ident(name)}" for name in columns[:4]]
            proof = changed_since(table, where)
        trials = tuple(
            Trial(steps=(act(caller, form, must=True), look(proof)), settings=caller.settings) for form in forms
        )
        yield Attempt(trials=trials, judge=_writing(view, table, caller, verb, forms, where))


def _writing(view: View, table: Table, caller: Caller, verb: Verb, forms: list[str], where: str) -> Judging:
    def judge(outcomes: Sequence[tuple[Outcome, ...]]) -> Cell:
        for form, (tried, proof) in zip(forms, outcomes, strict=True):
            if tried.ok and proof.text is not None:
                return Cell(
                    object=str(view.name),
                    kind=view.kind,
                    verb=verb,
                    actor=caller.actor,
                    variant=caller.variant,
                    verdict=Verdict.LEAKS,
                    reason=f"rows of {table.name} that are somebody else's can be written through it",
                    steps=(f"{verb.value} {view.name}",),
                    columns=tuple(column.name for column in view.columns),
                    severity=severity_of(caller.actor, verb, sensitive=True),
                    confidence=Confidence.MEDIUM,
                    witness=script(
                        caller,
                        f"the row of {table.name} was written through the view.",
                        [form],
                        show=f"select * from {qualified(table.name)} where {where}",
                    ),
                )
        verdict, reason = refusal(outcomes[0][0])
        if outcomes[0][0].state in {"55000", "0A000"}:
            verdict, reason = Verdict.HOLDS, "the view cannot be written through"
        return simple(str(view.name), view.kind, verb, caller, verdict, reason)

    return judge
