"""What an expression comes to, and what it does on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow import chosen, guards, kept
from assistant.collect.code.follow.attributes import attribute
from assistant.collect.code.follow.binding import bind
from assistant.collect.code.follow.elements import element
from assistant.collect.code.follow.errors import narrowed_error
from assistant.collect.code.follow.facts import access, join
from assistant.collect.code.follow.fallback import (
    believed,
    either_answer,
    of_list,
    or_else,
    or_empty,
    or_nothing,
    unset_anyway,
)
from assistant.collect.code.follow.gathered import under, under_key
from assistant.collect.code.follow.held_to_mine import as_mine
from assistant.collect.code.follow.learn import learn
from assistant.collect.code.follow.limits import answered, under_listed_keys
from assistant.collect.code.follow.loops import kept_up
from assistant.collect.code.follow.narrowing import beside
from assistant.collect.code.follow.operators import SAME, operated
from assistant.collect.code.follow.perhaps import maybe
from assistant.collect.code.follow.scope import Scope, either, told_apart
from assistant.collect.code.follow.stop import Exhausted, Stopped
from assistant.collect.code.follow.tagged import written
from assistant.collect.code.follow.truth import of_type, truth
from assistant.collect.code.follow.without import left_out, or_none
from assistant.collect.code.origins import origins_of
from assistant.collect.code.values import (
    NOTHING,
    UNKNOWN,
    Chain,
    Closure,
    Constant,
    Either,
    Known,
    Listed,
    Shape,
    Test,
    Value,
    text_of,
)
from assistant.domain.syntax import (
    Assign,
    Attribute,
    Await,
    Binary,
    Call,
    Conditional,
    Element,
    Expression,
    Index,
    Lambda,
    Literal,
    Name,
    Opaque,
    Record,
    Sequence,
    Spread,
    Template,
    Unary,
)


if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from assistant.collect.code.follow.run import Run

_MIXING = frozenset({"|=", "^="})
"""``difference |= a ^ b`` is made of every byte."""


def evaluate(run: Run, node: Expression, scope: Scope) -> Value:
    """The value of an expression.

    Raises:
        Stopped: it never comes back (throw, redirect, a function that always throws).
    """
    run.left -= 1  # as run.spend() does, three million times
    if run.left < 0:
        raise Exhausted
    handler: Callable[[Run, Any, Scope], Value] = _HANDLERS[type(node)]
    return handler(run, node, scope)


def _literal(_run: Run, node: Literal, _scope: Scope) -> Value:
    return Constant(node.value)


def _name(run: Run, node: Name, scope: Scope) -> Value:
    found = scope.find(node.id)
    if found is None:
        return run.lookup(scope.module, node.id)
    return narrowed_error(run.facts, found)


def _attribute(run: Run, node: Attribute, scope: Scope) -> Value:
    of = evaluate(run, node.of, scope)
    empty = isinstance(of, Shape) and not of.fields and not of.rest
    if empty and kept.indexed(run, node.of, key := Constant(node.name), (node.at, node.end), scope):
        return kept.found(key)
    value = attribute(run, of, node.name, scope.module, node.at, node.end)
    return maybe(run, node, value) if node.optional or run.ledger.missing else value


def _index(run: Run, node: Index, scope: Scope) -> Value:
    of, key = evaluate(run, node.of, scope), evaluate(run, node.key, scope)
    empty = isinstance(of, Shape) and not of.fields and not of.rest
    if empty and kept.indexed(run, node.of, key, (node.at, node.end), scope):
        return kept.found(key)
    if isinstance(key, Constant):
        return attribute(run, of, str(key.value), scope.module, node.at, node.end)
    if isinstance(of, Shape):
        return under_key(run, of, key)
    if isinstance(of, Listed):
        return under(run, either(*of.items), key) if of.items else UNKNOWN
    if isinstance(of, Known):
        return under(run, Known(of.origins), key)
    if isinstance(of, Either):  # ``client[name]`` of one that is kept or made
        clients = [one for one in of.values if isinstance(one, Chain)]
        return either(*clients) if clients else UNKNOWN
    return of if isinstance(of, Chain) else UNKNOWN


def _call(run: Run, node: Call, scope: Scope) -> Value:
    callee, tail = node.callee, run.take_tail()  # what its arguments call answers nobody
    if isinstance(callee, Attribute):
        of = evaluate(run, callee.of, scope)
        arguments = arguments_of(run, node.arguments, scope)
        run.leave_tail(tail)
        if isinstance(of, Known) and isinstance(callee.of, Name):
            got = kept.used(run, callee.of, node, callee.name, arguments, scope)
            if got is not None:
                return got
        return run.call_method(of, callee.name, arguments, scope.module, node.at, node.end, new=node.new)
    if isinstance(callee, Name) and callee.id in {"import", "require"}:
        return run.imported(node, scope)
    value = evaluate(run, callee, scope)
    arguments = arguments_of(run, node.arguments, scope)
    run.leave_tail(tail)
    if isinstance(callee, Index) and isinstance(value, Known):
        run.ledger.lost("a function is chosen at run time", run.place(scope.module, node.at))
    return run.call(value, arguments, scope.module, node.at, node.end, new=node.new)


def arguments_of(run: Run, nodes: tuple[Expression, ...], scope: Scope) -> tuple[Value, ...]:
    """Argument values; a spread of a known list is laid out."""
    out: list[Value] = []
    for node in nodes:
        if isinstance(node, Spread):
            value = evaluate(run, node.value, scope)
            laid = _checks_in(value) if isinstance(value, Either) else value
            out.extend(laid.items if isinstance(laid, Listed) else (value,))
        else:
            out.append(evaluate(run, node, scope))
    return tuple(out)


def _checks_in(value: Either) -> Value | None:
    """``...(event?.crews.map(isOfCrew) ?? [])``: the checks of a list that may be empty; conditions of a query stay a choice."""
    longest = max(
        (one for one in value.values if isinstance(one, Listed)), key=lambda one: len(one.items), default=None
    )
    if longest is None or not all(isinstance(one, Listed) for one in value.values):
        return None
    runs = (
        isinstance(one, Closure)
        or (isinstance(one, Shape) and any(isinstance(part, Closure) for part in one.fields.values()))
        for one in longest.items
    )
    return longest if all(runs) else None


def _template(run: Run, node: Template, scope: Scope) -> Value:
    values = tuple(evaluate(run, one, scope) for one in node.values)
    if node.tag is not None:
        tag = evaluate(run, node.tag, scope)
        text = node.texts[0] + "".join(f"${n}{part}" for n, part in enumerate(node.texts[1:], 1))
        return run.tagged(tag, values, text, scope.module, node.at, node.end)
    return written(run, node, values, scope.module)


def _record(run: Run, node: Record, scope: Scope) -> Value:
    fields: dict[str, Value] = {}
    rest: list[Value] = []
    for field in node.entries:
        value = evaluate(run, field.value, scope)
        key = field.key if field.computed is None else text_of(evaluate(run, field.computed, scope))
        if field.spread and isinstance(value, Either):
            shapes = [one for one in value.values if isinstance(one, Shape)]
            rest.extend(one for one in value.values if isinstance(one, Known | Chain))
            for shape in shapes:
                fields.update(shape.fields)
                rest.extend(shape.rest)
        elif field.spread and isinstance(value, Shape):
            fields.update(value.fields)
            rest.extend(value.rest)
        elif field.spread or key is None:
            chosen.overwritten(fields, value)
            rest.extend([value] if not isinstance(value, Constant) else [])
        else:
            fields[key] = value.as_method() if isinstance(value, Closure) else value
    return Shape(fields, tuple(rest))


def _sequence(run: Run, node: Sequence, scope: Scope) -> Value:
    return Listed(arguments_of(run, node.items[:60], scope))


def _spread(run: Run, node: Spread, scope: Scope) -> Value:
    return evaluate(run, node.value, scope)


def _unary(run: Run, node: Unary, scope: Scope) -> Value:
    value = evaluate(run, node.operand, scope)
    if node.operator == "yield":
        return run.yields(value)
    if node.operator == "!":
        return Test("not", (value,))
    if node.operator == "~" and scope.module.endswith(".py") and isinstance(value, Test | Chain):
        return Test("not", (value,))
    if node.operator in {"void", "delete"}:
        if node.operator == "delete" and isinstance(node.operand, Attribute):
            guards.taken_out(run, evaluate(run, node.operand.of, scope), node.operand.name)
        return NOTHING
    return value if node.operator in {"+", "-"} else UNKNOWN


def _await(run: Run, node: Await, scope: Scope) -> Value:
    return run.settle(evaluate(run, node.operand, scope), run_deferred=True)


def _binary(run: Run, node: Binary, scope: Scope) -> Value:
    if node.operator == "&&":
        return _and(run, node, scope)
    if node.operator in {"||", "??"}:
        return _or(run, node, scope)
    if node.operator in SAME and isinstance(node.left, Unary) and node.left.operator == "typeof":
        typed = evaluate(run, node.left.operand, scope)
        return of_type(typed, evaluate(run, node.right, scope), same=SAME[node.operator] == "equal")
    return operated(run, node, evaluate(run, node.left, scope), evaluate(run, node.right, scope), scope)


def condition(run: Run, node: Expression, scope: Scope) -> Value:
    """The value of an expression that is only looked at: ``"error" in auth && auth.error`` is both, and not the second one's value."""
    if isinstance(node, Binary) and node.operator == "&&":
        return _and(run, node, scope, looked_at=True)
    return evaluate(run, node, scope)


