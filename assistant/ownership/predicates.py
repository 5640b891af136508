"""What a table's read policies say about a column, as far as text shows it: used to confirm a structure, never to replace one.

Where a row names both a tenant and a person, structure cannot tell whose it is. The policies then may break the tie, and only
towards the stricter answer: the person's. A predicate is cut at its outermost ORs; each alternative is looked at for itself.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from assistant.domain.names import Name
    from assistant.ownership.survey import Survey


_TOKEN: Final = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|[()]|\b(?:OR|AND)\b", re.IGNORECASE)
_OPENING: Final = " \t\r\n("
_CLOSING: Final = " \t\r\n)"
_DEEPEST: Final = 40
_COLUMN: Final = re.compile(r"""'(?:[^']|'')*'|(?:("[^"]+"|\w+)\.)?("[^"]+"|\w+)(\s*\()?""")
_CALLER: Final = re.compile(
    r"auth\.|current_setting|jwt|current_user|session_user|\b(?!coalesce|nullif|lower|upper|now)\w+\(", re.IGNORECASE
)
_LEADS: Final = re.compile(
    r"role|admin|owner|manager|staff|permission|moderator|created_by|author|organizer|host", re.IGNORECASE
)


def alternatives(predicate: str, depth: int = 0) -> Iterator[str]:
    """The operands of the outermost ORs, without the parentheses around them; the whole when there are none."""
    parts = _cut(predicate, "OR")
    if len(parts) == 1 or depth == _DEEPEST:
        yield parts[0] if len(parts) == 1 else predicate
        return
    for part in parts:
        yield from alternatives(part, depth + 1)


def requires(predicate: str, test: Callable[[str], bool], depth: int = 0) -> bool:
    """Whether no row passes without a condition that ``test`` accepts: all of an OR, any of an AND.

    Nesting that no person writes is given up: nothing is required there.
    """
    if depth == _DEEPEST:
        return False
    for word, judge in (("OR", all), ("AND", any)):
        parts = _cut(predicate, word)
        if len(parts) > 1:
            return judge(requires(part, test, depth + 1) for part in parts)
    return test(predicate)


def read_alternatives(survey: Survey, table: Name) -> list[str]:
    """Every alternative under which an outside role may read a row of a table."""
    return [
        part
        for policy in survey.policies(table, write=False)
        for part in alternatives(policy.using or policy.check or "true")
    ]


def mentions(text: str, table: Name, column: str) -> bool:
    """Whether a predicate over ``table`` mentions its own column, bare or under the table's name."""
    found = _columns(text)
    return ("", column) in found or (table.name, column) in found


@lru_cache(maxsize=8192)
def _columns(text: str) -> frozenset[tuple[str, str]]:
    """Qualifier (or nothing) and name of every identifier; literals and calls left out."""
    return frozenset(
        ((match[1] or "").strip('"'), match[2].strip('"'))
        for match in _COLUMN.finditer(text)
        if match[2] and not match[3]
    )


def binds_person(survey: Survey, table: Name, owners: Iterable[str], shared_by: Iterable[str]) -> bool:
    """Whether the read policies give a row to the person it names, and none gives it to all who share it.

    Args:
        survey: the catalog.
        table: a table that names both a person and something shared.
        owners: the columns that name persons.
        shared_by: the columns that name the tenant or the shared parent.
    """
    owners, shared_by = tuple(owners), tuple(shared_by)
    found = read_alternatives(survey, table)

    def theirs(part: str) -> bool:
        return _CALLER.search(part) is not None and any(mentions(part, table, column) for column in owners)

    bound = [part for part in found if requires(part, theirs)]
    for part in found:
        if part in bound or _LEADS.search(part):
            continue
        if any(mentions(part, table, column) for column in shared_by) or not _CALLER.search(part):
            return False
    return bool(bound)


def opens_to_all(survey: Survey, table: Name, column: str) -> bool:
    """Whether some alternative admits by that column alone, whoever asks."""
    return any(mentions(part, table, column) and not _CALLER.search(part) for part in read_alternatives(survey, table))


def _cut(predicate: str, word: str) -> list[str]:
    """A predicate cut at a connective outside all parentheses."""
    text = _unwrapped(predicate.strip())
    parts: list[str] = []
    depth = start = 0
    for match in _TOKEN.finditer(text):
        found = match[0].upper()
        depth += {"(": 1, ")": -1}.get(found, 0)
        if found == word and depth == 0:
            parts.append(text[start : match.start()])
            start = match.end()
    return [*parts, text[start:]]


def _unwrapped(text: str) -> str:
    """Without the parentheses that enclose all of it; one pass, however many there are."""
    start = len(text) - len(text.lstrip(_OPENING))
    end = len(text.rstrip(_CLOSING))
    depth = text.count("(", 0, start)
    layers = min(depth, text.count(")", end))
    for match in _TOKEN.finditer(text, start, max(start, end)):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        layers = min(layers, depth)
    left, right = 0, len(text)
    for _ in range(layers):
        left, right = text.index("(", left) + 1, text.rindex(")", 0, right)
    return text[left:right].strip()
