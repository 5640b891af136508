"""Functions that went through a library and came back as the fields of an object: ``inject({ find, remove }, { db })``, ``bindAll({ find })``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.code.values import Chain, Closure, Shape, field_of, text_of


if TYPE_CHECKING:
    from assistant.collect.code.values import Value

_OPENS = frozenset({"transaction", "connection"})
_LISTENS = re.compile(r"on[A-Z]|handle")
_OURS = frozenset({"global", "parameter", "context", "response"})


def came_back(of: Chain, name: str) -> tuple[Closure, tuple[Shape, ...]] | None:
    """The function of that name, and the other objects it was handed over with: what the library may add to its arguments.

    Only for a function of a library that was given an object of nothing but functions.
    """
    if of.source in _OURS or len(of.steps) != 1 or of.steps[0].name or of.steps[0].new:
        return None
    records = [one for one in of.steps[0].arguments or () if isinstance(one, Shape) and isinstance(one.fields, dict)]
    for record in records:
        found = record.fields.get(name)
        if isinstance(found, Closure) and all(isinstance(one, Closure) for one in record.fields.values()):
            return found, tuple(one for one in records if one is not record)
    return None


def runs_inside(of: Chain, name: str) -> bool:
    """``db.transaction().execute(async (tx) => …)`` of Kysely."""
    return name == "execute" and any(step.name in _OPENS for step in of.steps[-2:])


def is_statement(of: Chain, given: Value) -> bool:
    """A statement that is written as text in a list of what is done together: ``client.batch([{ sql, args }])`` of libSQL."""
    if isinstance(given, Shape):
        return field_of(given, "sql") is not None
    return of.source.startswith("@libsql/") and text_of(given) is not None


def listeners(arguments: tuple[Value, ...]) -> list[Closure]:
    """Functions of an object that a library calls when something happens: ``{ onOrderPaid: async (payload) => ... }``."""
    fields = [one.fields for one in arguments if isinstance(one, Shape) and isinstance(one.fields, dict)]
    return [
        value for each in fields for name, value in each.items() if isinstance(value, Closure) and _LISTENS.match(name)
    ]


def with_added(arguments: tuple[Value, ...], added: tuple[Shape, ...]) -> tuple[Value, ...]:
    """The arguments of such a function; where its first is an object, it has the added fields too."""
    if not added or (arguments and not isinstance(arguments[0], Shape)):
        return arguments
    fields: dict[str, Value] = {}
    for one in added:
        fields |= one.fields
    rest: tuple[Value, ...] = ()
    if arguments and isinstance(arguments[0], Shape):
        fields |= arguments[0].fields
        rest = arguments[0].rest
    return (Shape(fields, rest), *arguments[1:])
