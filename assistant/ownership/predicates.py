"""What a table's read policies say about a column, as far as text shows it: used to confirm a structure, never to replace one.

Where a row names both a tenant and a person, structure cannot tell whose it is. The policies then may break the tie, and only
towards the stricter answer: the person's. A predicate is cut at its outermost ORs; each alternative is looked at for itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.domain.names import Name
    from assistant.ownership.survey import Survey


_TOKEN: Final = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|[()]|\bOR\b", re.IGNORECASE)
_CALLER: Final = re.compile(r"auth\.|current_setting|jwt|current_user|session_user|\w+\(", re.IGNORECASE)
_LEADS: Final = re.compile(r"role|admin|owner|manager|staff|permission|moderator", re.IGNORECASE)


def alternatives(predicate: str) -> Iterator[str]:
    """The operands of the outermost ORs, without the parentheses around them; the whole when there are none."""
    text = _unwrapped(predicate.strip())
    depth = start = 0
    parts = []
    for match in _TOKEN.finditer(text):
        word = match[0].upper()
        depth += {"(": 1, ")": -1}.get(word, 0)
        if word == "OR" and depth == 0:
            parts.append(text[start : match.start()])
            start = match.end()
    if not parts:
        yield text
        return
    for part in (*parts, text[start:]):
        yield from alternatives(part)


def read_alternatives(survey: Survey, table: Name) -> list[str]:
    """Every alternative under which an outside role may read a row of a table."""
    return [
        part
        for policy in survey.policies(table, write=False)
        for part in alternatives(policy.using or policy.check or "true")
    ]


def mentions(text: str, table: Name, column: str) -> bool:
    """Whether a predicate over ``table`` mentions its own column, bare or under the table's name."""
    quoted = rf'(?:"{re.escape(column)}"|{re.escape(column)})'
    return re.search(rf'(?:(?<![\w."])|(?<![\w."]){re.escape(table.name)}\.){quoted}(?![\w"(])', text) is not None


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
    bound = [part for part in found if any(mentions(part, table, column) for column in owners) and _CALLER.search(part)]
    for part in found:
        if part in bound or _LEADS.search(part):
            continue
        if any(mentions(part, table, column) for column in shared_by) or not _CALLER.search(part):
            return False
    return bool(bound)


def opens_to_all(survey: Survey, table: Name, column: str) -> bool:
    """Whether some alternative admits by that column alone, whoever asks."""
    return any(mentions(part, table, column) and not _CALLER.search(part) for part in read_alternatives(survey, table))


def _unwrapped(text: str) -> str:
    """Without parentheses that enclose all of it."""
    while text.startswith("(") and text.endswith(")"):
        depth = 0
        for match in _TOKEN.finditer(text):
            depth += {"(": 1, ")": -1}.get(match[0], 0)
            if depth == 0:
                if match.end() != len(text):
                    return text
                break
        else:
            return text
        text = text[1:-1].strip()
    return text
