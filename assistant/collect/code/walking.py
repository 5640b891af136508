"""Walks over the intermediate form: every expression below something, and every function with the name it is known by.

Iterative, because a generated file nests deeper than the interpreter's stack allows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from assistant.domain.syntax import (
    Assign,
    Attribute,
    Await,
    Binary,
    Call,
    Case,
    Class,
    Conditional,
    Declare,
    Define,
    DefineClass,
    Do,
    Element,
    Expression,
    Field,
    Function,
    If,
    Index,
    Jump,
    Lambda,
    Literal,
    Loop,
    Name,
    Opaque,
    Parameter,
    Part,
    Record,
    RecordPattern,
    Return,
    Sequence,
    SequencePattern,
    Spread,
    Statement,
    Switch,
    Template,
    Throw,
    Try,
    Unary,
)


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.domain.syntax import Module

Node: TypeAlias = (
    Expression | Statement | Field | Function | Class | Case | Parameter | Part | RecordPattern | SequencePattern
)
_LEAVES: Final = (Literal, Name, Jump)
_EXPRESSIONS: Final = (
    Literal,
    Name,
    Attribute,
    Index,
    Call,
    Template,
    Record,
    Sequence,
    Spread,
    Binary,
    Unary,
    Await,
    Conditional,
    Assign,
    Lambda,
    Element,
    Opaque,
)
_STATEMENTS: Final = (Declare, Do, If, Return, Throw, Try, Loop, Switch, Define, DefineClass)
_INNER: Final = (Field, Function, Class, Case, Parameter, Part, RecordPattern, SequencePattern)
_NODES: Final = (*_EXPRESSIONS, *_STATEMENTS, *_INNER)


def nodes_of(*roots: object) -> Iterator[Node]:
    """Every node below ``roots`` and the roots themselves, in source order; a root may be a node or a tuple of nodes."""
    stack: list[object] = list(reversed(roots))
    while stack:
        node = stack.pop()
        if isinstance(node, _NODES):
            yield node
        if isinstance(node, tuple) and not isinstance(node, _LEAVES):
            stack.extend(child for child in reversed(node) if isinstance(child, tuple))


def expressions_of(*roots: object) -> Iterator[Expression]:
    """Every expression below ``roots``, functions inside included, in source order."""
    for node in nodes_of(*roots):
        if isinstance(node, _EXPRESSIONS):
            yield node


def lambdas_named(module: Module, names: frozenset[str]) -> Iterator[tuple[str, Function]]:
    """Functions of a module known by one of ``names``: declared, assigned, a method, or an entry of a record."""
    for node in nodes_of(module.body):
        if isinstance(node, Function) and node.name in names:
            yield node.name, node
        elif (
            isinstance(node, Field)
            and node.key in names
            and isinstance(node.value, Lambda)
            and not node.value.function.name
        ):
            yield node.key or "", node.value.function
