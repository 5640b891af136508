r"""SQL inside shell scripts: the bookkeeping table that a migration runner makes before the first migration.

Only whole quoted strings and here-documents that hold a CREATE, ALTER, GRANT or REVOKE are taken, only from scripts that call psql,
and never one in which the shell would fill in something: what cannot be known is not replayed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.collect.set_aside import SCHEMA
from assistant.domain.replay import Source
from assistant.sql.head import read_head
from assistant.sql.split import split


if TYPE_CHECKING:
    from collections.abc import Iterator


_CALLS_PSQL: Final = re.compile(r"\bpsql\b")
_REGION: Final = re.compile(
    r"""
      (?:^|(?<=[\s;]))\#[^\n]*                                                   # a comment
    | <<-?[ \t]*(?P<quote>['"]?)(?P<tag>\w+)(?P=quote)[^\n]*\n(?P<here>.*?)^[ \t]*(?P=tag)[ \t]*$
    | (?<!\\)"(?P<double>(?:[^"\\]++|\\.)*+)"
    | (?<!\\)'(?P<single>[^']*+)'
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_FILLED_IN: Final = re.compile(r"\$[\w{(]|`")
_MAKES: Final = frozenset(
    {"create", "alter", "drop", "enable-rls", "disable-rls", "force-rls", "grant", "revoke", "rename"}
)


def sql_of_script(path: str, text: str) -> tuple[Source, ...]:
    """The SQL that a shell script would run, one Source a string, each with the line on which it starts."""
    if not _CALLS_PSQL.search(text) or not SCHEMA.search(text.replace('"', "\n").replace("'", "\n")):
        return ()
    return tuple(_regions(path, text))


def _regions(path: str, text: str) -> Iterator[Source]:
    for region in _REGION.finditer(text):
        part = next((name for name in ("here", "double", "single") if region[name] is not None), None)
        if part is None:
            continue
        sql = region[part]
        if part == "double":
            sql = re.sub(r'\\(["\\$`])', r"\1", sql)
        kept = [fragment for fragment in split(sql) if _is_schema(fragment.text)]
        if not kept:
            continue
        line = text.count("\n", 0, region.start(part)) + 1
        # statements keep their lines: what is left out between them becomes empty lines
        rebuilt: list[str] = []
        for fragment in kept:
            rebuilt.append(
                "\n" * (fragment.line - 1 - sum(piece.count("\n") for piece in rebuilt)) + fragment.text + ";"
            )
        yield Source(path=path, text="".join(rebuilt), first_line=line)


def _is_schema(statement: str) -> bool:
    head = read_head(statement)
    return head is not None and head.action in _MAKES and _FILLED_IN.search(statement) is None
