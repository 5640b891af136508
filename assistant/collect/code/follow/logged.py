"""Loggers of the repository's own: a function that only wrote to the log when it first ran is not followed again, its lines are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.collect.code.origins import ordered
from assistant.collect.code.recognise.acts import parts_of_arguments
from assistant.collect.code.values import Chain, Constant, Step, unwrapped
from assistant.domain.code import Act, ActKind, ActPart


if TYPE_CHECKING:
    from assistant.collect.code.follow.facts import Facts
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Value
    from assistant.domain.syntax import Function

_LEVELS = frozenset({"log", "info", "warn", "error", "debug", "trace", "verbose", "fatal"})


def noted(run: Run, function: Function, arguments: tuple[Value, ...], module: str, at: int) -> bool:
    """Whether it is such a function: what it writes this time is noted."""
    known = run.loggers.get(id(function)) if function.name in _LEVELS else None
    if known is None:
        return False
    said = parts_of_arguments(Step(function.name, arguments, False, module, at, at))
    parts = tuple(ActPart(name, ordered(value), text[:120]) for name, value, text in said)
    for act in known:
        run.ledger.acts.append(replace(act, order=run.ledger.next(), parts=parts))
    return True


def remember(run: Run, function: Function, result: Value, seen: tuple[int, int, int], before: Facts) -> None:
    """Keep a function in mind that did nothing but write to the log; ``seen`` is what had been noted before it ran."""
    if function.name not in _LEVELS or run.facts != before:
        return
    queries, guards, acts = seen
    ledger = run.ledger
    if len(ledger.queries) != queries or len(ledger.guards) != guards or not _nothing(unwrapped(result)):
        return
    written = ledger.acts[acts:]
    if written and all(act.kind is ActKind.LOG for act in written):
        run.loggers[id(function)] = _once(written)


def _nothing(answer: Value) -> bool:
    """It answers nothing, or what the library that writes the line answers."""
    return isinstance(answer, Chain) or (isinstance(answer, Constant) and answer.value is None)


def _once(acts: list[Act]) -> tuple[Act, ...]:
    """One line for each place that wrote."""
    return tuple({(act.place, act.name): act for act in acts}.values())


def counted(run: Run) -> tuple[int, int, int]:
    """What has been noted so far."""
    return len(run.ledger.queries), len(run.ledger.guards), len(run.ledger.acts)
