"""Rights that an identity is asked about through a function of its own: ``has({ role: "org:admin" })`` of Clerk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.collect.code.values import Constant, Known, Shape, Test, Value
from assistant.domain.code import Origin, OriginKind


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.collect.code.follow.run import Run

_RIGHTS = ("role", "permission")


def right_asked(run: Run, asked: Known, arguments: tuple[Value, ...]) -> Value | None:
    """The answer of ``has({ role })`` or ``has({ permission })``, which is there when the caller has it; None for any other call."""
    given = arguments[0] if len(arguments) == 1 else None
    if not isinstance(given, Shape) or len(asked.origins) != 1:
        return None
    origin = next(iter(asked.origins))
    if origin.kind is not OriginKind.CALLER or origin.path.rpartition(".")[2] != "has":
        return None
    named = [one for name in _RIGHTS if isinstance(one := given.fields.get(name), Constant)]
    if not named:
        return None
    roles = Known(frozenset({Origin(OriginKind.CALLER, f"{origin.path.rpartition('.')[0]}.role")}))
    answer = Known(frozenset({origin}))
    return run.mean(answer, Test("in", (named[0], roles)))


_RIGHT: Final = re.compile(r"[a-z][\w-]*(?:[.:][\w-]+)+")


def names_rights(asked: Sequence[Origin], held: Sequence[Origin]) -> bool:
    """Rights that the code names, by two words or more, are looked for in a list that the session carries: ``"clients.edit" in session.grant``."""
    named = [one.path.strip("'") for one in asked if one.kind is OriginKind.CONSTANT]
    return (
        bool(named)
        and len(named) == len(asked)
        and all(_RIGHT.fullmatch(one) for one in named)
        and any(one.kind is OriginKind.CALLER for one in held)
    )
