"""Whose data an output holds: canaries of the victim found in whatever a view or a function gave back."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assistant.attack.actors import Side
from assistant.attack.seed import unquoted
from assistant.attack.values import CANARY, account_email


if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from assistant.attack.seed import Seeded
    from assistant.domain.names import Name

_NUMBERS: Final = frozenset({"numeric", "int4", "int8"})
"""Types whose canaries are long enough to be known again, even as the sum of the one row there is."""
_TOKEN: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|zq[ambnxop][\w.-]*(?:@example\.test)?|\b\d{7,9}\b"
)


@dataclass(frozen=True, slots=True)
class Canaries:
    """What stands in the victim's rows."""

    places: Mapping[str, tuple[tuple[Name, str], ...]]
    """Token to the tables and columns it stands in."""
    keys: frozenset[str]
    """Tokens that are ids: they say which row, not what is in it."""

    @classmethod
    def of(cls, seeded: Seeded) -> Canaries:
        """Collect the tokens of the victim's own rows."""
        places: dict[str, list[tuple[Name, str]]] = {}
        keys: set[str] = set()
        for table, rows in sorted(seeded.rows.items()):
            shape = seeded.graph.catalog.tables[table]
            for column, sql in rows.get(Side.VICTIM, {}).items():
                text = unquoted(sql)
                for token in _TOKEN.findall(text or ""):
                    theirs = CANARY.match(token)
                    if theirs is not None and theirs.group(1) != Side.VICTIM.value:
                        continue
                    address = token == account_email(Side.VICTIM)
                    kept = shape.column(column)
                    number = kept is not None and kept.base in _NUMBERS and kept.default is None
                    number = number and seeded.graph.reference(shape, column) is None
                    if not theirs and not address and column not in shape.primary_key and not number:
                        continue
                    places.setdefault(token, []).append((table, column))
                    if not theirs and not address and column in shape.primary_key:
                        keys.add(token)
        return cls({token: tuple(found) for token, found in places.items()}, frozenset(keys))

    def rows_of(self, output: str, known: Collection[str] = ()) -> Iterator[tuple[dict[str, object], set[str]]]:
        """Rows of a JSON array that hold tokens of the victim which were not put in, and those tokens.

        A row that also carries a canary of a published row or of the attacker is theirs or public, and does not count.
        """
        for row in output_rows(output):
            text = json.dumps(row, ensure_ascii=False)
            tokens = set(_TOKEN.findall(text))
            if any(_theirs(token) for token in tokens):
                continue
            found = {token for token in tokens if token in self.places and token not in known}
            if found:
                yield row, found

    def bases(self, tokens: Collection[str], within: Collection[Name]) -> set[tuple[Name, str]]:
        """Tables and columns those tokens come from, among the relations that were read."""
        found = {
            place for token in tokens if token not in self.keys for place in self.places[token] if place[0] in within
        }
        if not found:
            found = {place for token in tokens for place in self.places[token] if place[0] in within}
        return found


def output_rows(output: str) -> list[dict[str, object]]:
    """The rows of a JSON array; anything else is one row with one value."""
    try:
        rows = json.loads(output or "[]")
    except json.JSONDecodeError:
        return [{"output": output}]
    return [row if isinstance(row, dict) else {"output": row} for row in (rows if isinstance(rows, list) else [rows])]


def _theirs(token: str) -> bool:
    """True for a canary of a published row, of the attacker or of a stranger."""
    match = CANARY.match(token)
    if match is None:
        return token in {account_email(Side.OTHER), account_email(Side.PUBLISHED)}
    return match.group(1) in {Side.PUBLISHED.value, Side.OTHER.value, Side.STRANGER.value}
