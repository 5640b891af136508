"""Results that carry a value or an error (neverthrow, ts-results): ``const user = await whoCalls(); if (user.isErr()) return …``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.stop import Stopped
from assistant.collect.code.values import UNKNOWN, Chain, Closure, Constant, Native, Promise, Shape


if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Value

_LIBRARIES = frozenset({"neverthrow", "ts-results", "ts-results-es"})
_GOOD = frozenset({"ok", "okAsync", "Ok"})
_BAD = frozenset({"err", "errAsync", "Err"})
_OF_PROMISE = frozenset({"fromPromise", "fromSafePromise"})
_TURNS = frozenset({"map", "andThen", "asyncMap", "asyncAndThen", "andTee"})
_TURNS_ERRORS = frozenset({"mapErr", "orElse", "orTee"})
_TAKES = frozenset({"unwrapOr", "unwrap", "_unsafeUnwrap"})


def result_of(run: Run, chain: Chain) -> Value | None:
    """The result that such a library makes of a value or of a promise; None for any other chain."""
    last = chain.last
    if chain.source not in _LIBRARIES or last is None or last.arguments is None:
        return None
    given = last.arguments[0] if last.arguments else UNKNOWN
    name = last.name or chain.name
    if name in _GOOD | _BAD:
        return _result(run, last.module, last.at, run.settle(given), good=name in _GOOD)
    if name in _OF_PROMISE:
        return Promise(_result(run, last.module, last.at, run.settle(given), good=True))
    return None


def _result(run: Run, module: str, at: int, value: Value, *, good: bool) -> Shape:
    fields: dict[str, Value] = {}
    made = Shape(fields)

    def called(asked: Value) -> Value:
        return run.settle(run.call(asked, (value,), module, at)) if isinstance(asked, Closure | Native) else UNKNOWN

    def turned(arguments: tuple[Value, ...]) -> Value:
        found = called(arguments[0]) if arguments else UNKNOWN
        carries = isinstance(found, Shape) and "isErr" in found.fields
        return found if carries else _result(run, module, at, found, good=good)

    def told_apart(arguments: tuple[Value, ...]) -> Value:
        which = 0 if good else 1
        return called(arguments[which]) if len(arguments) > which else UNKNOWN

    def taken(arguments: tuple[Value, ...]) -> Value:
        if not good and not arguments:
            run.frame.left_by_throw = True
            raise Stopped  # nothing is in it
        return value if good else arguments[0]

    def itself(_arguments: tuple[Value, ...]) -> Value:
        return made

    methods: dict[str, Callable[[tuple[Value, ...]], Value]] = {
        "isOk": lambda _: Constant(good),
        "isErr": lambda _: Constant(not good),
        "match": told_apart,
        **dict.fromkeys(_TURNS, turned if good else itself),
        **dict.fromkeys(_TURNS_ERRORS, itself if good else turned),
        **dict.fromkeys(_TAKES, taken),
    }
    fields.update({name: Native(name, does) for name, does in methods.items()})
    fields["value" if good else "error"] = value
    return made
