"""The expressions of Firebase rules as small trees: enough of the language to say whom a condition lets in.

The same reader serves Firestore, Storage and the Realtime Database, whose expressions are nearly JavaScript. What it cannot read
becomes a node called ``unknown``; it never guesses.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple


if TYPE_CHECKING:
    from collections.abc import Sequence


class Node(NamedTuple):
    """``kind`` with its operands: ``or and not compare choose call member index name value path list map unknown``."""

    kind: str
    text: str = ""
    """Operator, name, or the literal as written."""
    parts: tuple[Node, ...] = ()


class Token(NamedTuple):
    """A word, number, string, path or sign, with its place in characters."""

    kind: str
    text: str
    at: int
    end: int


UNREADABLE: Final = Node("unknown")
_SPACE: Final = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_TOKEN: Final = re.compile(
    r"(?P<word>[A-Za-z_$][\w$]*)|(?P<number>\d+(?:\.\d+)?)|(?P<string>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
    r"|(?P<sign>===|!==|==|!=|<=|>=|&&|\|\||[-+*/%<>!?:.,()\[\]{}=;])",
    re.DOTALL,
)
_REGEX: Final = re.compile(r"/(?:[^/\\\n]|\\.)+/[a-z]*")
_BINDING: Final = (
    {"||": "or"},
    {"&&": "and"},
    dict.fromkeys(("==", "!=", "===", "!==", "in", "is"), "compare"),
    dict.fromkeys(("<", ">", "<=", ">="), "compare"),
    dict.fromkeys(("+", "-"), "sum"),
    dict.fromkeys(("*", "/", "%"), "sum"),
)
_DEEPEST: Final = 60


def next_token(text: str, at: int, *, operand: bool = False) -> Token | None:
    """The token at or after ``at``; None at the end or at a sign the language does not have.

    Args:
        text: the rules.
        at: where to start, in characters.
        operand: True where a value is expected, so that ``/`` starts a path or a regular expression.
    """
    at = _after_space(text, at)
    if operand and text.startswith("/", at):
        return _path_or_regex(text, at)
    found = _TOKEN.match(text, at)
    if found is None:
        return None
    return Token(found.lastgroup or "", found.group(), at, found.end())


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _path_or_regex(text: str, at: int) -> Token:
    """``/databases/$(db)/documents/users/$(request.auth.uid)``, or ``/^[a-z]+$/``."""
    end = at
    while end < len(text) and text[end] == "/":
        end += 1
        while end < len(text):
            if text.startswith("$(", end):
                end = _closed(text, end + 1)
            elif text[end].isalnum() or text[end] in "_-{}=*@.":
                end += 1
            else:
                break
    regex = _REGEX.match(text, at)
    if regex and ("$(" not in regex.group()) and (text[end - 1] == "/" or regex.group()[1] in "^.[(\\"):
        return Token("string", regex.group(), at, regex.end())
    return Token("path", text[at:end], at, end)


def _closed(text: str, at: int) -> int:
    """The end of the parenthesis that opens at ``at``."""
    depth = 0
    for position in range(at, len(text)):
        depth += (text[position] == "(") - (text[position] == ")")
        if depth == 0:
            return position + 1
    return len(text)


class Reader:
    """Reads one expression from ``text`` at ``at``; ``at`` is then behind it."""

    def __init__(self, text: str, at: int = 0) -> None:
        """Start there."""
        self.text = text
        self.at = at
        self._depth = 0

    def read(self) -> Node:
        """The expression; ``unknown`` when it is no expression."""
        self._depth += 1
        if self._depth > _DEEPEST:
            return UNREADABLE
        test = self._binary(0)
        if self._sign("?"):
            yes = self.read()
            no = self.read() if self._sign(":") else UNREADABLE
            test = Node("choose", "", (test, yes, no))
        self._depth -= 1
        return test

    def _binary(self, level: int) -> Node:
        if level == len(_BINDING):
            return self._unary()
        left = self._binary(level + 1)
        while (token := next_token(self.text, self.at)) is not None and token.text in _BINDING[level]:
            self.at = token.end
            right = self._binary(level + 1)
            operator = token.text.replace("===", "==").replace("!==", "!=")
            left = Node(_BINDING[level][token.text], operator, (left, right))
        return left

    def _unary(self) -> Node:
        self._depth += 1
        try:
            if self._depth > _DEEPEST:
                return UNREADABLE
            if self._sign("!"):
                return Node("not", "", (self._unary(),))
            if self._sign("-"):
                return Node("sum", "-", (self._unary(),))
            return self._trailers(self._primary())
        finally:
            self._depth -= 1

    def _primary(self) -> Node:
        token = next_token(self.text, self.at, operand=True)
        if token is None:
            return UNREADABLE
        if token.kind in {"word", "number", "string", "path"}:
            self.at = token.end
            if token.kind == "path":
                return Node("path", token.text, tuple(_holes(token.text)))
            if token.kind == "word" and token.text not in {"true", "false", "null"}:
                return Node("name", token.text)
            return Node("value", token.text)
        if token.text in {"(", "[", "{"}:
            self.at = token.end
            items = self._items({"(": ")", "[": "]", "{": "}"}[token.text])
            if token.text == "(":
                return items[0] if len(items) == 1 else UNREADABLE
            return Node("list" if token.text == "[" else "map", "", items)
        return UNREADABLE

    def _items(self, closing: str) -> tuple[Node, ...]:
        """Comma-separated expressions up to the closing sign; of a map its keys and values in turn."""
        items: list[Node] = []
        while not self._sign(closing):
            before = self.at
            items.append(self.read())
            if not (self._sign(",") or self._sign(":")) and not self._sees(closing):
                return (UNREADABLE,)
            if self.at == before:
                return (UNREADABLE,)
        return tuple(items)

    def _trailers(self, node: Node) -> Node:
        while True:
            if self._sign("."):
                token = next_token(self.text, self.at)
                if token is None or token.kind != "word":
                    return UNREADABLE
                self.at = token.end
                node = Node("member", token.text, (node,))
            elif self._sign("("):
                node = Node("call", "", (node, *self._items(")")))
            elif self._sign("["):
                node = Node("index", "", (node, *self._items("]")))
            else:
                return node

    def _sees(self, sign: str) -> bool:
        token = next_token(self.text, self.at)
        return token is not None and token.text == sign and token.kind == "sign"

    def _sign(self, sign: str) -> bool:
        """Step over that sign when it is next."""
        token = next_token(self.text, self.at)
        if token is None or token.kind != "sign" or token.text != sign:
            return False
        self.at = token.end
        return True


def read_expression(text: str) -> Node:
    """One whole expression; ``unknown`` when anything is left over."""
    reader = Reader(text)
    node = reader.read()
    return node if next_token(text, reader.at) is None and not text[reader.at :].strip(" ;\n\t\r") else UNREADABLE


def _holes(path: str) -> list[Node]:
    """The expressions in ``$( )`` of a path."""
    found = []
    at = 0
    while (at := path.find("$(", at)) >= 0:
        end = _closed(path, at + 1)
        found.append(read_expression(path[at + 2 : end - 1]))
        at = end
    return found


def dotted(node: Node) -> str:
    """``request.auth.uid``; empty for anything that is not names and dots. ``["x"]`` with a fixed key counts as a dot."""
    if node.kind == "name":
        return node.text
    if node.kind == "member":
        of = dotted(node.parts[0])
        return f"{of}.{node.text}" if of else ""
    if node.kind == "index" and len(node.parts) > 1 and node.parts[1].kind == "value":
        of = dotted(node.parts[0])
        return f"{of}.{node.parts[1].text.strip(chr(39) + chr(34))}" if of else ""
    return ""


def replaced(node: Node, names: dict[str, Node]) -> Node:
    """The same tree with arguments and ``let`` names put in."""
    if node.kind == "name" and node.text in names:
        return names[node.text]
    if not node.parts:
        return node
    return Node(node.kind, node.text, tuple(replaced(part, names) for part in node.parts))


def mentions(node: Node, prefix: str) -> bool:
    """Whether a name that starts with ``prefix`` is read anywhere in it."""
    name = dotted(node)
    if name == prefix or name.startswith(prefix + "."):
        return True
    return any(mentions(part, prefix) for part in node.parts)


def called(node: Node) -> str:
    """The dotted name of what a call calls; the last member alone when it is called on something else than names."""
    if node.kind != "call":
        return ""
    callee: Sequence[Node] = node.parts[:1]
    return dotted(callee[0]) or callee[0].text
