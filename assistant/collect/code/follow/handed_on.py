"""Who calls, as middleware hands it on: ``requestHeaders.set("x-user-id", user.id)`` on every way that lets a request through.

Next replaces a header of the request where middleware answers ``NextResponse.next({ request: { headers } })``: what a browser sent under
that name does not arrive. It is believed for a path at which strangers are refused and the header is set on whatever way goes on; a way
that goes on without it, or an answer that hands no headers on, is a way on which the browser's own arrives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.collect.code.follow.kinds import CALLER, REQUEST
from assistant.collect.code.origins import origins_of
from assistant.collect.code.values import Chain, Known, Shape, Test, Value, field_of, text_of
from assistant.domain.code import BY_MIDDLEWARE, Guard, GuardKind


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run
    from assistant.domain.code import Origin

_OWN: Final = "x-"
_WRITES: Final = frozenset({"set", "delete", "append"})


class Handing:
    """What one run of middleware hands on."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._named: dict[str, frozenset[Origin]] = {}
        self._left_out: set[str] = set()
        self._early: list[frozenset[str]] = []
        self._forwards = self._bare = False

    def wrote(self, run: Run, name: str, value: Value | None) -> None:
        """A header was set, or taken away."""
        origins = origins_of(value) if value is not None else frozenset()
        if origins and all(one.kind is CALLER for one in origins) and _always(run):
            self._named[name] = origins
        else:
            self._left_out.add(name)

    def let_through(self, run: Run, answer: Chain) -> None:
        """The request goes on, or an answer is made with which it might."""
        sent = answer.last.arguments if answer.last is not None else None
        request = field_of(sent[0], "request") if sent and isinstance(sent[0], Shape) else None
        if request is None or field_of(request, "headers") is None:
            self._bare = True
        elif run.conditions or run.in_catch:
            self._early.append(frozenset(self._named))
        self._forwards = True

    def given(self) -> dict[str, frozenset[Origin]]:
        """Headers that whoever gets through has, with whom they name."""
        if self._bare or not self._forwards:
            return {}
        return {
            name: origins
            for name, origins in self._named.items()
            if name not in self._left_out and all(name in early for early in self._early)
        }


def _always(run: Run) -> bool:
    """It is done for whoever is somebody: what stands around it asks for nothing more."""
    return not run.in_catch and all(outcome and _is_somebody(test) for test, outcome in run.conditions)


def _is_somebody(test: Value) -> bool:
    if isinstance(test, Test):
        return test.kind == "truthy" and all(_is_somebody(one) for one in test.operands)
    origins = origins_of(test)
    return bool(origins) and all(one.kind is CALLER and "." not in one.path for one in origins)


def header_method(run: Run, of: Known, name: str, arguments: tuple[Value, ...], module: str, at: int) -> Value | None:
    """``headers.get("x-user-id")`` behind such middleware is who calls; None for everything else. In middleware it is noted what is set."""
    said = (text_of(arguments[0]) or "").lower() if arguments else ""
    if not said.startswith(_OWN):
        return None
    hands = run.ledger.hands
    if hands is not None and name in _WRITES:
        hands.wrote(run, said, arguments[1] if name == "set" and len(arguments) > 1 else None)
        return None
    origins = run.ledger.handed.get(said) if name == "get" else None
    if origins is None or not any(one.kind is REQUEST and one.path == "header" for one in of.origins):
        return None
    place = run.place(module, at, run.symbol())
    run.ledger.guard(Guard(kind=GuardKind.SESSION, says=f"{said}{BY_MIDDLEWARE}", place=place, order=run.ledger.next()))
    run.facts |= {("caller",)}
    return Known(origins)


def note_answer(run: Run, chain: Chain) -> None:
    """``NextResponse.next(…)`` in middleware."""
    if (
        run.ledger.hands is not None
        and chain.source == "next/server"
        and chain.dotted.replace("()", "").endswith("next")
    ):
        run.ledger.hands.let_through(run, chain)
