"""Where the lines of a file start, in bytes."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Sequence


def line_starts(data: bytes) -> tuple[int, ...]:
    """Byte offset at which each line starts; lines end at a newline, so that CRLF counts once."""
    lengths = [len(line) + 1 for line in data.split(b"\n")]
    return tuple(accumulate(lengths[:-1], initial=0))


def line_of(starts: Sequence[int], at: int) -> int:
    """1-based line of a byte offset."""
    return bisect_right(starts, at)
