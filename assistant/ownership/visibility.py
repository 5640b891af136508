"""Rows that their owner may show to everyone: which column says so, and what it says."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from assistant.domain.ownership import Confidence, OwnerKind
from assistant.ownership.roles import role_labels
from assistant.ownership.words import words


if TYPE_CHECKING:
    from assistant.domain.catalog import Column, Table
    from assistant.domain.names import Name
    from assistant.ownership.drafts import Draft


_BASES: Final = frozenset({OwnerKind.SELF, OwnerKind.USER, OwnerKind.TENANT, OwnerKind.VIA})
_PUBLIC_FLAGS: Final = frozenset(
    {("is", "public"), ("public",), ("publicly", "visible"), ("is", "publicly", "visible"), ("make", "public")}
)
_PUBLISHED_FLAGS: Final = frozenset({("published",), ("is", "published"), ("is", "live"), ("is", "listed")})
_LEVELS: Final = frozenset(
    {("sharing",), ("visibility",), ("privacy",), ("privacy", "level"), ("visibility", "level"), ("share", "mode")}
)
_OPEN_LABELS: Final = frozenset({"public", "everyone", "anyone", "world", "open"})
_PRIVATE_LABELS: Final = frozenset({"private", "only_me", "me", "hidden"})


def settle_visibility(draft: Draft) -> None:
    """Turns owned tables with such a column into conditional ones.

    A column called public speaks for itself. A published flag or status may mean published to members only: it counts when
    a policy reads it, which confirms a name and never replaces one.
    """
    mentioned = _policy_words(draft)
    for name, entry in list(draft.entries.items()):
        if entry.kind not in _BASES or name not in draft.survey.tables:
            continue
        found = _condition(draft.survey.tables[name], mentioned.get(name, frozenset()))
        if found:
            condition, why = found
            draft.entries[name] = replace(
                entry,
                kind=OwnerKind.CONDITIONAL,
                base=entry.kind,
                condition=condition,
                evidence=(*entry.evidence, why),
                confidence=entry.confidence if entry.confidence is Confidence.LOW else Confidence.MEDIUM,
            )


def _policy_words(draft: Draft) -> dict[Name, frozenset[str]]:
    """The identifiers in each table's own policies."""
    return {
        name: frozenset(
            word
            for policy in table.policies
            for word in re.findall(r"\w+", f"{policy.using or ''} {policy.check or ''}")
        )
        for name, table in draft.survey.tables.items()
    }


def _condition(table: Table, mentioned: frozenset[str]) -> tuple[str, str] | None:
    for column in table.columns:
        parts = words(column.name)
        if column.base == "bool" and parts in _PUBLIC_FLAGS:
            return _quoted(column), f"{column.name} lets the owner show the row to everyone"
        if parts in _LEVELS:
            condition = _level(table, column)
            if condition:
                return condition, f"{column.name} lets the owner show the row to everyone"
    for column in table.columns:
        parts = words(column.name)
        if column.name not in mentioned:
            continue
        if column.base == "bool" and parts in _PUBLISHED_FLAGS:
            return _quoted(column), f"{column.name} publishes the row, and a policy reads it"
        if (
            parts in (("status",), ("state",))
            and "published" in mentioned
            and "published" in _labels(table, column, "published")
        ):
            return f"{_quoted(column)} = 'published'", f"{column.name} publishes the row, and a policy reads it"
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


def _labels(table: Table, column: Column, wanted: str) -> tuple[str, ...]:
    """Known labels of a status column; when only its default is known, the wanted one may be among them."""
    labels = role_labels(table, column.name)
    known = bool(column.labels) or any(check.columns == (column.name,) for check in table.checks)
    return labels if known else (*labels, wanted)


def _quoted(column: Column) -> str:
    name = column.name
    return name if re.fullmatch(r"[a-z_][a-z0-9_]*", name) else '"' + name.replace('"', '""') + '"'
