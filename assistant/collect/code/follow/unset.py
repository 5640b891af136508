"""``let query; if (one) { query = a; } else { query = b; }``: behind it the name is never without a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.scope import either
from assistant.collect.code.values import Constant, Either
from assistant.domain.syntax import Assign, Do, If, Name, Record, Sequence


if TYPE_CHECKING:
    from assistant.collect.code.follow.scope import Scope
    from assistant.domain.syntax import Statement


def unset_before(scope: Scope, node: If) -> tuple[str, ...]:
    """Names without a value that each way through the statement gives an object or a list."""
    if not node.otherwise:
        return ()
    return tuple(name for name in _set_by(node) if _is_unset(scope.find(name)))


def set_after(scope: Scope, names: tuple[str, ...]) -> None:
    """They stand for what they were given, and for nothing no more."""
    for name in names:
        value = scope.find(name)
        kept = [one for one in value.values if not _is_unset(one)] if isinstance(value, Either) else []
        if kept and isinstance(value, Either) and not value.facts:
            scope.replace(name, either(*kept))


def _is_unset(value: object) -> bool:
    return isinstance(value, Constant) and value.value is None


def _set_by(node: If) -> frozenset[str]:
    return _assigned(node.then) & _assigned(node.otherwise)


def _assigned(body: tuple[Statement, ...]) -> frozenset[str]:
    found: set[str] = set()
    for one in body:
        if isinstance(one, If) and one.otherwise:
            found |= _set_by(one)
        elif isinstance(one, Do) and isinstance(one.expression, Assign):
            target, value = one.expression.target, one.expression.value
            if isinstance(target, Name) and one.expression.operator == "=":
                found = found | {target.id} if isinstance(value, Record | Sequence) else found - {target.id}
    return frozenset(found)
