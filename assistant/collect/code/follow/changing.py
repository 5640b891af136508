"""What is done to a value that has a name already: every name of it sees the change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.calls import scopes_of
from assistant.collect.code.follow.chosen import overwritten
from assistant.collect.code.follow.fallback import of_list
from assistant.collect.code.follow.limits import chosen_outside
from assistant.collect.code.follow.scope import either
from assistant.collect.code.origins import origins_of
from assistant.collect.code.values import UNKNOWN, Chain, Constant, Either, Known, Listed, Shape, Value, holds
from assistant.domain.code import OriginKind


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run

LONGEST_LIST = 60
"""Items of a list that are told apart."""
_DEEPEST = 2
"""Objects inside of an object that are looked through for a list."""


def set_attribute(run: Run, of: Value, name: str, value: Value) -> None:
    """``of.name = value``; no name is a computed one: any field may be that value, or a field of what came with it."""
    value = of_list(run, value)
    if isinstance(of, Shape) and isinstance(of.fields, dict):
        run.touches(of)
        if name:
            of.fields[name] = value
        elif not any(one is value for one in of.rest):
            if chosen_outside(run, value):
                overwritten(of.fields, Known(origins_of(value)))
            put = Known(origins_of(value) or UNKNOWN.origins) if holds(value, of) else value  # a tree linked both ways
            of.rest = (*of.rest, put)[-LONGEST_LIST:]
            of.fields.update({key: either(one, put) for key, one in of.fields.items() if isinstance(one, Constant)})
    elif isinstance(of, Known):
        for origin in of.origins:
            run.overlay[origin.path, name] = value
            if (origin.path, name) == ("request", "body"):
                run.show(value)  # Koa's answer: ctx.body = rows
        _filled(run, of, name, value)
    elif isinstance(of, Chain):
        run.overlay[of.dotted, name] = value
        _filled(run, of, name, value)
    elif isinstance(of, Listed) and (not name or name.isdigit()):
        become(run, of, Listed((*of.items, value)[:LONGEST_LIST]))  # out[at] = row
    elif isinstance(of, Either):
        for one in of.values:
            set_attribute(run, one, name, value)


def _filled(run: Run, of: Value, name: str, value: Value) -> None:
    """A field of a row, or of what was parsed out of one, is overwritten: ``options.content = input.content``; without a name any field is."""
    kinds = {origin.kind for origin in origins_of(of)}
    if OriginKind.ROW not in kinds or not kinds <= {OriginKind.ROW, OriginKind.CONSTANT}:
        return
    if name:
        become(run, of, Shape({name: value}, (of,)))
    elif chosen_outside(run, value):
        become(run, of, Shape({}, (of, value)))


def become(run: Run, value: Value, changed: Value) -> None:
    """Every name of a value sees what was done to it: ``list.push(x)``, ``Object.assign(row, body)``, ``row.set(body)``."""
    seen: set[int] = set()
    for scope in scopes_of(run):
        own = scope.parent is not None
        for name, known in scope.names.items():
            if known is value:
                scope.names[name] = changed
            elif not own:
                continue
            elif isinstance(known, Shape):
                _in_object(run, known, value, changed, seen, _DEEPEST)
            elif isinstance(known, Either):
                scope.names[name] = _in_choice(known, value, changed)


def _in_object(run: Run, of: Shape, value: Value, changed: Value, seen: set[int], depth: int) -> None:
    """``out.items.push(row)``, ``out[row.kind].push(row)``: the object holds the longer list; none that this very object is in."""
    if id(of) in seen or of is changed or not isinstance(of.fields, dict):
        return
    seen.add(id(of))
    for name, known in of.fields.items():
        if known is value:
            _put(run, of, name, changed)
        elif isinstance(known, Shape):
            if depth:
                _in_object(run, known, value, changed, seen, depth - 1)
        elif isinstance(known, Either) and any(one is value for one in known.values):
            _put(run, of, name, _in_choice(known, value, changed))
    for number, one in enumerate(of.rest):
        put = changed if one is value else _in_choice(one, value, changed) if isinstance(one, Either) else one
        if put is not one and not holds(changed, of):
            run.touches(of)
            of.rest = (*of.rest[:number], put, *of.rest[number + 1 :])


def _put(run: Run, of: Shape, name: str, changed: Value) -> None:
    if isinstance(of.fields, dict) and not holds(changed, of):
        run.touches(of)
        of.fields[name] = changed


def _in_choice(known: Either, value: Value, changed: Value) -> Either:
    """``const list = groups.get(kind) ?? []``: one of two lists that got longer."""
    if not any(one is value for one in known.values):
        return known
    return Either(tuple(changed if one is value else one for one in known.values), known.facts)
