"""What is already decided without knowing any input: constants, objects, and that the code runs in production."""

from __future__ import annotations

import re

from assistant.collect.code.follow.kinds import CONSTANT, ENVIRONMENT, REQUEST, UNSURE
from assistant.collect.code.matchers import Matcher, covers
from assistant.collect.code.values import (
    UNKNOWN,
    Blueprint,
    Chain,
    Closure,
    Constant,
    Either,
    Known,
    Listed,
    Native,
    Promise,
    Shape,
    Test,
    Value,
)
from assistant.domain.code import Origin
from assistant.domain.syntax import Attribute, Binary


_ENVIRONMENT = {"NODE_ENV": "production", "VERCEL_ENV": "production", "VERCEL": "1"}
"""Variables by which a deployment is told from a developer's machine, with what they are there."""
_TURNS_OFF = re.compile(
    r"(?:^|_)(?:UNSAFE(?:LY)?|DISABLED?|SKIP|BYPASS|TURN_OFF)_(?:[A-Z]+_)*(?:AUTH\w*|PERMISSIONS?|ACCESS|RBAC|GUARDS?|LOGIN)$|(?:^|_)AUTH\w*_(?:DISABLED|OFF)$"
)
"""Switches that turn every check off: nobody sets them in production, and a tool that believed them would see no check at all."""
_ON = ("true", "1", "yes", "on", True)
_WRITTEN = frozenset({ENVIRONMENT, CONSTANT, UNSURE})
_TYPES = frozenset({"string", "number", "bigint", "undefined"})
_THERE = (Shape, Listed, Closure, Blueprint, Promise, Native)
_WRITTEN_OUT = re.compile(r"/\^((?:[^|(]|\([^)]*\))*)/")
"""An expression from the beginning on, without a choice that would begin otherwise."""
_FIXED = re.compile(r"(?:(?:[\w/-]|\\[/.-])(?![?*{]))*")
"""What every text begins with that such an expression finds."""
AN_ID = "~id~"
"""Stands in a path for an identifier: a word that the code writes there is none."""
_IDS = ("7", "1c9b3d52-6f0e-4a77-9b1e-2d5c8f0a6e41", "cm4x8k2pq0001", "507f1f77bcf86cd799439011")
_URL = frozenset({Origin(REQUEST, "url")})
_ADDRESS = frozenset({Origin(REQUEST, one) for one in ("url", "request.path", "request.routerPath")})
"""What a server calls the address that was asked for."""


def other_paths(path: str, paths: Listed, asked: Value, *, exact: bool = False) -> bool | None:
    """True when ``asked`` is the path of the request, which is answered at ``path``, and none of ``paths`` can be it; False when one of them is.

    A router that hangs under ``/api`` may leave that out, unless the path is ``exact``ly what was asked for.
    """
    if not path or not isinstance(asked, Known) or asked.origins != _URL or not paths.items:
        return None
    own = re.compile("/".join(".+" if part.startswith("[") else re.escape(part) for part in path.split("/")))
    may_be = False
    for one in paths.items:
        text = one.value if isinstance(one, Constant) else None
        if not isinstance(text, str) or not text.startswith("/"):
            return None
        if text == path and "[" not in path:
            return False
        may_be = may_be or bool(own.fullmatch(text) or (not exact and own.fullmatch(f"/api{text}")))
    return None if may_be else True


def matched(path: str, patterns: Value) -> bool | None:
    """``createRouteMatcher(["/dashboard(.*)"])(request)`` for a request of ``path``; None where a pattern is no text."""
    items = patterns.items if isinstance(patterns, Listed) else (patterns,)
    texts = [one.value for one in items if isinstance(one, Constant) and isinstance(one.value, str)]
    if not path or not texts or len(texts) < len(items):
        return None
    return any(covers(Matcher(text), path) for text in texts)


def segment(route: str, name: str) -> bool:
    """``[id]`` and ``[...slug]`` are always there; ``[[...slug]]`` may be missing."""
    return f"/[{name}]" in route or f"/[...{name}]" in route


def lacks(route: str, name: str) -> bool:
    """A folder of Next's that has no such segment gives its handler none: ``params.id`` below ``/users/preferences``."""
    named = (f"[{name}]", f"...{name}]", f"[{name}=", f":{name}")
    return route.startswith("/") and not any(one in route for one in named)


