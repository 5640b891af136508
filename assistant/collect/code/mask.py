"""Blanks, length for length, what the grammar of tree-sitter-typescript cannot parse, so that offsets stay true.

The gaps of the grammar lie exactly where raw SQL is written: type arguments before a template string. Only the parse sees the mask; names
and texts are cut from the bytes as they are on disk.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Sequence


_CANDIDATES: Final = tuple(
    re.compile(text) for text in (rb">\s*`", rb"typeof\s+import\b", rb"export\s+type\s*\*", rb"\0")
)
"""One by one, because a pattern that starts with a text is searched six times as fast as a choice of them."""
_TYPEOF_IMPORT: Final = re.compile(rb"\btypeof\s+(import\s*\(\s*(?:\"[^\"\n]*\"|'[^'\n]*')\s*,?\s*\))")
_EXPORT_TYPE: Final = re.compile(rb"\bexport\s+(type)\s*\*")
_TEMPLATE: Final = re.compile(rb"(>)\s*`")
_NAME: Final = re.compile(rb"[\w$]")
_NO_TYPE: Final = re.compile(rb"&&|\|\||(?<![=!<>])=(?![=>])|==|/>|</")
_AMPERSAND: Final = re.compile(rb"(?<!&)&(?!&)")
_AMPERSANDS: Final = re.compile(rb"&")
_IMPORTED_TYPE: Final = re.compile(
    rb"(?:[:<|(,=]|\bas)\s*(import\s*\(\s*(?:\"[^\"\n]*\"|'[^'\n]*')\s*\))(?=\s*\.\s*[A-Z])"
)
_LONGEST_ARGUMENTS: Final = 4000
_OPENS: Final = frozenset(b"({[")
_CLOSES: Final = frozenset(b")}]")
_LESS, _EQUALS, _GREATER, _SEMICOLON, _UNDERSCORE, _BACKTICK = b"<=>;_`"


def mask(data: bytes) -> bytes:
    """Bytes of the same length and with the same lines that the grammar can parse; the same object when nothing is in the way."""
    if not any(candidate.search(data) for candidate in _CANDIDATES):
        return data
    out = bytearray(data.replace(b"\0", b" "))  # the parser would take it for the end of the file
    for found in _EXPORT_TYPE.finditer(data):
        out[found.start(1) : found.end(1)] = b"    "
    for found in _TYPEOF_IMPORT.finditer(data):
        out[found.start(1) : found.end(1)] = _covered(found[1], b"i")
    for found in _TEMPLATE.finditer(data):
        start = _opening(data, found.start(1))
        if start is not None:
            out[start : found.end(1)] = _covered(data[start : found.end(1)], b" ")
    return bytes(out)


def _covered(text: bytes, sign: bytes) -> bytes:
    """Every byte but those of line ends replaced; ``i`` makes one identifier of what stood on one line."""
    return re.sub(rb"[^\r\n]", sign, text)


def _opening(data: bytes, close: int) -> int | None:
    """Where the type arguments that end at ``close`` start; None when the sign is an arrow, a comparison or the end of a tag."""
    depth, nested = 0, 0
    for at in range(close, max(0, close - _LONGEST_ARGUMENTS), -1):
        sign = data[at]
        if sign in _CLOSES:
            nested += 1
        elif sign in _OPENS:
            nested -= 1
        elif sign == _GREATER and data[at - 1] != _EQUALS:
            depth += 1
        elif sign == _LESS:
            depth -= 1
        elif sign == _BACKTICK:
            return None  # and so a file is walked once, however many templates it has
        if nested < 0 or depth == 0 or (sign == _SEMICOLON and nested == 0):
            is_call = sign == _LESS and nested == 0 and _NAME.match(data, at - 1) is not None
            return at if is_call and _NO_TYPE.search(data, at + 1, close) is None else None
    return None


def mask_faults(data: bytes, spans: Sequence[tuple[int, int]], *, boldly: bool) -> bytes:
    """The same with more covered inside these spans, which failed to parse: ampersands in texts of JSX, types of other modules.

    ``boldly`` covers ``&&`` too, which is an operator where no text stands: only worth it when fewer faults remain.
    """
    out = bytearray(data)
    for start, end in spans:
        for found in (_AMPERSANDS if boldly else _AMPERSAND).finditer(data, start, end):
            out[found.start()] = _UNDERSCORE
        for found in _IMPORTED_TYPE.finditer(data, start, end):
            out[found.start(1) : found.end(1)] = _covered(found[1], b"i")
    return bytes(out)
