"""Text from outside made safe to print: what a terminal would obey becomes what a person can read.

Names of tables, server messages and file contents are written by others; an escape sequence in one of them must not
move the cursor, change the title, or turn the reading direction of a frightened reader's screen.
"""

from __future__ import annotations

import unicodedata


_KEPT_IN_LINES = frozenset("\n\t")
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def screen(text: str, *, lines: bool = False) -> str:
    r"""Replace every control, format (bidi, zero-width), surrogate and private-use character by its visible escape.

    Args:
        text: anything from outside.
        lines: keep line feeds and tabs; otherwise they are shown as ``\n`` and ``\t``, so that the result is one line.

    Returns:
        Text that prints as it reads; screening it again changes nothing.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(character if _shows(character, lines=lines) else _visible(character) for character in text)


def _shows(character: str, *, lines: bool) -> bool:
    if lines and character in _KEPT_IN_LINES:
        return True
    return unicodedata.category(character) not in _HIDDEN_CATEGORIES


def _visible(character: str) -> str:
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character)
    if short is not None:
        return short
    code = ord(character)
    if code <= 0xFF:  # noqa: PLR2004 - two hexadecimal digits hold it
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - four digits hold it
