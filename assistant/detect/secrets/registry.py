"""Finds the rules about secrets by listing their package: a new file is a new rule, nothing else to register."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

from assistant.detect.listing import modules_of
from assistant.detect.secrets import rules as package


if TYPE_CHECKING:
    from assistant.detect.secrets.rule import SecretRuleModule


@cache
def secret_rules() -> tuple[SecretRuleModule, ...]:
    """Every rule, in the order of its id."""
    return tuple(cast("SecretRuleModule", module) for module in modules_of(package))
