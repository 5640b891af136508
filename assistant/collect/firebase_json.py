"""The rules of Firebase's Realtime Database: a JSON tree in which ``.read`` and ``.write`` cascade downwards.

The file may hold comments, so it is read here and not by ``json``; only keys, nesting and the values of ``.read`` and ``.write`` matter.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.collect.firebase_expressions import read_expression
from assistant.collect.firebase_reach import judge
from assistant.domain.code import DocumentRule
from assistant.domain.facts import Place


if TYPE_CHECKING:
    from collections.abc import Iterator

_PIECE: Final = re.compile(
    r"//[^\n]*|/\*.*?\*/|(?P<string>\"(?:[^\"\\]|\\.)*\")|(?P<sign>[{}\[\]:,])|(?P<word>true|false|null|-?[\d.]+)",
    re.DOTALL,
)
_VERBS: Final = {".read": ("get", "list"), ".write": ("create", "update", "delete")}
_LONGEST: Final = 400


def grants_of_tree(path: str, text: str) -> Iterator[DocumentRule]:
    """Grants of one file, in their order."""
    for keys, key, value, at in _values(text):
        if key not in _VERBS or not keys or keys[0] != "rules":
            continue
        raw = text[at : at + len(value)]
        condition = bytes(value[1:-1], "utf-8").decode("unicode_escape", "replace") if value.startswith('"') else value
        verdict = judge(read_expression(condition), {})
        place = "/" + "/".join(keys[1:])
        before = len(text[:at].encode())
        yield DocumentRule(
            place=Place(file=path, line=text.count("\n", 0, at) + 1, symbol=place),
            service="realtime",
            path=place,
            verbs=_VERBS[key],
            condition=" ".join(condition.split())[:_LONGEST],
            reach=verdict.reach,
            until=verdict.until,
            binds=verdict.binds,
            at=(before, before + len(raw.encode())),
        )


def _values(text: str) -> Iterator[tuple[tuple[str, ...], str, str, int]]:
    """Keys on the way, key, scalar as written, and where it starts."""
    keys: list[str] = []
    pending = ""
    key = ""
    for found in _PIECE.finditer(text):
        kind = found.lastgroup
        if kind == "sign":
            if found.group() == ":":
                key, pending = pending, ""
            elif found.group() in "{[":
                keys.append(key)
                key = ""
            elif found.group() in "}]":
                keys = keys[:-1]
                key = ""
            elif found.group() == ",":
                key = ""
            continue
        if kind is None:
            continue
        if key:
            yield tuple(keys[1:]), key, found.group(), found.start()
        elif kind == "string":
            pending = found.group()[1:-1]
