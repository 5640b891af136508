"""What two values come to beside an operator that looks at both of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.collect.code.follow.addressed import compared
from assistant.collect.code.follow.truth import of_size
from assistant.collect.code.follow.turns import at_the_end
from assistant.collect.code.origins import origins_of
from assistant.collect.code.values import Chain, Constant, Known, Test


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.follow.scope import Scope
    from assistant.collect.code.values import Value
    from assistant.domain.syntax import Binary

SAME: Final = {"===": "equal", "==": "equal", "!==": "differ", "!=": "differ"}
_BITS: Final = {"|": "any", "&": "all"}
_ORDER: Final = {">": "more", ">=": "more", "<": "less", "<=": "less"}


def operated(run: Run, node: Binary, left: Value, right: Value, scope: Scope) -> Value:
    """A comparison, a test whether one is in the other, a text made of two; else something that comes from both."""
    if node.operator in SAME:
        same = SAME[node.operator]
        return compared(run, left, right, same) or at_the_end(run, node, scope, left) or Test(same, (left, right))
    if node.operator in _ORDER:
        return of_size(node, left, right) or Test(_ORDER[node.operator], (left, right))
    if node.operator == "in":
        python = scope.module.endswith(".py")
        return Test("in", (left, right)) if python else Test("is", (right, left))
    if node.operator == "not in":
        return Test("not", (Test("in", (left, right)),))
    if node.operator == "instanceof":
        return Test("is", (left, right))
    if (
        isinstance(left, Constant)
        and isinstance(right, Constant)
        and isinstance(left.value, str)
        and node.operator == "+"
    ):
        return Constant(left.value + str(right.value))
    if node.operator in _BITS and scope.module.endswith(".py") and isinstance(left, Test | Chain):
        return Test(_BITS[node.operator], (left, right))  # Q(…) | Q(…), (A.x == 1) & (A.y == 2)
    origins = origins_of(left) | origins_of(right)
    return Known(origins)
