"""``let query; if (one) { query = a; } else { query = b; }``: behind it the name is never without a value, and ``this.query`` is one of two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.scope import either
from assistant.collect.code.values import Constant, Either, Shape
from assistant.domain.syntax import Assign, Attribute, Do, If, Name, Record, Sequence


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.follow.scope import Scope
    from assistant.collect.code.values import Value
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


def own_fields(node: If) -> frozenset[str]:
    """Fields of ``this`` that each way through the statement gives a value."""
    return _own(node.then) & _own(node.otherwise) if node.otherwise else frozenset()


def values_of_own(scope: Scope, names: frozenset[str]) -> dict[str, Value]:
    """What these fields of ``this`` stand for now."""
    own = scope.find("this") if names else None
    return {name: own.fields[name] for name in sorted(names) if name in own.fields} if isinstance(own, Shape) else {}


def one_of_two(run: Run, scope: Scope, first: dict[str, Value]) -> None:
    """What the first way gave each field is no less its value than what the second gave."""
    own = scope.find("this") if first else None
    if isinstance(own, Shape) and isinstance(own.fields, dict):
        run.touches(own)
        own.fields.update(
            {name: either(value, own.fields[name]) for name, value in first.items() if name in own.fields}
        )


def _own(body: tuple[Statement, ...]) -> frozenset[str]:
    found: set[str] = set()
    for one in body:
        if isinstance(one, If) and one.otherwise:
            found |= own_fields(one)
        elif isinstance(one, Do) and isinstance(one.expression, Assign):
            target = one.expression.target
            if isinstance(target, Attribute) and isinstance(target.of, Name) and target.of.id == "this":
                found.add(target.name)
    return frozenset(found)


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
