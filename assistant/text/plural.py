"""Numbers with their noun, and names in a row, as a person would write them."""

from __future__ import annotations

from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Sequence


def plural(number: int, one: str, many: str = "") -> str:
    """``1 leak``, ``1,204 leaks``; ``many`` for a plural that is not ``one`` with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(names: Sequence[str], most: int = 6) -> str:
    """``a, b and 3 more``: names in a row, those beyond ``most`` counted."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
