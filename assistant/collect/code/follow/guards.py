"""Tests that stop somebody become guards; those that stop nobody are named with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.facts import Facts, Learned, Lesson, access
from assistant.collect.code.follow.fallback import EMPTY, in_nothing
from assistant.collect.code.follow.held_to_mine import held_by, items_of_mine
from assistant.collect.code.follow.kinds import ENVIRONMENT, REQUEST, ROW
from assistant.collect.code.follow.learn import learn
from assistant.collect.code.follow.ledger import Earned
from assistant.collect.code.follow.trust import CREDENTIAL, is_single
from assistant.collect.code.follow.truth import truth
from assistant.collect.code.origins import origins_of
from assistant.collect.code.values import UNKNOWN, Chain, Constant, Either, Known, Listed, Promise, Shape, Test, Value
from assistant.domain.code import ActKind, ActPart, Guard, GuardKind, Origin, Weakness


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run

_OF_ROWS = frozenset({GuardKind.OWNER, GuardKind.MEMBERSHIP, GuardKind.CAPABILITY})


def exited(run: Run, test: Value, outcome: bool, module: str, at: int, before: Facts) -> None:
    """The run goes on only when ``test``, looked at when ``before`` was known, came out as ``outcome``."""
    after, run.facts = run.facts, before
    learned = learn(run, test, outcome)
    run.facts = after
    passed(run, learned, module, at)


def passed(run: Run, learned: Learned, module: str, at: int) -> None:
    """What a test taught on the branch that goes on, where the other one ends."""
    run.facts = run.facts | learned.facts
    frame = run.frame
    thrown = frame.left_by_throw
    quietly = frame.left_by_return and not thrown and not frame.handler
    gone = quietly and not learned.lessons and all(fact[0] == "tied" for fact in learned.facts)
    if (
        learned.facts and not gone
    ):  # where the row is there, a function gives it back: that it is not there binds nothing of it
        run.ledger.earned.append(Earned(learned.facts, run.stack(), thrown=thrown, quiet=quietly))
        run.ledger.heard.append((len(run.frames), learned.facts))
    frame.left_by_throw = False
    for lesson in learned.lessons:
        if quietly and lesson.kind not in _OF_ROWS and lesson.weakness is None:
            continue  # the caller of this function decides what null means
        if run.in_catch and not lesson.says and lesson.kind not in _OF_ROWS:
            continue  # what a helper's answer implies, where only an error is answered, was never meant as a guard
        key = note(run, lesson, module, at)
        if thrown:
            run.ledger.thrown.add(key)
        if quietly and lesson.weakness is None:
            run.ledger.quiet.append((key, lesson.proof(), len(run.frames)))
        else:
            run.ledger.loud.add(key)


def note(run: Run, lesson: Lesson, module: str, at: int) -> tuple[object, ...]:
    """Note a guard at a test."""
    weakness = lesson.weakness
    if weakness is None and run.in_catch:
        weakness = Weakness.IN_CATCH
    if weakness is None and lesson.kind is GuardKind.SECRET and _only_if_set(run):
        weakness = Weakness.OPTIONAL_SECRET
    says = lesson.says or (run.via()[-1] + "()" if run.via() else lesson.kind.value)
    return run.ledger.guard(
        Guard(
            kind=lesson.kind,
            says=says,
            place=run.place(module, at, run.symbol()),
            order=run.ledger.next(),
            subjects=lesson.subjects,
            chain=run.via(),
            roles=lesson.roles,
            weakness=weakness,
        )
    )


def _only_if_set(run: Run) -> bool:
    """True when the test stands below ``if (process.env.SECRET)``."""
    return any(
        outcome and any(fact[0] == "set" for fact in learn(run, test, True).facts) for test, outcome in run.conditions
    )


def unpassed(run: Run, test: Value, module: str, facts: tuple[Facts, Facts, Facts]) -> None:
    """Both branches go on: what only one of them earned is lost.

    A secret of the environment that is asked for only when it is set guards nothing; a passphrase that only some rows have is meant so.
    """
    before, yes, no = facts
    lost = (access(yes - before) | access(no - before)) - run.facts
    if not lost:
        return
    unset = any(fact[0] == "unset" for fact in learn(run, test, False).facts)
    if unset and any(fact[0] == "secret" for fact in lost):
        for guard in list(run.ledger.guards.values()):
            if guard.kind is GuardKind.SECRET and guard.weakness is None and guard.place.file == module:
                run.ledger.weaken(guard, Weakness.OPTIONAL_SECRET)


def impossible(run: Run, test: Test, module: str, at: int) -> None:
    """A test that is never true because a promise is always there."""
    if not _has_promise(test):
        return
    for lesson in learn(run, test, False).lessons:
        if lesson.weakness is Weakness.NOT_AWAITED:
            note(run, lesson, module, at)


def _has_promise(value: Value) -> bool:
    if isinstance(value, Promise):
        return True
    return isinstance(value, Test) and any(_has_promise(one) for one in value.operands)


def warn(run: Run, tests: tuple[Value, ...], weakness: Weakness, module: str, at: int) -> None:
    """Note what a check would have taught, with the reason why it does not."""
    for test in tests:
        inner = test.value if isinstance(test, Promise) else test
        for lesson in learn(run, inner, True).lessons:
            note(run, lesson._replace(weakness=weakness), module, at)


def picked(run: Run, whole: Value, items: tuple[Value, ...], meaning: Value, *, many: bool) -> Value:
    """What ``find`` and ``filter`` give: the same rows, and what it means that there is one."""
    if isinstance(meaning, Either):  # nothing is in the list that stands in for one that is missing
        left = [one for one in meaning.values if not in_nothing(one)]
        meaning = left[0] if len(left) == 1 else meaning
    if not isinstance(whole, Known) and not many:
        from assistant.collect.code.follow.scope import either

        return either(*items)
    learned = learn(run, meaning, True)
    if many:  # what is left of them is the caller's; what they were compared with is not, there may be nothing left
        rows = {origin.row for one in (whole, *items) for origin in origins_of(one) if origin.kind is ROW}
        tied = {fact for fact in learned.facts if fact[0] == "tied" and fact[1] in rows}
        run.facts |= tied
        run.ledger.earned.append(Earned(frozenset(tied), run.stack()))
    if isinstance(whole, Listed) and many and _looked_up(run, whole):
        whole = Known(origins_of(whole))  # how many are left of one look-up for each id is how many were found
    if not isinstance(whole, Known):
        return whole
    kept = whole.origins - {EMPTY} if isinstance(meaning, Test) and meaning.kind == "truthy" else whole.origins
    if many and (mine := items_of_mine(run, whole, meaning)) is not None:
        return mine
    fresh = Known(held_by(whole, meaning) or frozenset(kept))
    if isinstance(meaning, Test) and any(
        one.kind is REQUEST or (not one.path and is_single(run, one)) for one in whole.origins
    ):
        meaning = Test("some", (meaning, whole))  # that one of the listed ids passed says nothing of the others
    picks = run.mean(fresh, meaning) if isinstance(meaning, Test) else fresh
    if many:
        run.lists[id(picks)] = picks
    return picks


def _looked_up(run: Run, rows: Listed) -> bool:
    """What one look-up for each listed id found."""
    found = [one for item in rows.items for one in (item.origins if isinstance(item, Known) else UNKNOWN.origins)]
    return bool(found) and all(not one.path and is_single(run, one) for one in found)


def _left_of(run: Run, value: Either) -> Value:
    """What a value can still be where it is answered: ``if (user instanceof Response) return user`` shows no user."""
    for test, outcome in run.conditions:
        if isinstance(test, Test) and test.kind == "is" and test.operands[0] == value:
            kept = [one for one in value.values if truth(test.of((one, *test.operands[1:]))) is not (not outcome)]
            if kept:
                return Either(tuple(kept))
    return value


def shown(run: Run, value: Value, depth: int = 0, *, spent: bool = False) -> None:
    """Note which rows reach the answer, whole or by field; what was decrypted for a library (``spent``) is not in what it gives back."""
    from assistant.collect.code.values import parts_of

    if depth > 6:  # noqa: PLR2004 - answers are not nested deeper
        return
    if isinstance(value, Known):
        _origins_shown(run, value, spent=spent)
        return
    if isinstance(value, Test):
        return
    if isinstance(value, Either):
        value = _left_of(run, value)
        if isinstance(value, Either) and value.facts:
            _one_of_them(run, value, depth, spent=spent)
            return
    if isinstance(value, Shape):
        _overwritten(run, value)
    for part in parts_of(value):
        shown(run, part, depth + 1, spent=spent or isinstance(value, Chain))


def _origins_shown(run: Run, value: Known, *, spent: bool) -> None:
    for origin in value.origins:
        if origin.kind is ENVIRONMENT and not spent and run.world.is_variable(value):
            _told_variable(run, origin)
        record = run.ledger.record(origin.row) if origin.kind is ROW else None
        if record is None:
            continue
        path = origin.path.lstrip("!")
        if spent and path.endswith(".decrypted"):
            continue
        if path not in {"length", "count"} and not origin.path.startswith("!"):
            record.returned.add(path or "*")
            held = ("tied", origin.row) in run.facts
            run.ledger.answers(origin.row, run.facts, held=held)
            if not held and origin.row not in run.ledger.loose:
                run.ledger.loose[origin.row] = (run.stack(), len(run.ledger.earned))


def _one_of_them(run: Run, value: Either, depth: int, *, spent: bool) -> None:
    """``return row.userId === me ? row : null``: what is answered on a way is answered knowing what was found out on it."""
    before = run.facts
    for n, part in enumerate(value.values):
        run.facts = before | value.facts[n] if n < len(value.facts) else before
        shown(run, part, depth + 1, spent=spent)
    run.facts = before


def _told_variable(run: Run, origin: Origin) -> None:
    """The value of a variable of the environment is in the answer."""
    part = ActPart("variable", (origin,), origin.path)
    if any(act.name == "environment" and part in act.parts for act in run.ledger.acts):
        return
    frame = run.frame
    run.ledger.act(ActKind.RESPOND, "environment", run.place(frame.module, frame.at, run.symbol()), part)


def taken_out(run: Run, of: Value, name: str) -> None:
    """``delete user.passwordHash``: the row goes on without it."""
    if isinstance(of, Shape) and isinstance(of.fields, dict):
        run.touches(of)
        of.fields.pop(name, None)
    for one in of.values if isinstance(of, Either) else (of, *(of.rest if isinstance(of, Shape) else ())):
        if isinstance(one, Known):
            _goes_without(run, one, name)


def _overwritten(run: Run, shape: Shape) -> None:
    """``{ ...row, password: undefined }``: the row is answered without it."""
    for name, value in shape.fields.items():
        if not isinstance(value, Constant) or not CREDENTIAL.search(name):
            continue
        for one in shape.rest:
            _goes_without(run, one, name)


def _goes_without(run: Run, value: Value, name: str) -> None:
    """The rows in a value are answered without a field; of a row that is read along, without its field."""
    for origin in origins_of(value):
        record = run.ledger.record(origin.row) if origin.kind is ROW else None
        if record is not None:
            path = origin.path.lstrip("!")
            record.left_out.add(f"{path}.{name}" if path else name)
