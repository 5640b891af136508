"""``body.userId ?? session.user.id``: whoever sends an id is believed, and only who sends none is themselves.

The value is what the request says, unless it was asked before whether the caller may send one: ``if (body.userId && !isAdmin) refuse``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.collect.code.follow.facts import NONE, Learned, access
from assistant.collect.code.follow.kinds import CALLER, CONSTANT, ENVIRONMENT, PERSONS, REQUEST, ROW
from assistant.collect.code.follow.scope import either, told_apart
from assistant.collect.code.follow.trust import bound
from assistant.collect.code.follow.truth import truth
from assistant.collect.code.origins import origins_of
from assistant.collect.code.values import Chain, Constant, Either, Known, Listed, Shape, Test
from assistant.domain.code import GuardKind, Origin, Weakness


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.collect.code.follow.facts import Facts
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Value

_WHO = re.compile(
    r"(?:^|[._-])(?:user|owner|author|creator|account|profile|member|customer|team|org|organi[sz]ation|workspace|tenant|company)[_-]?(?:id|uuid|slug)$|(?:^|[._-])uid$",
    re.IGNORECASE,
)
_ID = re.compile(r"(?:^|[._])(?:id|uid|sub)$|[a-z]Id$")
_BY_MAIL = re.compile(r"^header\.x-[\w-]*e?mail$")
EMPTY = Origin(CONSTANT, "'' when it is not set")
"""The text without letters that stands in for a variable: ``process.env.SECRET || ""``."""
_SAID = ("body.", "query.", "argument", "input", "form.", "json.", "search.", "formdata")
"""Parts of a request in which somebody says which row they mean."""
LETS_IN = frozenset({"role", "proven", "secret", "signed"})


def believed(run: Run, left: Value, right: Value) -> bool:
    """``left`` is an id that anybody sends, and ``right`` the caller's own, or that of a row of theirs."""
    left = sent_in(left)
    if not isinstance(left, Known) or not left.origins:
        return False
    own = [origin for origin in origins_of(right) if origin.kind in PERSONS]
    if not own and all(origin.path.startswith(_SAID) for origin in left.origins):
        own = [origin for origin in origins_of(right) if origin.kind is ROW and bound(run, origin.row)]
    if not own:
        return False
    by_id = all(_ID.search(origin.path) for origin in own)
    by_mail = all(origin.path.endswith("email") for origin in own)
    for origin in left.origins:
        if origin.kind is not REQUEST or run.world.written_on_request(origin):
            return False
        named = _WHO.search(origin.path) or (by_mail and _BY_MAIL.search(origin.path))
        if not named and not (by_id and _ID.search(origin.path)):
            return False
    return not any((fact, origin) in run.facts for fact in ("proven", "given") for origin in left.origins)


def sent_in(value: Value) -> Value:
    """``body.id || ""`` is what was sent, or nothing."""
    if not isinstance(value, Either) or value.facts:
        return value
    said = [one for one in value.values if one != Constant("")]
    return said[0] if len(said) == 1 else value


def or_else(run: Run, left: Value, right: Value) -> Value:
    """What ``left`` stands for when ``right`` stands in for it: what anybody may send is what was sent."""
    return left if believed(run, left, right) else either(left, right)


def told_anyway(run: Run, before: Value | None, value: Value) -> bool:
    """``if (!userId) userId = session.user.id``: on the other branch whoever sends an id is believed."""
    if before is None or not isinstance(sent_in(before), Known):
        return False
    return any(_missing(test, outcome, before) for test, outcome in run.conditions) and believed(run, before, value)


def _missing(test: Value, outcome: bool, value: Value) -> bool:
    """The test came out so because there is no such value."""
    if isinstance(test, Test):
        if test.kind in {"not", "truthy"}:
            return _missing(test.operands[0], outcome is not (test.kind == "not"), value)
        nothing = len(test.operands) > 1 and test.operands[1] in (Constant(None), Constant(""))
        return nothing and test.operands[0] == value and test.kind == ("equal" if outcome else "differ")
    return not outcome and test == value


def unset_anyway(left: Value, default: object) -> bool:
    """``process.env.SECRET || ""``: empty is as good as not set."""
    return (
        not default
        and isinstance(left, Known)
        and bool(left.origins)
        and all(origin.kind is ENVIRONMENT for origin in left.origins)
    )


def is_variable(value: Value) -> bool:
    """Nothing but a variable of the environment, or the empty text that stands in for it."""
    kinds = {origin.kind for origin in origins_of(value) if origin != EMPTY}
    return isinstance(value, Known) and kinds == {ENVIRONMENT}


