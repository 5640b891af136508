"""Statements: what holds after them, and where the run ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.collect.code.follow.binding import bind
from assistant.collect.code.follow.chosen import by_sender, filled_in, keep_choice
from assistant.collect.code.follow.errors import caught as caught_error
from assistant.collect.code.follow.expressions import condition
from assistant.collect.code.follow.facts import Facts, Learned, access, join, lets_in
from assistant.collect.code.follow.fallback import for_tests, given, held_and_demanded, of_setting
from assistant.collect.code.follow.frame import Looped
from assistant.collect.code.follow.held_to_mine import after_choice
from assistant.collect.code.follow.learn import learn
from assistant.collect.code.follow.limits import answered, replaced
from assistant.collect.code.follow.loops import LOOP, after, empty_lists, gone_through, tell_apart, without_items
from assistant.collect.code.follow.narrowing import narrow, restore
from assistant.collect.code.follow.refusals import refused
from assistant.collect.code.follow.scope import Scope, block
from assistant.collect.code.follow.settling import guards_within
from assistant.collect.code.follow.stop import Stopped
from assistant.collect.code.follow.switched import as_questions
from assistant.collect.code.follow.unawaited import as_declared
from assistant.collect.code.follow.unset import one_of_two, own_fields, set_after, unset_before, values_of_own
from assistant.collect.code.follow.without import filled_without, on_one_way
from assistant.collect.code.origins import origins_of
from assistant.collect.code.values import (
    NOTHING,
    UNKNOWN,
    Blueprint,
    Closure,
    Constant,
    Either,
    Promise,
    Test,
    Value,
)
from assistant.domain.code import Weakness
from assistant.domain.syntax import (
    Assign,
    Attribute,
    Await,
    Call,
    Declare,
    Define,
    DefineClass,
    Do,
    If,
    Jump,
    Loop,
    Name,
    Return,
    Statement,
    Switch,
    Throw,
    Try,
    Unary,
)


if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.collect.code.follow.run import Run
    from assistant.domain.syntax import Expression


def execute(run: Run, statements: tuple[Statement, ...], scope: Scope) -> bool:
    """Run statements in order; False when the run never gets past them."""
    prelude, start = run.prelude, -1
    narrowed = len(run.narrowed)
    if prelude is not None:
        start, scope = prelude.entered(run, statements, scope)
    frame = run.frames[-1]
    around, frame.block = frame.block, scope
    if start < 0:
        for one in statements:
            if isinstance(one, Define):
                scope.declare(one.function.name, Closure(one.function, scope.module, scope), run.depth)
    alive = True
    for number in range(max(start, 0), len(statements)):
        one = statements[number]
        if prelude is not None:
            prelude.reached(run, number, scope)
        run.spend()
        try:
            alive = _STATEMENTS[type(one)](run, one, scope)
        except Stopped:
            alive = False
        if not alive:
            break
    frame.block = around
    restore(run, narrowed)
    if prelude is not None:
        prelude.left()
    return alive


def _declare(run: Run, node: Declare, scope: Scope) -> bool:
    run.leave_tail(id(node) in run.frame.last)
    known = len(run.ledger.queries)
    value = run.evaluate(node.value, scope) if node.value is not None else NOTHING
    run.leave_tail(False)
    bind(run, scope, node.pattern, as_declared(run, node, value, known))
    return True


def _do(run: Run, node: Do, scope: Scope) -> bool:
    if run.hasty and isinstance(node.expression, Call | Await):
        return True  # what it does besides is too long to follow, and only what comes back is asked for
    before, since, earned = run.facts, run.ledger.order, len(run.ledger.earned)
    said = node.expression
    if isinstance(said, Unary) and said.operator == "void":
        said = said.operand
    run.leave_tail(id(node) in run.frame.last and isinstance(said, Call | Await))
    value = run.evaluate(said, scope)
    run.leave_tail(False)
    if isinstance(value, Promise) and isinstance(said, Assign):
        return True  # it is kept, and perhaps awaited further down
    run.dropped(value)
    keys = guards_within(value)
    if _is_promised(said):
        keys |= run.ledger.guards_of_look(since)
    if keys or (isinstance(value, Promise) and value.facts - before):
        run.facts = before  # nobody waits for it: what comes next has begun before it could refuse
        del run.ledger.earned[earned:]
        run.ledger.let_go(keys, Weakness.NOT_AWAITED)
    return True


_PROMISED = frozenset(
    [
        "constructEventAsync",
        "verifyWebhook",
        "jwtVerify",
        "parseAsync",
        "safeParseAsync",
        "validateAsync",
        "verifySignatureAsync",
    ]
)
"""Checks of libraries that answer with a promise."""


def _is_promised(node: Expression) -> bool:
    """``auth.protect()`` as a statement, without ``await``."""
    if not isinstance(node, Call):
        return False
    callee = node.callee
    if isinstance(callee, Name):
        return callee.id in _PROMISED
    if not isinstance(callee, Attribute):
        return False
    of = callee.of
    return callee.name in _PROMISED or (callee.name == "protect" and isinstance(of, Name) and of.id == "auth")


def _define(_run: Run, _node: Define, _scope: Scope) -> bool:
    return True


def _define_class(run: Run, node: DefineClass, scope: Scope) -> bool:
    scope.declare(node.klass.name, Blueprint(node.klass, scope.module, scope), run.depth)
    return True


def _return(run: Run, node: Return, scope: Scope) -> bool:
    value: Value = NOTHING
    if node.value is not None:
        value = run.returning(node.value, scope)
        value = value if run.frame.handler else answered(run, value)
        tried = for_tests(run)
        if tried or (run.conditions and of_setting(run.conditions[-1][0])):
            run.frame.by_setting.append((value, tried))
    elif run.conditions and any(
        fact[0] == "role" and lets_in((fact,)) for fact in learn(run, *run.conditions[-1]).facts
    ):
        run.frame.by_role.add(len(run.frame.returns))
    run.frame.returns.append((value, run.facts))
    run.frame.left_by_return = True
    return False


def _throw(run: Run, node: Throw, scope: Scope) -> bool:
    if node.value is not None:
        run.evaluate(node.value, scope)
    run.frame.left_by_throw = True
    return False


def _jump(run: Run, _node: Jump, _scope: Scope) -> bool:
    run.frame.jumped = True
    if run.frame.loops:
        run.frame.loops[-1].left.append(run.facts)
    return False


def _if(run: Run, node: If, scope: Scope) -> bool:
    test = condition(run, node.test, scope)
    decided = run.decided(test)
    if decided is not None:
        if not decided and isinstance(test, Test):
            run.note_impossible(test, scope.module, node.at)
        return execute(run, node.then if decided else node.otherwise, block(scope))
    before, jumped, since = run.facts, run.frame.jumped, run.ledger.order
    lists = empty_lists(node.then, scope) if not node.otherwise else []
    put = filled_in(node.then, scope) if not node.otherwise else None
    filled = put if put is not None and put.any() and by_sender(test) else None
    run.frame.jumped = False
    unset = unset_before(scope, node)
    yes, facts_yes, when_yes = _branch(run, node, test, True, scope)
    first = values_of_own(scope, own_fields(node))
    run.facts = before
    no, facts_no, when_no = _branch(run, node, test, False, scope)
    if yes and no:
        set_after(scope, unset)
        one_of_two(run, scope, first, (access(facts_yes - before), access(facts_no - before)))
        run.facts = join(before, facts_yes, facts_no) | given(test, facts_yes - before)
        run.facts |= after_choice(run, scope, node, (facts_yes, facts_no))
        if not node.otherwise:
            run.facts |= replaced(scope, node.then, facts_no, facts_yes)
        run.facts |= held_and_demanded(run.facts)
        run.facts |= on_one_way(run, before, facts_yes, facts_no, since)
        run.unpassed(test, scope.module, before, facts_yes, facts_no)
        if not node.otherwise and access(facts_no - before):
            _kept_apart(run, node.then, scope, (facts_no, facts_yes))
            tell_apart(run, lists, scope, (facts_no, facts_yes))
        if filled is not None:
            keep_choice(run, filled, scope)
        elif put is not None and put.any():
            filled_without(run, test, put, scope, node.at)
        run.frame.jumped |= jumped
        return True
    if yes or no:
        run.facts = facts_yes if yes else facts_no
        learned = when_yes if yes else when_no
        if run.frame.jumped and run.frame.loops:
            learned = without_items(run.frame.loops[-1], learned)
            if no and access(facts_no - before):
                _kept_apart(run, node.then, scope, (facts_no, facts_yes))
                tell_apart(run, lists, scope, (facts_no, facts_yes))
        elif no and ("caller",) not in before:
            learned = refused(run, node, test, scope, learned)
        run.passed(learned, scope.module, node.at)
        run.frame.jumped |= jumped
        narrow(run, node.test, test, yes, scope)
        return True
    return False


def _kept_apart(run: Run, body: tuple[Statement, ...], scope: Scope, facts: tuple[Facts, Facts]) -> None:
    """``if (!admin) query = query.eq("user_id", me)``: whoever is left without the condition is an administrator.

    Not inside another branch than the name was made in: there it is left as it was for those who never got here, too.
    """
    for one in body:
        if isinstance(one, Declare) and scope.module.endswith(".py"):
            target = one.pattern
        elif isinstance(one, Do) and isinstance(one.expression, Assign):
            target = one.expression.target
        else:
            continue
        value = scope.find(target.id) if isinstance(target, Name) else None
        if (
            isinstance(target, Name)
            and (run.depth - scope.depth_of(target.id)) % LOOP == 0
            and isinstance(value, Either)
            and not (value.facts and value.facts[0])
            and len(value.values) == len(facts)
        ):
            scope.replace(target.id, Either(value.values, facts))


def _branch(run: Run, node: If, test: Value, outcome: bool, scope: Scope) -> tuple[bool, Facts, Learned]:
    learned = learn(run, test, outcome)
    run.facts = run.facts | learned.facts
    body = node.then if outcome else node.otherwise
    narrowed = len(run.narrowed)
    narrow(run, node.test, test, outcome, scope)
    run.depth += 1
    try:
        alive = run.under(test, outcome, lambda: execute(run, body, block(scope)))
    finally:
        run.depth -= 1
        restore(run, narrowed)
    return alive, run.facts, learned


def _try(run: Run, node: Try, scope: Scope) -> bool:
    before, earned, order, awaited = run.facts, len(run.ledger.earned), run.ledger.order, len(run.ledger.awaited)
    reached = len(run.ledger.queries)
    alive = execute(run, node.body, block(scope))
    after = run.facts
    if node.handler:
        inner = block(scope)
        if node.caught is not None:
            bind(run, inner, node.caught, caught_error(run.ledger.queries[reached:]))
        run.facts = before
        run.depth += 1
        run.in_catch += 1
        run.frame.left_by_return = False
        caught = execute(run, node.handler, inner)
        run.in_catch -= 1
        run.depth -= 1
        if not caught and run.frame.left_by_return and not run.frame.handler:
            keys = frozenset().union(*run.ledger.awaited[awaited:])
            run.ledger.answered(order, earned, keys, len(run.frames))
        if caught:
            run.ledger.swallowed(order, earned, goes_on=alive)
            after = join(before, after, run.facts) if alive else run.facts
            alive = True
    run.facts = after
    if node.last:
        return execute(run, node.last, block(scope)) and alive
    return alive


def _loop(run: Run, node: Loop, scope: Scope) -> bool:
    items: tuple[Value, ...] = (UNKNOWN,)
    if node.over is not None:
        items = gone_through(run.settle(run.evaluate(node.over, scope))) or (UNKNOWN,)
    if node.test is not None:
        run.evaluate(node.test, scope)
    before = run.facts
    for item in items:
        inner = block(scope)  # a function that is made for one item keeps that one
        if node.pattern is not None:
            bind(run, inner, node.pattern, item)
        listed = origins_of(item) if node.over is not None else frozenset()
        loop = Looped(frozenset(one for one in listed if not one.path.startswith("path.")), run.facts)
        run.frame.loops.append(loop)
        run.depth += LOOP
        alive = execute(run, node.body, inner)
        run.depth -= LOOP
        run.frame.loops.pop()
        run.facts = after(loop, run.facts) if alive else before
    return True


def _switch(run: Run, node: Switch, scope: Scope) -> bool:
    questions = as_questions(node)
    if questions is not None:
        return execute(run, questions, block(scope))
    subject = run.evaluate(node.subject, scope)
    before = run.facts
    ends: list[Facts] = []
    complete = False
    loops, run.frame.loops = run.frame.loops, []  # its ``break`` leaves no loop
    run.depth += 1
    for n, case in enumerate(node.cases):
        run.facts = before
        asked = run.evaluate(case.test, scope) if case.test is not None else None
        decided = run.decided(Test("equal", (subject, asked))) if asked is not None else None
        if decided is False:
            continue  # ``authorize("delete", row)``: only what stands under that word runs
        complete = complete or case.test is None or decided is True
        body = case.body
        for later in node.cases[n + 1 :]:
            if body:
                break
            body = later.body  # an empty case falls through to the next one
        test = Test("equal", (subject, asked)) if asked is not None else Constant(True)
        run.facts = before | learn(run, test, True).facts
        run.frame.jumped = False
        alive = run.under(test, True, lambda body=body: execute(run, body, block(scope)))  # type: ignore[misc]
        if alive or run.frame.jumped:
            ends.append(run.facts)
        if decided:
            break
    run.depth -= 1
    run.frame.jumped, run.frame.loops = False, loops
    if not complete:
        ends.append(before)
    if not ends:
        return False
    facts = ends[0]
    for other in ends[1:]:
        facts = join(before, facts, other)
    run.facts = facts
    return True


_STATEMENTS: dict[type, Callable[[Run, Any, Scope], bool]] = {
    Declare: _declare,
    Do: _do,
    If: _if,
    Return: _return,
    Throw: _throw,
    Try: _try,
    Loop: _loop,
    Switch: _switch,
    Define: _define,
    DefineClass: _define_class,
    Jump: _jump,
}
