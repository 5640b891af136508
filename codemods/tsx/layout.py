"""Puts an entry into an object literal or a call into a chain, and breaks the line where it gets too wide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.fixes import Hunk
from codemods.tsx.style import column, indent_at, line_start, rest_of_line
from codemods.tsx.tree import field, links, text


if TYPE_CHECKING:
    from tree_sitter import Node

    from codemods.tsx.style import Style


def add_entry(source: bytes, style: Style, record: Node, entry: str, says: str, *, first: bool = False) -> list[Hunk]:
    """Hunks that add ``key: value`` to an object literal; an object on several lines gets a line."""
    entries = [one for one in record.named_children if one.type != "comment"]
    if not entries:
        return [Hunk(at=record.start_byte, end=record.end_byte, text=style.braces(entry), says=says)]
    if record.start_point.row != record.end_point.row and entries[0].start_point.row != record.start_point.row:
        indent = indent_at(source, entries[0].start_byte)
        entry = style.fitted(f"{entry},", indent)[len(indent) : -1]
        if first:
            return [
                Hunk(
                    at=entries[0].start_byte, end=entries[0].start_byte, text=f"{entry},{style.eol}{indent}", says=says
                )
            ]
        at = entries[-1].end_byte
        comma = source[at : record.end_byte].lstrip().startswith(b",")
        if comma:
            at += source[at : record.end_byte].index(b",") + 1
        return [
            Hunk(
                at=at, end=at, text=f"{'' if comma else ','}{style.eol}{indent}{entry}{',' if comma else ''}", says=says
            )
        ]
    at = entries[0].start_byte if first else entries[-1].end_byte
    put = f"{entry}, " if first else f", {entry}"
    inline = Hunk(at=at, end=at, text=put, says=says)
    if record.start_point.row != record.end_point.row:
        return [inline]
    room = style.width - column(source, at) - rest_of_line(source, at)
    outer = _outermost(record)
    if len(put) <= room or not _alone(outer):
        return [inline]
    return [_broken(source, style, outer, inline)]


def _alone(record: Node) -> bool:
    return record.start_point.row == record.end_point.row


def _outermost(record: Node) -> Node:
    """The widest object literal on the same line that holds this one, up to the call it is an argument of."""
    best = record
    one = record.parent
    while (
        one is not None and one.start_point.row == record.start_point.row and one.end_point.row == record.end_point.row
    ):
        if one.type == "object":
            best = one
        elif one.type not in {"pair", "parenthesized_expression"}:
            break
        one = one.parent
    return best


def _broken(source: bytes, style: Style, outer: Node, inline: Hunk) -> Hunk:
    """The object with one entry a line, the new entry where it belongs."""
    indent = indent_at(source, outer.start_byte)
    lines = []
    for one in outer.named_children:
        words = source[one.start_byte : one.end_byte]
        if (
            one.start_byte <= inline.at <= one.end_byte
            and one.type == "pair"
            and inline.at not in {one.start_byte, one.end_byte}
        ):
            cut = inline.at - one.start_byte
            words = words[:cut] + inline.text.encode() + words[cut:]
        elif inline.at == one.end_byte:
            words += style.eol.encode() + (indent + style.indent).encode() + inline.text.strip(", ").encode()
            words = words.replace(style.eol.encode(), b"," + style.eol.encode(), 1)
        elif inline.at == one.start_byte:
            words = inline.text.strip(", ").encode() + b"," + (style.eol + indent + style.indent).encode() + words
        lines.append(style.fitted(words.decode() + ",", indent + style.indent))
    body = style.eol.join(lines)
    return Hunk(
        at=outer.start_byte, end=outer.end_byte, text=f"{{{style.eol}{body}{style.eol}{indent}}}", says=inline.says
    )


def add_link(source: bytes, style: Style, chain: Node, after: Node, call: str, says: str) -> list[Hunk]:
    """Hunks that add ``.call(x)`` behind one call of a chain; a chain that gets too wide is broken before every call."""
    steps = links(chain)
    callee = field(steps[-1][1], "function")
    prop = field(callee, "property")
    held = field(callee, "object")
    at = after.end_byte
    following = source[at : at + 1] == b"!"
    if following:
        at += 1
    if prop is not None and held is not None and prop.start_point.row != held.end_point.row:
        indent = indent_at(source, prop.start_byte)
        return [Hunk(at=at, end=at, text=f"{style.eol}{indent}{call}", says=says)]
    if after.start_point.row != after.end_point.row and chain.start_point.row != chain.end_point.row:
        return [Hunk(at=at, end=at, text=call, says=says)]
    room = style.width - column(source, at) - rest_of_line(source, at)
    if len(call) <= room or chain.start_point.row != chain.end_point.row:
        return [Hunk(at=at, end=at, text=call, says=says)]
    gap = style.eol + indent_at(source, chain.start_byte) + style.indent
    hunks = [Hunk(at=at, end=at, text=f"{gap}{call}", says=says)]
    for _, one in steps:
        member = field(one, "function")
        name = field(member, "property")
        if member is None or name is None:
            continue
        dot = name.start_byte - 1
        if source[dot - 1 : dot] == b"?":
            dot -= 1
        if dot == at:
            hunks[0] = Hunk(at=at, end=at, text=f"{gap}{call}{gap}", says=says)
        else:
            hunks.append(Hunk(at=dot, end=dot, text=gap, says="The line would be too wide."))
    return sorted(hunks, key=lambda hunk: hunk.at)


def joined(source: bytes, style: Style, chain: Node, condition: Node, test: str, says: str) -> list[Hunk]:
    """Hunks that make ``and(condition, test)`` of a condition; what gets too wide is broken as a formatter would."""
    start, end = condition.start_byte, condition.end_byte
    lines: tuple[str, ...]
    if condition.start_point.row != condition.end_point.row:
        indent = indent_at(source, start)
        inner = text(condition).replace(style.eol, style.eol + style.indent)
        lines = (f"{indent}{style.indent}{inner},", f"{indent}{style.indent}{test},", f"{indent})")
        return [Hunk(at=start, end=end, text=style.eol.join(("and(", *lines)), says=says)]
    inline = [Hunk(at=start, end=start, text="and(", says=says), Hunk(at=end, end=end, text=f", {test})", says=says)]
    grown = len(f"and(, {test})")
    if column(source, end) + rest_of_line(source, end) + grown <= style.width:
        return inline
    if condition.parent is not None and condition.parent.type == "pair":
        hunk = Hunk(at=start, end=end, text=f"and({text(condition)}, {test})", says=says)
        return [widened(source, style, condition, hunk)]
    steps = links(chain)
    whole = chain.start_point.row == chain.end_point.row
    lead = indent_at(source, start) + (style.indent if whole else "")
    words = text(condition)
    if len(f"{lead}.where(and({words}, {test}))") <= style.width:
        put = f"and({words}, {test})"
    else:
        inner = lead + style.indent
        one = f"{inner}and({words}, {test}),"
        parts = (f"{inner}and(", f"{inner}{style.indent}{words},", f"{inner}{style.indent}{test},", f"{inner}),")
        lines = parts if len(one) > style.width else (one,)
        put = style.eol + style.eol.join((*lines, lead))
    hunks = [Hunk(at=start, end=end, text=put, says=says)]
    if whole:
        hunks += _breaks(steps, source, style.eol + lead)
    elif not source[line_start(source, start) : start].strip().startswith(b".where("):
        return inline
    return sorted(hunks, key=lambda hunk: hunk.at)


def _breaks(steps: list[tuple[str, Node]], source: bytes, gap: str) -> list[Hunk]:
    """A line break before every call of a chain."""
    out = []
    for _, one in steps:
        name = field(field(one, "function"), "property")
        if name is not None:
            dot = name.start_byte - (2 if source[name.start_byte - 2 : name.start_byte - 1] == b"?" else 1)
            out.append(Hunk(at=dot, end=dot, text=gap, says="The line would be too wide."))
    return out


def or_else(source: bytes, style: Style, test: Node, one: str, says: str, *, first: bool = False) -> Hunk:
    """``one`` beside what a condition asks already; what gets too wide has an operand a line."""
    put = f"{one} || " if first else f" || {one}"
    at = test.start_byte if first else test.end_byte
    inline = Hunk(at=at, end=at, text=put, says=says)
    held = test.parent
    upto = column(source, test.end_byte) + len(put)
    wide = upto + rest_of_line(source, test.end_byte) > style.width
    if held is None or held.type != "parenthesized_expression" or not wide or not _alone(held):
        return inline
    branch = field(held.parent, "consequence")
    apart = branch is not None and branch.type != "statement_block" and branch.start_point.row == held.end_point.row
    if branch is not None and apart and upto < style.width and not first:
        # what is done goes on a line of its own
        gap = style.eol + indent_at(source, held.start_byte) + style.indent
        return Hunk(at=at, end=branch.start_byte, text=f"{put}){gap}", says=says)
    operands = [one, *_operands(test)] if first else [*_operands(test), one]
    lead = indent_at(source, held.start_byte)
    body = f" ||{style.eol}{lead}{style.indent}".join(operands)
    words = f"({style.eol}{lead}{style.indent}{body}{style.eol}{lead})"
    return Hunk(at=held.start_byte, end=held.end_byte, text=words, says=says)


def _operands(test: Node) -> list[str]:
    """The operands of ``a || b || c``."""
    left, right = field(test, "left"), field(test, "right")
    if test.type == "binary_expression" and left is not None and any(one.type == "||" for one in test.children):
        return [*_operands(left), text(right)]
    return [text(test)]


def key_of(entry: Node) -> str:
    """Name of an entry of an object literal."""
    return text(field(entry, "key")) or text(entry)


def widened(source: bytes, style: Style, node: Node, hunk: Hunk) -> Hunk:
    """The hunk that replaces an entry of a one-line object; when the line gets too wide, the widest object on it is broken."""
    record = node.parent.parent if node.parent is not None and node.parent.type == "pair" else node.parent
    grown = len(hunk.text) - (hunk.end - hunk.at)
    room = style.width - column(source, hunk.end) - rest_of_line(source, hunk.end)
    if record is None or grown <= room or not _alone(record):
        return hunk
    outer = _outermost(record)
    indent = indent_at(source, outer.start_byte)
    lines = []
    for one in outer.named_children:
        words = source[one.start_byte : one.end_byte].decode()
        if one.start_byte <= hunk.at and hunk.end <= one.end_byte:
            start, end = hunk.at - one.start_byte, hunk.end - one.start_byte
            words = words.encode()[:start].decode() + hunk.text + words.encode()[end:].decode()
        if one.id == node.id and node.type == "spread_element":
            lines += [f"{indent}{style.indent}{part}," for part in words.split(", ")]
        else:
            lines.append(style.fitted(f"{words},", indent + style.indent))
    body = style.eol.join(lines)
    return Hunk(
        at=outer.start_byte, end=outer.end_byte, text=f"{{{style.eol}{body}{style.eol}{indent}}}", says=hunk.says
    )
