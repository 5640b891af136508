"""What the readers of Python share while they read one file: where its lines start, its imports, how deep they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    import ast
    from collections.abc import Sequence

    from assistant.domain.syntax import Import


DEEPEST: Final = 180
"""Nesting of expressions and statements that is read, as in TypeScript."""


class PythonReading:
    """The state of reading one file."""

    def __init__(self, source: bytes, starts: Sequence[int], *, bom: int) -> None:
        """Start with the bytes on disk; ``bom`` is the length of a byte order mark, which the parser does not count."""
        self.source = source
        self.depth = 0
        self.nested: list[int] = []
        """Lines at which nesting was cut off."""
        self.imports: list[Import] = []
        self.lazy: list[str] = []
        self.globals: frozenset[str] = frozenset()
        """Names of the module that the function being read assigns to."""
        self._starts = self._lines(source, starts)
        self._bom = bom

    @staticmethod
    def _lines(source: bytes, starts: Sequence[int]) -> Sequence[int]:
        """Line starts as the parser counts: a lone carriage return ends a line for Python too."""
        if source.count(b"\r") == source.count(b"\r\n"):
            return starts
        found = [0]
        at = 0
        while at < len(source):
            byte = source[at : at + 1]
            at += 2 if source[at : at + 2] == b"\r\n" else 1
            if byte in {b"\n", b"\r"}:
                found.append(at)
        return found

    def at(self, node: ast.expr | ast.stmt | ast.excepthandler | ast.alias | ast.arg | ast.keyword) -> int:
        """Where a node starts."""
        return self._offset(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt | ast.excepthandler | ast.alias | ast.arg | ast.keyword) -> int:
        """Where a node ends."""
        return self._offset(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)

    def _offset(self, line: int, column: int) -> int:
        if line > len(self._starts):
            return len(self.source)
        return min(self._starts[line - 1] + column + (self._bom if line == 1 else 0), len(self.source))