def is_pattern(value: Value | str) -> bool:
    """A regular expression that is looked for from the beginning: no path begins like it."""
    return isinstance(value, Constant) and isinstance(value.value, str) and value.value.startswith("/^")


def fits(path: str, pattern: Value, asked: Value) -> bool | None:
    """Whether such an expression is found in the path of the request; None where a segment of it decides, or the expression is not understood."""
    text = pattern.value if isinstance(pattern, Constant) else None
    written = _WRITTEN_OUT.fullmatch(text) if isinstance(text, str) else None
    if written is None or not path or not isinstance(asked, Known) or not asked.origins <= _ADDRESS:
        return None
    begun = _FIXED.match(written[1])
    fixed = begun[0].replace("\\", "") if begun is not None else ""
    own = path.split("[", 1)[0].split(AN_ID, 1)[0]
    length = min(len(fixed), len(own))
    if fixed[:length] != own[:length]:
        return False
    if "[" in path:
        return None
    try:
        found = {re.match(written[1], path.replace(AN_ID, one)) is not None for one in _IDS}
    except re.error:
        return None
    return found.pop() if len(found) == 1 else None


def begins(path: str, prefix: Value, asked: Value, *, exact: bool = False) -> bool | None:
    """``url.startsWith("/api/public/")`` in what stands before a handler that answers at ``path``; None when that is not decided.

    Routers leave out what they hang under, and a rewrite may put something before it: a prefix that fits without its first parts may be this one, unless
    the path is ``exact``ly what was asked for, as it is before a router looks at it.
    """
    text = prefix.value if isinstance(prefix, Constant) else None
    if not path or not isinstance(asked, Known) or not asked.origins <= _ADDRESS or not isinstance(text, str):
        return None
    if not text.startswith("/") or text == "/":
        return True if text == "/" else None
    own, wanted = path.strip("/").split("/"), text.split("?")[0].strip("/").split("/")
    whole = text.endswith("/")
    if _begins(own, wanted, whole=whole, open_parts=False):
        return True if len(own) > len(wanted) or not whole else None
    if _begins(own, wanted, whole=whole, open_parts=True):
        return None
    if exact:
        return False
    shifted = ((own[n:], wanted[m:]) for n in range(len(own)) for m in range(len(wanted)))
    return None if any(_begins(one, other, whole=whole, open_parts=False) for one, other in shifted) else False


def _begins(own: list[str], wanted: list[str], *, whole: bool, open_parts: bool) -> bool:
    """The parts of a path begin with those of a prefix, of which the last may be cut short unless it is ``whole``."""
    if len(wanted) > len(own) and not (own and own[-1].startswith("[...")):
        return False
    for n, (part, one) in enumerate(zip(own, wanted, strict=False)):
        if part.startswith("["):
            if not open_parts:
                return False
            continue
        is_last = n == len(wanted) - 1
        if part != one and not (is_last and not whole and part.startswith(one)):
            return False
    return True


def of_size(node: Binary, size: Value, other: Value) -> Constant | None:
    """``secret.length > 0`` where the code says which text it is; other numbers may count up where nobody looks."""
    if not isinstance(node.left, Attribute) or node.left.name != "length" or node.operator not in {">", "<"}:
        return None
    if not isinstance(size, Constant) or not isinstance(other, Constant):
        return None
    if not isinstance(size.value, int | float) or not isinstance(other.value, int | float):
        return None
    return Constant(size.value > other.value if node.operator == ">" else size.value < other.value)


def of_type(value: Value, said: Value, *, same: bool) -> Test:
    """``typeof id === "string"``, ``typeof id !== "undefined"``: whether what was sent is there, though it may be empty."""
    named = said.value if isinstance(said, Constant) else None
    if isinstance(value, Constant) and isinstance(value.value, str | None) and named in _TYPES:
        written = Constant("undefined" if value.value is None else "string")
        return Test("equal" if same else "differ", (written, said))
    sent = isinstance(value, Known) and len(value.origins) == 1 and next(iter(value.origins)).kind is REQUEST
    if not sent or named not in _TYPES:
        return Test("equal" if same else "differ", (UNKNOWN, said))
    there = Test("there", (value,))
    return there if same is (named != "undefined") else Test("not", (there,))


