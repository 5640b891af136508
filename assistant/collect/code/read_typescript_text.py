"""The values of literals: escapes of strings, the many spellings of numbers, the text of type annotations."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.collect.code.read_typescript_state import Reading


_ESCAPE: Final = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|[\s\S]))")
_PLAIN: Final = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "b": "\b",
    "f": "\f",
    "v": "\v",
    "0": "\0",
    "\n": "",
    "\r\n": "",
    "\u2028": "",
    "\u2029": "",
}
_HIGHEST: Final = 0x10FFFF
_HALVES: Final = range(0xD800, 0xE000)
"""Halves of a pair: no characters of their own, and they cannot be written out again."""
_LONGEST_ANNOTATION: Final = 200
_SHORT: Final = 40


def string_of(reading: Reading, node: Node) -> str:
    """The value of a quoted string."""
    return fragment(cut(reading.source, node.start_byte + 1, node.end_byte - 1))


def cut(source: bytes, start: int, end: int) -> bytes:
    """The bytes between two places; none where the second is not after the first, as compiled code has to be told."""
    return source[start:end] if start < end else b""


def fragment(raw: bytes) -> str:
    """The value of the inside of a string or template; short ones are interned."""
    text = raw.decode("utf-8", "replace")
    if "\\" in text:
        text = _ESCAPE.sub(_unescaped, text)
    return sys.intern(text) if len(text) < _SHORT else text


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code is None:
        return _PLAIN.get(found[4], found[4])
    number = int(code, 16)
    return chr(number) if number <= _HIGHEST and number not in _HALVES else "\ufffd"


def number_of(text: str) -> int | float | None:
    """The value of a number: decimal, hexadecimal, octal, binary, with separators, ``10n``; None when it is none."""
    plain = text.replace("_", "").rstrip("n")
    try:
        if plain[:2].lower() in {"0x", "0o", "0b"}:
            return int(plain, 0)
        return int(plain) if plain.isdecimal() and len(plain) < _SHORT else float(plain)
    except ValueError:
        return None


def annotation_of(reading: Reading, node: Node | None) -> str:
    """The text of a type annotation without its colon, on one line, at most 200 characters; empty when there is none."""
    if node is None:
        return ""
    raw = reading.source[node.start_byte : min(node.end_byte, node.start_byte + 4 * _LONGEST_ANNOTATION)]
    text = " ".join(raw.decode("utf-8", "replace").lstrip(":").split())
    return sys.intern(text[:_LONGEST_ANNOTATION])
