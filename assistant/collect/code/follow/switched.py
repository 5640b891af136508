"""``switch (true) { case !row: return …; case row.userId !== me: return …; default: … }``: a chain of questions, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.syntax import Binary, If, Jump, Literal


if TYPE_CHECKING:
    from assistant.domain.syntax import Expression, Statement, Switch


def as_questions(node: Switch) -> tuple[Statement, ...] | None:
    """The same as ``if`` and ``else``; None for a switch that is about a value."""
    if type(node.subject) is not Literal or node.subject.value is not True:
        return None
    rest: tuple[Statement, ...] = ()
    tests: list[Expression] = []
    chain: list[tuple[Expression | None, tuple[Statement, ...]]] = []
    for case in node.cases:
        if case.test is not None:
            tests.append(case.test)
        if not case.body and case.test is not None:
            continue  # it falls through: either of them
        chain.append((_any(tests) if case.test is not None else None, _without_break(case.body)))
        tests = []
    for test, body in reversed(chain):
        rest = body if test is None else (If(test, body, rest, test.at, node.end),)
    return rest


def _any(tests: list[Expression]) -> Expression:
    found = tests[0]
    for one in tests[1:]:
        found = Binary("||", found, one, found.at, one.end)
    return found


def _without_break(body: tuple[Statement, ...]) -> tuple[Statement, ...]:
    last = body[-1] if body else None
    return body[:-1] if isinstance(last, Jump) and last.kind == "break" else body
