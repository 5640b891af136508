"""Conditions of queries as the rules want them: column, operator, value; what only one branch asks binds nobody.

A condition of a branch or of an optional part keeps its column and value, and its operator becomes ``match``. One that stands beside an
alternative which the outside chooses alone (``or(user_id = caller, id = request)``) becomes ``alternative``: nobody takes that for a tie.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from assistant.collect.code.origins import OUTSIDE, origins_of
from assistant.collect.code.values import Constant, Either, Value
from assistant.domain.code import OriginKind


Condition: TypeAlias = tuple[str, str, Value]
"""Column, operator, compared value."""

_OPERATORS = {
    "=": "eq",
    "==": "eq",
    "===": "eq",
    "is": "eq",
    "equals": "eq",
    "!=": "neq",
    "!==": "neq",
    "<>": "neq",
    "not": "neq",
    "ne": "neq",
    "<": "lt",
    "<=": "lte",
    ">": "gt",
    ">=": "gte",
    "notin": "nin",
    "not in": "nin",
    "inarray": "in",
    "notinarray": "nin",
    "in_": "in",
    "ilike": "like",
    "startswith": "like",
    "endswith": "like",
    "has": "contains",
    "hassome": "contains",
    "hasevery": "contains",
    "cs": "contains",
    "array_contains": "contains",
    "arraycontains": "contains",
    "array-contains": "contains",
    "array-contains-any": "contains",
}
_PLAIN = frozenset({"eq", "neq", "in", "nin", "like", "contains", "gt", "gte", "lt", "lte"})


def operator(word: str) -> str:
    """One of eq, neq, in, nin, like, contains, gt, gte, lt, lte; ``match`` for anything else."""
    low = word.lower().removeprefix("$")
    low = _OPERATORS.get(low, low)
    return low if low in _PLAIN else "match"


def negated(conditions: list[Condition]) -> list[Condition]:
    """What is asked not to hold."""
    turned = {"eq": "neq", "neq": "eq", "in": "nin", "nin": "in"}
    return [(column, turned.get(how, "match"), value) for column, how, value in conditions]


_RANGES = frozenset({"lt", "lte", "gt", "gte"})


def either(branches: list[list[Condition]], *, written: bool = False) -> list[Condition]:
    """Several alternatives in one list.

    A caller compared in each alternative that names a value from outside binds; an alternative of constants only (``is_public = true``)
    is somebody's decision and binds too; ``or(user_id = caller, id = request)`` binds nobody. ``written``: the query itself says ``or``,
    or the request chooses; branches of the code, of which one may be for administrators, are not accused.
    """
    loosely = "alternative" if written else "match"
    if any(not branch for branch in branches):
        return [
            (column, how if _behind_sent(how, value) else loosely, value)
            for branch in branches
            for column, how, value in branch
        ]
    if len(branches) == 1:
        return branches[0]
    loose = [(_outside(branch) and not _theirs(branch)) or _ordinary(branch) for branch in branches]
    out: list[Condition] = []
    for branch in branches:
        for column, how, value in branch:
            kinds = {origin.kind for origin in origins_of(value)}
            weak = any(loose) and OriginKind.REQUEST not in kinds
            out.append((column, loosely if weak else how, value))
    return out


_GONE = re.compile(
    r"(?:^|[._])(?:is_?)?(?:archived?|deleted?|removed?|hidden|banned|suspended|disabled|blocked|closed)(?:_?at)?$",
    re.IGNORECASE,
)
_THERE = re.compile(r"(?:^|[._])(?:is_?)?(?:active|enabled)$", re.IGNORECASE)


def _ordinary(branch: list[Condition]) -> bool:
    """``archived = false``, ``deleted_at is null``, ``is_active = true``: what nearly every row is, whoever it belongs to."""
    return bool(branch) and all(
        how == "eq"
        and isinstance(value, Constant)
        and ((value.value in (False, None) and _GONE.search(column)) or (value.value is True and _THERE.search(column)))
        for column, how, value in branch
    )


def _behind_sent(how: str, value: Value) -> bool:
    """A page of rows begins behind the last one that was seen: no row is found by that."""
    return how in _RANGES and any(origin.kind is OriginKind.REQUEST for origin in origins_of(value))


def _kinds(branch: list[Condition]) -> set[OriginKind]:
    return {origin.kind for _, how, value in branch if how in {"eq", "in"} for origin in origins_of(value)}


def _outside(branch: list[Condition]) -> bool:
    return OriginKind.REQUEST in _kinds(branch)


def _theirs(branch: list[Condition]) -> bool:
    return bool(_kinds(branch) & {OriginKind.CALLER, OriginKind.ROW})


def apart(conditions: list[Condition]) -> list[Condition]:
    """What is asked inside ``exists`` of rows that have nothing to do with the one outside: it binds nobody, but for an id that was sent."""
    sent = {OriginKind.REQUEST, OriginKind.ROW}
    if any(origin.kind in sent for _, _, value in conditions for origin in origins_of(value)):
        return conditions
    return [(column, "alternative", value) for column, _, value in conditions]


def chosen_by_sender(value: Either) -> bool:
    """Nothing but the request decides which of them it is."""
    return bool(value.facts) and all(known >= OUTSIDE for known in value.facts)


def within(prefix: str, conditions: list[Condition]) -> list[Condition]:
    """Conditions of a nested object with its path before them."""
    return [(f"{prefix}.{column}" if column else prefix, how, value) for column, how, value in conditions]
