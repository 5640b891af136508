"""Functions that answer the id that was sent, and the caller's own only where none was: ``if (header) return header; return session.user.id``.

Whoever sends one is believed. A way on which a role, a secret or the id itself was asked for is no such way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.fallback import LETS_IN, believed, of_setting, sent_in
from assistant.collect.code.follow.kinds import CONSTANT, ENVIRONMENT, GENERATED, PERSONS
from assistant.collect.code.origins import origins_of
from assistant.collect.code.values import Constant, Known, Shape, unwrapped
from assistant.domain.code import Guard, GuardKind, Weakness


if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.collect.code.follow.facts import Facts
    from assistant.collect.code.follow.frame import Frame
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Value

_HEADER = "header."
_WRITTEN = frozenset({CONSTANT, ENVIRONMENT, GENERATED})


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


def without_stand_ins(frame: Frame, returns: list[tuple[Value, Facts]]) -> list[tuple[Value, Facts]]:
    """``if (env.AUTH_DISABLED) return { user: { id: "local" } }; return session``: whoever runs the application for themselves is always the same person.

    Everywhere else the session is asked for, and that is what is judged. So it is where tests name whom they sign in as.
    """
    chosen = [one for one, tried in frame.by_setting if tried or _is_one_person(one)]
    kept = [way for way in returns if not any(way[0] is one for one in chosen)] if chosen else returns
    return kept if any(one.kind in PERSONS for value, _ in kept for one in origins_of(unwrapped(value))) else returns


def put_by_setting(run: Run, before: Mapping[tuple[str, str], Value]) -> tuple[tuple[str, str], ...]:
    """``if (env.LOCAL) { req.user = LOCAL_USER; return next(); }``: under what names that one person was put on the request; nothing elsewhere."""
    if not run.conditions or not of_setting(run.conditions[-1][0]):
        return ()
    put = tuple(key for key, value in run.overlay.items() if value is not before.get(key))
    return put if any(_is_one_person(run.overlay[key]) for key in put) else ()


def _is_one_person(value: Value) -> bool:
    """Somebody whom the code names, and neither nobody nor an answer that is yes or no."""
    kinds = {one.kind for one in origins_of(value)}
    named = bool(value.fields) if isinstance(value, Shape) else isinstance(value, Known) or _is_text(value)
    return named and kinds <= _WRITTEN


def _is_text(value: Value) -> bool:
    return isinstance(value, Constant) and isinstance(value.value, str) and bool(value.value)


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
