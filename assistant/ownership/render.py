"""The ownership map as plain text in columns, for terminals and pipes; no colour, no drawing characters."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from assistant.domain.ownership import OwnerKind


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.domain.ownership import Ownership, OwnershipMap


_HEADINGS: Final = ("object", "owner", "how sure", "because")
_GAP: Final = 2
_NARROWEST_REASON: Final = 16
_NARROWEST: Final = 12


def render(ownership: OwnershipMap, width: int = 100) -> str:
    """A table of all entries and, below it, what has to be asked; lines are at most ``width`` wide and end without blanks."""
    rows = [_HEADINGS, *(_row(entry) for entry in ownership.entries.values())]
    lines = _columns(rows, max(width, 40))
    if ownership.questions:
        lines += ["", "To be answered:"]
        for question in ownership.questions:
            lines += _wrapped(f"{question.asks} ({question.why})", "- ", width)
            lines += _wrapped(", ".join(str(name) for name in question.objects), "  ", width)
    if ownership.stale:
        lines += ["", "In stanch.toml, but no longer in the database:"]
        lines += _wrapped(", ".join(ownership.stale), "  ", width)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def owner_phrase(entry: Ownership) -> str:
    """Who owns a row, in a few words: ``user user_id``, ``tenant organization_id``, ``via public.chats``."""
    kind = entry.base or entry.kind
    named = " or ".join(entry.columns) if kind is OwnerKind.USER else ", ".join(entry.columns)
    if kind is OwnerKind.VIA:
        phrase = f"via {entry.parent}"
    elif kind in (OwnerKind.PUBLIC, OwnerKind.SERVICE, OwnerKind.UNKNOWN):
        phrase = {OwnerKind.PUBLIC: "everyone reads", OwnerKind.SERVICE: "server only", OwnerKind.UNKNOWN: "not known"}[
            kind
        ]
    else:
        phrase = f"{kind.value} {named}".strip()
    return f"{phrase}; everyone if {entry.condition}" if entry.kind is OwnerKind.CONDITIONAL else phrase


def _row(entry: Ownership) -> tuple[str, str, str, str]:
    sure = "confirmed" if entry.confirmed else "asks you" if entry.kind is OwnerKind.UNKNOWN else entry.confidence.value
    because = entry.why or "; ".join(entry.evidence)
    return str(entry.name), owner_phrase(entry), sure, because


def _columns(rows: Sequence[tuple[str, ...]], width: int) -> list[str]:
    """Columns as wide as their content, narrowed from the widest until the reason has room; the reason is cut."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(_HEADINGS) - 1)]
    while sum(widths) + _GAP * len(widths) + _NARROWEST_REASON > width and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    rest = max(width - sum(widths) - _GAP * len(widths), 1)
    blanks = " " * _GAP
    return [
        blanks.join(_cut(cell, wide).ljust(wide) for cell, wide in zip(row, (*widths, rest), strict=True))
        for row in rows
    ]


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _wrapped(text: str, indent: str, width: int) -> list[str]:
    return textwrap.wrap(
        text,
        width=max(width, 40),
        initial_indent=indent,
        subsequent_indent=" " * len(indent),
        break_long_words=False,
        break_on_hyphens=False,
    )