def or_empty(left: Value) -> Value:
    """The same, knowing that it may be an empty text: who sends an empty one is equal to it."""
    return Known(origins_of(left) | {EMPTY})


def or_nothing(left: Either, nothing: Constant) -> Value:
    """``payload?.sub ?? null``: nothing for nothing, and what is there stays of the way on which it was found."""
    values = tuple(nothing if isinstance(one, Constant) and not one.value else one for one in left.values)
    return Either(values, left.facts)


def either_answer(left: Value, right: Value, before: Facts, known: Facts) -> Value | None:
    """``(await asked("a")) || (await asked("b"))``: what was found out on a way of either answer stays of that way; ``known`` where the left one is there."""
    if not isinstance(left, Either) and not isinstance(right, Either):
        return Either((left, right), (known, before)) if access(known - before) else None
    if not isinstance(left, Either) or not isinstance(right, Either) or not right.facts:
        return None
    if not left.facts or len(left.facts) < len(left.values):
        return None
    there = [n for n, one in enumerate(left.values) if truth(one) is not False]
    if not there:
        return None
    kept = Either(tuple(left.values[n] for n in there), tuple(left.facts[n] for n in there))
    return told_apart([(kept, before), (right, before)], before)


def when_unset(kept: list[Learned]) -> Learned | None:
    """``(header ?? "") === (process.env.SECRET ?? "")``: where no secret is set, whoever sends none has it."""
    unset = [one for one in kept if any(fact[0] == "unset" for fact in one.facts)]
    lessons = [lesson for one in kept for lesson in one.lessons if lesson.kind is GuardKind.SECRET]
    if not unset or not lessons:
        return None
    return Learned(NONE, tuple(one._replace(weakness=Weakness.UNSET_SECRET) for one in lessons))


def stands_in(run: Run, option: Value, of: Either) -> bool:
    """``header || ""`` where the header is known to be there: nothing stands in for it."""
    sent = frozenset().union(*(one.origins for one in of.values if isinstance(one, Known)))
    return (
        isinstance(option, Constant)
        and not option.value
        and bool(sent)
        and all(one.kind is REQUEST and ("given", one) in run.facts for one in sent)
    )


def in_nothing(option: Value) -> bool:
    """``(list ?? []).includes(item)``: nothing is in the list that stands in for one that is missing."""
    return (
        isinstance(option, Test)
        and option.kind == "in"
        and isinstance(option.operands[1], Listed)
        and not option.operands[1].items
    )


def with_default(test: Test) -> Test:
    """``sent === (process.env.PASSWORD || "admin123")``: the text that stands in for a variable is a part of what is compared, and known to all."""
    if test.kind not in {"equal", "differ"}:
        return test
    one, other = test.operands
    for kept, sent in ((one, other), (other, one)):
        if not isinstance(kept, Either) or kept.facts or not _is_sent(sent):
            continue
        variables = [part for part in kept.values if isinstance(part, Known)]
        texts = [
            part for part in kept.values if isinstance(part, Constant) and isinstance(part.value, str) and part.value
        ]
        origins = frozenset().union(*(part.origins for part in variables))
        if not texts or len(variables) + len(texts) < len(kept.values) or not origins:
            continue
        if all(origin.kind is ENVIRONMENT and not origin.path.endswith("_ENV") for origin in origins):
            whole = Known(origins | {Origin(CONSTANT, repr(texts[0].value))})
            return Test(test.kind, (whole, other) if kept is one else (one, whole))
    return test


def _is_sent(value: Value) -> bool:
    return any(origin.kind is REQUEST for origin in origins_of(value))


def of_list(run: Run, value: Value) -> Value:
    """``list.includes(origin) ? origin : ""``: one of the addresses that the code lists."""
    if isinstance(value, Shape) and isinstance(value.fields, dict) and any(fact[0] == "limited" for fact in run.facts):
        return Shape({name: of_list(run, one) for name, one in value.fields.items()}, value.rest)
    if isinstance(value, Either):
        return Either(tuple(of_list(run, one) for one in value.values), value.facts)
    if not isinstance(value, Known) or not any(("limited", one) in run.facts for one in value.origins):
        return value
    listed = Origin(CONSTANT, "'https://…'")
    return Known(
        frozenset(
            listed if one.path == "header.origin" and ("limited", one) in run.facts else one for one in value.origins
        )
    )


