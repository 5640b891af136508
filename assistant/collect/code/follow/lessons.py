"""Guards for what a call found out when nothing more precise was said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.facts import Lesson
from assistant.domain.code import GuardKind, Origin, OriginKind


if TYPE_CHECKING:
    from assistant.collect.code.follow.facts import Fact, Facts

LESSON_OF = {
    "caller": GuardKind.SESSION,
    "proven": GuardKind.MEMBERSHIP,
    "tied": GuardKind.OWNER,
    "role": GuardKind.ROLE,
    "secret": GuardKind.SECRET,
    "signed": GuardKind.SIGNATURE,
}
"""The kind of guard behind each kind of fact."""


def lessons_of(facts: Facts | set[Fact], known: list[Lesson]) -> tuple[Lesson, ...]:
    """Guards for facts that a call brought along, when nothing more precise was said."""
    kinds = {lesson.kind for lesson in known}
    out: dict[GuardKind, Lesson] = {}
    for fact in sorted(facts, key=str):
        kind = LESSON_OF.get(str(fact[0]))
        if kind is not None and kind not in kinds and kind not in out:
            out[kind] = Lesson(kind, "", _about(fact))
    return tuple(out.values())


def _about(fact: Fact) -> tuple[Origin, ...]:
    if fact[0] == "proven" and isinstance(fact[1], Origin):
        return (fact[1],)
    return (Origin(OriginKind.ROW, "", fact[1]),) if fact[0] == "tied" and isinstance(fact[1], int) else ()
