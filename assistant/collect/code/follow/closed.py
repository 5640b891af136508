"""Routes that middleware never lets anybody reach in production: ``if (production && debugRoutes.some(startsWith)) return 403``.

Middleware is followed once more for such a route, knowing its address. Only routes that say in their address what they are for are looked at, for middleware can be long.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.code.follow.inputs import supplied
from assistant.collect.code.follow.stop import Exhausted, Stopped
from assistant.collect.code.matchers import middleware_of
from assistant.collect.code.values import Chain, Closure, Either, unwrapped
from assistant.domain.code import EntryKind


if TYPE_CHECKING:
    from assistant.collect.code.entries_point import EntryPoint
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Value

_FOR_TESTS = re.compile(r"(?:^|[/_-])(?:debug|test|tests|dev|demo|seed|mock|e2e|internal)(?=$|[/_-])")
_SERVED = frozenset({EntryKind.ROUTE, EntryKind.PAGES_API, EntryKind.PAGE})
_LETS_ON = frozenset({"next", "rewrite"})


def refused(run: Run, point: EntryPoint) -> bool:
    """The middleware that stands before the route answers each request for its address by itself."""
    path = middleware_of(point.covered_by)
    if point.kind not in _SERVED or not path or not _FOR_TESTS.search(point.path):
        return False
    name = "proxy" if path.rpartition("/")[2].startswith("proxy") else "middleware"
    stands = unwrapped(run.world.export(path, name) or run.world.export(path, "default") or Chain("unresolved", name))
    if not isinstance(stands, Closure):
        return False
    before = run.world.aside()
    before.path = point.path
    try:
        answer = before.settle(before.call(stands, supplied("middleware", stands.function), path, 0))
    except (Stopped, Exhausted):
        return False
    return _answers(answer)


def _answers(value: Value) -> bool:
    value = unwrapped(value)
    if isinstance(value, Either):
        return all(_answers(one) for one in value.values)
    if not isinstance(value, Chain) or not value.name.endswith("Response"):
        return False
    return bool(value.steps) and value.steps[0].name not in _LETS_ON
