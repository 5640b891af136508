"""Numbers with their noun, as a person would write them."""

from __future__ import annotations


def plural(number: int, one: str, many: str = "") -> str:
    """``1 leak``, ``1,204 leaks``; ``many`` for a plural that is not ``one`` with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
