"""Asks for listed columns instead of whole rows.

Facts: ``columns`` (names to keep, comma separated), ``engine``, ``hide`` (names that must go, comma separated: for Prisma's ``omit``
when ``columns`` is empty).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.domain.fixes import Hunk
from codemods.target import Edits, Refusal
from codemods.tsx.layout import add_entry
from codemods.tsx.style import column, indent_at, rest_of_line, style_of
from codemods.tsx.tree import (
    arguments,
    around,
    chain_around,
    enclosing_function,
    field,
    links,
    pairs,
    parse,
    plain,
    string,
    text,
    walk,
)


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.target import Answer, Target
    from codemods.tsx.style import Style

SAYS = "Whole rows carry more than is shown."


def edit(source: bytes, target: Target) -> Answer:
    """List the columns in the query."""
    root = parse(source, target.path)
    style = style_of(root, source)
    wanted = [one for one in target.facts.get("columns", "").split(",") if one]
    hidden = [one for one in target.facts.get("hide", "").split(",") if one]
    found = plain(around(root, target.at))
    call = next((one for one in walk(found) if one.type == "call_expression"), None) if found is not None else None
    if call is None or not (wanted or hidden):
        return Refusal("Which columns the caller needs is not known here: list them in the query by hand.")
    call = chain_around(call)
    engine = target.facts.get("engine", "")
    read = _read_behind(call, wanted, hidden)
    if read:
        return Refusal(f"The handler works with `{read}` itself: take it out of the answer where it has to stay there.")
    if engine == "supabase":
        return _supabase(style, call, wanted, hidden)
    if engine == "prisma":
        return _prisma(source, style, call, wanted, hidden)
    if engine == "drizzle":
        return _drizzle(source, style, call, wanted, hidden)
    return Refusal(f"Queries of {engine or 'this kind'} are not rewritten: list the columns by hand.")


def _read_behind(call: Node, wanted: list[str], hidden: list[str]) -> str:
    """A column that would be left out although the handler reads it behind the query; empty without one."""
    function = enclosing_function(call)
    later = text(function).encode()[call.end_byte - function.start_byte :].decode() if function is not None else ""
    gone = [one for one in hidden if one not in wanted] if wanted else hidden
    return next((one for one in gone if re.search(rf"(?<!\.\.)\.{re.escape(one)}\b(?!\s*\()", later)), "")


def _supabase(style: Style, call: Node, wanted: list[str], hidden: list[str]) -> Answer:
    link = next((one for name, one in links(call) if name == "select"), None)
    if link is None:
        return Refusal("The query has no select to list columns in: list them by hand.")
    given = arguments(link)
    said = string(given[0]) if given else "*"
    if said is None:
        return Refusal("The list of columns is made elsewhere: shorten it there.")
    if said.strip() == "*" or not given:
        if not wanted:
            return Refusal(f"Leave out {', '.join(hidden)} by listing the other columns: they are not known here.")
        words = style.quoted(", ".join(wanted))
        held = field(link, "arguments")
        assert held is not None
        if given:
            return Edits((Hunk(at=given[0].start_byte, end=given[0].end_byte, text=words, says=SAYS),))
        return Edits((Hunk(at=held.start_byte + 1, end=held.start_byte + 1, text=words, says=SAYS),))
    if "(" in said:
        return Edits(()) if "*" not in said else Refusal("The select joins other tables: list their columns by hand.")
    kept = [
        one for one in (part.strip() for part in said.split(",")) if one not in hidden and (not wanted or one in wanted)
    ]
    if kept == [part.strip() for part in said.split(",")]:
        return Edits(())
    if not kept:
        return Refusal(
            f"Nothing is left of the query without {said}: look who needs it, and ask whether they may have it."
        )
    return Edits((Hunk(at=given[0].start_byte, end=given[0].end_byte, text=style.quoted(", ".join(kept)), says=SAYS),))


def _prisma(source: bytes, style: Style, call: Node, wanted: list[str], hidden: list[str]) -> Answer:
    found = next((one for _, one in reversed(links(call)) if field(one, "arguments") is not None), None)
    if found is None:
        return Refusal("The query could not be read: add a `select` by hand.")
    key, names = ("select", wanted) if wanted else ("omit", hidden)
    inside = ", ".join(f"{name}: true" for name in names)
    given = arguments(found)
    if not given:
        held = field(found, "arguments")
        assert held is not None
        put = style.braces(f"{key}: {style.braces(inside)}")
        return Edits((Hunk(at=held.start_byte + 1, end=held.start_byte + 1, text=put, says=SAYS),))
    record = plain(given[0])
    if record is None or record.type != "object":
        return Refusal("The query's argument is made elsewhere: add a `select` there.")
    there = pairs(record)
    if "select" in there:
        return _narrowed(there["select"], hidden)
    if "omit" in there:
        return Edits(())
    if "include" in there and key == "select":
        return Refusal("The query includes other tables: turn `include` into a `select` of what is shown, by hand.")
    return Edits(tuple(add_entry(source, style, record, f"{key}: {style.braces(inside)}", SAYS)))


def _narrowed(select: Node, hidden: list[str]) -> Answer:
    """A select that names a secret loses it."""
    hunks = []
    items = [one for one in select.named_children if one.type != "comment"]
    for number, one in enumerate(items):
        if text(field(one, "key")) in hidden:
            end = items[number + 1].start_byte if number + 1 < len(items) else one.end_byte
            hunks.append(Hunk(at=one.start_byte, end=end, text="", says=SAYS))
    return Edits(tuple(hunks))


def _drizzle(source: bytes, style: Style, call: Node, wanted: list[str], hidden: list[str]) -> Answer:
    steps = links(call)
    select = next((one for name, one in steps if name == "select"), None)
    table = next((text(arguments(one)[0]) for name, one in steps if name == "from" and arguments(one)), "")
    if select is None:
        last = steps[-1][1]
        given = arguments(last)
        record = plain(given[0]) if given else None
        names = dict.fromkeys(wanted, "true") or dict.fromkeys(hidden, "false")
        inside = ", ".join(f"{name}: {value}" for name, value in names.items())
        if record is None or record.type != "object":
            return Refusal("The query could not be read: list its columns by hand.")
        if "columns" in pairs(record):
            return Edits(())
        return Edits(tuple(add_entry(source, style, record, f"columns: {style.braces(inside)}", SAYS, first=True)))
    if arguments(select):
        return Edits(())
    if not wanted or not table:
        return Refusal("Which columns the caller needs is not known here: list them in `select` by hand.")
    held = field(select, "arguments")
    assert held is not None
    at = held.start_byte + 1
    entries = [f"{name}: {table}.{name}" for name in wanted]
    put = style.braces(", ".join(entries))
    if len(put) > style.width - column(source, at) - rest_of_line(source, at):
        indent = indent_at(source, select.start_byte)
        step = style.eol + indent + style.indent * 2
        put = "{" + "".join(f"{step}{entry}," for entry in entries) + style.eol + indent + style.indent + "}"
    return Edits((Hunk(at=at, end=at, text=put, says=SAYS),))
