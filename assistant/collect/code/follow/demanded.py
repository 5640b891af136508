"""Variables of the environment without which a module does not even load: ``if (!SECRET) throw``, ``if (!SECRET) process.exit(1)``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.fallback import EMPTY
from assistant.collect.code.values import Known
from assistant.domain.code import OriginKind
from assistant.domain.syntax import Attribute, Binary, Call, Do, If, Name, Throw, Unary


if TYPE_CHECKING:
    from assistant.collect.code.values import Value
    from assistant.domain.syntax import Expression, Statement

PREFIX = "validated."
"""Before the name of a variable that is known to be set."""


def demanded(value: Value, body: tuple[Statement, ...], name: str) -> Value:
    """What a module keeps under a name: set, when it stops at its top level where that is empty."""
    made = validated(value)
    refuses = made is not value and any(
        isinstance(one, If) and _ends(one.then) and _misses(one.test, name) for one in body
    )
    return made if refuses else value


def validated(value: Value) -> Value:
    """The same value, of variables that are set."""
    if not isinstance(value, Known):
        return value
    kept = value.origins - {EMPTY}
    if not kept or not all(one.kind is OriginKind.ENVIRONMENT for one in kept):
        return value
    return Known(
        frozenset(one if one.path.startswith(PREFIX) else one._replace(path=f"{PREFIX}{one.path}") for one in kept)
    )


def _ends(body: tuple[Statement, ...]) -> bool:
    last = body[-1] if body else None
    if isinstance(last, Throw):
        return True
    call = last.expression if isinstance(last, Do) else None
    if not isinstance(call, Call) or not isinstance(call.callee, Attribute) or call.callee.name != "exit":
        return False
    return isinstance(call.callee.of, Name) and call.callee.of.id in {"process", "Deno", "sys"}


def _misses(test: Expression, name: str) -> bool:
    if isinstance(test, Binary) and test.operator == "||":
        return _misses(test.left, name) or _misses(test.right, name)
    return (
        isinstance(test, Unary) and test.operator == "!" and isinstance(test.operand, Name) and test.operand.id == name
    )
