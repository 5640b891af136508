"""Questions about the path of the request where it is known: whether it is this one, whether a pattern of a library fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.truth import fits, matched
from assistant.collect.code.recognise.chains import argument
from assistant.collect.code.values import Constant, Known, Listed


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Chain, Value


def of_path(run: Run, chain: Chain) -> Value | None:
    """What a matcher of Clerk's says of the path that is followed: ``createRouteMatcher(["/sign-in(.*)"])(request)``."""
    if not run.path or chain.name != "createRouteMatcher" or len(chain.steps) < 2:  # noqa: PLR2004 - made, then asked
        return None
    patterns = argument(chain.steps[0], 0)
    if patterns is None:
        return None
    found = matched(run.path, patterns)
    if run.prelude is not None:
        run.prelude.heard(patterns, None, found)
    return None if found is None else Constant(found)


def compared(run: Run, left: Value, right: Value, operator: str) -> Value | None:
    """``request.nextUrl.pathname === "/login"`` where the path is known; None for what is decided by the request."""
    if not run.path or not isinstance(left, Known) or not isinstance(right, Constant):
        return None
    elsewhere = run.elsewhere(Listed((right,)), left)
    return None if elsewhere is None else Constant(elsewhere is (operator == "differ"))


def fitting(run: Run, pattern: Value, asked: Value) -> Value | None:
    r"""``/^\/api\/invoices\/[^/]+\/public$/.test(pathname)`` in middleware that is followed for a path; None for what is not decided."""
    if not run.whole_path or not isinstance(asked, Known) or not isinstance(pattern, Constant):
        return None
    found = fits(run.path, pattern, asked)
    if run.prelude is not None:
        run.prelude.heard(pattern, asked, found)
    return None if found is None else Constant(found)
