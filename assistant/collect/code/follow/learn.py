"""What a test teaches about the caller, in both outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.collect.code.follow.compare import (
    asked_along,
    learn_member,
    learn_same,
    mixed,
)
from assistant.collect.code.follow.errors import CAUGHT, FAILED, OWN_ERROR, own_error
from assistant.collect.code.follow.facts import NONE, NOTHING_LEARNED, Learned, Lesson, both, one_of
from assistant.collect.code.follow.fallback import (
    by_setting,
    held_again,
    if_sent,
    in_nothing,
    stands_in,
    when_unset,
    with_default,
)
from assistant.collect.code.follow.kinds import (
    CONSTANT,
    ENVIRONMENT,
    PERSONS,
    REQUEST,
    ROW,
    SIGNED,
    SILENT,
    UNSURE,
)
from assistant.collect.code.follow.lessons import (
    LESSON_OF,
    lessons_of,
    of_identity,
    of_key,
    of_list,
    of_member,
    of_own_answer,
    of_role,
    of_unknown,
)
from assistant.collect.code.follow.loops import counted_apart, size_decided
from assistant.collect.code.follow.sizes import of_items, sized, whole
from assistant.collect.code.follow.trust import (
    COUNTERS,
    SHARED,
    asks_itself,
    bound,
    by_rules,
    carried,
    consequences,
    own_row,
    read_along,
    says_role,
    some_of,
)
from assistant.collect.code.follow.truth import asks_same, truth
from assistant.collect.code.follow.unequal import never_equal
from assistant.collect.code.follow.without import belongs, deciding, let_by, ways_without
from assistant.collect.code.follow.words import Words
from assistant.collect.code.origins import ordered, origins_of
from assistant.collect.code.values import Chain, Constant, Either, Known, Promise, Test
from assistant.domain.code import GuardKind, Origin, Weakness


if TYPE_CHECKING:
    from assistant.collect.code.follow.facts import Facts
    from assistant.collect.code.follow.query_record import QueryRecord
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Value

_OFFICES: Final = Words(
    r"(?:^|[._])(?:super|platform|system|site|instance|global)?_?admin(?:istrator)?s?$|(?:^|_)superusers?$"
)
"""Tables in which whoever has a row is an administrator."""
_ACCOUNTS: Final = Words(
    r"(?:^|[._a-z])(?:user|account|member|customer|employee|patient|student|person)s?$|(?:^|_)people$"
)
"""Tables of which a row that is active is shown to nobody else for it."""
_SHOWN: Final = Words(r"publi|shar|visib|privacy|badge|embed|widget")
_STATE: Final = Words(
    r"(?:hidden|banned|archived|draft|private|deleted|disabled|locked|suspended|closed|published|active)$"
)
"""Columns of which a state keeps a row from people, until an administrator asks."""


def learn(run: Run, value: Value, outcome: bool) -> Learned:
    """What holds when ``value`` came out true or false."""
    if isinstance(value, Promise):
        found = learn(run, value.value, outcome).lessons or lessons_of(value.facts - run.facts, [])
        return Learned(NONE, tuple(lesson._replace(weakness=Weakness.NOT_AWAITED) for lesson in found))
    if not isinstance(value, Test):
        one = _one_of_variables(of_items(value))
        return (
            _correlated(run, Test("truthy", (one,)), outcome) if isinstance(one, Either) else _truthy(run, one, outcome)
        )
    if value.kind == "not":
        return learn(run, value.operands[0], not outcome)
    if value.kind in {"all", "any"}:
        return _several(run, value, outcome)
    if value.kind == "truthy":
        return learn(run, value.operands[0], outcome)
    if value.kind == "implied":
        return learn(run, value.operands[0], True) if outcome else NOTHING_LEARNED
    if outcome and own_error(value):
        return OWN_ERROR
    value = with_default(value)
    sized_up = value.kind in {"more", "less"} and counted_apart(value.operands[0])
    if (
        value.operands
        and isinstance(value.operands[0], Either)
        and (sized_up or value.kind in {"equal", "differ", "is"})
    ):
        added_up = mixed(value.operands[0]) if asks_same(value, outcome) and value.operands[1] == Constant(0) else None
        return added_up or _correlated(run, value, outcome)
    if value.kind in {"equal", "differ"}:
        alike = (value.kind == "equal") is outcome
        again = held_again(run, Test("differ", value.operands)) if not alike else NONE
        same = learn_same(run, value.operands[0], value.operands[1], same=alike)
        return both([same, Learned(again)]) if again else same
    if value.kind in {"more", "less", "some", "there"}:
        return sized(run, value, outcome)
    if value.kind == "in" and outcome:
        return learn_member(run, value.operands[0], value.operands[1])
    return NOTHING_LEARNED


def _one_of_variables(value: Value) -> Value:
    """``process.env.NEW_SECRET || process.env.OLD_SECRET`` is one secret."""
    if not isinstance(value, Either) or value.facts:
        return value
    origins = [
        origin for one in value.values for origin in (one.origins if isinstance(one, Known) else (Origin(UNSURE),))
    ]
    variables = all(one.kind is ENVIRONMENT for one in origins)
    return Known(frozenset(origins)) if variables and origins else value


def _several(run: Run, test: Test, outcome: bool) -> Learned:
    if (test.kind == "all") is outcome:
        return _in_turn(run, test.operands, outcome)
    possible = deciding(run, test, outcome)
    learned = [learn(run, one, outcome) for one in possible]
    unset = [one for one in learned if any(fact[0] == "unset" for fact in one.facts)]
    if unset and len(unset) < len(learned):
        lessons = [lesson for one in learned for lesson in one.lessons if lesson.kind is GuardKind.SECRET]
        return Learned(NONE, tuple(lesson._replace(weakness=Weakness.OPTIONAL_SECRET) for lesson in lessons))
    found = one_of(learned)
    let = found or let_by(run, test, outcome, tuple(zip(possible, learned, strict=True)))
    if let:
        return let
    edited = [one for each in learned for one in each.lessons if one.weakness is Weakness.USER_METADATA]
    if edited and all(one.lessons for one in learned):
        return Learned(
            found.facts, tuple(edited)
        )  # any of them lets in, and this one is what everybody writes themselves
    if test.kind == "all":
        found = both([found, if_sent(possible, learned)])
        if any(_state_of_row(one) for one in possible):
            return found  # ``if (page.hidden && !isAdmin())``: a role for some rows, and no guard of the others
        if len(possible) > 2 and any(by_setting(one) for one in possible):  # noqa: PLR2004 - the setting and the role
            return found  # ``if (env.STRICT === "true" && byKey && role !== "OWNER")``: some of one kind are asked for more
    roles = [
        lesson
        for one in learned
        for lesson in one.lessons
        if lesson.kind is GuardKind.ROLE
        and not any(role.startswith("not ") for role in lesson.roles)
        and not any(subject.kind is REQUEST for subject in lesson.subjects)  # a token's way of being believed
    ]
    return Learned(found.facts, tuple(one._replace(weakness=one.weakness or Weakness.ONE_BRANCH) for one in roles))


def _state_of_row(operand: Value) -> bool:
    """Only what a row says of its own state."""
    found = origins_of(operand)
    return bool(found) and all(one.kind is ROW and _STATE.search(one.path) for one in found)


def _in_turn(run: Run, operands: tuple[Value, ...], outcome: bool) -> Learned:
    """Each operand is looked at knowing what the ones before it taught."""
    before = run.facts
    run.facts = before | frozenset(fact for one in operands for fact in _set(run, one, outcome))
    learned: list[Learned] = []
    for one in operands:
        learned.append(learn(run, one, outcome))
        run.facts = run.facts | learned[-1].facts
    if any(fact[0] in {"tied", "proven"} for one in learned for fact in one.facts):
        # ``user.role === "ADMIN" && user.id === me``, ``row.teamId !== sent || !memberOfSent``: each knows of the ones behind it
        learned = [_sooner(found) or learn(run, one, outcome) for one, found in zip(operands, learned, strict=True)]
    run.facts = before
    return both(learned)


def _sooner(found: Learned) -> Learned | None:
    """What was learned of an operand at first; None when that was nothing, or that it is compared with what was sent."""
    return None if any(one.weakness is Weakness.FROM_REQUEST for one in found.lessons) else found or None


def _set(run: Run, operand: Value, outcome: bool) -> Facts:
    """All of them hold in the end: ``wrong(secret) || !secret`` refuses an unset secret as well as the other way round."""
    inner = operand.operands[0] if isinstance(operand, Test) and operand.kind == "not" else operand
    if not isinstance(inner, Known) or not any(one.kind is ENVIRONMENT for one in inner.origins):
        return NONE
    return frozenset(fact for fact in learn(run, operand, outcome).facts if fact[0] == "set")


def _correlated(run: Run, test: Test, outcome: bool) -> Learned:
    """Which paths of the call that produced the value agree with the outcome, and what they have in common."""
    first = test.operands[0]
    assert isinstance(first, Either)
    kept: list[Learned] = []
    for n, option in enumerate(first.values):
        one = Test(test.kind, (option, *test.operands[1:]))
        if (
            truth(one) is (not outcome)
            or size_decided(one) is (not outcome)
            or (asks_same(test, outcome) and never_equal(run, option, test.operands[1]))
        ):
            continue
        missed = test.kind == "truthy" and not outcome and option in (CAUGHT, FAILED)  # what was thrown is there
        if (outcome and in_nothing(option)) or stands_in(run, option, first) or missed:
            continue
        facts = first.facts[n] if n < len(first.facts) else NONE
        before, run.facts = run.facts, run.facts | facts
        learned = learn(run, one, outcome)
        run.facts = before
        told = learned.facts | facts
        new = told - run.facts  # what was known before let nobody in, but a role that is asked for again
        roles = frozenset(fact for fact in told if fact[0] in {"role", "office"})
        kept.append(Learned(new | roles, learned.lessons))
    if not kept:
        return NOTHING_LEARNED
    open_when_unset = when_unset(kept)
    if open_when_unset is not None:
        return open_when_unset
    if len(kept) > 1 and (without := ways_without(kept)):
        return without
    found = one_of(kept).facts if all(kept) else frozenset.intersection(*(one.facts for one in kept))
    lessons = (
        [lesson for one in kept for lesson in one.lessons] if len(kept) == 1 or all(one.lessons for one in kept) else []
    )
    if ("office",) in found:
        lessons.append(Lesson(GuardKind.ROLE, "platform", (), ("platform",)))  # so it is on each way that is left
    return Learned(found, (*lessons, *lessons_of(_news(run, found), lessons, first)))


def _news(run: Run, facts: Facts) -> Facts:
    """Without rows that were looked up by the caller's own id: that there is one is no check."""
    return frozenset(fact for fact in facts if fact[0] != "tied" or not own_row(run, fact[1]))


