"""Functions the API serves, called with the victim's ids: whose rows come back, and whose rows changed.

An error of the function's own is "checked" only when it speaks of permission; a function that only ever failed is
``unknown``, never green.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from assistant.attack.actors import SIDE_OF, Side
from assistant.attack.arguments import calls_of
from assistant.attack.attempt import Attempt, settled, simple
from assistant.attack.control import UNTESTED, Control, spoke_of_permission, works_on_owned
from assistant.attack.fitting import fitted
from assistant.attack.judge import severity_of
from assistant.attack.oracle import Stand, rule_of, weaker
from assistant.attack.trial import Step, Trial, look
from assistant.attack.witness import script
from assistant.domain.matrix import Actor, Cell, Severity, Verb, Verdict
from assistant.domain.names import Name
from assistant.domain.ownership import Confidence, OwnerKind
from assistant.sql.names import ident, literal, qualified


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.attack.actors import Caller
    from assistant.attack.attempt import Field
    from assistant.attack.trial import Outcome
    from assistant.domain.catalog import Function

_WATCHED: Final = 8
_CHANGES: Final = "it changes "
_COUNTERS: Final = frozenset(
    {"int2", "int4", "int8", "numeric", "float4", "float8", "timestamp", "timestamptz", "date", "tsvector"}
)
_STORED: Final = re.compile(
    r"balance|credit|amount|wallet|quota|token|point|price|total|cents|paid|limit|seat", re.IGNORECASE
)
"""Names of numbers that are worth something: changing them is no mere counting."""
_FITTED: Final = 6
"""Calls that are tried again with rows made to fit."""
_CHECKED: Final = frozenset({"42501", "28000", "P0001", "P0002", "22023", "PT401", "PT403"})


def callable_functions(field: Field) -> list[Function]:
    """Functions that a request can reach, in name order."""
    exposed = field.catalog.platform.exposed_schemas
    return [
        function
        for function in field.catalog.functions.values()
        if function.kind == "function"
        and not function.trigger
        and function.extension is None
        and (not exposed or function.name.schema in exposed)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One call."""

    arguments: str
    """As SQL text."""
    put_in: frozenset[str]
    """Bare values, so that their echo is no leak."""
    before: tuple[str, ...] = ()
    """What the tables' owner changes first, so that the victim's rows fit what the function looks for."""

    def steps(self, state: str, called: Step) -> tuple[Step, ...]:
        """The call, between two looks where it may change something."""
        looked = (look(state), called, look(state)) if state else (called,)
        return (*(Step(sql=sql) for sql in self.before), *looked)

    def of(self, outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
        """The outcomes without those of the preparation."""
        return outcomes[len(self.before) :]

    def arranged(self, caller: Caller, outcomes: Sequence[Outcome]) -> Caller:
        """The caller as a witness shows them, what was prepared included."""
        done = [sql for sql, outcome in zip(self.before, outcomes, strict=False) if outcome.ok]
        return replace(caller, setup="; ".join(part for part in (caller.setup, *done) if part)) if done else caller


def function_attempts(field: Field, function: Function) -> Iterator[Attempt]:
    """The owner with their own ids first, for the attackers' calls are compared with theirs; then each outside actor."""
    watched = _watched(field, function)
    outsider = field.caller(Actor.OTHER_TENANT)
    owned = [name for name in watched if _denied(field, name, outsider, Verb.SELECT)]
    control = Control(needed=works_on_owned(function, owned))
    before = fitted(field, function, watched) if control.needed else ()
    for actor in (Actor.OWNER, Actor.GUEST, Actor.SIGNED_IN, Actor.OTHER_TENANT):
        yield _attempt(field, function, field.caller(actor), control, before)


def _attempt(field: Field, function: Function, caller: Caller, control: Control, before: tuple[str, ...]) -> Attempt:
    tries = _tries(field, function, before, secrets=False)
    watched = _watched(field, function) if function.volatility == "volatile" else []
    trials = _trials(function, caller, tries, _state(field, watched, caller))
    if not trials:
        cell = simple(str(function.name), "function", Verb.EXECUTE, caller, Verdict.UNKNOWN, "no arguments to try")
        return settled(cell)
    if caller.actor is not Actor.OWNER:
        return Attempt(
            trials=tuple(trials), judge=lambda outcomes: _judged(field, function, caller, tries, outcomes, control)
        )
    compared = _tries(field, function, before, secrets=True) if control.needed else []
    known = [*tries]
    for other in _controls(field, caller) if compared else ():
        trials += _trials(function, other, compared, _state(field, watched, caller))
        known += compared
    return Attempt(
        trials=tuple(trials),
        judge=lambda outcomes: _owners(field, function, caller, known, len(tries), outcomes, control),
    )


def _tries(field: Field, function: Function, before: tuple[str, ...], *, secrets: bool) -> list[Try]:
    """Every call as the rows are, and the first of them with rows that fit."""
    calls = list(calls_of(field, function, Side.VICTIM, secrets=secrets))
    tries = [Try(arguments=arguments, put_in=put_in) for arguments, put_in in calls]
    return [*tries, *(replace(one, before=before) for one in tries[:_FITTED] if before)]


def _controls(field: Field, owner: Caller) -> list[Caller]:
    """The owner, the server, and the owner of the tables: whoever the function may be meant for."""
    servers = [caller for caller in field.callers if caller.actor is Actor.SERVICE]
    return [owner, *servers, replace(owner, role="")]


def _trials(function: Function, caller: Caller, tries: Sequence[Try], state: str) -> list[Trial]:
    trials = []
    for one in tries:
        called = Step(sql=_reading(function, one.arguments), role=caller.role or None, asks=True)
        trials.append(Trial(steps=one.steps(state, called), settings=caller.settings))
    return trials


def _call(function: Function, arguments: str) -> str:
    return f"{ident(function.name.schema)}.{ident(function.name.name)}({arguments})"


def _reading(function: Function, arguments: str) -> str:
    if function.returns in {"record", "SETOF record"}:
        return f"select to_jsonb(array[({_call(function, arguments)})::text])::text"
    return (
        "select left(coalesce(jsonb_agg(to_jsonb(q)), '[]')::text, 200000)"
        f" from (select * from {_call(function, arguments)} limit 200) q"
    )


def _watched(field: Field, function: Function) -> list[Name]:
    """Tables whose victim's row is compared around the call."""
    reads = field.catalog.reads.get(str(function.name), ())
    body = function.body.lower()
    mentioned = [name for name in sorted(field.seeded.rows) if name.name.lower() in body]
    names = [name for name in dict.fromkeys((*mentioned, *reads)) if field.seeded.row(name, Side.VICTIM)]
    return names[:_WATCHED]


def _state(field: Field, names: Sequence[Name], caller: Caller) -> str:
    """A look at the victim's row of each table, how many rows there are, and whether the caller now belongs to the victim's tenant."""
    parts = []
    for name in names:
        table = field.catalog.tables[name]
        where = field.seeded.where(table, Side.VICTIM)
        parts.append(f"select {literal(f'#{name}')} t, (select to_jsonb(count(*)) from {qualified(name)}) r")
        if where is not None:
            parts.append(
                f"select {literal(str(name))} t, (select to_jsonb(z) from {qualified(name)} z where {where}) r"
            )
        membership = field.graph.memberships.get(name)
        side = SIDE_OF.get(caller.actor)
        if membership is None or side is None or side is Side.VICTIM:
            continue
        user = field.graph.text(name, membership.user_column, side)
        tenant = field.graph.text(name, membership.tenant_column, Side.VICTIM)
        if user is not None and tenant is not None:
            joined = f"{ident(membership.user_column)} = {literal(user)} and {ident(membership.tenant_column)} = {literal(tenant)}"
            parts.append(
                f"select {literal(f'+{name}')} t, (select to_jsonb(count(*)) from {qualified(name)} where {joined}) r"
            )
    return f"select jsonb_object_agg(t, r)::text from ({' union all '.join(parts)}) q" if parts else ""


def _owners(
    field: Field,
    function: Function,
    caller: Caller,
    tries: Sequence[Try],
    own: int,
    outcomes: Sequence[tuple[Outcome, ...]],
    control: Control,
) -> Cell:
    """The owner's cell; on the way it is noted what the function does where it should."""
    name = str(function.name)
    for one, outcome in zip(tries, outcomes, strict=True):
        control.note(field, one.put_in, one.of(outcome))
    tried = [_called(one.of(outcome)) for one, outcome in zip(tries[:own], outcomes[:own], strict=True)]
    if any(outcome.ok for outcome in tried):
        return simple(name, "function", Verb.EXECUTE, caller, Verdict.HOLDS, "works for the owner of the ids")
    return simple(name, "function", Verb.EXECUTE, caller, Verdict.UNKNOWN, f"fails for everybody ({_states(tried)})")


def _called(steps: Sequence[Outcome]) -> Outcome:
    return steps[1] if len(steps) > 1 else steps[0]


def _judged(
    field: Field,
    function: Function,
    caller: Caller,
    tries: Sequence[Try],
    outcomes: Sequence[tuple[Outcome, ...]],
    control: Control,
) -> Cell:
    name = str(function.name)
    tried = [_called(one.of(outcome)) for one, outcome in zip(tries, outcomes, strict=True)]
    leaks: list[Cell] = []
    for one, everything in zip(tries, outcomes, strict=True):
        steps, seen = one.of(everything), one.arranged(caller, everything)
        if len(steps) > 1 and steps[1].ok:
            leaks += _written(field, function, seen, one.arguments, steps)
        if _called(steps).ok:
            leaks += _shown(field, function, seen, one.arguments, one.put_in, _called(steps))
    if leaks:
        order = list(Severity)
        worst = min(leaks, key=lambda cell: (order.index(cell.severity), list(Confidence).index(cell.confidence)))
        bases = {base for cell in leaks if cell.reason == worst.reason for base in field.bases.get(cell.key, ())}
        field.bases[worst.key] = tuple(sorted(bases))
        if worst.reason.startswith(_CHANGES):
            field.changes.add(worst.key)
        return worst
    if any(outcome.ok for outcome in tried):
        if not control.proves(tried):
            return simple(name, "function", Verb.EXECUTE, caller, Verdict.UNKNOWN, UNTESTED)
        reason = "called with the victim's ids, it shows and changes nothing of theirs"
        return simple(name, "function", Verb.EXECUTE, caller, Verdict.HOLDS, reason)
    if all("permission denied for function" in outcome.message for outcome in tried):
        return simple(name, "function", Verb.EXECUTE, caller, Verdict.HOLDS, "no grant")
    if all(outcome.state in _CHECKED for outcome in tried):
        if not (control.proves(tried) or spoke_of_permission(tried)):
            return simple(name, "function", Verb.EXECUTE, caller, Verdict.UNKNOWN, UNTESTED)
        return simple(
            name, "function", Verb.EXECUTE, caller, Verdict.HOLDS, "the function or a grant behind it refuses"
        )
    reason = f"every call failed before it showed anything ({_states(tried)}): untested"
    return simple(name, "function", Verb.EXECUTE, caller, Verdict.UNKNOWN, reason)


def _states(tried: Sequence[Outcome]) -> str:
    return ", ".join(sorted({outcome.state for outcome in tried}))


def _shown(
    field: Field, function: Function, caller: Caller, arguments: str, put_in: frozenset[str], outcome: Outcome
) -> list[Cell]:
    """A leak for the rows of others in the output, if there are any."""
    within = _within(field, function, tuple(field.seeded.rows))
    places: set[tuple[Name, str]] = set()
    ids: set[tuple[Name, str]] = set()
    for _, tokens in field.canaries.rows_of(outcome.text or "", put_in):
        informative = {token for token in tokens if token not in field.canaries.keys}
        places |= field.canaries.bases(informative, within)
        ids |= field.canaries.bases(tokens - informative, within)
    only_ids = not places and bool(ids) and function.definer and _all_denied(field, within, caller)
    if only_ids:
        places = ids
    denied = {place for place in places if _denied(field, place[0], caller, Verb.SELECT)}
    if not denied:
        return []
    sensitive = any(column in field.graph.entry(table).sensitive for table, column in denied)
    statement = f"select * from {_call(function, arguments)}"
    shown = ", ".join(sorted({str(table) for table, _ in denied}))
    return [
        _leak(
            field,
            function,
            caller,
            denied,
            reason=f"it gives {'ids' if only_ids else 'rows'} of {shown} to somebody they do not belong to",
            steps=(f"call {function.name}" + (" with somebody else's ids" if function.arguments else ""),),
            severity=severity_of(caller.actor, Verb.SELECT, sensitive=sensitive, blind=only_ids),
            doubt=Confidence.MEDIUM if only_ids else Confidence.HIGH,
            witness=script(caller, "rows appear that belong to somebody else.", [statement]),
        )
    ]


def _all_denied(field: Field, tables: Sequence[Name], caller: Caller) -> bool:
    """True when nothing the function reads is anybody's to see: then even ids are too much."""
    return all(_denied(field, table, caller, Verb.SELECT) for table in tables)


def _within(field: Field, function: Function, everything: tuple[Name, ...]) -> tuple[Name, ...]:
    reads = tuple(name for name in field.catalog.reads.get(str(function.name), ()) if name in field.seeded.rows)
    return reads or everything


def _written(field: Field, function: Function, caller: Caller, arguments: str, steps: Sequence[Outcome]) -> list[Cell]:
    """Leaks for what the call changed in the victim's rows."""
    before, after = json.loads(steps[0].text or "{}"), json.loads(steps[2].text or "{}")
    leaks = []
    for key in sorted(one for one in before if not one.startswith("#")):
        joined = key.startswith("+")
        schema, _, bare = key.removeprefix("+").partition(".")
        table = Name(schema, bare)
        if before[key] == after.get(key) or not _denied(field, table, caller, Verb.UPDATE):
            continue
        changed = _changed(before[key], after.get(key))
        shape = field.catalog.tables[table]
        counted = bool(changed) and all(
            (column := shape.column(name)) is not None and column.base in _COUNTERS and not _STORED.search(name)
            for name in changed
        )
        what = (
            "who belongs to another's tenant: the caller joins it" if joined else f"a row of {table} that is not theirs"
        )
        where = field.seeded.where(shape, Side.VICTIM)
        leaks.append(
            _leak(
                field,
                function,
                caller,
                {(table, name) for name in changed} or {(table, "")},
                reason=_CHANGES + what + (", though only numbers and times in it" if counted else ""),
                steps=(f"call {function.name}" + (" with somebody else's ids" if function.arguments else ""),),
                severity=Severity.LOW if counted else _severity(function, caller),
                witness=script(
                    caller,
                    f"the row of {table} that follows was written by the call.",
                    [f"select * from {_call(function, arguments)}"],
                    show=f"select * from {qualified(table)}" + ("" if joined else f" where {where}"),
                ),
                doubt=Confidence.LOW if counted else Confidence.HIGH if function.arguments else Confidence.MEDIUM,
            )
        )
    return leaks


def _severity(function: Function, caller: Caller) -> Severity:
    """By exposure; who can only set off what happens anyway, without choosing to whom, does less."""
    return severity_of(caller.actor, Verb.UPDATE, sensitive=True) if function.arguments else Severity.MEDIUM


def _changed(before: object, after: object) -> list[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        return [name for name in before if before[name] != after.get(name)]
    return list(before) if isinstance(before, dict) and after is None else []


def _denied(field: Field, table: Name, caller: Caller, verb: Verb) -> bool:
    if table.schema == "auth":
        return True
    rule = rule_of(field.graph, table)
    return rule.of(caller.actor, verb) is Stand.DENY and rule.kind is not OwnerKind.UNKNOWN


def _leak(
    field: Field,
    function: Function,
    caller: Caller,
    places: set[tuple[Name, str]],
    *,
    reason: str,
    steps: tuple[str, ...],
    severity: Severity,
    witness: str,
    doubt: Confidence = Confidence.HIGH,
) -> Cell:
    confidence = doubt
    for table, _ in places:
        confidence = weaker(confidence, rule_of(field.graph, table).confidence if table.schema != "auth" else doubt)
    cell = Cell(
        object=str(function.name),
        kind="function",
        verb=Verb.EXECUTE,
        actor=caller.actor,
        variant=caller.variant,
        verdict=Verdict.LEAKS,
        reason=reason,
        steps=steps,
        columns=tuple(sorted({f"{table.name}.{column}" for table, column in places if column})),
        severity=severity,
        confidence=confidence,
        witness=witness,
    )
    field.bases[cell.key] = tuple(sorted({table for table, _ in places}))
    return cell
