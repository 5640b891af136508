"""Rows that their owner may show to everyone: which column says so, and what it says."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from assistant.domain.ownership import Confidence, OwnerKind
from assistant.ownership.predicates import opens_to_all
from assistant.ownership.roles import role_labels
from assistant.ownership.words import words


if TYPE_CHECKING:
    from assistant.domain.catalog import Column, Table
    from assistant.ownership.drafts import Draft
    from assistant.ownership.survey import Survey


_BASES: Final = frozenset({OwnerKind.SELF, OwnerKind.USER, OwnerKind.TENANT, OwnerKind.VIA})
_PUBLIC_FLAGS: Final = frozenset(
    {("is", "public"), ("public",), ("publicly", "visible"), ("is", "publicly", "visible"), ("make", "public")}
)
_PUBLISHED_FLAGS: Final = frozenset({("published",), ("is", "published"), ("is", "live"), ("is", "listed")})
_PRIVATE_FLAGS: Final = frozenset({("is", "private"), ("private",)})
_LEVELS: Final = frozenset(
    {("sharing",), ("visibility",), ("privacy",), ("privacy", "level"), ("visibility", "level"), ("share", "mode")}
)
_STATES: Final = frozenset({("status",), ("state",)})
_OPEN_LABELS: Final = frozenset({"public", "everyone", "anyone", "world", "open"})
_PRIVATE_LABELS: Final = frozenset({"private", "only_me", "me", "hidden"})


def settle_visibility(draft: Draft) -> None:
    """Turns owned tables with such a column into conditional ones.

    Where policies decide, one of them must let everybody in by that column alone: a row can also be published to members only.
    A policy confirms the name here and never replaces it. Where none decides, only a column called public counts.
    """
    for name, entry in list(draft.entries.items()):
        if entry.kind not in _BASES or name not in draft.survey.tables:
            continue
        table = draft.survey.tables[name]
        column = next((column for column in table.columns if _shows(draft.survey, table, column)), None)
        if column:
            draft.entries[name] = replace(
                entry,
                kind=OwnerKind.CONDITIONAL,
                base=entry.kind,
                condition=_condition(table, column),
                evidence=(*entry.evidence, f"{column.name} lets the owner show the row to everyone"),
                confidence=entry.confidence if entry.confidence is Confidence.LOW else Confidence.MEDIUM,
            )


def _shows(survey: Survey, table: Table, column: Column) -> bool:
    if _condition(table, column) is None:
        return False
    if survey.policies(table.name, write=False) or (table.rls and survey.api_roles):
        return opens_to_all(survey, table.name, column.name)
    return words(column.name) not in _PUBLISHED_FLAGS | _PRIVATE_FLAGS | _STATES


def _condition(table: Table, column: Column) -> str | None:
    """What must hold for the row to be everyone's to read; None for a column that says nothing of the kind."""
    parts = words(column.name)
    if column.base == "bool" and parts in _PUBLIC_FLAGS | _PUBLISHED_FLAGS:
        return _quoted(column)
    if column.base == "bool" and parts in _PRIVATE_FLAGS:
        return f"NOT {_quoted(column)}"
    if parts in _LEVELS:
        return _level(table, column)
    if parts in _STATES and "published" in role_labels(table, column.name):
        return f"{_quoted(column)} = 'published'"
    return None


def _level(table: Table, column: Column) -> str | None:
    """A condition over a level column: equal to its open label, else different from its private default."""
    labels = role_labels(table, column.name)
    opened = next((label for label in labels if label.lower() in _OPEN_LABELS), None)
    if opened:
        return f"{_quoted(column)} = '{opened}'"
    default = re.match(r"'((?:[^']|'')*)'", column.default or "")
    only_default = default is not None and labels == (default[1],)
    if only_default and default is not None and default[1].lower() in _PRIVATE_LABELS:
        return f"{_quoted(column)} <> '{default[1]}'"
    return None


def _quoted(column: Column) -> str:
    name = column.name
    return name if re.fullmatch(r"[a-z_][a-z0-9_]*", name) else '"' + name.replace('"', '""') + '"'