def if_sent(operands: Sequence[Value], learned: Sequence[Learned]) -> Learned:
    """``if (id && !allowed(id)) refuse`` went on: no id was sent, or it was allowed to be."""
    sent: set[Origin] = set()
    let_in = False
    for operand, one in zip(operands, learned, strict=True):
        asked = _asked(operand)
        if asked and not one.facts:
            sent |= asked
        elif any(fact[0] in LETS_IN for fact in one.facts):
            let_in = True
        else:
            return Learned(NONE)
    shown = [origin for one in learned for origin in sent if ("proven", origin) in one.facts and len(sent) == 1]
    held = frozenset(("held", origin) for origin in shown)  # wherever it is asked for again, it is the caller's
    return Learned(held | frozenset(("given", origin) for origin in sent)) if let_in else Learned(NONE)


def given(test: Value, learned: Facts) -> Facts:
    """``if (id) { if (!allowed(id)) refuse }``: both branches went on, and what was sent was allowed, wherever it is asked for again."""
    if not any(fact[0] in LETS_IN for fact in learned):
        return NONE
    listed = frozenset(("proven", origin) for origin in _listed(test)) & learned  # where none was sent, none is used
    asked = _asked(test)
    held = frozenset(("held", origin) for origin in asked if ("proven", origin) in learned)
    return listed | held | frozenset(("given", origin) for origin in asked)


def demanded(run: Run, found: frozenset[Origin]) -> Facts:
    """A schema lets nothing through without these: what was checked wherever it was sent (``if ("id" in input) await mine(input.id)``) was checked."""
    return frozenset(("required", one) for one in found) | held_and_demanded(
        run.facts | {("required", one) for one in found}
    )


def held_and_demanded(facts: Facts) -> Facts:
    """What was checked wherever it was sent, and is always sent."""
    return frozenset(("proven", one[1]) for one in facts if one[0] == "held" and ("required", one[1]) in facts)


def _listed(test: Value) -> frozenset[Origin]:
    """The list of the request of which a test asks whether there is anything in it: ``ids.length > 0``, ``ids && ids.length > 0``."""
    if isinstance(test, Test) and test.kind == "all":
        parts = {_listed(one) or _asked(one) for one in test.operands}
        return parts.pop() if len(parts) == 1 else NONE_SENT
    if isinstance(test, Test) and (test.kind == "truthy" or (test.kind == "more" and test.operands[1] == Constant(0))):
        return _listed(test.operands[0])
    sizes = [one for one in origins_of(test) if one.kind is not CONSTANT] if not isinstance(test, Test) else []
    if not sizes or not all(one.kind is REQUEST and one.path.endswith(".length") for one in sizes):
        return NONE_SENT
    return frozenset(one._replace(path=one.path.removesuffix(".length")) for one in sizes)


def held_again(run: Run, test: Value) -> Facts:
    """``if (id) …`` behind ``if (id) { if (!mine(id)) refuse }``: where it was sent, it is known to be the caller's."""
    return frozenset(("proven", origin) for origin in _asked(test) if ("held", origin) in run.facts)


def _asked(operand: Value) -> frozenset[Origin]:
    """Request values that an operand asks to be there at all."""
    value = operand
    if isinstance(operand, Test) and operand.kind == "all":
        parts = [_asked(one) for one in operand.operands]
        return parts[0] if len(set(parts)) == 1 else frozenset()
    key = key_asked(operand)
    if key is not None:
        return key
    if isinstance(operand, Test) and (operand.kind == "truthy" or _is_there_at_all(operand)):
        value = operand.operands[0]
    value = sent_in(value)
    if not isinstance(value, Known) or not all(origin.kind is REQUEST for origin in value.origins):
        return frozenset()
    return frozenset(one._replace(path=one.path.removesuffix(".length")) for one in value.origins)


_HAS: Final = frozenset({"has", "hasOwn", "hasIn"})


def key_asked(operand: Value) -> frozenset[Origin] | None:
    """``"teamId" in input``, ``has("teamId", input)``, ``Object.hasOwn(input, "teamId")``: whether that part of the request was sent; None for anything else."""
    if isinstance(operand, Test) and operand.kind == "is":
        given: tuple[Value, ...] = operand.operands
    elif isinstance(operand, Chain) and operand.steps and (operand.steps[-1].name or operand.name) in _HAS:
        given = operand.steps[-1].arguments or ()
    else:
        return None
    keys = [one.value for one in given if isinstance(one, Constant) and isinstance(one.value, str)]
    whole = [one for one in given if isinstance(one, Known) and {each.kind for each in one.origins} == {REQUEST}]
    if len(given) != 2 or len(keys) != 1 or len(whole) != 1:  # noqa: PLR2004 - the key, and what it is looked for in
        return None
    return frozenset(one._replace(path=f"{one.path}.{keys[0]}" if one.path else keys[0]) for one in whole[0].origins)


