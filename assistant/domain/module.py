"""One source file in the intermediate form: what it imports and exports, and the parts of it that could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple


if TYPE_CHECKING:
    from assistant.domain.syntax import Statement


class Import(NamedTuple):
    """One imported binding; ``import "x"`` has an empty local name. ``const x = require("y")`` and ``const { a } = await import("y")`` count."""

    local: str
    source: str
    """The specifier as written; for Python the dotted module, relative dots kept."""
    name: str
    """Exported name, ``default``, or ``*`` for the whole module."""
    type_only: bool
    at: int


class Export(NamedTuple):
    """One exported binding."""

    name: str
    """Public name, ``default``, or ``*`` for ``export * from``."""
    local: str
    """Name in this module, or in ``source`` for a re-export; ``default`` for an anonymous default export, which the body declares under that name."""
    source: str
    """Specifier of a re-export, empty otherwise."""
    type_only: bool
    at: int


class Gap(NamedTuple):
    """A part of a file that could not be read."""

    line: int
    """1-based."""
    reason: str


class Module(NamedTuple):
    """One source file."""

    path: str
    """Relative to the root of the repository, forward slashes."""
    language: str
    """ts, tsx, js or py."""
    directives: tuple[str, ...]
    """``use client``, ``use server``, ``use cache`` at the top."""
    imports: tuple[Import, ...]
    exports: tuple[Export, ...]
    body: tuple[Statement, ...]
    """Top-level statements in order; ``export const x = 1`` stands as the Declare it holds, ``export default <expression>`` as a Declare of ``default``; ``module.exports = {...}`` and ``exports.x =`` likewise."""
    lazy: tuple[str, ...]
    """Specifiers of dynamic ``import()`` calls anywhere in the file."""
    gaps: tuple[Gap, ...]
    """Parts not read; a file with gaps is partly read and never clean."""
    line_starts: tuple[int, ...]
    """Byte offset at which each line starts; line n starts at ``line_starts[n - 1]``."""
    says_use_server: bool = True
    """False when ``use server`` stands nowhere in the text, so that no function inside is looked at for it."""
    says_env: bool = True
    """False when the text speaks of no environment, so that nothing inside is looked at for its variables."""

    def line(self, at: int) -> int:
        """1-based line of a byte offset."""
        from bisect import bisect_right

        return bisect_right(self.line_starts, at)
