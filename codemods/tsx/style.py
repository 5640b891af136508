"""How a file is written, so that what is put in looks as if it had always been there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from assistant.text.edits import eol_of
from codemods.tsx.tree import text, walk


if TYPE_CHECKING:
    from tree_sitter import Node


_USUAL: Final = 80


class Style(NamedTuple):
    """Habits of one file."""

    quote: str
    semicolon: str
    """``;`` or nothing."""
    indent: str
    """One step."""
    eol: str
    spaced: bool
    """True for ``{ a }``, False for ``{a}``."""
    width: int = 80
    """Where lines are broken."""

    def quoted(self, words: str) -> str:
        """A string literal."""
        return f"{self.quote}{words}{self.quote}"

    def braces(self, inside: str) -> str:
        """An object literal or import list on one line."""
        return f"{{ {inside} }}" if self.spaced else f"{{{inside}}}"

    def written(self, lines: str, indent: str) -> str:
        r"""Model text (double quotes, semicolons, two spaces, ``\\n``) in the habits of the file, without a line end at its end."""
        out = []
        for line in lines.split("\n"):
            depth = (len(line) - len(line.lstrip(" "))) // 2
            words = line.strip()
            if self.quote == "'":
                words = _requoted(words)
            if not self.semicolon and words.endswith(";"):
                words = words[:-1]
            if not self.spaced:
                words = re.sub(r"\{ (?=\S)", "{", words)
                words = re.sub(r"(?<=\S) \}", "}", words)
            lead = indent + self.indent * depth
            out += [lead + words] if len(lead + words) <= self.width else self._broken(lead, words)
        return self.eol.join(line if line.strip() else "" for line in out)

    def fitted(self, entry: str, lead: str) -> str:
        """An entry of an object literal on its line, its own object or list broken when it is too wide."""
        found = re.fullmatch(r"(\w+: [{\[]) ?(.*?) ?([}\]]),", entry)
        if found is None or len(lead + entry) <= self.width:
            return lead + entry
        inner = [self.fitted(f"{part},", lead + self.indent) for part in _parts(found[2])]
        return self.eol.join((lead + found[1], *inner, f"{lead}{found[3]},"))

    def _broken(self, lead: str, words: str) -> list[str]:
        """A line that is too wide, broken in its one object argument, or between its two arguments."""
        end = self.semicolon
        inner = lead + self.indent
        found = re.fullmatch(r"(.*?\bawait [\w$]+)((?:\.\w+\([^()]*\)){3,})(;?)", words)
        if found:
            calls = re.findall(r"\.\w+\([^()]*\)", found[2])
            return [lead + found[1], *(inner + call for call in calls[:-1]), inner + calls[-1] + found[3]]
        found = re.fullmatch(r"(.*?\w\()(\{.*\}), (\{[^{}]*\})\)" + end, words)
        if found:
            return [lead + found[1], f"{inner}{found[2]},", f"{inner}{found[3]},", f"{lead}){end}"]
        found = re.fullmatch(r"(.*?\w\(\{)\s?(.*?)\s?\}\)(.*)", words)
        if found:
            whole = self.eol.join(self.fitted(f"{part},", inner) for part in _parts(found[2]))
            return [lead + found[1], *whole.split(self.eol), f"{lead}}}){found[3]}"]
        found = re.fullmatch(r"(\.\w+\()(\w+\()(.*)\)\)(;?)", words)
        if found:
            # one call in another: the inner one on a line of its own, its arguments on theirs when that is too wide still
            whole = f"{inner}{found[2]}{found[3]}),"
            parts = [f"{inner}{self.indent}{part}," for part in _parts(found[3])]
            broken = [whole] if len(whole) <= self.width else [inner + found[2], *parts, f"{inner}),"]
            return [lead + found[1], *broken, f"{lead}){found[4]}"]
        found = re.fullmatch(r"(const \w+ =) (.*)", words)
        return [lead + found[1], inner + found[2]] if found else [lead + words]


def _parts(inside: str) -> list[str]:
    """Entries of an object literal, split at its own commas."""
    out, depth, start = [], 0, 0
    for number, letter in enumerate(inside):
        depth += (letter in "{[(") - (letter in "}])")
        if letter == "," and depth == 0:
            out.append(inside[start:number].strip())
            start = number + 1
    return [*out, inside[start:].strip()]


def _requoted(words: str) -> str:
    return re.sub(r'"([^"\'\\`]*)"', r"'\1'", words)


def style_of(root: Node, source: bytes) -> Style:
    """Sniff the habits; defaults are those of prettier."""
    quotes = {'"': 0, "'": 0}
    closed, opened = 0, 0
    spaced, tight = 0, 0
    for node in walk(root):
        if node.type == "string" and node.parent is not None and node.parent.type != "jsx_attribute":
            first = text(node)[:1]
            if first in quotes:
                # in an import the choice is free; elsewhere a quote may be dictated by what is quoted
                quotes[first] += 3 if node.parent.type == "import_statement" else 1
        elif node.type in {"import_statement", "lexical_declaration", "return_statement", "expression_statement"}:
            closed, opened = (closed + 1, opened) if text(node).endswith(";") else (closed, opened + 1)
        elif node.type in {"named_imports", "object", "object_pattern"} and node.named_child_count:
            body = text(node)
            if "\n" not in body:
                spaced, tight = (spaced + 1, tight) if body.startswith("{ ") else (spaced, tight + 1)
    return Style(
        quote="'" if quotes["'"] > quotes['"'] else '"',
        semicolon=";" if closed >= opened else "",
        indent=_step(source),
        eol=eol_of(source),
        spaced=spaced >= tight,
        width=_width(source),
    )


def _width(source: bytes) -> int:
    """80, unless several lines without a long string or comment go beyond it."""
    lines = [line for line in source.decode().split("\n") if not re.search(r"//|/\*|^\s*\*|[\"'`][^\"'`]{40,}", line)]
    long = sorted(len(line.rstrip()) for line in lines if len(line.rstrip()) > _USUAL)
    if len(long) < max(3, len(lines) // 100):
        return _USUAL
    return next((width for width in (100, 120, 140) if long[len(long) * 9 // 10] <= width), 160)


def _step(source: bytes) -> str:
    """The smallest indentation that lines of the file grow by."""
    found: dict[str, int] = {}
    before = ""
    for line in source.decode().split("\n"):
        words = line.strip()
        if not words or words.startswith(("*", "//")):
            continue
        lead = line[: len(line) - len(line.lstrip())]
        if len(lead) > len(before) and lead.startswith(before):
            step = lead[len(before) :]
            found[step] = found.get(step, 0) + 1
        before = lead
    usual = [step for step in found if step == "\t" or step.strip(" ") == ""]
    return max(usual, key=lambda step: (found[step], -len(step)), default="  ")


def indent_at(source: bytes, at: int) -> str:
    """White space at the start of the line that holds a byte."""
    start = source.rfind(b"\n", 0, at) + 1
    line = source[start:at]
    return line[: len(line) - len(line.lstrip())].decode()


def line_start(source: bytes, at: int) -> int:
    """First byte of the line that holds a byte."""
    return source.rfind(b"\n", 0, at) + 1


def line_end(source: bytes, at: int) -> int:
    """First byte of the line after the one that holds a byte."""
    end = source.find(b"\n", at)
    return len(source) if end < 0 else end + 1


def column(source: bytes, at: int) -> int:
    """Characters before a byte on its line."""
    return len(source[line_start(source, at) : at].decode())


def rest_of_line(source: bytes, at: int) -> int:
    """Characters from a byte to the end of its line."""
    return len(source[at : line_end(source, at)].decode().rstrip())
