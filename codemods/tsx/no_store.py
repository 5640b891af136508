"""Keeps a private response out of shared caches: route settings, Cache-Control headers, fetch modes.

Facts: ``what`` (``dynamic`` for the route setting, ``header`` for a Cache-Control literal, ``fetch`` for a cached request).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Refusal
from codemods.tsx.layout import add_entry
from codemods.tsx.style import line_end, line_start, style_of
from codemods.tsx.tree import arguments, around, field, pairs, parse, plain, string, text, walk


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target
    from codemods.tsx.style import Style

SAYS = "What belongs to one person must not be kept for the next."
_PRIVATE = "private, no-store"


def edit(source: bytes, target: Target) -> Answer:
    """Write the setting, or replace the one that lets the response be kept."""
    root = parse(source, target.path)
    style = style_of(root, source)
    what = target.facts.get("what", "dynamic")
    if what == "header":
        return _header(root, style, target)
    if what == "fetch":
        return _fetch(root, source, style, target)
    return _dynamic(root, source, style)


def _dynamic(root: Node, source: bytes, style: Style) -> Answer:
    hunks: list[Hunk] = []
    there = False
    for one in root.named_children:
        shown = one if one.type == "lexical_declaration" else field(one, "declaration")  # or exported by name below
        for each in shown.named_children if shown is not None and shown.type == "lexical_declaration" else ():
            name, value = text(field(each, "name")), field(each, "value")
            if value is None:
                continue
            if name == "dynamic":
                there = True
                if string(plain(value)) != "force-dynamic":
                    hunks.append(_put(value, style.quoted("force-dynamic")))
            elif name == "revalidate" and text(value) != "0":
                hunks.append(
                    Hunk(at=line_start(source, one.start_byte), end=line_end(source, one.end_byte), text="", says=SAYS)
                )
            elif name == "fetchCache" and (string(plain(value)) or "").endswith("cache"):
                hunks.append(_put(value, style.quoted("force-no-store")))
    if not there:
        hunks.append(_setting(root, source, style))
    return Edits(tuple(sorted(hunks, key=lambda hunk: (hunk.at, hunk.end))))


def _put(node: Node, words: str) -> Hunk:
    return Hunk(at=node.start_byte, end=node.end_byte, text=words, says=SAYS)


def _setting(root: Node, source: bytes, style: Style) -> Hunk:
    line = f"export const dynamic = {style.quoted('force-dynamic')}{style.semicolon}{style.eol}"
    imports = [one for one in root.named_children if one.type == "import_statement"]
    if imports:
        at = line_end(source, imports[-1].end_byte)
        return Hunk(at=at, end=at, text=style.eol + line, says=SAYS)
    first = next((one for one in root.named_children if one.type != "comment"), None)
    at = line_start(source, first.start_byte) if first is not None else 0
    return Hunk(at=at, end=at, text=line + style.eol, says=SAYS)


def _header(root: Node, style: Style, target: Target) -> Answer:
    place = around(root, target.at)
    hunks = []
    for one in walk(place):
        words = string(one)
        if (
            one.type in {"string", "template_string"}
            and words is not None
            and re.search(r"\b(public|s-maxage|stale-while-revalidate|max-age)\b", words)
        ):
            hunks.append(_put(one, style.quoted(_PRIVATE)))
    if hunks:
        return Edits(tuple(hunks))
    if _PRIVATE in text(place) or "no-store" in text(place):
        return Edits(())
    return Refusal("The Cache-Control header is put together at run time: set `private, no-store` by hand.")


def _fetch(root: Node, source: bytes, style: Style, target: Target) -> Answer:
    call = next((one for one in walk(around(root, target.at)) if one.type == "call_expression"), None)
    given = arguments(call)
    if call is None or not given:
        return Refusal('The request could not be found: fetch it with `cache: "no-store"`.')
    entry = f"cache: {style.quoted('no-store')}"
    if len(given) == 1:
        at = given[0].end_byte
        return Edits((Hunk(at=at, end=at, text=f", {style.braces(entry)}", says=SAYS),))
    options = plain(given[1])
    if options is None or options.type != "object":
        return Refusal('The options of the request are made elsewhere: set `cache: "no-store"` there.')
    there = pairs(options)
    if "cache" in there:
        return (
            Edits(())
            if string(there["cache"]) == "no-store"
            else Edits((_put(there["cache"], style.quoted("no-store")),))
        )
    if "next" in there and there["next"].parent is not None:
        return Edits((_put(there["next"].parent, entry),))
    return Edits(tuple(add_entry(source, style, options, entry, SAYS)))
