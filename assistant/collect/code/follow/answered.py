"""Functions that answer the id that was sent, and the caller's own only where none was: ``if (header) return header; return session.user.id``.

Whoever sends one is believed. A way on which a role, a secret or the id itself was asked for is no such way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.fallback import LETS_IN, believed, sent_in
from assistant.collect.code.values import Known
from assistant.domain.code import Guard, GuardKind, Weakness


if TYPE_CHECKING:
    from assistant.collect.code.follow.facts import Facts
    from assistant.collect.code.follow.frame import Frame
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Value

_HEADER = "header."


def answered(run: Run, frame: Frame, at: int, before: Facts) -> list[tuple[Value, Facts]]:
    """The ways out of a function that are believed.

    An id out of a header is one mistake of the whole application, told where it is read; what is done behind it is done as the caller.
    """
    returns = frame.returns
    after = run.facts
    try:
        for value, known in returns if len(returns) > 1 else ():
            # that it was sent is no question
            run.facts = frozenset(fact for fact in known if fact[0] != "given" or fact in before)
            sent = sent_in(value)
            if any(fact[0] in LETS_IN for fact in known - before) or not isinstance(sent, Known):
                continue
            if not any(believed(run, value, other) for other, _ in returns if other is not value):
                continue
            if not all(origin.path.startswith(_HEADER) for origin in sent.origins):
                return [(value, known)]
            _note(run, frame, at, sent)
            return [way for way in returns if way[0] is not value]
    finally:
        run.facts = after
    return returns


def _note(run: Run, frame: Frame, at: int, sent: Known) -> None:
    subjects = tuple(sorted(sent.origins))
    run.ledger.guard(
        Guard(
            kind=GuardKind.SESSION,
            says=subjects[0].path.removeprefix(_HEADER),
            place=run.place(frame.module, at, frame.name or None),
            order=run.ledger.next(),
            subjects=subjects,
            chain=(*run.via(), *((frame.name,) if frame.name else ())),
            weakness=Weakness.FORGED_HEADER,
        )
    )
