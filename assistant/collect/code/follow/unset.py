"""``let query; if (one) { query = a; } else { query = b; }``: behind it the name is never without a value, and ``this.query``, ``where.owner`` is one of two."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from assistant.collect.code.follow.scope import either
from assistant.collect.code.values import Constant, Either, Shape
from assistant.domain.syntax import Assign, Attribute, Do, If, Name, Record, Sequence


if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.collect.code.follow.facts import Facts
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.follow.scope import Scope
    from assistant.collect.code.values import Value
    from assistant.domain.syntax import Statement

Field = tuple[str, str]
"""The name of an object and of one of its fields."""
_Named = TypeVar("_Named", str, Field)


def unset_before(scope: Scope, node: If) -> tuple[str, ...]:
    """Names without a value that each way through the statement gives an object or a list."""
    return tuple(name for name in _on_each_way(node, _with_name) if _is_unset(scope.find(name)))


def set_after(scope: Scope, names: tuple[str, ...]) -> None:
    """They stand for what they were given, and for nothing no more."""
    for name in names:
        value = scope.find(name)
        kept = [one for one in value.values if not _is_unset(one)] if isinstance(value, Either) else []
        if kept and isinstance(value, Either) and not value.facts:
            scope.replace(name, either(*kept))


def own_fields(node: If) -> frozenset[Field]:
    """Fields of ``this``, or of an object that has a name, that each way through the statement gives a value."""
    return _on_each_way(node, _with_field)


def values_of_own(scope: Scope, names: frozenset[Field]) -> dict[Field, Value]:
    """What these fields stand for now."""
    found: dict[Field, Value] = {}
    for owner, name in sorted(names):
        own = scope.find(owner)
        if isinstance(own, Shape) and name in own.fields:
            found[owner, name] = own.fields[name]
    return found


def one_of_two(run: Run, scope: Scope, first: dict[Field, Value], facts: tuple[Facts, Facts]) -> None:
    """What the first way gave each field is no less its value than what the second gave; ``facts``: what is known of access on each, if anything."""
    for (owner, name), value in first.items():
        own = scope.find(owner)
        if isinstance(own, Shape) and isinstance(own.fields, dict) and name in own.fields:
            run.touches(own)
            second = own.fields[name]
            apart = (
                any(facts) and value is not second and not isinstance(value, Either) and not isinstance(second, Either)
            )
            own.fields[name] = Either((value, second), facts) if apart else either(value, second)


def _on_each_way(node: If, told: Callable[[frozenset[_Named], Assign], frozenset[_Named]]) -> frozenset[_Named]:
    """What each way through the statement assigns, as ``told`` collects it; nothing without an ``else``."""
    return _in(node.then, told) & _in(node.otherwise, told) if node.otherwise else frozenset()


def _in(
    body: tuple[Statement, ...], told: Callable[[frozenset[_Named], Assign], frozenset[_Named]]
) -> frozenset[_Named]:
    found: frozenset[_Named] = frozenset()
    for one in body:
        if isinstance(one, If):
            found |= _on_each_way(one, told)
        elif isinstance(one, Do) and isinstance(one.expression, Assign):
            found = told(found, one.expression)
    return found


def _with_field(found: frozenset[Field], node: Assign) -> frozenset[Field]:
    target = node.target
    if isinstance(target, Attribute) and isinstance(target.of, Name) and node.operator == "=":
        return found | {(target.of.id, target.name)}
    return found


def _with_name(found: frozenset[str], node: Assign) -> frozenset[str]:
    if not isinstance(node.target, Name) or node.operator != "=":
        return found
    filled = isinstance(node.value, Record | Sequence)
    return found | {node.target.id} if filled else found - {node.target.id}


def _is_unset(value: object) -> bool:
    return isinstance(value, Constant) and value.value is None