def _and(run: Run, node: Binary, scope: Scope, *, looked_at: bool = False) -> Value:
    left = (condition if looked_at else evaluate)(run, node.left, scope)
    decided = truth(left)
    if decided is False:
        return left
    before = run.facts
    learned = learn(run, left, True)
    run.facts = before | learned.facts
    try:
        right = run.under(left, True, lambda: beside(run, node, left, True, scope))
    except Stopped:
        run.facts = before
        run.exited(left, False, scope.module, node.at, before)
        return left
    inside = run.facts
    run.facts = before if decided is None else inside
    said = run.answer(right) or (isinstance(right, Constant) and isinstance(right.value, bool))
    if isinstance(right, Test) or said:  # ``!!secret && timingSafeEqual(a, b)``
        return Test("all", (left, right))
    if decided:
        return right
    if looked_at and ((isinstance(right, Either) and right.facts) or isinstance(right, Known)):
        return Test("all", (left, Test("truthy", (right,))))
    if access(inside - before):
        return Either((Constant(None), right), (before, inside))
    left_out(run, left, (right, NOTHING), scope.module, node.at)
    return chosen.one_of(left, right, NOTHING) or either(Constant(False) if isinstance(left, Test) else NOTHING, right)


def _or(run: Run, node: Binary, scope: Scope) -> Value:
    left = evaluate(run, node.left, scope)
    decided = truth(left)
    if decided is True and node.operator == "||":
        return left
    if isinstance(node.right, Literal) and unset_anyway(left, node.right.value):
        return or_empty(left) if node.right.value == "" else left
    if isinstance(node.right, Literal) and or_none(run, left, node.right.value):
        return left
    before = run.facts
    run.facts = before | learn(run, left, False).facts
    try:
        right = beside(run, node, left, False, scope)
    except Stopped:
        run.facts = before
        run.exited(left, True, scope.module, node.at, before)
        return left
    run.facts = join(before, before, run.facts)
    if decided is False:
        return right
    if believed(run, left, right):
        return left
    if isinstance(left, Either) and left.facts and isinstance(right, Constant) and not right.value:
        return or_nothing(left, right)
    if isinstance(right, Test) or isinstance(left, Test):
        return Test("any", (left, right))
    known = before | learn(run, left, True).facts
    return either_answer(left, right, before, known) or either(left, right)


