"""Loads playbooks and the steps they share from the data package ``playbooks``, and refuses a playbook that cannot work.

A playbook is a short list of step ids with its own resources and thresholds; a step is one TOML file.
"""

from __future__ import annotations

import tomllib
from dataclasses import fields
from importlib.resources import files
from typing import TYPE_CHECKING

from assistant.domain.errors import UsageError
from assistant.domain.events import IncidentState
from assistant.domain.playbook import Asking, Playbook, Stage, Step, StepKind


if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable
    from typing import Any

PRODUCTS = ("repository", "replay", "catalog", "map", "matrix", "findings", "code", "fixes", "proof")
"""What steps hand to each other, in the order in which one needs the other."""


def playbook_ids() -> tuple[str, ...]:
    """Ids of all playbooks, sorted; other data beside them has no steps."""
    data = (file for file in _data().iterdir() if file.name.endswith(".toml"))
    return tuple(sorted(file.name.removesuffix(".toml") for file in data if "steps" in _read(file)))


def load_playbook(playbook: str) -> Playbook:
    """The playbook of that id with its steps in order.

    Raises:
        UsageError: there is no such playbook, or its data is not well formed.
    """
    if playbook not in playbook_ids():
        raise UsageError(
            f"there is no playbook named {playbook!r}.",
            f"Use one of: {', '.join(playbook_ids())}.",
        )
    data = _read(_data() / f"{playbook}.toml")
    loaded = Playbook(
        id=playbook,
        title=data["title"],
        says=data["says"],
        steps=tuple(load_step(step) for step in data["steps"]),
        resources=tuple(data.get("resources", ())),
        thresholds={name: str(value) for name, value in data.get("thresholds", {}).items()},
        reviewed=str(data.get("reviewed", "")),
    )
    for fault in faults(loaded):
        raise UsageError(f"the playbook {playbook} is not usable: {fault}.", "Reinstall stanch, or correct the file.")
    return loaded


def load_step(step: str) -> Step:
    """One step of ``playbooks/steps``.

    Raises:
        UsageError: there is no such step, or its data is not well formed.
    """
    data = _read(_data() / "steps" / f"{step.replace('-', '_')}.toml")
    unknown = set(data) - {field.name for field in fields(Step)}
    if unknown:
        raise UsageError(f"the step {step} has unknown keys: {', '.join(sorted(unknown))}.", "Remove them.")
    try:
        return Step(
            id=step,
            stage=Stage(data["stage"]),
            kind=StepKind(data["kind"]),
            title=data["title"],
            why=_flat(data["why"]),
            does=data.get("does", ""),
            takes=tuple(data.get("takes", ())),
            makes=tuple(data.get("makes", ())),
            asks=tuple(_asking(asking) for asking in data.get("asks", ())),
            undo=_flat(data.get("undo", "")),
            reaches=data.get("reaches", ""),
            fallback=_flat(data.get("fallback", "")),
            causes=tuple(data.get("causes", ())),
        )
    except (KeyError, ValueError) as error:
        raise UsageError(f"the step {step} is not well formed: {error}.", "Compare it with another step.") from error


def faults(playbook: Playbook) -> tuple[str, ...]:
    """What keeps a playbook from working: repeated ids, products used before they are made, states that do not exist."""
    found: list[str] = []
    made: set[str] = set()
    seen: set[str] = set()
    for step in playbook.steps:
        if step.id in seen:
            found.append(f"step {step.id} stands in it twice")
        seen.add(step.id)
        found += [
            f"step {step.id} takes {product}, which no step before it makes"
            for product in step.takes
            if product not in made
        ]
        found += [
            f"step {step.id} makes {product}, which is not a product"
            for product in step.makes
            if product not in PRODUCTS
        ]
        if step.reaches and step.reaches not in set(IncidentState):
            found.append(f"step {step.id} reaches {step.reaches}, which is not a state")
        if step.kind is StepKind.ASK and not (step.asks or step.does):
            found.append(f"step {step.id} asks nothing")
        made |= set(step.makes)
    return tuple(found)


def _asking(data: Mapping[str, Any]) -> Asking:
    return Asking(
        id=data["id"],
        asks=_flat(data["asks"]),
        help=_flat(data.get("help", "")),
        choices=tuple(data.get("choices", ())),
    )


def _flat(text: str) -> str:
    # TOML keeps the line breaks that make the file readable; screens break lines where they are narrow
    return " ".join(text.split())


def _data() -> Traversable:
    return files("playbooks")


def _read(file: Traversable) -> Mapping[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(f"{file.name} is missing from the playbooks.", "Reinstall stanch.") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file.name} is not valid TOML: {error}.", "Correct the file.") from error
