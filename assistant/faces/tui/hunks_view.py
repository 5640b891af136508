"""Edits of code as a list: what each does, where, and what was said about it; edits that only serve others are not asked about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.write.patches import Choice, FilePatch

TAKEN: Final = "✓ take"
LEFT: Final = "- left"
EDITED: Final = "✎ yours"
STYLE: Final = {TAKEN: "green", LEFT: "dim", EDITED: "cyan"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One edit that a person decides on."""

    file: int
    """Number of the file."""
    number: int
    """Number of the edit in that file."""


def spots(files: Sequence[FilePatch]) -> tuple[Spot, ...]:
    """Every edit to decide on, by file and place."""
    return tuple(
        Spot(file=at, number=number)
        for at, file in enumerate(files)
        for number, choice in enumerate(file.choices)
        if not choice.hunk.supports
    )


def line_of(file: FilePatch, choice: Choice) -> int:
    """1-based line at which an edit begins in the file as it was."""
    return (file.before or "").encode()[: choice.hunk.at].count(b"\n") + 1


def mark(choice: Choice) -> str:
    """What was said about an edit, as a symbol and a word."""
    if not choice.accepted:
        return LEFT
    return TAKEN if choice.edited is None else EDITED


def row(file: FilePatch, choice: Choice) -> str:
    """One line of the list."""
    return f"{mark(choice):<7} {file.path}:{line_of(file, choice)}  {choice.hunk.says}"


def total(files: Sequence[FilePatch]) -> str:
    """What would be written: ``3 of 5 edits in 2 files``."""
    asked = [choice for file in files for choice in file.choices if not choice.hunk.supports]
    taken = sum(choice.accepted for choice in asked)
    changed = sum(file.after != file.before for file in files)
    return f"{taken} of {plural(len(asked), 'edit')} in {plural(changed, 'file')}"
