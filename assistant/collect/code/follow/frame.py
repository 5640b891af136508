"""A function that is running."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from assistant.collect.code.follow.facts import NONE


if TYPE_CHECKING:
    from assistant.collect.code.follow.facts import Facts
    from assistant.collect.code.follow.scope import Scope
    from assistant.collect.code.values import Value
    from assistant.domain.code import Origin


@final
class Looped:
    """A loop that is running."""

    __slots__ = ("before", "items", "left")

    def __init__(self, items: frozenset[Origin], before: Facts) -> None:
        """Over a list whose items have those origins; ``before`` is what was known in front of it."""
        self.items = items
        self.before = before
        self.left: list[Facts] = []
        """What was known wherever an item was passed over."""


class Frame:
    """One function on the stack of a run, and how its paths ended so far."""

    __slots__ = (
        "at",
        "block",
        "by_role",
        "by_setting",
        "caller_module",
        "given",
        "handler",
        "jumped",
        "last",
        "left_by_return",
        "left_by_throw",
        "loops",
        "module",
        "name",
        "returns",
        "told",
        "yielded",
    )

    def __init__(
        self,
        name: str,
        module: str,
        caller_module: str,
        at: int,
        *,
        handler: bool,
        given: tuple[tuple[Value, ...], Facts] = ((), NONE),
    ) -> None:
        """``caller_module`` and ``at`` are the place of the call; ``handler``: what it returns is the answer to the request.

        ``given`` is what it was called with, and what was known then.
        """
        self.name = name
        self.module = module
        self.caller_module = caller_module
        self.at = at
        self.given = given
        self.told: bool | None = None
        """Whether anything of ``given`` belonged to the caller; None until somebody asks."""
        self.handler = handler
        self.returns: list[tuple[Value, Facts]] = []
        self.by_role: set[int] = set()
        """Ways out that only a role takes, by their position among ``returns``."""
        self.by_setting: list[tuple[Value, bool]] = []
        """What it answered where a variable of the environment alone was asked, and whether that one is set for tests."""
        self.left_by_return = False
        self.left_by_throw = False
        self.jumped = False
        self.yielded: list[Value] = []
        """What a generator gave so far."""
        self.loops: list[Looped] = []
        """Loops around the statement that runs, outermost first."""
        self.block: Scope | None = None
        """The innermost level of names in which a statement of it runs."""
        self.last: frozenset[int] = frozenset()
        """Statements of a handler behind which it ends, by their identity."""
