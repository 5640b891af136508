"""What a codemod is given and what it gives back: places in, edits out, or one sentence why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias


if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.domain.fixes import Hunk


class Needed(NamedTuple):
    """A binding that has to be imported."""

    module: str
    """Specifier as it shall be written."""
    name: str
    """Exported name, ``default``, ``*``, or empty for an import for its effect."""
    local: str = ""
    """Name here; empty when it is the same, or for an import for its effect."""

    @property
    def bound(self) -> str:
        """The name it has in the module."""
        return self.local or self.name


class Target(NamedTuple):
    """Where to edit, and what is known about it."""

    path: str
    """Path of the file: its extension chooses the grammar."""
    function: tuple[int, int] = (0, 0)
    """Byte range of the handler."""
    at: tuple[int, int] = (0, 0)
    """Byte range of the expression at fault: a query, a call, a condition."""
    facts: Mapping[str, str] = {}
    """What the codemod asks for by name; each says which in its docstring."""
    needs: tuple[Needed, ...] = ()
    """Imports that the inserted text needs."""


class Edits(NamedTuple):
    """Replacements that do not overlap; none when the file is already as it should be."""

    hunks: tuple[Hunk, ...]


class Refusal(NamedTuple):
    """Why there is no edit."""

    reason: str
    """One sentence a person can act on."""


Answer: TypeAlias = Edits | Refusal
"""What a codemod gives back."""
