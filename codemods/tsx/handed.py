"""Functions that a file declares at its own level and hands to others by their name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.tsx.tree import FUNCTIONS, field, parse, plain, text


if TYPE_CHECKING:
    from collections.abc import Collection


def declared_functions(source: bytes, path: str, names: Collection[str]) -> list[tuple[str, tuple[int, int]]]:
    """Those of the given names, in the order of the file, with the bytes of each function."""
    out: list[tuple[str, tuple[int, int]]] = []
    for one in parse(source, path).named_children:
        shown = field(one, "declaration") or one
        if shown.type in FUNCTIONS and text(field(shown, "name")) in names:
            out.append((text(field(shown, "name")), (shown.start_byte, shown.end_byte)))
        for each in shown.named_children if shown.type in {"lexical_declaration", "variable_declaration"} else ():
            value = plain(field(each, "value"))
            if value is not None and value.type in FUNCTIONS and text(field(each, "name")) in names:
                out.append((text(field(each, "name")), (value.start_byte, value.end_byte)))
    return out
