"""Which table a column leads to, by the schema that the code keeps, and whether a row hangs on one whose owner the code asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code import words


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LONGEST_WAY: Final = 3
"""Tables between a row and the one that says whose it is."""


class Linked:
    """Keys of the schema, by the one spelling of their tables and columns."""

    def __init__(self, links: Mapping[str, Mapping[str, str]], owned: Callable[[str], bool]) -> None:
        """``links`` is the map's; ``owned`` says whether the code compares rows of a table with the caller."""
        self._owned = owned
        self._links = {
            words.table_key(table): {words.snake(column): words.table_key(target) for column, target in columns.items()}
            for table, columns in links.items()
        }

    def referred(self, table: str, column: str) -> str:
        """The table that a column refers to, by the one spelling of its name; empty when the schema does not say."""
        return self._links.get(words.table_key(table), {}).get(words.snake(column), "")

    def keys(self, table: str) -> tuple[str, ...]:
        """Columns of a table that refer to another one."""
        return tuple(self._links.get(words.table_key(table), ()))

    def hangs_on_owned(self, table: str, depth: int = 0) -> bool:
        """A key leads from the table to one whose rows are somebody's, perhaps by way of others; who wrote a row down is no such key."""
        if depth > _LONGEST_WAY:
            return False
        own = words.table_key(table)
        for column, target in self._links.get(own, {}).items():
            if words.names_person(column) or target == own:
                continue
            if self._owned(target) or self.hangs_on_owned(target, depth + 1):
                return True
        return False

    def of_some_people(self, table: str) -> bool:
        """A plan that hangs on a conversation is no plan that is on offer, though its name ends like one."""
        links = self._links.get(words.table_key(table), {}).items()
        return not words.sounds_public(table, whole=True) and any(
            words.sounds_private(target) and self._owned(target)
            for column, target in links
            if not words.names_person(column)
        )
