"""The registry of what steps do: a step's ``does`` names an action, and the engine reaches it by that name alone.

An action lives in one file of ``assistant.engine.steps`` and registers itself with ``@begins("name")``, and when it
writes after approval also with ``@approved("name")`` and ``@undone("name")``.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from assistant.domain.events import Happening, Incident
    from assistant.domain.playbook import Step
    from assistant.engine.commands import Approve
    from assistant.engine.world import World

    Act = Callable[["Context"], Generator[Happening, None, str]]
    Change = Callable[["Context", str, str], Generator[Happening, None, str]]
    """One phase: yields what happens and returns the sentence that the step list shows; ends early after ``Asked``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What an action is given."""

    step: Step
    """The step that is walked."""
    incident: Incident
    """The incident as it stood when the command came."""
    world: World
    """What may be touched."""
    approval: Approve | None = None
    """What exactly was approved; None outside an approval."""


@dataclass(slots=True, kw_only=True)
class Action:
    """The phases of one action; each yields happenings and may end in ``Asked``."""

    begin: Act
    """Look, compute, propose: never writes into the operator's repository."""
    approved: Act | None = None
    """Write what was proposed; called only after ``Decided(approve)``."""
    edited: Change | None = None
    """Try what was proposed as a person changed it, and propose that; takes the path and the new text."""
    undo: Act | None = None
    """Take back what was written."""


_ACTIONS: dict[str, Action] = {}


def begins(name: str) -> Callable[[Act], Act]:
    """Register the first phase of an action."""

    def register(act: Act) -> Act:
        _ACTIONS[name] = Action(begin=act)
        return act

    return register


def approved(name: str) -> Callable[[Act], Act]:
    """Register what happens after approval; the first phase must be registered above it."""

    def register(act: Act) -> Act:
        _ACTIONS[name].approved = act
        return act

    return register


def edited(name: str) -> Callable[[Change], Change]:
    """Register how a changed proposal is tried; the first phase must be registered above it."""

    def register(change: Change) -> Change:
        _ACTIONS[name].edited = change
        return change

    return register


def undone(name: str) -> Callable[[Act], Act]:
    """Register how an action is taken back; the first phase must be registered above it."""

    def register(act: Act) -> Act:
        _ACTIONS[name].undo = act
        return act

    return register


@cache
def actions() -> Mapping[str, Action]:
    """All actions by name; the files of ``assistant.engine.steps`` are imported on the first call."""
    package = importlib.import_module("assistant.engine.steps")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return _ACTIONS
