"""Leaks that need two statements: first a row that a policy trusts, then the victim's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.matrix import Verdict


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.detect.context import Context
    from assistant.domain.matrix import Cell
    from assistant.domain.names import Name

SHOWN = 3


def opened_by(context: Context, authority: Name) -> tuple[Cell, ...]:
    """Leaks that begin with a write to the authority table."""
    cells = context.matrix.cells if context.matrix is not None else ()
    return tuple(cell for cell in cells if cell.verdict is Verdict.LEAKS and cell.through == authority)


def places_opened(cells: Iterable[Cell]) -> str:
    """``public.a, public.b and 4 more``; empty without cells."""
    names = list(dict.fromkeys(cell.object for cell in cells))
    if not names:
        return ""
    shown = names if len(names) <= SHOWN + 1 else names[:SHOWN]
    rest = len(names) - len(shown)
    text = ", ".join(shown)
    return f"{text} and {rest} more" if rest else text
