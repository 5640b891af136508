"""Finds the rules by listing their package: a new file is a new rule, nothing else to register."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING, cast

from assistant.detect import rules as package


if TYPE_CHECKING:
    from assistant.detect.rule import RuleModule


@cache
def rules() -> tuple[RuleModule, ...]:
    """Every rule, in the order of its id."""
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    found = [importlib.import_module(f"{package.__name__}.{name}") for name in names]
    return tuple(cast("RuleModule", module) for module in found)


def rule(id_: str) -> RuleModule:
    """The rule of that id.

    Raises:
        KeyError: there is none.
    """
    for module in rules():
        if module.RULE.id == id_:
            return module
    raise KeyError(id_)
