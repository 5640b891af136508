"""Words that are looked for in names: the same few thousand paths and columns are asked about a million times."""

from __future__ import annotations

import re
from typing import Final, final


_MOST: Final = 50_000
"""Names that are kept at a time."""


@final
class Words:
    """A pattern, ignoring case, and what it said of each name."""

    def __init__(self, pattern: str, *, cased: bool = False) -> None:
        """``cased`` for a pattern that tells small letters from large ones."""
        self._pattern = re.compile(pattern, 0 if cased else re.IGNORECASE)
        self._said: dict[str, bool] = {}

    def search(self, name: str) -> bool:
        """Whether the words stand anywhere in a name."""
        found = self._said.get(name)
        if found is None:
            if len(self._said) >= _MOST:
                self._said.clear()
            found = self._said[name] = self._pattern.search(name) is not None
        return found
