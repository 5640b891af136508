"""Finds the rules by listing their package: a new file is a new rule, nothing else to register."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

from assistant.detect import rules as package
from assistant.detect.listing import modules_of


if TYPE_CHECKING:
    from assistant.detect.rule import RuleModule


@cache
def rules() -> tuple[RuleModule, ...]:
    """Every rule, in the order of its id."""
    return tuple(cast("RuleModule", module) for module in modules_of(package))


def rule(id_: str) -> RuleModule:
    """The rule of that id.

    Raises:
        KeyError: there is none.
    """
    for module in rules():
        if module.RULE.id == id_:
            return module
    raise KeyError(id_)
