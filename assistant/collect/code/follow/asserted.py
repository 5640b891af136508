"""Calls of libraries that go on only when a condition holds, and libraries that know what somebody may do with a row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.code.follow.limits import looked_at
from assistant.collect.code.follow.stop import Stopped
from assistant.collect.code.origins import origins_of
from assistant.collect.code.values import NOTHING, Chain, Known, Test, Value, caller
from assistant.domain.code import Origin, OriginKind


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run

_ASSERTS = frozenset(
    {
        "tiny-invariant",
        "invariant",
        "ts-invariant",
        "@epic-web/invariant",
        "ts-tiny-invariant",
        "assert",
        "node:assert",
        "assert/strict",
        "node:assert/strict",
        "tiny-assert",
    }
)
_RESOLVES = frozenset(
    {
        "dns",
        "node:dns",
        "dns/promises",
        "node:dns/promises",
        "net",
        "node:net",
        "ipaddr.js",
        "ip",
        "private-ip",
        "is-ip",
    }
)
"""Where a name leads, and whether that is a private address."""
_CONTEXT = frozenset({Origin(OriginKind.REQUEST, "request")})
_HOLDS = frozenset({"default", "*", "invariant", "assert", "ok", "strict", ""})
_EQUAL = frozenset({"equal", "strictEqual", "deepEqual", "deepStrictEqual"})
_ABILITIES = re.compile(r"@casl/")
_MAY = {"can": True, "cannot": False}
_THROWS = "throwUnlessCan"


def asserted(run: Run, chain: Chain) -> Value | None:
    """``invariant(row.userId === me)``, ``assert.equal(row.userId, me)``: whoever gets past it made it hold. None for anything else."""
    last = chain.last
    if last is None or not last.arguments:
        return None
    if chain.source in _RESOLVES:
        run.facts |= frozenset().union(*(looked_at(one) for one in last.arguments))
    if chain.source in _ASSERTS and len(chain.steps) <= 2:  # noqa: PLR2004 - assert.strict.equal(a, b) is nobody's spelling
        name = last.name or chain.name
        if name in _HOLDS:
            return _goes_on(run, last.arguments[0], chain)
        return _goes_on(run, Test("equal", last.arguments[:2]), chain) if name in _EQUAL else None
    if _ABILITIES.match(chain.source) and last.name in {*_MAY, _THROWS}:
        return _allowed(run, chain)
    return None


def of_context(run: Run, of: Known, name: str, arguments: tuple[Value, ...], module: str, at: int) -> Value | None:
    """Koa's ``ctx.throw(403)`` and ``ctx.assert(row, 404)``; None for anything else.

    Raises:
        Stopped: nothing runs after the error.
    """
    if name not in {"throw", "assert"} or not arguments or of.origins != _CONTEXT:
        return None
    run.frame.left_by_throw = True
    if name == "throw":
        raise Stopped
    run.exited(arguments[0], True, module, at, run.facts)
    return NOTHING


def _goes_on(run: Run, test: Value, chain: Chain) -> Value:
    last = chain.last
    assert last is not None
    run.frame.left_by_throw = True
    run.exited(test, True, last.module, last.at, run.facts)
    return NOTHING


def _allowed(run: Run, chain: Chain) -> Value | None:
    """``ability.can("read", subject("Doc", row))``: the row was looked at. Of a kind of rows alone nothing is known."""
    last = chain.last
    assert last is not None
    rows = {one.row for each in (last.arguments or ())[1:] for one in origins_of(each) if one.kind is OriginKind.ROW}
    if not rows:
        return None
    looked = Known(frozenset(Origin(OriginKind.ROW, "", row) for row in rows))
    test = Test("equal", (looked, caller("ability")))
    if last.name == _THROWS:
        return _goes_on(run, test, chain)
    return test if _MAY[last.name] else Test("not", (test,))
