"""Views and materialized views: whose canaries they show, and whether one can write through them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.attack.actors import Side
from assistant.attack.attempt import Attempt, settled, simple
from assistant.attack.evidence import output_rows
from assistant.attack.forms import changed_since, gone
from assistant.attack.judge import refusal, severity_of
from assistant.attack.oracle import STRANGERS, Stand, rule_of, weaker
from assistant.attack.seed import unquoted
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


_TELLING: Final = 7
"""Characters below which a value is no id: a one-digit number stands everywhere."""


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
    rows = list(_telling(field, behind, caller.actor, outcome.text or "")) if outcome.ok else []
    about = _about_owner(field, behind, caller.actor, outcome.text or "") if outcome.ok and not rows else None
    stand = rule.of(caller.actor, Verb.SELECT)
    if caller.actor is Actor.OWNER or stand is Stand.ALLOW:
        variant = "" if caller.actor is Actor.OWNER else "allow"
        if rows or about is not None:
            return simple(name, view.kind, Verb.SELECT, caller, Verdict.HOLDS, "reads what is theirs to read", variant)
        reason = "the victim's rows do not show in it, even to those it may be meant for"
        return simple(name, view.kind, Verb.SELECT, caller, Verdict.UNKNOWN, reason, variant)
    if about is not None:
        return _summary(field, view, caller, shown, about)
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


def _telling(
    field: Field, behind: Sequence[Name], actor: Actor, output: str
) -> Iterator[tuple[dict[str, object], set[str]]]:
    """Rows with the victim's canaries, save those that only show what a table gives that actor anyway."""
    for row, tokens in field.canaries.rows_of(output):
        bases = field.canaries.bases(tokens, behind)
        rules = [(rule_of(field.graph, table), column) for table, column in bases]
        if bases and not all(
            actor in STRANGERS and rule.of(actor, Verb.SELECT) is Stand.ALLOW and column not in rule.entry.sensitive
            for rule, column in rules
        ):
            yield row, tokens


def _about_owner(
    field: Field, behind: Sequence[Name], actor: Actor, output: str
) -> tuple[Name, str, dict[str, object]] | None:
    """A row that names the victim beside what was computed from their rows: sums and counts carry no canary.

    An id that a table which the actor may read names too says nothing; nor does an id alone.
    """
    names: dict[str, Name] = {}
    published: set[str] = set()
    for table in behind:
        rule, seeded = rule_of(field.graph, table), field.seeded.row(table, Side.VICTIM) or {}
        denied = actor is Actor.OWNER or rule.of(actor, Verb.SELECT) is Stand.DENY
        if not denied or rule.kind is OwnerKind.UNKNOWN:
            published |= {text for text in map(unquoted, seeded.values()) if text}
            continue
        for column in rule.entry.columns:
            text = unquoted(seeded.get(column, ""))
            if text and len(text) >= _TELLING:
                names.setdefault(text, table)
    for row in output_rows(output):
        for value in row.values():
            said = names.get(str(value))
            if said is not None and str(value) not in published and sum(one is not None for one in row.values()) > 1:
                return said, str(value), row
    return None


def _summary(field: Field, view: View, caller: Caller, shown: str, about: tuple[Name, str, dict[str, object]]) -> Cell:
    """The leak of what is computed from somebody else's rows; that it is meant to be shown is likelier than for the rows."""
    table, value, row = about
    name = str(view.name)
    statement = (
        f"select {shown} from {qualified(view.name)} q where position({literal(value)} in to_jsonb(q)::text) > 0"
    )
    cell = Cell(
        object=name,
        kind=view.kind,
        verb=Verb.SELECT,
        actor=caller.actor,
        variant=caller.variant,
        verdict=Verdict.LEAKS,
        reason=f"it shows what is computed from rows of {table} that are somebody else's, beside whose they are",
        steps=(f"read {name}",),
        columns=tuple(row),
        severity=severity_of(caller.actor, Verb.SELECT, sensitive=False),
        confidence=Confidence.LOW,
        witness=script(caller, f"a row of {name} appears that is about somebody else.", [statement]),
    )
    field.bases[cell.key] = (table,)
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
