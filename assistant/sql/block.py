"""What a DO block sets, as far as its text says so.

Migrations wrap policies and constraints in DO blocks to make them repeatable. The statements inside are found by their first words;
what a block builds at run time (``EXECUTE format(…)``) is not guessed: ``is_dynamic`` says that only the catalog can tell.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final

from assistant.sql.head import Head, read_head
from assistant.sql.split import split
from assistant.sql.tokens import Cursor


if TYPE_CHECKING:
    from collections.abc import Container, Iterator


_BEGINS: Final = re.compile(
    r"\b(?:create|alter|drop|grant|revoke|insert\s+into\s+storage|update\s+storage)\b", re.IGNORECASE
)
_EXECUTE: Final = re.compile(r"\bexecute\b", re.IGNORECASE)
_CALLS: Final = re.compile(r"\s*(?:select|call|with)\b", re.IGNORECASE)
_CALLED: Final = re.compile(r"\b(\w+)\"?\s*\(")
_HEAD: Final = 20_000
"""Characters of a statement that are looked at; what calls a function or makes an object says so early."""
_TRIES: Final = 20


def heads_of_block(text: str, schema: str = "public") -> Iterator[tuple[Head, int]]:
    """The heads of the statements inside a DO block, each with the lines between it and the start of ``text``."""
    body = _body(text)
    if body is None:
        return
    code, line = body
    for fragment in split(code):
        inner, offset = _unwrapped(fragment.text)
        for begin in islice(_BEGINS.finditer(inner), _TRIES):
            head = read_head(inner[begin.start() : begin.start() + _HEAD], schema)
            if head is not None:
                yield head, line + fragment.line - 1 + offset + inner.count("\n", 0, begin.start())
                break


def is_dynamic(text: str, functions: Container[str] = ()) -> bool:
    """True when only the catalog can tell what a statement set.

    Args:
        text: the statement: a DO block that builds SQL, or a SELECT, WITH or CALL.
        functions: bare names of the operator's own functions; only a call of one of these can set anything.
    """
    if _CALLS.match(text):
        return any(name in functions for name in _CALLED.findall(text[:_HEAD]))
    body = _body(text)
    return body is not None and any(
        _EXECUTE.search(fragment.text) and _unwrapped(fragment.text)[0] is fragment.text for fragment in split(body[0])
    )


def _body(text: str) -> tuple[str, int] | None:
    """The code of a DO block and the line of ``text`` (from 0) on which it starts; None for anything else."""
    cursor = Cursor(text)
    if not cursor.accept("do"):
        return None
    if cursor.accept("language"):
        cursor.take()
    token = cursor.peek()
    if token is None or token.kind != "string":
        return None
    return token.value, text.count("\n", 0, token.at)


def _unwrapped(statement: str) -> tuple[str, int]:
    """The text of ``EXECUTE '…'`` when it is one literal, with its line; otherwise the statement itself."""
    found = _EXECUTE.search(statement)
    if found is None:
        return statement, 0
    cursor = Cursor(statement[found.end() :])
    token = cursor.take()
    if token is None or token.kind != "string" or cursor.peek() is not None:
        return statement, 0
    return token.value, statement.count("\n", 0, found.end() + token.at)
