"""What looking at a value costs that may be hundreds of things: steps are counted so that no entry takes minutes for its sixty thousand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.collect.code.follow.stop import Exhausted


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run

_MANY: Final = 32
"""Origins up to which looking at a value is one step like any other."""


def weigh(run: Run, origins: int) -> None:
    """Count the work with a value of so many origins.

    Raises:
        Exhausted: the entry is too large.
    """
    if origins > _MANY:
        run.left -= origins // 4
        if run.left < 0:
            raise Exhausted