def _truthy(run: Run, value: Value, outcome: bool) -> Learned:
    learned = _looked(run, value, outcome)
    return of_list(learned) if id(value) in run.lists else learned


def _looked(run: Run, value: Value, outcome: bool) -> Learned:
    answer = run.answer(value)
    meaning = run.meaning(value)
    if answer is not None:
        return _answered(run, value, answer, meaning) if outcome else NOTHING_LEARNED
    if meaning is not None:
        return both([learn(run, meaning, outcome), _truthy_known(run, value, outcome)])
    return _truthy_known(run, value, outcome)


def _answered(run: Run, value: Value, answer: str, meaning: Test | None) -> Learned:
    """A library said yes; a token that it compared with its own signature says who is calling, and the row whose password was sent is theirs."""
    said = Learned(frozenset({(answer,)}), (Lesson(LESSON_OF[answer], ordered(value)[0].path),))
    compared = learn(run, meaning, True) if meaning is not None else NOTHING_LEARNED
    if not compared.facts and any(one.weakness is Weakness.UNSET_SECRET for one in compared.lessons):
        return compared
    return both([said, compared]) if any(fact[0] in {"vouched", "tied"} for fact in compared.facts) else said


def _truthy_known(run: Run, value: Value, outcome: bool) -> Learned:
    if isinstance(value, Known):
        if any(origin.kind in SILENT for origin in value.origins):
            alone = next(iter(value.origins)) if len(value.origins) == 1 and outcome else None
            if alone is not None and alone.kind is REQUEST:
                run.tokens[id(value)] = value
                return Learned(frozenset({("given", alone), ("sent", id(value))}) | held_again(run, value))
            return NOTHING_LEARNED  # it may be this one that is there
        named = [origin for origin in ordered(value) if origin.kind is not CONSTANT]
        if len(named) > 1 and all(one.kind is ENVIRONMENT for one in named):
            return Learned(frozenset({("set" if outcome else "unset", " | ".join(one.path for one in named))}))
        parts = [_origin(run, origin, outcome) for origin in named]
        if len(parts) != 1:
            return one_of(parts)
        theirs = belongs(run, named[0], outcome)
        return Learned(parts[0].facts | theirs, parts[0].lessons) if theirs else parts[0]
    if isinstance(value, Chain) and outcome:
        return of_unknown(run, value)
    return NOTHING_LEARNED