def _conditional(run: Run, node: Conditional, scope: Scope) -> Value:
    test = condition(run, node.test, scope)
    decided = run.decided(test)
    if decided is not None:
        return evaluate(run, node.yes if decided else node.no, scope)
    before = run.facts
    sides: list[tuple[Value, frozenset[Any]]] = []
    for branch, outcome in ((node.yes, True), (node.no, False)):
        run.facts = before  # what one branch found out is not known on the other
        run.facts = before | learn(run, test, outcome).facts
        try:
            value = run.under(test, outcome, lambda branch=branch: as_mine(run, evaluate(run, branch, scope)))  # type: ignore[misc]
        except Stopped:
            run.facts = before
            run.exited(test, not outcome, scope.module, node.at, before)
            continue
        sides.append((answered(run, of_list(run, value)), run.facts))
    if not sides:
        raise Stopped
    if len(sides) == 1:
        run.facts = sides[0][1]
        return sides[0][0]
    run.facts = join(before, sides[0][1], sides[1][1])
    yes, no, told = sides[0][0], sides[1][0], told_apart(sides, before)
    left_out(run, test, (yes, no), scope.module, node.at)
    return told or (or_else(run, yes, no) if test == yes else chosen.one_of(test, yes, no) or either(yes, no))


def _assign(run: Run, node: Assign, scope: Scope) -> Value:
    value = as_mine(run, kept.value_of(run, node, scope))
    if kept_up(run, node, value, scope):
        return value
    if node.operator in _MIXING:
        value = Known(origins_of(evaluate(run, node.target, scope)) | origins_of(value))
    elif node.operator in {"||=", "??=", "+=", "&&="} and isinstance(node.target, Name | Attribute):
        value = or_else(run, evaluate(run, node.target, scope), value)
    if isinstance(node.target, Attribute | Index):
        key = evaluate(run, node.target.key, scope) if isinstance(node.target, Index) else Constant(node.target.name)
        name = str(key.value) if isinstance(key, Constant) else ""
        value = value if name else under_listed_keys(run.facts, key, value)
        kept.assigned(run, node.target, value, (node.at, node.end), scope)
        if not kept.indexed(run, node.target.of, key, (node.at, node.end), scope, value):
            run.set_attribute(evaluate(run, node.target.of, scope), name, value)
    else:
        kept.assigned(run, node.target, value, (node.at, node.end), scope)
        bind(run, scope, node.target, value, assign=True)
    return value


def _lambda(_run: Run, node: Lambda, scope: Scope) -> Value:
    return Closure(node.function, scope.module, scope)


def _opaque(run: Run, node: Opaque, scope: Scope) -> Value:
    origins = frozenset().union(*(origins_of(evaluate(run, one, scope)) for one in node.children))
    return Known(origins) if origins else UNKNOWN


_HANDLERS: dict[type, Callable[[Run, Any, Scope], Value]] = {
    Literal: _literal,
    Name: _name,
    Attribute: _attribute,
    Index: _index,
    Call: _call,
    Template: _template,
    Record: _record,
    Sequence: _sequence,
    Spread: _spread,
    Unary: _unary,
    Await: _await,
    Binary: _binary,
    Conditional: _conditional,
    Assign: _assign,
    Lambda: _lambda,
    Element: element,
    Opaque: _opaque,
}
