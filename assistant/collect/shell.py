r"""SQL inside shell scripts: the bookkeeping table that a migration runner makes before the first migration.

Only whole quoted strings and here-documents that hold a CREATE, ALTER, GRANT or REVOKE are taken, only from scripts that call psql,
and never one in which the shell would fill in something: what cannot be known is not replayed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from assistant.collect.set_aside import SCHEMA
from assistant.domain.replay import Source
from assistant.sql.head import read_head
from assistant.sql.split import split


if TYPE_CHECKING:
    from collections.abc import Iterator


_CALLS_PSQL: Final = re.compile(r"\bpsql\b")
_OPENING: Final = re.compile(
    r"""
      (?:^|(?<=[\s;]))\#[^\n]*                                                   # a comment
    | <<-?[ \t]*(?P<quote>['"]?)(?P<tag>\w+)(?P=quote)[^\n]*\n
    | (?<!\\)"(?P<double>[^"\\]*(?:\\.[^"\\]*)*)"
    | (?<!\\)'(?P<single>[^']*)'
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_LONE_WORD: Final = re.compile(r"^[ \t]*(\w+)[ \t\r]*$", re.MULTILINE)
_LARGEST: Final = 1024 * 1024
_FILLED_IN: Final = re.compile(r"\$[\w{(]|`")
_MAKES: Final = frozenset(
    {"create", "alter", "drop", "enable-rls", "disable-rls", "force-rls", "grant", "revoke", "rename"}
)


def sql_of_script(path: str, text: str) -> tuple[Source, ...]:
    """The SQL that a shell script would run, one Source a string, each with the line on which it starts."""
    if len(text) > _LARGEST or not _CALLS_PSQL.search(text) or not SCHEMA.search(re.sub("[\"']", "\n", text)):
        return ()
    return tuple(source for start, sql in _regions(text) if (source := _kept(path, text, start, sql)) is not None)


def _regions(text: str) -> Iterator[tuple[int, str]]:
    """Quoted strings and here-documents: where each starts, and what the shell would hand on."""
    closings: dict[str, list[int]] = {}
    for line in _LONE_WORD.finditer(text):
        closings.setdefault(line[1], []).append(line.start())
    position = 0
    while opening := _OPENING.search(text, position):
        position = opening.end()
        if opening["tag"] is not None:
            ends = closings.get(opening["tag"], [])
            index = bisect_left(ends, opening.end())
            if index < len(ends):
                position = ends[index] + 1
                yield opening.end(), text[opening.end() : ends[index]]
        elif opening["double"] is not None:
            yield opening.start("double"), re.sub(r'\\(["\\$`])', r"\1", opening["double"])
        elif opening["single"] is not None:
            yield opening.start("single"), opening["single"]


def _kept(path: str, text: str, start: int, sql: str) -> Source | None:
    """The schema statements of a region on the lines they stand on: what is left out between them becomes empty lines."""
    rebuilt, lines = "", 0
    for fragment in split(sql):
        if _is_schema(fragment.text):
            gap = fragment.line - 1 - lines
            rebuilt += "\n" * gap + fragment.text + ";"
            lines = fragment.line - 1 + fragment.text.count("\n")
    return Source(path=path, text=rebuilt, first_line=text.count("\n", 0, start) + 1) if rebuilt else None


def _is_schema(statement: str) -> bool:
    head = read_head(statement)
    return head is not None and head.action in _MAKES and _FILLED_IN.search(statement) is None