def _origin(run: Run, origin: Origin, outcome: bool) -> Learned:
    present = outcome is not origin.path.startswith("!")
    if origin.kind is ENVIRONMENT:
        return Learned(frozenset({("set" if outcome else "unset", origin.path)}))
    if origin.kind in PERSONS:
        return of_identity(origin) if present else NOTHING_LEARNED
    if origin.kind is ROW:
        record = run.ledger.record(origin.row)
        if record is None or (origin.path == "!" and record.may_be_empty):
            return NOTHING_LEARNED  # no error: there may be no row either
        if not present:
            gone = not origin.path.lstrip("!") and not bound(run, origin.row)  # a missing membership lets nobody in
            return Learned(frozenset({("tied", origin.row)})) if gone else NOTHING_LEARNED
        learned = _row(run, whole(origin))
        return learned if origin.path else Learned(learned.facts | {("found", origin.row)}, learned.lessons)
    if origin.kind is SIGNED and present:
        return Learned(frozenset({("signed",)}))
    return NOTHING_LEARNED


def _row(run: Run, origin: Origin) -> Learned:
    record, path = run.ledger.record(origin.row), origin.path.lstrip("!")
    if record is None:
        return NOTHING_LEARNED
    if record.verb in {"insert", "upload"}:
        return NOTHING_LEARNED  # that a row was added says nothing of who added it
    if (record.tie is None and COUNTERS.search(record.table)) or (record.single and path == "length"):
        return NOTHING_LEARNED  # one look-up for each id that was listed: some of them may have found nothing
    along = read_along(run, origin)
    if along:
        subjects = (origin, *asked_along(along))
        return Learned(frozenset(along), (Lesson(GuardKind.MEMBERSHIP, f"{path} of the row", subjects),))
    if bound(run, origin.row):
        return _of_bound(run, record, origin)
    if by_rules(run, record) and not path:
        asked_for = tuple(one for one in record.compared() if one.kind is REQUEST)
        lesson = Lesson(GuardKind.MEMBERSHIP, f"row of {record.table} under row-level security", (origin, *asked_for))
        return Learned(frozenset(("proven", one) for one in asked_for), (lesson,)) if asked_for else NOTHING_LEARNED
    if SHARED.search(path) and not (_ACCOUNTS.search(record.table) and not _SHOWN.search(path)):
        return Learned(frozenset({("tied", origin.row)}), (Lesson(GuardKind.OWNER, f"{path} of the row", (origin,)),))
    return NOTHING_LEARNED


def _of_bound(run: Run, record: QueryRecord, origin: Origin) -> Learned:
    """What it means that a row of the caller's is there."""
    path = origin.path.lstrip("!")
    facts = consequences(run, origin.row) - some_of(run, record)
    if any(carried(each) for each in record.compared()):
        return of_key(record, origin, frozenset(facts))
    if not path and asks_itself(record):
        return of_own_answer(record, origin, frozenset(facts))
    if says_role(run, origin):
        return of_role(record, origin, frozenset(facts))
    if path and path != "count":
        return Learned(frozenset(facts))
    if _OFFICES.search(record.table):
        lesson = Lesson(GuardKind.ROLE, f"row of {record.table}", (origin,), (record.table,))
        return Learned(frozenset(facts | {("caller",), ("role", record.table)}), (lesson,))
    if not record.compared() and record.tie is None and ("caller",) not in run.facts:
        return Learned(frozenset(facts))  # out of a list of everybody's
    return of_member(record, origin, frozenset(facts))
