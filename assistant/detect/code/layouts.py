"""Layouts that ask who is calling before the pages below them are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.code.guards import PERSONS, is_administrative, strong_guards
from assistant.domain.code import EntryKind, GuardKind


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.domain.code import Entry

_PROVING = frozenset({GuardKind.MEMBERSHIP, GuardKind.OWNER})


def layout_before(entry: Entry, layouts: Iterable[Entry]) -> Entry | None:
    """The nearest layout above a page that asks for a person; None when none does."""
    if entry.kind is not EntryKind.PAGE or entry.is_layout:
        return None
    folder = _folder(entry)
    above = [one for one in layouts if f"{folder}/".startswith(f"{_folder(one)}/") and _asks(one)]
    return max(above, key=lambda one: len(_folder(one)), default=None)


def settles(layout: Entry) -> bool:
    """More than a session is asked for: a role of the application, or that the tenant of the path is the caller's."""
    guards = tuple(strong_guards(layout))
    return is_administrative(guards, layout) or any(guard.kind in _PROVING for guard in guards)


def _asks(entry: Entry) -> bool:
    return any(guard.kind in PERSONS for guard in strong_guards(entry))


def _folder(entry: Entry) -> str:
    return entry.place.file.rpartition("/")[0]
