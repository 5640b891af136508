"""Whom a condition of a Firebase rules file lets in: open, signed in, until a date, tied to the caller, nobody.

Functions are put in place of their calls. Alternatives count as the weakest of them, conjunctions as the strongest; a check of the written
document's shape lets nobody in and keeps nobody out.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from assistant.collect.firebase_expressions import Node, called, dotted, mentions, replaced
from assistant.domain.code import Reach


if TYPE_CHECKING:
    from collections.abc import Mapping


class RuleFunction(NamedTuple):
    """``function isOwner(uid) { let x = …; return …; }``."""

    parameters: tuple[str, ...]
    lets: tuple[tuple[str, Node], ...]
    result: Node


class Judged(NamedTuple):
    """What a condition comes to."""

    reach: Reach
    until: str = ""
    binds: bool = False
    """True when the written document or the path is compared with the caller."""


_STRENGTH: Final = {
    Reach.PUBLIC: 0,
    Reach.DATED: 1,
    Reach.SIGNED_IN: 2,
    Reach.SHARED: 3,
    Reach.UNKNOWN: 4,
    Reach.TIED: 5,
    Reach.NOBODY: 6,
}
_PROFILE: Final = re.compile(
    r"/databases/\$\(\w+\)/documents/(?:users?|profiles?|accounts?)/\$\(request\.auth\.uid\)\Z", re.IGNORECASE
)
"""A document that every account has."""
_DEEPEST: Final = 14
_SECONDS_LARGEST: Final = 10**11
"""A number of milliseconds above it is a date after 1973."""


def judge(node: Node, functions: Mapping[str, RuleFunction], depth: int = 0) -> Judged:
    """What one condition lets in.

    Args:
        node: the condition.
        functions: what may be called, by name.
        depth: calls on the way, to end a recursion.
    """
    if depth > _DEEPEST:
        return Judged(Reach.UNKNOWN)
    if node.kind == "or":
        return _weakest([judge(part, functions, depth + 1) for part in node.parts])
    if node.kind == "and":
        return _strongest([judge(part, functions, depth + 1) for part in node.parts])
    if node.kind == "not":
        turned = _turned(node.parts[0])
        return judge(turned, functions, depth + 1) if turned else _opposite(judge(node.parts[0], functions, depth + 1))
    if node.kind == "choose":
        test, yes, no = (judge(part, functions, depth + 1) for part in node.parts)
        return _weakest([_strongest([test, yes]), no])
    if node.kind == "call" and (inlined := _inlined(node, functions)) is not None:
        return judge(inlined, functions, depth + 1)
    return _atom(_with_functions(node, functions, depth))


def _inlined(node: Node, functions: Mapping[str, RuleFunction]) -> Node | None:
    function = functions.get(called(node))
    if function is None:
        return None
    names = dict(zip(function.parameters, node.parts[1:], strict=False))
    for name, value in function.lets:
        names[name] = replaced(value, names)
    return replaced(function.result, names)


def _with_functions(node: Node, functions: Mapping[str, RuleFunction], depth: int) -> Node:
    """Calls inside a comparison are put in place too: ``getRole() == 'admin'``."""
    if depth > _DEEPEST:
        return node
    inlined = _inlined(node, functions)
    if inlined is not None:
        return _with_functions(inlined, functions, depth + 1)
    return node._replace(parts=tuple(_with_functions(part, functions, depth + 1) for part in node.parts))


def _weakest(found: list[Judged]) -> Judged:
    least = min(found, key=lambda one: _STRENGTH[one.reach])
    return least._replace(binds=all(one.binds or one.reach is Reach.NOBODY for one in found))


def _strongest(found: list[Judged]) -> Judged:
    most = max(found, key=lambda one: _STRENGTH[one.reach])
    return most._replace(
        binds=any(one.binds for one in found), until=next((one.until for one in found if one.until), "")
    )


def _turned(node: Node) -> Node | None:
    """``!(a == b)`` as ``a != b``, ``!(a || b)`` as ``!a && !b``; None when it cannot be said otherwise."""
    if node.kind == "compare" and node.text in {"==", "!="}:
        return node._replace(text="!=" if node.text == "==" else "==")
    if node.kind in {"and", "or"}:
        parts = tuple(Node("not", "", (part,)) for part in node.parts)
        return Node("or" if node.kind == "and" else "and", "", parts)
    return None


def _opposite(judged: Judged) -> Judged:
    if judged.reach is Reach.PUBLIC:
        return Judged(Reach.NOBODY)
    if judged.reach in {Reach.SHARED, Reach.UNKNOWN}:
        return judged._replace(binds=False)
    return Judged(Reach.PUBLIC)


def _atom(node: Node) -> Judged:
    if node.kind == "value":
        return Judged({"true": Reach.PUBLIC, "false": Reach.NOBODY}.get(node.text, Reach.UNKNOWN))
    if node.kind == "unknown":
        return Judged(Reach.UNKNOWN)
    if (until := _date(node)) is not None:
        return Judged(Reach.DATED, until)
    if _caller(node):
        return _of_caller(node)
    if mentions(node, "request.resource") or mentions(node, "newData") or _is_shape(node):
        return Judged(Reach.PUBLIC)
    if mentions(node, "resource") or mentions(node, "data") or mentions(node, "root") or _reads(node):
        return Judged(Reach.SHARED)
    if mentions(node, "request"):
        return Judged(Reach.PUBLIC)
    return Judged(Reach.UNKNOWN if node.kind == "call" else Reach.SHARED)


def _caller(node: Node) -> bool:
    return mentions(node, "request.auth") or mentions(node, "auth")


def _is_shape(node: Node) -> bool:
    """``resource == null``, ``!data.exists()``: says nothing about who asks."""
    if node.kind == "compare" and any(part.kind == "value" and part.text == "null" for part in node.parts):
        return any(dotted(part) in {"resource", "data.val"} for part in node.parts)
    return called(node) in {"data.exists", "newData.exists", "newData.hasChildren"}


def _reads(node: Node) -> bool:
    return called(node) in {"get", "exists", "getAfter", "existsAfter", "firestore.get", "firestore.exists"} or any(
        _reads(part) for part in node.parts
    )


def _of_caller(node: Node) -> Judged:
    """A condition that mentions the caller: merely signed in, or tied to something."""
    if node.kind == "compare":
        sides = [dotted(part) for part in node.parts]
        other = next((part for part, name in zip(node.parts, sides, strict=True) if not _caller(part)), None)
        if other is not None and other.kind == "value" and other.text in {"null", "''", '""'}:
            return Judged(Reach.SIGNED_IN if node.text == "!=" else Reach.PUBLIC)
        if node.text == "!=" or any(
            name.endswith((".email_verified", ".sign_in_provider", ".provider")) for name in sides
        ):
            return Judged(Reach.SIGNED_IN)
        binds = other is not None and not mentions(other, "resource") and not mentions(other, "data")
        return Judged(Reach.TIED, binds=binds)
    if dotted(node) in {"request.auth", "auth", "request.auth.uid", "auth.uid", "request.auth.token.email_verified"}:
        return Judged(Reach.SIGNED_IN)
    if called(node) in {"exists", "firestore.exists"} and _own_profile(node):
        return Judged(Reach.SIGNED_IN)
    return Judged(Reach.TIED, binds=True)


def _own_profile(node: Node) -> bool:
    """``exists(/databases/$(db)/documents/users/$(request.auth.uid))``: every account has one."""
    return any(part.kind == "path" and _PROFILE.match(part.text) for part in node.parts[1:])


def _date(node: Node) -> str | None:
    """The day up to which ``request.time < timestamp.date(y, m, d)`` or ``now < 1700000000000`` holds."""
    if node.kind != "compare" or node.text not in {"<", "<=", ">", ">="}:
        return None
    left, right = node.parts
    if node.text in {">", ">="}:
        left, right = right, left
    if dotted(left) not in {"request.time", "now"}:
        return None
    if called(right) == "timestamp.date":
        numbers = [part.text for part in right.parts[1:]]
        if len(numbers) == 3 and all(number.isdecimal() for number in numbers):  # noqa: PLR2004 - year, month, day
            return "-".join(number.zfill(2) for number in numbers)
    if right.kind == "value" and right.text.isdecimal() and int(right.text) > _SECONDS_LARGEST:
        return datetime.fromtimestamp(int(right.text) / 1000, UTC).date().isoformat()
    return ""
