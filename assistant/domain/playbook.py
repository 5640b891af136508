"""A playbook is data: an ordered list of references to steps, with its own resources and thresholds."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Mapping


class Stage(StrEnum):
    """The stages of an incident, in order; each is a mode of the terminal interface."""

    TRIAGE = "triage"
    CAUSES = "causes"
    FIX = "fix"
    REGRESSION = "regression"
    PREVENTION = "prevention"
    HANDOVER = "handover"


class StepKind(StrEnum):
    """Who does the work."""

    AUTO = "auto"
    """stanch does it and shows the evidence."""
    ASK = "ask"
    """A person answers; the answer is evidence."""
    MAKE = "make"
    """Writes files after approval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A question a step puts to the operator."""

    id: str
    """Kebab-case, unique within the step."""
    asks: str
    """The question."""
    help: str = ""
    """What a good answer looks like."""
    choices: tuple[str, ...] = ()
    """Closed answers; empty for free text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step, as playbooks/steps/*.toml describes it."""

    id: str
    """Kebab-case."""
    stage: Stage
    """Where it belongs."""
    kind: StepKind
    """Who does the work."""
    title: str
    """Four words at most."""
    why: str
    """Why a person should care, one or two sentences."""
    does: str
    """Name of the registered action; empty for a pure ask."""
    takes: tuple[str, ...] = ()
    """Products of other steps it needs: repository, replay, catalog, map, matrix, findings, code, fixes, proof."""
    makes: tuple[str, ...] = ()
    """Products it brings."""
    asks: tuple[Asking, ...] = ()
    """Questions."""
    undo: str = ""
    """What undoing it means, one sentence; empty when there is nothing to undo."""
    reaches: str = ""
    """The incident state that is reached once the step is done (an ``IncidentState`` value); empty for none."""
    fallback: str = ""
    """What to do by hand when it cannot run."""
    causes: tuple[str, ...] = ()
    """Root causes of ``playbooks/causes.toml`` whose findings it is about; empty for a step about none or all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    """An ordered list of steps for one kind of system."""

    id: str
    """Kebab-case."""
    title: str
    """Name for people."""
    says: str
    """One sentence: which system it is for."""
    steps: tuple[Step, ...]
    """In order."""
    resources: tuple[str, ...] = ()
    """Names of tables and endpoints that are sensitive in such a system."""
    thresholds: Mapping[str, str] = field(default_factory=dict)
    """What the source document demands, by name."""
    reviewed: str = ""
    """ISO date of the last review."""
