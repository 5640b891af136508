"""Tables of which a whole application reaches the rows by their ids, with nobody asked: one question each, and no accusation a handler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code import words


if TYPE_CHECKING:
    from assistant.detect.code.access import Access

_HABIT: Final = 4
"""Handlers that do the same before it is taken for the application's habit."""


def shared_by_all(groups: list[list[Access]], private: frozenset[str]) -> dict[str, list[list[Access]]]:
    """Tables that many handlers reach by id and that no handler compares with the caller: one question, not one a handler.

    A table of which some handler asks who its members are (``private``) is not shared by all.
    """
    by_name: dict[str, list[list[Access]]] = {}
    for group in groups:
        table = words.table_key(group[0].query.table)
        if _of_colleagues(group) or (not group[0].known_private and table not in private and not _sets_secret(group)):
            by_name.setdefault(table, []).append(group)
    return {
        table: together
        for table, together in by_name.items()
        if table and (len(together) >= _HABIT or all(map(_of_colleagues, together)))
    }


def _of_colleagues(group: list[Access]) -> bool:
    """Rows of one house that are only read, as most handlers show them to every colleague."""
    return not any(access.writes for access in group) and group[0].context.for_colleagues(group[0].query.table)


def _sets_secret(group: list[Access]) -> bool:
    """A password or a key of whichever row: whoever sets it can be that person, and that is shared by nobody."""
    return any(words.is_secret(each.column) for access in group if access.writes for each in access.query.written)
