"""Operators that the grammar grouped wrongly, put right.

With type arguments the tree of ``await db.execute<Row>(q)`` has the ``await`` (or ``!``, ``typeof``) inside the callee; that of ``a !== b!.c`` has the
comparison inside the object, and what follows it then stands around all of it: ``a === 1 && b!.c === d`` is read as ``(a === 1 && b)!.c === d``.
Rightly bound ones stand in parentheses, so that they start after the node they are in, and end before it does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.domain.syntax import Await, Binary, Conditional, Unary


if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.domain.syntax import Expression

TAKEN: Final = frozenset({Await, Unary, Binary, Conditional})
"""What needs parentheses to be an object or a callee, and was read as one without them."""
_BINDS: Final = {
    sign: rank
    for rank, signs in enumerate(
        (
            ("??", "||"),
            ("&&",),
            ("|",),
            ("^",),
            ("&",),
            ("==", "!=", "===", "!=="),
            ("<", ">", "<=", ">=", "in", "instanceof"),
            ("<<", ">>", ">>>"),
            ("+", "-"),
            ("*", "/", "%"),
            ("**",),
        )
    )
    for sign in signs
}
"""How closely each operator binds; the closer, the higher."""


def outside(of: Expression, at: int, end: int, make: Callable[[Expression], Expression]) -> Expression:
    """Put ``make`` under the operators that the grammar wrongly took into its callee or object, which starts at ``at``."""
    if isinstance(of, Await) and of.at == at:
        return Await(outside(of.operand, of.operand.at, end, make), at, end)
    if isinstance(of, Unary) and of.at == at:
        return Unary(of.operator, outside(of.operand, of.operand.at, end, make), at, end)
    if isinstance(of, Binary) and of.at == at:
        return Binary(of.operator, of.left, outside(of.right, _last(of, of.right), end, make), at, end)
    if isinstance(of, Conditional) and of.at == at:
        return Conditional(of.test, of.yes, outside(of.no, _last(of, of.no), end, make), at, end)
    return make(of)


def joined(sign: str, left: Expression, right: Expression, at: int, end: int) -> Expression:
    """``left sign right`` from ``at`` to ``end``, where ``left`` may hold an operator that binds less closely without being in parentheses."""
    if isinstance(left, Binary) and left.at == at and _BINDS.get(sign, 0) > _BINDS.get(left.operator, 0):
        inner = joined(sign, left.right, right, _last(left, left.right), end)
        return Binary(left.operator, left.left, inner, at, end)
    if isinstance(left, Conditional) and left.at == at:
        return Conditional(left.test, left.yes, joined(sign, left.no, right, _last(left, left.no), end), at, end)
    return Binary(sign, left, right, at if at >= 0 else left.at, end)


def _last(whole: Expression, part: Expression) -> int:
    """Where the last operand starts; -1 when it stands in parentheses."""
    return part.at if part.end == whole.end else -1
