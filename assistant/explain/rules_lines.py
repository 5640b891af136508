"""Where in the migrations a rule was last set, or dropped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.domain.deploys import Reason
from assistant.domain.facts import Place


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.domain.replay import Replay, Source


class Lines:
    """Asked for the line of one reason after the other."""

    def __init__(self, replay: Replay, sources: Sequence[Source]) -> None:
        """``sources`` in replay order."""
        self._places, self._sources = replay.provenance, sources

    def placed(self, kind: str, says: str, weight: float, *keys: str) -> Reason:
        """A reason at the first of ``keys`` that has a line (``policy public.chats: read``, ``dropped public.chats`` …)."""
        place = next((place for key in keys if (place := self._place(key)) is not None), None)
        return Reason(
            kind=kind,
            says=says,
            file=place.file if place is not None else "",
            line=place.line if place is not None else 0,
            weight=round(weight, 2),
        )

    def _place(self, key: str) -> Place | None:
        kind, _, name = key.partition(" ")
        return self._dropped(name) if kind == "dropped" else self._places.get(key)

    def _dropped(self, name: str) -> Place | None:
        """The last DROP POLICY, TRIGGER or VIEW that names an object, with or without its schema."""
        bare = re.escape(name.rpartition(".")[2])
        drops = re.compile(
            rf"^[^\S\n]*drop\s+(?:policy|trigger|view|materialized\s+view)\b[^;]*\b{bare}\b",
            re.IGNORECASE | re.MULTILINE,
        )
        for source in reversed(self._sources):
            found = None
            for found in drops.finditer(source.text):  # noqa: B007 - the last one
                pass
            if found is not None:
                line = source.first_line + source.text.count("\n", 0, found.start())
                return Place(file=source.path, line=line, symbol=name)
        return None
