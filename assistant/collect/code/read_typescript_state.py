"""What the readers of TypeScript share while they read one file: the bytes, what was found on the way, and how deep they are.

Nodes of tree-sitter are asked by number (``kind_id``), never by name: names cost a new string each time, and a repository has millions.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from tree_sitter import Parser

from assistant.domain.syntax import Opaque


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tree_sitter import Language, Node

    from assistant.domain.syntax import Export, Expression, Import, Statement

    ExpressionReader = Callable[["Reading", Node, str], Expression]
    StatementReader = Callable[["Reading", Node, list[Statement]], None]


DEEPEST: Final = 180
"""Expressions and statements may nest this deep; what is deeper becomes ``Opaque`` and a gap. Followers and pickle recurse too."""


class Grammar:
    """One of the two grammars, with what to do for each kind of node by its number."""

    def __init__(
        self,
        language: Language,
        expressions: Mapping[str, ExpressionReader],
        statements: Mapping[str, StatementReader],
        unread: Iterable[str],
    ) -> None:
        """Turn tables by name into tables by number."""
        self.parser = Parser(language)
        self.names: dict[int, str] = {}
        self.expressions: dict[int, ExpressionReader] = {}
        self.statements: dict[int, StatementReader] = {}
        self.silent: set[int] = set()
        """Kinds that say nothing to a reader: punctuation, comments, types."""
        left_out = frozenset(unread)
        for number in range(language.node_kind_count):
            name = language.node_kind_for_id(number) or ""
            self.names[number] = name
            if not language.node_kind_is_named(number) or name in left_out:
                self.silent.add(number)
                continue
            if name in expressions:
                self.expressions[number] = expressions[name]
            if name in statements:
                self.statements[number] = statements[name]


class Reading:
    """The state of reading one file."""

    __slots__ = ("depth", "exports", "grammar", "imports", "lazy", "nested", "source", "strings")

    def __init__(self, grammar: Grammar, source: bytes) -> None:
        """Start with the bytes as they are on disk; the tree may have been made from masked ones of the same length."""
        self.grammar = grammar
        self.source = source
        self.depth = 0
        self.nested: list[int] = []
        """Offsets at which nesting was cut off."""
        self.imports: list[Import] = []
        self.exports: list[Export] = []
        self.lazy: list[str] = []
        self.strings: dict[bytes, str] = {}

    def kind(self, node: Node) -> str:
        """The name of a node's kind, without making a new string; ``ERROR`` for what could not be parsed."""
        return self.grammar.names.get(node.kind_id, "ERROR")

    def text(self, node: Node) -> str:
        """The source of a short node; equal texts are one object, which keeps memory and pickles small."""
        raw = self.source[node.start_byte : node.end_byte]
        known = self.strings.get(raw)
        if known is None:
            known = self.strings[raw] = sys.intern(raw.decode("utf-8", "replace"))
        return known

    def expression(self, node: Node, name: str = "") -> Expression:
        """What an expression node says; ``name`` is what a function found there is assigned to."""
        reader = self.grammar.expressions.get(node.kind_id)
        if self.depth >= DEEPEST:
            self.nested.append(node.start_byte)
            return Opaque((), node.start_byte, node.end_byte)
        self.depth += 1
        found = reader(self, node, name) if reader is not None else self.opaque(node)
        self.depth -= 1
        return found

    def opaque(self, node: Node) -> Opaque:
        """A node without a word of its own: its children that can be read."""
        statements = self.grammar.statements
        children = [self.expression(child) for child in self.named(node) if child.kind_id not in statements]
        return Opaque(tuple(children), node.start_byte, node.end_byte)

    def named(self, node: Node) -> list[Node]:
        """The children that carry meaning: no punctuation, comments or types."""
        silent = self.grammar.silent
        return [child for child in node.children if child.kind_id not in silent]

    def statement(self, node: Node, into: list[Statement]) -> None:
        """Append what a statement node says; declarations of types say nothing."""
        reader = self.grammar.statements.get(node.kind_id)
        if reader is None:
            return
        if self.depth >= DEEPEST:
            self.nested.append(node.start_byte)
            return
        self.depth += 1
        reader(self, node, into)
        self.depth -= 1

    def block(self, node: Node | None) -> tuple[Statement, ...]:
        """The statements of a block, or the one statement that stands in its place."""
        into: list[Statement] = []
        if node is not None:
            self.statement(node, into)
        return tuple(into)
