"""``headers()``, ``redirects()``, ``rewrites()`` and ``images`` of ``next.config.*``, read from its intermediate form.

The configuration is a program: lists are built with spreads, conditions and constants. Every record with a ``source`` below one of those
functions counts, whatever stands around it; a value that is computed shows as ``$``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.collect.code.walking import expressions_of, lambdas_named
from assistant.domain.code import HostRule
from assistant.domain.facts import Place
from assistant.domain.syntax import Declare, Function, Literal, Name, Record, Sequence, Template


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.domain.syntax import Expression, Module

_KINDS: Final = {"headers": "headers", "redirects": "redirect", "rewrites": "rewrite"}
_OPEN_HOSTS: Final = ("remotePatterns", "domains")


def rules_of_next(path: str, data: bytes) -> Iterator[HostRule]:
    """Rules of one configuration file."""
    from assistant.collect.code.read import read_module

    yield from rules_of_module(read_module(path, data))


def rules_of_module(module: Module) -> Iterator[HostRule]:
    """Rules of one configuration module."""
    constants = {
        statement.pattern.id: statement.value
        for statement in module.body
        if isinstance(statement, Declare) and isinstance(statement.pattern, Name) and statement.value is not None
    }
    for name, function in lambdas_named(module, frozenset(_KINDS)):
        for record in _records(function, constants):
            yield from _of_record(module, _KINDS[name], record, constants)
    for expression in expressions_of(module.body):
        if isinstance(expression, Record):
            yield from _images(module, expression, constants)


def _records(function: Function, constants: dict[str, Expression]) -> Iterator[Record]:
    """Records in the function and in the constants it names."""
    seen: set[str] = set()
    waiting = [list(expressions_of(function.body))]
    while waiting:
        for expression in waiting.pop():
            if isinstance(expression, Record):
                yield expression
            elif isinstance(expression, Name) and expression.id in constants and expression.id not in seen:
                seen.add(expression.id)
                waiting.append(list(expressions_of(constants[expression.id])))


def _of_record(module: Module, kind: str, record: Record, constants: dict[str, Expression]) -> Iterator[HostRule]:
    fields = {entry.key: entry.value for entry in record.entries if entry.key}
    if "source" not in fields:
        return
    source = _text(fields["source"], constants)
    when = ", ".join(f"{key} {_condition(fields[key], constants)}" for key in ("has", "missing") if key in fields)
    if kind != "headers":
        target = _text(fields["destination"], constants) if "destination" in fields else ""
        place = Place(file=module.path, line=module.line(record.at))
        yield HostRule(place=place, source=source, header=kind, value=target, when=when)
        return
    for header in _items(fields.get("headers"), constants):
        pair = {entry.key: entry.value for entry in header.entries if entry.key}
        if "key" in pair and "value" in pair:
            yield HostRule(
                place=Place(file=module.path, line=module.line(header.at)),
                source=source,
                header=_text(pair["key"], constants).lower(),
                value=_text(pair["value"], constants),
                when=when,
            )


def _items(value: Expression | None, constants: dict[str, Expression], depth: int = 0) -> list[Record]:
    """Records of a list, through names and spreads."""
    found: list[Record] = []
    for item in expressions_of(value) if value is not None else ():
        if isinstance(item, Record):
            found.append(item)
        elif isinstance(item, Name) and item.id in constants and depth < 3:  # noqa: PLR2004 - a constant of a constant of a constant
            found += _items(constants[item.id], constants, depth + 1)
    return found


def _condition(value: Expression, constants: dict[str, Expression]) -> str:
    said = []
    for record in _items(value, constants):
        fields = {entry.key: entry.value for entry in record.entries if entry.key}
        said.append(" ".join(_text(fields[key], constants) for key in ("type", "key", "value") if key in fields))
    return "; ".join(said)


def _images(module: Module, record: Record, constants: dict[str, Expression]) -> Iterator[HostRule]:
    """Hosts that the image proxy fetches from."""
    for entry in record.entries:
        if entry.key not in _OPEN_HOSTS or entry.spread:
            continue
        if entry.key == "domains" and isinstance(entry.value, Sequence):
            hosts = [_text(item, constants) for item in entry.value.items]
        else:
            hosts = [
                _text(field.value, constants)
                for item in _items(entry.value, constants)
                for field in item.entries
                if field.key == "hostname"
            ]
        for host in hosts:
            place = Place(file=module.path, line=module.line(entry.value.at))
            yield HostRule(place=place, source="/_next/image", header="image", value=host)


def _text(value: Expression, constants: dict[str, Expression], depth: int = 0) -> str:
    """A string as far as it is written down; ``$`` where it is computed."""
    if isinstance(value, Literal):
        return str(value.value)
    if isinstance(value, Template):
        return "$".join(value.texts)
    if isinstance(value, Name) and value.id in constants and depth < 3:  # noqa: PLR2004 - a constant of a constant of a constant
        return _text(constants[value.id], constants, depth + 1)
    return "$"
