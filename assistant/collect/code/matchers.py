"""Which paths a middleware's matcher covers: path-to-regexp as Next.js uses it, with conditions told and never believed.

A matcher with ``has`` or ``missing`` covers a path only for requests that look a certain way, and whoever sends the request chooses how it looks.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from assistant.collect.code.entries_look import text, value_of
from assistant.domain.syntax import Declare, Name, Record, Sequence, Spread


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Expression


_DEFAULT = r"[^\/#\?]+?"
_NAME = re.compile(r"[A-Za-z0-9_]+")
_NAMED_GROUP = re.compile(r"\(\?<(?![=!])[A-Za-z]\w*>")
_CATCH_ALL = re.compile(r"/?\[\[\.\.\.[^\]]+\]\]")
_REST = re.compile(r"\[\.\.\.[^\]]+\]")
_DYNAMIC = re.compile(r"\[[^\]]+\]|(?<=/):\w+")
_CONDITION = re.compile(r" \((?:only|not) with [^()]*\)$")
EVERYTHING = "every path"


class Matcher(NamedTuple):
    """One matcher of a middleware."""

    source: str
    """Pattern as written; a regular expression when ``compiled``."""
    condition: str = ""
    """``only with header x``, ``not with header next-router-prefetch``; empty when it holds for every request."""
    compiled: bool = False
    """True when it comes from Next's own manifest and is a regular expression already."""

    def __str__(self) -> str:
        """For ``Entry.covered_by``."""
        return f"{self.source} ({self.condition})" if self.condition else self.source


def middleware_of(covered_by: str) -> str:
    """The file that ``Entry.covered_by`` names, where it runs for every request; empty where its matcher holds for some, or there is none."""
    return "" if _CONDITION.search(covered_by) else covered_by.partition(": ")[0]


def covers(matcher: Matcher, url: str) -> bool:
    """True when the pattern matches a URL; ``[id]`` segments stand for any value. A pattern that cannot be compiled covers nothing."""
    if matcher.source == EVERYTHING:
        return True
    pattern = _compiled(matcher.source) if matcher.compiled else pattern_of(matcher.source)
    return pattern is not None and pattern.match(_sample(url)) is not None


def _sample(url: str) -> str:
    """A concrete URL of a route."""
    url = _CATCH_ALL.sub("", url)
    url = _REST.sub("1/2", url)
    return _DYNAMIC.sub("1", url) or "/"


@lru_cache(maxsize=512)
def pattern_of(source: str) -> re.Pattern[str] | None:
    """The regular expression of a path pattern; None when it is none."""
    try:
        body = "".join(_pieces(source))
    except ValueError:
        return None
    return _compiled(f"^{body}[\\/#\\?]?$")


@lru_cache(maxsize=512)
def _compiled(expression: str) -> re.Pattern[str] | None:
    try:
        return re.compile(_NAMED_GROUP.sub("(", expression).replace("[^]", r"[\s\S]"))
    except re.error:
        return None


def _pieces(source: str) -> Iterator[str]:
    """Regular expressions of the parts of a pattern; ValueError when a bracket stays open."""
    index = 0
    literal = ""
    while index < len(source):
        sign = source[index]
        if sign == "\\" and index + 1 < len(source):
            literal += source[index + 1]
            index += 2
        elif sign == "{":
            yield re.escape(literal)
            literal = ""
            end = source.index("}", index)
            inner = "".join(_pieces(source[index + 1 : end]))
            modifier = source[end + 1 : end + 2]
            yield f"(?:{inner}){modifier if modifier in set('+*?') and modifier else ''}"
            index = end + 1 + (modifier in {"?", "*", "+"})
        elif sign == "(" or (sign == ":" and _NAME.match(source, index + 1)):
            prefix = literal[-1] if literal[-1:] in {"/", "."} else ""
            yield re.escape(literal[: len(literal) - len(prefix)])
            literal = ""
            piece, index = _parameter(source, index, prefix)
            yield piece
        else:
            literal += sign
            index += 1
    yield re.escape(literal)


def _parameter(source: str, index: int, prefix: str) -> tuple[str, int]:
    """``:name``, ``(pattern)`` and their modifier as a regular expression, and where the rest begins."""
    pattern = _DEFAULT
    if source[index] == ":":
        name = _NAME.match(source, index + 1)
        assert name is not None
        index = name.end()
    if source[index : index + 1] == "(":
        end = _closing(source, index)
        pattern = source[index + 1 : end]
        index = end + 1
    modifier = source[index : index + 1]
    before = re.escape(prefix)
    if modifier in {"*", "+"}:
        again = f"{before}((?:{pattern})(?:{before}(?:{pattern}))*)"
        return (f"(?:{again})?" if modifier == "*" else f"(?:{again})"), index + 1
    if modifier == "?":
        return f"(?:{before}({pattern}))?", index + 1
    return f"{before}({pattern})", index


def _closing(source: str, start: int) -> int:
    """Index of the bracket that closes the one at ``start``."""
    depth = 0
    index = start
    while index < len(source):
        if source[index] == "\\":
            index += 1
        elif source[index] == "(":
            depth += 1
        elif source[index] == ")":
            depth -= 1
            if depth == 0:
                return index
        index += 1
    raise ValueError(source)


def matchers_of(program: Program, path: str) -> tuple[Matcher, ...]:
    """Matchers that a middleware's ``config`` exports; everything when it has none."""
    found = program.exported(path, "config")
    declaration = program.declaration(found)
    config = declaration.value if isinstance(declaration, Declare) else None
    given = value_of(config, "matcher")
    if given is None or found is None:
        return (Matcher(EVERYTHING),)
    return tuple(_matchers(program, found.module, given, 0))


def _matchers(program: Program, module: str, value: Expression, depth: int) -> Iterator[Matcher]:
    if depth > 4:  # noqa: PLR2004  # a list in a list in a constant is as deep as it gets
        return
    written = text(value)
    if written is not None:
        yield Matcher(written)
    elif isinstance(value, Sequence):
        for item in value.items:
            yield from _matchers(program, module, item.value if isinstance(item, Spread) else item, depth + 1)
    elif isinstance(value, Record):
        source = text(value_of(value, "source"))
        if source is not None:
            yield Matcher(source, _condition(value))
    elif isinstance(value, Name):
        found = program.meaning(module, value.id)
        declaration = program.declaration(found)
        if found and isinstance(declaration, Declare) and declaration.value is not None:
            yield from _matchers(program, found.module, declaration.value, depth + 1)


def _condition(record: Record) -> str:
    parts = []
    for key, says in (("has", "only with"), ("missing", "not with")):
        listed = value_of(record, key)
        for item in listed.items if isinstance(listed, Sequence) else ():
            kind = text(value_of(item, "type")) or "something"
            name = text(value_of(item, "key", "value")) or ""
            parts.append(f"{says} {kind} {name}".strip())
    return ", ".join(parts)
