"""The tokens of one statement, read lazily: enough to understand its head without touching its body.

Comments and white space are passed over. Nothing is rewritten, and a token that PostgreSQL would refuse is passed on as a symbol.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Iterator


_TOKEN: Final = re.compile(
    r"""
      (?P<space>\s+|--[^\r\n]*)
    | (?P<comment>/\*)
    | (?P<escaped>[eE]'[^'\\]*(?:(?:\\.|'')[^'\\]*)*'?)
    | (?P<string>(?:[uU]&|[bBxXnN])?'[^']*(?:''[^']*)*'?)
    | (?P<quoted>"[^"]*(?:""[^"]*)*"?)
    | (?P<dollar>\$(?:[^\W\d]\w*)?\$)
    | (?P<word>[^\W\d][\w$]*)
    | (?P<number>\d[\w.]*)
    | (?P<symbol>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_BLOCK: Final = re.compile(r"/\*|\*/")


@dataclass(frozen=True, slots=True)
class Token:
    """One token."""

    kind: str
    """word, name (a quoted identifier), string, number, symbol."""
    value: str
    """A word as it stands; a name or string without its quotes; a symbol."""
    at: int
    """Offset in the statement."""


class Cursor:
    """A place in the tokens of a statement."""

    __slots__ = ("_ahead", "_counted", "_lines", "_tokens", "text")

    def __init__(self, text: str) -> None:
        """Start before the first token."""
        self.text = text
        self._tokens = _read(text)
        self._ahead: list[Token] = []
        self._counted = self._lines = 0

    def peek(self, ahead: int = 0) -> Token | None:
        """The token ``ahead`` of the next one, without taking it; None past the end."""
        while len(self._ahead) <= ahead:
            token = next(self._tokens, None)
            if token is None:
                return None
            self._ahead.append(token)
        return self._ahead[ahead]

    def take(self) -> Token | None:
        """The next token, or None at the end."""
        token = self.peek()
        if token is not None:
            self._ahead.pop(0)
        return token

    def line(self, token: Token) -> int:
        """Lines between the start of the statement and a token; ask for tokens in order, each line is counted once."""
        self._lines += self.text.count("\n", self._counted, token.at)
        self._counted = max(self._counted, token.at)
        return self._lines

    def word(self) -> str:
        """The next token in lower case when it is an unquoted word, else an empty string; not taken."""
        token = self.peek()
        return token.value.lower() if token is not None and token.kind == "word" else ""

    def accept(self, *phrases: str) -> str:
        """Take the first of ``phrases`` (lower-case words or symbols apart by blanks) that comes next; empty when none does."""
        for phrase in phrases:
            parts = phrase.split()
            if all(self._is(index, part) for index, part in enumerate(parts)):
                del self._ahead[: len(parts)]
                return phrase
        return ""

    def _is(self, ahead: int, part: str) -> bool:
        token = self.peek(ahead)
        return token is not None and token.kind in {"word", "symbol"} and token.value.lower() == part

    def identifier(self) -> str | None:
        """Take one identifier, folded to lower case unless it is quoted."""
        token = self.peek()
        if token is None or token.kind not in {"word", "name"}:
            return None
        self.take()
        return token.value if token.kind == "name" else token.value.lower()

    def name(self, schema: str) -> tuple[str, str] | None:
        """Take a name that may be qualified: schema (``schema`` when it has none) and name."""
        parts: list[str] = []
        while (part := self.identifier()) is not None:
            parts.append(part)
            if not self.accept("."):
                break
        if not parts:
            return None
        return (parts[-2] if len(parts) > 1 else schema), parts[-1]

    def brackets(self) -> str | None:
        """Take a bracketed list and give what stands inside, as written; None when no bracket opens here."""
        if not self._is(0, "("):
            return None
        opening = self.take()
        start = opening.at + 1 if opening else 0
        depth = 1
        while (token := self.take()) is not None:
            depth += _depth(token)
            if depth == 0:
                return self.text[start : token.at]
        return self.text[start:]

    def next_item(self, *stops: str) -> bool:
        """Move behind the next comma outside brackets; False at the end, at a closing bracket or before a word of ``stops``."""
        depth = 0
        while (token := self.peek()) is not None:
            if depth == 0 and token.kind == "word" and token.value.lower() in stops:
                return False
            if depth == 0 and token.kind == "symbol" and token.value == ")":
                return False
            self.take()
            depth += _depth(token)
            if depth == 0 and token.kind == "symbol" and token.value == ",":
                return True
        return False

    def seek(self, *words: str) -> str:
        """Move to the first of ``words`` outside brackets without taking it; empty when none comes."""
        depth = 0
        while (token := self.peek()) is not None:
            if depth == 0 and token.kind == "word" and token.value.lower() in words:
                return token.value.lower()
            self.take()
            depth += _depth(token)
        return ""


def _depth(token: Token) -> int:
    """How the nesting of brackets changes at this token."""
    if token.kind != "symbol":
        return 0
    return {"(": 1, "[": 1, ")": -1, "]": -1}.get(token.value, 0)


def _read(text: str) -> Iterator[Token]:
    """Tokens in order."""
    position = 0
    while found := _TOKEN.match(text, position):
        kind, raw, at = found.lastgroup or "symbol", found.group(), position
        position = found.end()
        match kind:
            case "space":
                continue
            case "comment":
                position = _end_of_block(text, at)
            case "escaped":
                yield Token("string", raw[2:].removesuffix("'").replace("''", "'").replace("\\'", "'"), at)
            case "string":
                yield Token("string", raw[raw.index("'") + 1 :].removesuffix("'").replace("''", "'"), at)
            case "quoted":
                yield Token("name", raw[1:].removesuffix('"').replace('""', '"'), at)
            case "dollar":
                close = text.find(raw, position)
                stop = len(text) if close < 0 else close
                position = min(len(text), stop + len(raw))
                yield Token("string", text[at + len(raw) : stop], at)
            case _:
                yield Token(kind, raw, at)


def _end_of_block(text: str, at: int) -> int:
    depth = 0
    for mark in _BLOCK.finditer(text, at):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(text)
