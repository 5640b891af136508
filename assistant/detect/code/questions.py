"""Public on purpose? One question a route group, for entries that nobody guards and that may well be meant for everyone."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from assistant.detect.code.access import access_to
from assistant.detect.code.openness import Openness, openness
from assistant.domain.ownership import Question


if TYPE_CHECKING:
    from assistant.detect.code.context import CodeContext


def questions_of(context: CodeContext) -> tuple[Question, ...]:
    """Questions in the order of their group; none for what the operator answered already."""
    groups: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for entry in context.entries():
        if context.reason_public(entry) or context.said_private(entry):
            continue
        for query in entry.queries:
            if openness(access_to(context, entry, query)) is Openness.ASKED:
                groups[entry.group][entry.id].append(query.table or query.engine)
    return tuple(_question(group, entries) for group, entries in sorted(groups.items()))


def _question(group: str, entries: dict[str, list[str]]) -> Question:
    tables = sorted({table for named in entries.values() for table in named})
    shown = ", ".join(tables[:4]) + (" and others" if len(tables) > 4 else "")  # noqa: PLR2004 - a line's worth
    many = f"{len(entries)} handlers" if len(entries) > 1 else next(iter(entries))
    slug = "-".join(part for part in "".join(sign if sign.isalnum() else " " for sign in group).lower().split())
    return Question(
        id=f"public-routes-{slug or 'root'}",
        asks=f"May anybody on the internet read what {group or 'the root'} answers, without signing in?",
        objects=(),
        why=f"{many} answer{'s' if len(entries) == 1 else ''} without asking who is calling and read{'s' if len(entries) == 1 else ''} {shown}.",
        entries=tuple(sorted(entries)),
        group=group,
    )
