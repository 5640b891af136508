"""Finds the rules about secrets by listing their package: a new file is a new rule, nothing else to register."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING, cast

from assistant.detect.secrets import rules as package


if TYPE_CHECKING:
    from assistant.detect.secrets.rule import SecretRuleModule


@cache
def secret_rules() -> tuple[SecretRuleModule, ...]:
    """Every rule, in the order of its id."""
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    found = [importlib.import_module(f"{package.__name__}.{name}") for name in names]
    return tuple(cast("SecretRuleModule", module) for module in found)
