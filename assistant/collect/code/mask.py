"""Blanks, length for length, what the grammar of tree-sitter-typescript cannot parse, so that offsets stay true.

The gaps of the grammar lie exactly where raw SQL is written: type arguments before a template string. Only the parse sees the mask; names
and texts are cut from the bytes as they are on disk.
"""

from __future__ import annotations

import re
from typing import Final


_CANDIDATE: Final = re.compile(rb">\s*`|\btypeof\s+import\b|\bexport\s+type\s*\*")
_TYPEOF_IMPORT: Final = re.compile(rb"\btypeof\s+(import\s*\(\s*(?:\"[^\"\n]*\"|'[^'\n]*')\s*\))")
_EXPORT_TYPE: Final = re.compile(rb"\bexport\s+(type)\s*\*")
_ENDS: Final = re.compile(rb"(>)\s*`")
_LONGEST_ARGUMENTS: Final = 2000
_NAMES: Final = re.compile(rb"[\w$\])]")
_AMPERSAND: Final = re.compile(rb"(?<!&)&(?!&)")


def mask(data: bytes) -> bytes:
    """Bytes of the same length and with the same lines that the grammar can parse."""
    if _CANDIDATE.search(data) is None:
        return data
    out = bytearray(data)
    for found in _EXPORT_TYPE.finditer(data):
        out[found.start(1) : found.end(1)] = b"    "
    for found in _TYPEOF_IMPORT.finditer(data):
        out[found.start(1) : found.end(1)] = _same_lines(found[1], b"i")
    for found in _ENDS.finditer(data):
        start = _opening(data, found.start(1))
        if start is not None:
            out[start : found.end(1)] = _same_lines(data[start : found.end(1)], b" ")
    return bytes(out)


def _same_lines(covered: bytes, sign: bytes) -> bytes:
    return re.sub(rb"[^\r\n]", sign, covered)


def _opening(data: bytes, close: int) -> int | None:
    """Where the type arguments that end at ``close`` start; None when the sign is an arrow or a comparison."""
    if data[close - 1 : close] in {b"=", b" "}:
        return None
    depth = 0
    floor = max(0, close - _LONGEST_ARGUMENTS)
    for at in range(close, floor, -1):
        sign = data[at]
        if sign == 0x3E and data[at - 1] != 0x3D:
            depth += 1
        elif sign == 0x3C:
            depth -= 1
            if depth == 0:
                return at if _NAMES.match(data, at - 1) is not None else None
        elif sign in b"`;":
            return None
    return None


def mask_ampersands(data: bytes, spans: list[tuple[int, int]]) -> bytes:
    """The same with single ampersands covered inside these spans: texts and addresses of JSX that failed to parse."""
    out = bytearray(data)
    for start, end in spans:
        for found in _AMPERSAND.finditer(data, start, end):
            out[found.start()] = 0x5F
    return bytes(out)
