"""Running a function of the repository: its parameters, its body, what its return paths have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.answered import answered, without_stand_ins
from assistant.collect.code.follow.binding import bind
from assistant.collect.code.follow.cached import without_kept
from assistant.collect.code.follow.facts import in_one_house, lets_in, telling, ways
from assistant.collect.code.follow.frame import Frame
from assistant.collect.code.follow.kept import declared
from assistant.collect.code.follow.last import last_of
from assistant.collect.code.follow.logged import counted, noted, remember
from assistant.collect.code.follow.named import named_arguments, or_default
from assistant.collect.code.follow.queries import opened
from assistant.collect.code.follow.scope import Scope, either, laid_out
from assistant.collect.code.follow.statements import execute
from assistant.collect.code.follow.stop import Stopped
from assistant.collect.code.follow.turns import deep, numbered
from assistant.collect.code.origins import origins_of
from assistant.collect.code.values import NOTHING, UNKNOWN, Closure, Constant, Either, Known, Listed, Promise, Shape


if TYPE_CHECKING:
    from assistant.collect.code.follow.facts import Facts
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Value
    from assistant.domain.syntax import Function

_DEEPEST = 14
_SAME_FUNCTION = 2
_NESTED = 5
_PARTS = 3
"""Functions of one check."""
_PATHS = 8
"""Ways out of a function that are told apart."""


def invoke(run: Run, closure: Closure, arguments: tuple[Value, ...], module: str, at: int) -> Value:
    """Run a function of the repository.

    Raises:
        Stopped: it never returns.
    """
    tail = run.take_tail()
    function = closure.function
    if noted(run, function, arguments, module, at):
        return Promise(NOTHING) if function.is_async else NOTHING
    turn = numbered(run, closure, arguments)
    arguments = arguments if turn is None else turn
    again = turn is None and _again(run, closure, arguments, module, at)  # its body was followed already
    if again or (len(run.frames) > _DEEPEST and deep(run) > _DEEPEST):
        if not again:
            run.ledger.lost(f"{function.name or 'a function'}() calls too deep", run.place(closure.module, function.at))
        return Known(frozenset().union(*(origins_of(one) for one in arguments))) if arguments else UNKNOWN
    handler = run.frame.handler and (tail or not run.running)
    frame = Frame(function.name, closure.module, module, at, handler=handler, given=(arguments, run.facts))
    if handler:
        frame.last = last_of(function.body)
    acts = len(run.ledger.acts)
    scope = Scope(closure.module, closure.scope)
    run.frames.append(frame)
    run.running.append(function)
    run.visited.add((closure.module, function.at))
    run.scopes.append(scope)
    depth, run.depth = run.depth, 0
    before, seen, since = run.facts, counted(run), run.ledger.order
    declared(run, closure, arguments)
    clear = opened(run, function.name, arguments, module, at) if function.name else None
    try:
        _supply(run, closure, scope, arguments)
        alive = execute(run, function.body, scope)
    finally:
        run.frames.pop()
        run.running.pop()
        run.scopes.pop()
        run.depth = depth
    if alive:
        frame.returns.append((NOTHING, run.facts))
    frame.returns = without_stand_ins(frame, without_kept(run, frame.returns, acts))
    if function.is_async and len(frame.returns) > 1:
        frame.returns = [_awaited(value, facts) for value, facts in frame.returns]
    result = _result(run, frame, function.at, before, since, is_async=function.is_async)
    if frame.yielded and all(value == NOTHING for value, _ in frame.returns):
        result = Listed(tuple(frame.yielded))
        if handler:
            run.show(result)
    remember(run, function, result, seen, before)
    if clear is None:
        return result
    return Promise(clear, result.facts, result.guards) if isinstance(result, Promise) else clear


def _again(run: Run, closure: Closure, arguments: tuple[Value, ...], module: str, at: int) -> bool:
    """True for a function that calls itself, and for one that came back to itself by way of others for the second time."""
    function = closure.function
    times = sum(one is function for one in run.running)
    if times >= _SAME_FUNCTION:
        return times >= _NESTED or not _is_inner_check(run, function, arguments)
    return times > 0 and module == closure.module and function.at <= at < function.end


def _is_inner_check(run: Run, function: Function, arguments: tuple[Value, ...]) -> bool:
    """``anyOf(anyOf(ofCrew(a), ofCrew(b)), isSelf)``: what asks each check is handed one that it was not handed yet."""
    first = arguments[0] if arguments else None
    if not isinstance(first, Shape) or not 0 < len(first.fields) <= _PARTS or first.rest:
        return False
    if not all(isinstance(part, Closure) for part in first.fields.values()):
        return False
    around = zip(reversed(run.frames), reversed(run.running), strict=False)
    return not any(frame.given[0] and frame.given[0][0] is first for frame, one in around if one is function)


def _supply(run: Run, closure: Closure, scope: Scope, arguments: tuple[Value, ...]) -> None:
    if closure.bound is not None:
        scope.declare("this", closure.bound, 0)
        scope.declare("self", closure.bound, 0)
    parameters = closure.function.parameters
    if closure.module.endswith(".py"):
        named_arguments(run, scope, parameters[1:] if closure.bound is not None else parameters, arguments)
        return
    for n, parameter in enumerate(parameters):
        if parameter.rest:
            bind(run, scope, parameter.pattern, Listed(arguments[n:]))
            continue
        given = arguments[n] if n < len(arguments) else None
        bind(run, scope, parameter.pattern, or_default(run, scope, parameter, given))


def _result(run: Run, frame: Frame, at: int, before: Facts, since: int, *, is_async: bool) -> Value:
    if not frame.returns:
        raise Stopped
    run.facts = _shared(frame, before)
    believed = answered(run, frame, at, before)
    if len(believed) == 1:
        value = believed[0][0]
    else:
        returns = _few(believed)
        different = any(telling(facts - run.facts) for _, facts in returns) or any(
            telling(facts) for one, _ in returns if isinstance(one, Either) for facts in one.facts
        )
        flat = not any(isinstance(one, Either) for one, _ in returns)
        value = (
            Either(tuple(one for one, _ in returns[:_PATHS]), tuple(facts for _, facts in returns[:_PATHS]))
            if different and flat
            else _merged(returns, different=different)
        )
    if not is_async:
        return value
    earned, run.facts = run.facts, before
    inner = value.facts if isinstance(value, Promise) else frozenset()
    return Promise(
        value.value if isinstance(value, Promise) else value, earned | inner, run.ledger.guards_of_look(since)
    )


def _awaited(value: Value, facts: Facts) -> tuple[Value, Facts]:
    """``return check(id)`` of an async function is ``return await check(id)`` to whoever awaits it."""
    return (value.value, facts | value.facts) if isinstance(value, Promise) else (value, facts)


def _shared(frame: Frame, before: Facts) -> Facts:
    """What every way out knows; of an assertion that says nothing, what each found out lets the caller in, one way or the other."""
    known = [facts for _, facts in frame.returns]
    first = frame.returns[0][0]
    silent = isinstance(first, Constant) and all(isinstance(one, Constant) and one == first for one, _ in frame.returns)
    gained = [facts - before for facts in known]
    if silent and all(lets_in(new) or n in frame.by_role for n, new in enumerate(gained)):
        looked = [new for n, new in enumerate(gained) if n not in frame.by_role or in_one_house(new)]
        return before | (ways(looked) if looked else frozenset().union(*known))
    return frozenset.intersection(*known)


def _few(returns: list[tuple[Value, Facts]]) -> list[tuple[Value, Facts]]:
    """Return paths with equal constants as one where there are many: a verifier that says null nine times has a tenth answer."""
    if len(returns) <= _PATHS:
        return returns
    out: list[tuple[Value, Facts]] = []
    for value, known in returns:
        same = next((n for n, (other, _) in enumerate(out) if isinstance(value, Constant) and other == value), None)
        if same is None:
            out.append((value, known))
        else:
            out[same] = (value, out[same][1] & known)
    return out


def _merged(returns: list[tuple[Value, Facts]], *, different: bool) -> Value:
    """Return paths joined; options of inner paths keep what was known on theirs."""
    if not different:
        return either(*(one for one, _ in returns))
    values, facts = laid_out(returns)
    if len(values) > _PATHS:
        values, facts = (list(part) for part in zip(*_few(list(zip(values, facts, strict=True))), strict=True))
    return Either(tuple(values[:_PATHS]), tuple(facts[:_PATHS]))
