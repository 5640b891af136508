"""Tables whose rows belong to whoever a table of members names beside them: ``user_projects(user_id, project_id)``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.guards import EQUALS
from assistant.domain.code import OriginKind


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Query

_PEOPLE: Final = frozenset(
    {"user", "member", "membership", "collaborator", "owner", "access", "permission", "role", "grant", "share"}
)
"""What stands beside the name of a thing in the name of a table that says whose it is."""
_GUESTS: Final = frozenset({"participant", "attendee", "subscriber", "follower"})
"""People who may come to what is open to all; what sounds private is not."""


def of_members(context: CodeContext) -> frozenset[str]:
    """Tables, by the one spelling of their name, of which some handler asked whether the caller is a member, or made them one.

    And those that are read together with an owned thing they belong to: ``github`` with its ``gitProvider``.
    """
    return _of_owned(context) | frozenset(
        table
        for entry in context.map.entries
        for query in entry.queries
        if any(_person(column) and by_caller for column, by_caller in _columns(query))
        for column, _ in _columns(query)
        if (table := _named_by(column)) and _joins(words.table_key(query.table), table)
    )


def _of_owned(context: CodeContext) -> frozenset[str]:
    return frozenset(
        words.table_key(query.table)
        for entry in context.map.entries
        for query in entry.queries
        for column in query.columns or ()
        if column.endswith(".*") and _is_owned(context, column[:-2])
    )


def _is_owned(context: CodeContext, relation: str) -> bool:
    """A single thing, and no person, whose rows the code ties to the caller elsewhere."""
    one = "." not in relation and words.table_key(relation) == words.snake(relation)
    return one and not words.names_person(f"{relation}_id") and bool(context.owner_columns(relation))


def _columns(query: Query) -> Iterator[tuple[str, bool]]:
    """Columns that are compared or written, and whether with the caller."""
    for part in query.filters:
        if part.operator in EQUALS:
            yield part.column, any(origin.kind is OriginKind.CALLER for origin in part.origins)
    for each in query.written:
        yield each.column, True


def _person(column: str) -> bool:
    return "." not in column and words.names_person(column)


def _named_by(column: str) -> str:
    """``project`` for ``projectId``; empty for a column that refers to nothing, or to a person."""
    written = words.snake(column)
    if "." in column or not written.endswith("_id") or words.names_person(column):
        return ""
    return words.table_key(written[:-3])


def _joins(junction: str, table: str) -> bool:
    """The name says that it joins people to the thing: ``project_members``, ``user_projects``, ``memberships``."""
    beside = set(junction.split("_")) - set(table.split("_"))
    if beside & _GUESTS:
        return words.sounds_private(table)
    return bool(beside) and beside <= _PEOPLE
