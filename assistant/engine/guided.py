"""Walks a playbook to its end without a person: answers what is asked from a script, approves what is proven.

Only for the demo and for tests: on an operator's repository nobody but the operator approves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.events import StepState
from assistant.engine.commands import Answer, Approve, Run
from assistant.engine.fold import APPROVAL
from assistant.engine.outcome import state_of
from assistant.engine.walk import pending


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assistant.domain.events import StepView
    from assistant.engine.session import Session

ANSWERS: Mapping[str, str] = {
    "what-leaked": "In the demo: a customer opened the chat history and read another company's chats.",
    "who-reported": "A customer, by mail, this morning.",
    "accounts": "The two demo accounts of the seed file.",
    "last-good": "not known",
    "must-never-leak": "Chats, files and billing; signing in and sending a message must keep working.",
    "access": "This repository.",
    "deploys": "nothing deploys by itself",
    "switched-off": "Nothing: the demo serves nobody.",
    "matches-report": "yes",
}
"""By question id; a question that is not here gets its first choice, or a plain remark."""


def walk_through(session: Session) -> Iterator[StepView]:
    """Run every step that is not over, in order.

    Yields:
        Each step as it ended; the walk stops after the first one that failed.
    """
    for step in session.playbook.steps:
        assert session.incident is not None
        if state_of(session.incident, step.id) in {StepState.DONE, StepState.SKIPPED}:
            continue
        if pending(session.incident, step.id) is None:
            session.send(Run(step=step.id))
        while (asked := pending(session.incident, step.id)) is not None:
            if asked.question == APPROVAL:
                session.send(Approve(step=step.id))
                continue
            answer = ANSWERS.get(asked.question, asked.choices[0] if asked.choices else "Walked without a person.")
            session.send(Answer(step=step.id, question=asked.question, answer=answer))
        view = next(view for view in session.incident.steps if view.id == step.id)
        yield view
        if view.state is StepState.FAILED:
            return
