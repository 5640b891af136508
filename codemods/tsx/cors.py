"""Names the origin that may read a response, in place of ``*``.

Facts: ``variable`` (environment variable with the site's own address).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Refusal
from codemods.tsx.style import style_of
from codemods.tsx.tree import around, parse, string, text, walk


if TYPE_CHECKING:
    from codemods.target import Answer, Target

SAYS = "Any site may read this response with the visitor's rights."


def edit(source: bytes, target: Target) -> Answer:
    """Replace the literal ``*`` next to ``Access-Control-Allow-Origin``."""
    root = parse(source, target.path)
    place = around(root, target.at)
    variable = target.facts.get("variable", "")
    if place.parent is not None and "Access-Control-Allow-Origin" not in text(place):
        place = place.parent
    found = [one for one in walk(place) if one.type == "string" and string(one) == "*"]
    if not variable:
        return Refusal(
            "Which origin may read this is not known: name it in an environment variable and send that instead of `*`."
        )
    if not found:
        return (
            Edits(())
            if variable in text(place)
            else Refusal("The header is put together elsewhere: name the origins that may read.")
        )
    style = style_of(root, source)
    put = style.written(f'process.env.{variable} ?? "null"', "")
    return Edits(tuple(Hunk(at=one.start_byte, end=one.end_byte, text=put, says=SAYS) for one in found))
