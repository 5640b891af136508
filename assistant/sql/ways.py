"""The ways in which a predicate lets one caller in: each a set of conditions that all have to hold.

``a OR (b AND c)`` has the ways {a} and {b, c}. What always holds for the caller is left out of a way, and a way with a condition that never
holds for them is none. Conditions are spelled as ``meaning`` and ``normal`` spell them, so that a rewrite to the same meaning gives the same ways.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sqlglot import exp

from assistant.sql.expression import bare, read, write
from assistant.sql.predicate import normal
from assistant.sql.respelling import meaning
from assistant.sql.truth import NOWHERE, Caller, Surroundings, admits


if TYPE_CHECKING:
    from collections.abc import Iterator

Way = frozenset[str]


def ways_in(text: str | None, caller: Caller, around: Surroundings = NOWHERE) -> frozenset[Way]:
    """The ways of a predicate for a caller; an empty way admits every row, no way admits none. Text that cannot be read is one condition."""
    if text is None:
        return frozenset([frozenset()])
    found: set[Way] = set()
    for conditions in _conditions(text):
        left: set[str] = set()
        for condition in conditions:
            answer = admits(condition, caller, around)
            if answer is False:
                break
            if answer is None:
                left.add(condition)
        else:
            found.add(frozenset(left))
    return frozenset(found)


def covered(way: Way, ways: frozenset[Way]) -> bool:
    """True when one of ``ways`` asks for no more than ``way`` does: whoever comes in by it came in before."""
    return any(other <= way for other in ways)


@lru_cache(maxsize=4096)
def _conditions(text: str) -> tuple[tuple[str, ...], ...]:
    spelled = normal(meaning(text) or text)
    expression = read(spelled)
    if expression is None:
        return ((spelled,),)
    return tuple(tuple(write(bare(part)) for part in _parts(either, exp.And)) for either in _parts(expression, exp.Or))


def _parts(node: exp.Expr, kind: type[exp.Expr]) -> Iterator[exp.Expr]:
    inner = bare(node)
    if isinstance(inner, kind):
        yield from _parts(inner.this, kind)
        yield from _parts(inner.expression, kind)
    else:
        yield inner
