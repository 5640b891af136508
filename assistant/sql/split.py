r"""A file of SQL cut into statements, each with the line on which it starts.

A linear scanner that jumps from one meaningful character to the next, because a parser would have to understand every statement and
would reprint it. It reads what psql reads: nested comments, every kind of quote, ``BEGIN ATOMIC`` bodies, ``CREATE RULE`` lists, backslash
commands and the data of ``COPY … FROM stdin`` (both left out: they are not schema). It never judges: broken SQL comes out as broken SQL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Fragment:
    """One statement."""

    text: str
    """Its text without the closing semicolon, from its first token on."""
    line: int
    """1-based line of its first token that is not a comment."""


# Plain code, quoted identifiers and strings without a doubled quote or a backslash: one step of the regex engine, not of Python.
_RUN: Final = re.compile(r"""(?:[^;'"$\\/-]+|'[^'\\]*'(?!')|"[^"]*"|-(?!-)|/(?!\*)){0,4096}""")
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
_SPACE: Final = re.compile(r"[\s\ufeff]+")
_LINE_END: Final = re.compile(r"[\r\n]|\Z")
_BLOCK: Final = re.compile(r"/\*|\*/")
_ESCAPED: Final = re.compile(r"'[^'\\]*(?:(?:\\.|'')[^'\\]*)*(?:'|\\?\Z)", re.DOTALL)
_TAG: Final = re.compile(r"\$(?:[A-Za-z_\u0080-\U0010ffff][\w\u0080-\U0010ffff]*)?\$")
_BREAKPOINT: Final = re.compile(r"-->[ \t]*statement-breakpoint")
_SENDS: Final = re.compile(r"\\(?:g|crosstabview|watch)")
_COPY_DATA: Final = re.compile(r"COPY\b.*\bFROM\s+STDIN\b", re.IGNORECASE | re.DOTALL)
_COPY_END: Final = re.compile(r"\n\\\.[ \t\r]*(?:\n|\Z)")
_ROUTINE: Final = re.compile(r"CREATE\s+(?:OR\s+REPLACE\s+)?(?:FUNCTION|PROCEDURE)\b", re.IGNORECASE)
_RULE: Final = re.compile(r"CREATE\s+(?:OR\s+REPLACE\s+)?RULE\b", re.IGNORECASE)
_ATOMIC: Final = re.compile(r"\bBEGIN\s+ATOMIC\b", re.IGNORECASE)
_DEPTH: Final = re.compile(r"\b(?:BEGIN|CASE|(END))\b", re.IGNORECASE)


def split(text: str) -> Iterator[Fragment]:
    """The statements of ``text`` in order; empty ones and comments alone are left out.

    Time is linear in the length of ``text``. A quote that is never closed swallows the rest of the file into one statement, as it
    does in psql.
    """
    return _Scanner(text).statements()


class _Scanner:
    """One pass over one text."""

    __slots__ = ("code", "counted", "depth", "last", "line", "pieces", "position", "start", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.line = 1
        self.counted = 0
        self._reset()

    def _reset(self) -> None:
        """Forget the statement at hand."""
        self.start = -1
        self.last = 0
        self.pieces: list[tuple[int, int]] = []
        self.code: list[str] = []
        self.depth: int | None = None

    def statements(self) -> Iterator[Fragment]:
        """Walk to the end."""
        text, length = self.text, len(self.text)
        while self.position < length:
            run = _RUN.match(text, self.position)
            at = run.end() if run else self.position
            self._code(self.position, at)
            self.position = at
            mark = text[at : at + 1]
            if mark == ";":
                self.position += 1
                if not self._inside_body():
                    yield from self._emit()
            elif mark == "\\":
                if _SENDS.match(text, at) or text.startswith("\\;", at):
                    yield from self._emit()
                self._leave_out(at, at + 2 if text.startswith("\\;", at) else _end_of_line(text, at))
            elif mark == "-":
                if _BREAKPOINT.match(text, at):
                    yield from self._emit()
                self.position = _end_of_line(text, at)
            elif mark == "/":
                self.position = _end_of_block(text, at)
            elif mark:
                self._quote(mark, at)
        yield from self._emit()

    def _code(self, start: int, stop: int) -> None:
        """Take plain code; white space alone starts no statement."""
        blank = _SPACE.match(self.text, start, stop)
        first = blank.end() if blank else start
        if first >= stop:
            return
        if self.start < 0:
            self.start = first
        self.code.append(self.text[start:stop])
        self.last = stop

    def _quote(self, mark: str, at: int) -> None:
        """Take a quoted token whole."""
        text = self.text
        if mark == "$":
            tag = None if at and (text[at - 1].isalnum() or text[at - 1] in "_$") else _TAG.match(text, at)
            if tag is None:
                self._code(at, at + 1)
                self.position = at + 1
                return
            close = text.find(tag.group(), tag.end())
            stop = len(text) if close < 0 else close + len(tag.group())
        elif mark == "'" and _is_escape_string(text, at):
            literal = _ESCAPED.match(text, at)
            stop = literal.end() if literal else len(text)
        else:
            # a doubled quote reads as two quoted tokens side by side: the same length, the same statement
            close = text.find(mark, at + 1)
            stop = len(text) if close < 0 else close + 1
        if self.start < 0:
            self.start = at
        self.code.append(" ? ")
        self.last = self.position = stop

    def _leave_out(self, start: int, stop: int) -> None:
        """Cut a backslash command out of the statement it stands in."""
        if self.start >= 0:
            self.pieces.append((self.start, start))
            self.start = stop
            self.last = max(self.last, stop)
        self.position = stop

    def _inside_body(self) -> bool:
        """True when the semicolon just seen belongs to a BEGIN ATOMIC body or to the list of a CREATE RULE."""
        code = " ".join(self.code)
        if self.depth is None:
            head = code.lstrip()
            if not _RULE.match(head) and not _ROUTINE.match(head):
                return False
        code = _QUOTED.sub(" ? ", code)
        if _RULE.match(self.text, self.start):
            self.depth = (self.depth or 0) + code.count("(") - code.count(")")
        elif self.depth is None:
            body = _ATOMIC.search(code)
            if body is None:
                return False
            self.depth = _opened(code, body.start())
        else:
            self.depth += _opened(code, 0)
        self.code = []  # counted once, so that a body of a million statements stays linear
        return self.depth > 0

    def _emit(self) -> Iterator[Fragment]:
        """Hand out the statement at hand, if there is one."""
        if self.start < 0:
            return
        pieces = [*self.pieces, (self.start, max(self.start, self.last))]
        body = "".join(self.text[a:b] for a, b in pieces).rstrip()
        first = pieces[0][0]
        self._reset()
        if not body:
            return
        self.line += self.text.count("\n", self.counted, first)
        self.counted = first
        if _COPY_DATA.match(body):
            end = _COPY_END.search(self.text, self.position)
            self.position = end.end() if end else len(self.text)
            return
        yield Fragment(body, self.line)


def _opened(code: str, at: int) -> int:
    """How many BEGIN and CASE stay open in ``code`` from ``at`` on."""
    return sum(-1 if word.group(1) else 1 for word in _DEPTH.finditer(code, at))


def _is_escape_string(text: str, at: int) -> bool:
    """True when the quote at ``at`` follows an E that is not the end of a longer word."""
    if at == 0 or text[at - 1] not in "eE":
        return False
    return at == 1 or not (text[at - 2].isalnum() or text[at - 2] in "_$")


def _end_of_line(text: str, at: int) -> int:
    """Where the line ends: the line break itself stays."""
    found = _LINE_END.search(text, at)
    return found.start() if found else len(text)


def _end_of_block(text: str, at: int) -> int:
    """Where a block comment ends; they nest."""
    depth = 0
    for mark in _BLOCK.finditer(text, at):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(text)
