"""The modules of a package, found by listing it: a new file is a new rule, nothing else to register."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from types import ModuleType


def modules_of(package: ModuleType) -> tuple[ModuleType, ...]:
    """Every module right below ``package``, imported, in the order of its name."""
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return tuple(importlib.import_module(f"{package.__name__}.{name}") for name in names)
