"""JSON as tools accept it: comments, trailing commas, a byte order mark. What cannot be read is None, never an exception."""

from __future__ import annotations

import json
import re
from typing import Any, TypeAlias


Json: TypeAlias = Any
"""What ``json.loads`` gives."""
_PIECE = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*[\s\S]*?\*/|,(?=(?:\s|//[^\n]*\n|/\*(?:[^*]|\*(?!/))*\*/)*[\]}])')
"""A text, a comment, or a comma after which only space and comments stand before a bracket; a comment ends at its first end."""


def read_json(data: bytes | str | None) -> Json:
    """The value, or None when it is absent or no JSON even with comments and trailing commas taken away."""
    if data is None:
        return None
    text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
    text = text.removeprefix("\ufeff")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return json.loads(
            _PIECE.sub(lambda piece: piece.group() if piece.group()[0] == '"' else "", text), strict=False
        )
    except (ValueError, RecursionError):
        return None


def read_record(data: bytes | str | None) -> dict[str, Json]:
    """The object, or an empty one."""
    value = read_json(data)
    return value if isinstance(value, dict) else {}


def strings_of(value: Json) -> tuple[str, ...]:
    """A string as one, a list's strings, nothing for anything else."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list):
        return tuple(item for item in value if isinstance(item, str))
    return ()
