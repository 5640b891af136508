"""What the body of a function mentions: relations, other functions, the caller.

Bodies are PL/pgSQL as often as SQL and sqlglot would corrupt them, so they are read as text with comments and strings set aside.
Mentioning is not the same as checking: who needs certainty runs the attack.
"""

from __future__ import annotations

import itertools
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.domain.names import Name

_COMMENT: Final = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_STRING: Final = re.compile(r"'(?:[^']|'')*'")
_CALL: Final = re.compile(r"((?:\"[^\"]+\"|[a-z_][\w$]*)(?:\s*\.\s*(?:\"[^\"]+\"|[a-z_][\w$]*))?)\s*\(", re.IGNORECASE)
_WORD: Final = re.compile(r"(?:\"[^\"]+\"|[a-z_][\w$]*)(?:\s*\.\s*(?:\"[^\"]+\"|[a-z_][\w$]*))*", re.IGNORECASE)
_CALLER: Final = re.compile(
    r"\bauth\s*\.\s*(?:uid|jwt|role|email|user_id|session)\s*\(|\bcurrent_setting\s*\(|\b(?:current_user|session_user|current_role)\b",
    re.IGNORECASE,
)
_METADATA: Final = re.compile(r"\buser_metadata\b|\braw_user_meta_data\b", re.IGNORECASE)
_WRITES: Final = re.compile(
    r"\b(?:insert\s+into|update\s+(?!set\b)|delete\s+from|merge\s+into|truncate)\b", re.IGNORECASE
)
_DYNAMIC: Final = re.compile(r"\bexecute\b", re.IGNORECASE)


@lru_cache(maxsize=4096)
def without_comments(body: str) -> str:
    """The body without ``--`` and ``/* */`` comments."""
    return _COMMENT.sub(" ", body)


@lru_cache(maxsize=4096)
def code_only(body: str) -> str:
    """The body without comments and string literals."""
    return _STRING.sub("''", without_comments(body))


def names_caller(body: str) -> bool:
    """True when the body asks who is calling: ``auth.uid()``, a claim, a setting, the role."""
    return bool(_CALLER.search(without_comments(body)))


def reads_user_metadata(body: str) -> bool:
    """True when the body uses claims that users write themselves."""
    return bool(_METADATA.search(without_comments(body)))


def writes(body: str) -> bool:
    """True when the body changes rows."""
    return bool(_WRITES.search(code_only(body)))


def is_dynamic(body: str) -> bool:
    """True when the body runs SQL that it builds itself, so that nothing else here is certain."""
    return bool(_DYNAMIC.search(code_only(body)))


@lru_cache(maxsize=4096)
def words(body: str) -> frozenset[str]:
    """Every name in the body, unquoted and folded; a qualified name counts with and without its qualifier."""
    found: set[str] = set()
    for match in _WORD.finditer(code_only(body)):
        parts = _parts(match.group())
        found.update(parts)
        found.update(".".join(pair) for pair in itertools.pairwise(parts))
    return frozenset(found)


@lru_cache(maxsize=4096)
def called(body: str) -> frozenset[str]:
    """Names that are followed by a parenthesis: ``is_member``, ``public.is_member``."""
    return frozenset(".".join(_parts(match.group(1))) for match in _CALL.finditer(code_only(body)))


def relations_in(body: str, known: Iterable[Name]) -> tuple[Name, ...]:
    """Those of the known relations that the body mentions, in the order given."""
    present = words(body)
    return tuple(
        name
        for name in known
        if f"{name.schema}.{name.name}" in present or (name.schema == "public" and name.name in present)
    )


def _parts(text: str) -> list[str]:
    pieces = re.findall(r"\"[^\"]+\"|[a-z_][\w$]*", text, re.IGNORECASE)
    return [piece[1:-1] if piece.startswith('"') else piece.lower() for piece in pieces]