def truth(value: Value) -> bool | None:
    """True, False, or None when it depends on the run."""
    if isinstance(value, Known):
        return None
    if isinstance(value, Constant):
        return bool(value.value)
    if isinstance(value, Test):
        return _test(value)
    if isinstance(value, _THERE):
        return True
    if isinstance(value, Chain):
        made = value.last is not None and (
            value.last.new
            or value.name.endswith("Response")
            or (value.source.startswith("zod") and value.last.arguments is not None)
        )
        return True if made else None
    found = {truth(one) for one in value.values}
    return found.pop() if len(found) == 1 else None


def asks_same(test: Test, outcome: bool) -> bool:
    """The two sides are equal when the test came out so."""
    return (test.kind == "equal" and outcome) or (test.kind == "differ" and not outcome)


def _test(test: Test) -> bool | None:
    if test.kind == "truthy":
        return truth(test.operands[0])
    if test.kind == "not":
        inner = truth(test.operands[0])
        return None if inner is None else not inner
    if test.kind in {"all", "any"}:
        stops = test.kind == "any"
        found = [truth(one) for one in test.operands]
        if stops in found:
            return stops
        return None if None in found else not stops
    if test.kind in {"equal", "differ"}:
        same = _equal(*test.operands)
        return same if same is None or test.kind == "equal" else not same
    if test.kind == "in":
        return _among(*test.operands)
    if test.kind == "is":
        return _is(*test.operands)
    return None


def _equal(one: Value, other: Value) -> bool | None:
    if isinstance(one, Constant) and isinstance(other, Constant):
        return one.value == other.value
    for left, right in ((one, other), (other, one)):
        if isinstance(left, Known) and isinstance(right, Constant) and len(left.origins) == 1:
            origin = next(iter(left.origins))
            if origin.kind is ENVIRONMENT and origin.path in _ENVIRONMENT:
                return right.value == _ENVIRONMENT[origin.path]
        if isinstance(right, Constant) and right.value is None and truth(left) is True:
            return False
        if isinstance(right, Constant) and right.value in _ON and _turns_off(left):
            return False
    return None


def _turns_off(value: Value) -> bool:
    """A switch that turns every check off, also one that has a default or went through a schema."""
    options = value.values if isinstance(value, Either) else (value,)
    known = [one for one in options if isinstance(one, Known)]
    if any(not isinstance(one, Known) and not (isinstance(one, Constant) and one.value not in _ON) for one in options):
        return False
    origins = frozenset().union(*(one.origins for one in known))
    named = any(one.kind is ENVIRONMENT and _TURNS_OFF.search(one.path) for one in origins)
    return named and all(one.kind in _WRITTEN for one in origins)


def _among(item: Value, group: Value) -> bool | None:
    """``["development", "test"].includes(process.env.NODE_ENV ?? "production")``: the code runs in production."""
    options = item.values if isinstance(item, Either) else (item,)
    said = {_said(one) for one in options}
    if len(said) != 1 or None in said or not isinstance(group, Listed):
        return None
    if not all(isinstance(one, Constant) for one in group.items):
        return None
    return said.pop() in {one.value for one in group.items if isinstance(one, Constant)}


def _said(value: Value) -> str | None:
    if isinstance(value, Constant):
        return value.value if isinstance(value.value, str) else None
    if isinstance(value, Known) and len(value.origins) == 1:
        origin = next(iter(value.origins))
        if origin.kind is ENVIRONMENT and origin.path in _ENVIRONMENT:
            return _ENVIRONMENT[origin.path]
    return None


def _is(value: Value, what: Value) -> bool | None:
    """``"error" in value`` and ``value instanceof Response``."""
    if isinstance(what, Constant) and isinstance(value, Shape):
        if what.value in value.fields:
            return True
        return None if value.rest else False
    if isinstance(what, Chain):
        if isinstance(value, Shape | Listed | Constant | Closure):
            return False
        if isinstance(value, Chain):
            return _made_by(value, what.name)
        if isinstance(value, Known):
            return False if what.name.endswith("Response") else None
    return None


def _made_by(value: Chain, name: str) -> bool | None:
    if name.endswith("Response"):
        return value.name.endswith("Response") or None
    return True if value.name == name else None
