"""Which tables a history makes, and which it uses without making them: read from the heads, nothing is run."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from assistant.domain.names import PLATFORM_SCHEMAS
from assistant.sql.head import read_head
from assistant.sql.split import split


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.domain.replay import Source


_RELATIONS: Final = frozenset({"table", "view", "matview"})
_ATTACHED: Final = frozenset({"policy", "trigger", "rls"})
_REFERENCES: Final = re.compile(r'\breferences\s+("?\w+"?(?:\."?\w+"?)?)', re.IGNORECASE)
_REFERRED: Final = re.compile(r'\breferences\s+("?\w+"?(?:\."?\w+"?)?)\s*\(\s*("?\w+"?)\s*\)', re.IGNORECASE)
_INDEXED: Final = re.compile(r'\bindex\b[^(]*?\bon\s+(?:only\s+)?("?\w+"?(?:\."?\w+"?)?)', re.IGNORECASE)
_MOVES_ROWS: Final = re.compile(r"(?:insert|update|delete)\b", re.IGNORECASE)
_READS: Final = re.compile(r'\b(?:from|join|into|update)\s+(?:only\s+)?("?\w+"?(?:\."?\w+"?)?)', re.IGNORECASE)
_IF_EXISTS: Final = re.compile(r"\balter\s+table\s+if\s+exists\b", re.IGNORECASE)
_LARGE: Final = 4 * 1024 * 1024


@dataclass(slots=True)
class Survey:
    """What a history makes and what it uses without making it first."""

    made: set[str] = field(default_factory=set)
    """Tables and views, schema-qualified."""
    needed: set[str] = field(default_factory=set)
    """Tables it alters, guards or refers to before anything in it made them."""


def survey(sources: Iterable[Source]) -> Survey:
    """Read the heads of every statement; nothing is run."""
    result = Survey()
    for source in sources:
        if len(source.text) > _LARGE:
            continue  # rows, most probably; reading them twice would cost seconds
        for fragment in split(source.text):
            _note(fragment.text, result)
    return result


def referred_columns(sources: Iterable[Source]) -> dict[str, set[str]]:
    """For each table, schema-qualified, the single columns that foreign keys refer to: each of them must be unique."""
    columns: dict[str, set[str]] = {}
    for source in sources:
        for table, column in _REFERRED.findall(source.text[:_LARGE]):
            columns.setdefault(_qualified(table), set()).add(
                column.strip('"') if column.startswith('"') else column.lower()
            )
    return columns


def _note(statement: str, result: Survey) -> None:
    head = read_head(statement)
    if head is None:
        if _MOVES_ROWS.match(statement):
            _needs(result, [_qualified(name) for name in _READS.findall(statement)])
        return
    subject = head.subject
    if head.action in {"create", "rename"} and subject.kind in _RELATIONS:
        _needs(result, [_qualified(name) for name in _REFERENCES.findall(statement)], beside=subject.name)
        result.made.add(head.also[0].name if head.action == "rename" and head.also else subject.name)
    elif subject.kind == "index" and (indexed := _INDEXED.search(statement)):
        _needs(result, [_qualified(indexed[1])])
    elif head.action == "drop" or _IF_EXISTS.match(statement):
        return
    elif subject.kind in _ATTACHED:
        _needs(result, [subject.name.partition(": ")[0]])
    elif head.action == "alter" and subject.kind == "table":
        _needs(result, [subject.name, *(_qualified(name) for name in _REFERENCES.findall(statement))])


def _needs(result: Survey, names: Sequence[str], beside: str = "") -> None:
    result.needed.update(
        name
        for name in names
        if name not in result.made and name != beside and name.partition(".")[0] not in PLATFORM_SCHEMAS
    )


def _qualified(name: str) -> str:
    bare = ".".join(part[1:-1] if part.startswith('"') else part.lower() for part in name.split("."))
    return bare if "." in bare else f"public.{bare}"
