"""Walks over the intermediate form: every expression below something, and every function with the name it is known by.

Iterative, because a generated file nests deeper than the interpreter's stack allows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

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
_KINDS: Final[frozenset[Any]] = frozenset((*_EXPRESSIONS, *_STATEMENTS, *_INNER))
_ONLY: Final[frozenset[Any]] = frozenset(_EXPRESSIONS)
_WORDS: Final = frozenset(
    {
        "at",
        "end",
        "id",
        "name",
        "new",
        "texts",
        "key",
        "spread",
        "operator",
        "tag",
        "rest",
        "annotation",
        "is_async",
        "directives",
        "kind",
    }
)
"""Fields that hold no node; ``Index.key`` and ``Template.tag`` do."""
_INSIDE: Final[dict[Any, tuple[int, ...]]] = {
    kind: tuple(
        n
        for n, field in tuple(enumerate(kind._fields))[::-1]
        if field not in _WORDS or (kind, field) in {(Index, "key"), (Template, "tag")}
    )
    for kind in (*_KINDS, Jump)
    if kind is not Literal
} | {Literal: ()}
"""Positions of the fields that may hold nodes, last first."""


def nodes_of(*roots: object) -> Iterator[Node]:
    """Every node below ``roots`` and the roots themselves, in source order; a root may be a node or a tuple of nodes."""
    stack: list[Any] = list(roots[::-1])
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind is Name or kind is Literal:
            yield node
            continue
        if kind in _KINDS:
            yield node
        stack.extend(children_of(node))


def children_of(node: Any) -> list[Any]:  # a node or a tuple of nodes
    """The nodes and tuples of nodes right below one, last first."""
    inside = _INSIDE.get(type(node))
    if inside is not None:
        return [child for n in inside if (child := node[n])]
    return [child for child in node[::-1] if isinstance(child, tuple)] if isinstance(node, tuple) else []


def expressions_of(*roots: object) -> Iterator[Expression]:
    """Every expression below ``roots``, functions inside included, in source order."""
    for node in nodes_of(*roots):
        if type(node) in _ONLY:
            yield cast("Expression", node)


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
