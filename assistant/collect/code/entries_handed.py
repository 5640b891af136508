"""Servers that travel inside an object: ``registerRoutes({ app, db })``, ``function setup({ app }: Context)``, ``context.app.get(...)``.

Who is handed what is only noted while modules are looked at; it is passed on when all calls are known, because a callee is often read before its caller.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from assistant.collect.code.resolve_usage import names_of
from assistant.domain.syntax import Await, Declare, Name, Record, RecordPattern


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Expression, Function, Pattern

    Ident = tuple[str, str]
    Named = Callable[[str, tuple[Function, ...], str], Ident | None]

SERVER_NAMES = frozenset({"app", "server", "router", "instance", "fastify", "api"})
"""What a server is called where nothing else says that it is one."""
_DECLARED = re.compile(r"\b(Hono|OpenAPIHono|Fastify\w*|Express|Application|IRouter|Router|Koa|Elysia)\b")
_NO_SERVER = re.compile(r"Request|Response|Reply|Context|Handler\b")
_BY_TYPE = {"Hono": "hono", "OpenAPIHono": "hono", "Koa": "koa", "Elysia": "elysia"}
_PART = re.compile(r"\b(\w+)\??\s*:\s*([A-Z]\w*)(?=[<;,}\s])")
"""Fields of an object type that is written out, with the name of their type."""


def framework_of_type(declared: str, annotation: str = "") -> str:
    """The framework whose server a parameter's type is; empty for all else. ``annotation`` is that of the whole function."""
    match = _DECLARED.search(declared or annotation)
    if match is None or _NO_SERVER.search(declared):
        return ""
    word = match.group(1)
    return _BY_TYPE.get(word) or ("fastify" if word.startswith("Fastify") else "express")


def typed_servers(pattern: Pattern, declared: str, annotation: str) -> Iterator[tuple[str, str]]:
    """Names that a parameter's type says are servers, with their framework."""
    if isinstance(pattern, RecordPattern):
        yield from typed_parts(pattern, declared)
    elif isinstance(pattern, Name) and (framework := framework_of_type(declared, annotation)):
        yield pattern.id, framework


def typed_parts(pattern: RecordPattern, declared: str) -> Iterator[tuple[str, str]]:
    """Names and frameworks of ``({ app, db }: { app: Hono; db: Database })``."""
    types: dict[str, str] = dict(_PART.findall(declared))
    for part in pattern.parts:
        framework = framework_of_type(types.get(part.key, "")) if isinstance(part.pattern, Name) else ""
        if framework:
            yield part.pattern.id, framework


def meant(program: Program, module: str, within: tuple[Function, ...], name: str) -> Ident | None:
    """The object that a name means at some place: its module and a name that is unique there."""
    for function in reversed(within):
        for parameter in function.parameters:
            if name in names_of(parameter.pattern):
                return (module, f"{function.at}:{name}")
        for statement in function.body:
            if isinstance(statement, Declare) and name in names_of(statement.pattern):
                return (module, f"{function.at}:{name}")
    found = program.meaning(module, name)
    if found and found.local == "*":
        found = program.exported(found.module, "default")
    return (found.module, found.local) if found else None


def called_like_one(local: str) -> bool:
    """The last word of a name, told by its function and its holder, is what servers are called."""
    return re.split(r"[:.]", local)[-1] in SERVER_NAMES


class Given(NamedTuple):
    """A value that a pattern is given: an argument, or what stands right of a declaration."""

    module: str
    """Where the value is written."""
    within: tuple[Function, ...]
    """Functions around it."""
    value: Expression
    """What is given."""
    to: Pattern
    """Pattern that takes it."""
    target: str
    """Module of the pattern."""
    owner: str
    """What its names are told by: the offset of their function and a colon, or nothing at the top of a module."""
    at: int
    """Byte offset of the call or declaration."""


class Held:
    """Which objects hold which servers, by field."""

    def __init__(self, named: Named) -> None:
        """``named`` says which object a name means at some place."""
        self._named = named
        self._given: list[Given] = []
        self._holds: dict[Ident, dict[str, Ident]] = {}
        self._passed: set[tuple[Ident, Ident]] = set()

    def note(self, given: Given) -> None:
        """Something that may hold a server is given away."""
        value = given.value.operand if isinstance(given.value, Await) else given.value
        if isinstance(value, Name | Record):
            self._given.append(given._replace(value=value))

    def pass_on(self, servers: Callable[[Ident], bool]) -> list[tuple[Ident, Ident, Given]]:
        """The servers that have reached another name since last time: from, to, and how; ``servers`` says what may be one."""
        out: list[tuple[Ident, Ident, Given]] = []
        changed = True
        while changed:
            changed = False
            for given in self._given:
                fields = self._fields(given, given.value, servers)
                changed = self._take(given, fields, out) or changed
        return out

    def _fields(self, given: Given, value: Expression, servers: Callable[[Ident], bool]) -> dict[str, Ident]:
        if isinstance(value, Name):
            named = self._named(given.module, given.within, value.id)
            return self._holds.get(named, {}) if named else {}
        out: dict[str, Ident] = {}
        for entry in value.entries if isinstance(value, Record) else ():
            if entry.spread:
                out |= self._fields(given, entry.value, servers)
            elif entry.key and isinstance(entry.value, Name):
                named = self._named(given.module, given.within, entry.value.id)
                if named and servers(named):
                    out[entry.key] = named
        return out

    def _take(self, given: Given, fields: dict[str, Ident], out: list[tuple[Ident, Ident, Given]]) -> bool:
        """Give the names of a pattern what the fields hold; True when that was news."""
        if not fields:
            return False
        if isinstance(given.to, Name):
            holder = (given.target, f"{given.owner}{given.to.id}")
            known = self._holds.setdefault(holder, {})
            news = {key: ident for key, ident in fields.items() if key not in known}
            known |= news
            for key, ident in news.items():
                out.append((ident, (holder[0], f"{holder[1]}.{key}"), given))
            return bool(news)
        taken = given.to.parts if isinstance(given.to, RecordPattern) else ()
        changed = False
        for part in taken:
            if part.key in fields and isinstance(part.pattern, Name):
                pair = (fields[part.key], (given.target, f"{given.owner}{part.pattern.id}"))
                if pair not in self._passed and pair[0] != pair[1]:
                    self._passed.add(pair)
                    out.append((*pair, given))
                    changed = True
        return changed
