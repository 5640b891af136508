"""How a step ended, for faces that walk without a person and must end with the right exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain import errors
from assistant.domain.errors import ProofError, StanchError
from assistant.domain.events import Failed, StepState


if TYPE_CHECKING:
    from assistant.domain.events import Incident


def state_of(incident: Incident, step: str) -> StepState:
    """The state of a step; ``waiting`` for one that the playbook does not have."""
    return next((view.state for view in incident.steps if view.id == step), StepState.WAITING)


def failure_of(incident: Incident, step: str) -> StanchError | None:
    """Why a step failed, None when it did not."""
    if state_of(incident, step) is not StepState.FAILED:
        return None
    for event in reversed(incident.events):
        if isinstance(event.what, Failed) and event.what.step == step:
            kind = getattr(errors, event.what.kind, ProofError)
            known = kind if isinstance(kind, type) and issubclass(kind, StanchError) else ProofError
            return known(event.what.says, event.what.remedy)
    return None


def raise_failed(incident: Incident, step: str) -> None:
    """Pass on what a step could not do.

    Raises:
        StanchError: of the kind that made the step fail.
    """
    failure = failure_of(incident, step)
    if failure is not None:
        raise failure