def _is_there_at_all(test: Test) -> bool:
    """``id !== undefined``, ``ids.length > 0``."""
    if test.kind == "differ":
        return test.operands[1] == Constant(None)
    counted = isinstance(test.operands[0], Known) and all(
        one.path.endswith(".length") for one in test.operands[0].origins
    )
    return test.kind == "more" and counted and test.operands[1] == Constant(0)


NONE_SENT: Final[frozenset[Origin]] = frozenset()
SELF: Final = re.compile(r"(?:^|\.)(?:user|session|token|auth|claims|data|id|sub|userId|uid)$")
"""Who is calling, and not what else is known of them: their house may be missing."""


def is_there(run: Run, operand: Value) -> bool:
    """``id && !allowed(id)``: a segment of the path is always there, or the handler would not run; and so is a variable that was demanded.

    Somebody who was asked for before is there, too: ``user && path.startsWith("/admin") && user.role !== "admin"``.
    """
    if not isinstance(operand, Known) or not operand.origins:
        return False
    if ("caller",) in run.facts and all(one.kind is CALLER and SELF.search(one.path) for one in operand.origins):
        return True
    if all(("has", one) in run.facts for one in operand.origins):
        return True
    starts = {REQUEST: "path.", ENVIRONMENT: "validated."}
    return all(
        one.path.startswith(starts[one.kind]) if one.kind in starts else _is_filled(run, one) for one in operand.origins
    )


def surely(run: Run, operand: Value) -> bool:
    """``user && path.startsWith("/admin")`` of somebody who was asked for, at that path."""
    if isinstance(operand, Test) and operand.kind == "all":
        return all(surely(run, one) for one in operand.operands)
    return truth(operand) is True or is_there(run, operand)


def by_setting(operand: Value) -> bool:
    """``env.KEYS_FOR_OWNERS_ONLY === "true"``: whoever runs the application chooses whether the rest is asked."""
    if not isinstance(operand, Test) or operand.kind not in {"equal", "differ"}:
        return False
    kinds = {one.kind for one in origins_of(operand)}
    return ENVIRONMENT in kinds and kinds <= {ENVIRONMENT, CONSTANT}


def of_setting(operand: Value) -> bool:
    """``if (env.AUTH_DISABLED)``: nothing but a variable of the environment is asked, in whatever spelling."""
    kinds = {one.kind for one in origins_of(operand)}
    return ENVIRONMENT in kinds and kinds <= {ENVIRONMENT, CONSTANT}


_TRIED = re.compile(r"(?:^|_)(?:E2E|TESTS?|TESTING|PLAYWRIGHT|CYPRESS|VITEST|JEST)(?:_|$)")


def for_tests(run: Run) -> bool:
    """``if (process.env.E2E_LOGIN === "1")``, ``if (url.includes("localhost"))`` of an address of the environment: what only tests are let in by."""
    return any(outcome and _is_door(run, test) for test, outcome in run.conditions)


def _is_door(run: Run, test: Value) -> bool:
    """Looked at once a test: many returns stand below the same ones."""
    known = run.doors.get(id(test))
    if known is None:
        known = (test, of_setting(test) and any(_is_tried(one) for one in origins_of(test)))
        run.doors[id(test)] = known
    return known[1]


def _is_tried(origin: Origin) -> bool:
    if origin.kind is ENVIRONMENT:
        return _TRIED.search(origin.path) is not None
    return "localhost" in origin.path


def is_set(run: Run, test: Value) -> bool:
    """``if (companyId) { … }`` where there is one: it was asked for before, is a segment of the path that was matched, or a column that is never empty.

    What was made of such a value may be empty all the same: ``header.split(" ")[1]``.
    """
    if not isinstance(test, Known) or not test.origins:
        return False
    return all(_known_to_be_there(run, test, one) for one in test.origins)


def _known_to_be_there(run: Run, test: Known, origin: Origin) -> bool:
    if ("has", origin) in run.facts:
        return True
    if origin.kind is ENVIRONMENT:
        return ("set", origin.path) in run.facts
    if origin.kind is REQUEST:
        return ("sent", id(test)) in run.facts or (id(test) in run.segments and run.segment(origin.path[5:]))
    return _ID.search(origin.path) is not None and _is_filled(run, origin)


def _is_filled(run: Run, origin: Origin) -> bool:
    """A column that is never empty, of a row that was found."""
    if origin.kind is not ROW or ("found", origin.row) not in run.facts:
        return False
    record = run.ledger.record(origin.row)
    return record is not None and origin.path in record.filled
