"""Finds the rules about code by listing their package: a new file is a new rule, nothing else to register."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

from assistant.detect.code import rules as package
from assistant.detect.listing import modules_of


if TYPE_CHECKING:
    from assistant.detect.code.rule import CodeRuleModule


@cache
def code_rules() -> tuple[CodeRuleModule, ...]:
    """Every rule, in the order of its id."""
    return tuple(cast("CodeRuleModule", module) for module in modules_of(package))


def code_rule(id_: str) -> CodeRuleModule:
    """The rule of that id.

    Raises:
        KeyError: there is none.
    """
    for module in code_rules():
        if module.RULE.id == id_:
            return module
    raise KeyError(id_)
