"""Procedures of tRPC and oRPC: routers are followed through modules, so that a procedure has the dotted path its client uses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from assistant.collect.code.entries_look import callee_of, spine, text, value_of
from assistant.collect.code.entries_point import EntryPoint, Spot, point
from assistant.domain.code import EntryKind
from assistant.domain.syntax import (
    Attribute,
    Await,
    Call,
    Declare,
    Define,
    Function,
    Lambda,
    Literal,
    Name,
    Record,
    Return,
)


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Expression, Module


_ROUTER = re.compile(r"(?:^|\.)(?:create\w*Router\w*|router|\w*Router|mergeRouters|mergeTRPCRouters)$")
_VERBS = {"query": "query", "mutation": "mutation", "subscription": "subscription", "handler": "", "actionable": ""}
_BUILDS = frozenset({"input", "output", "use", "meta", "route", "errors", "concat", "middleware", "$context", "tag"})
_PROCEDURE = re.compile(r"[pP]rocedure|^os$|^base$|^(?:pub|authed)$")
_DEEPEST = 12
_NESTED = 4
"""Levels of plain records that a router is written in."""


class Router(NamedTuple):
    """A router as it is written."""

    module: str
    name: str
    """Top-level name; empty when it is returned by a function or nested."""
    value: Call | Record
    """A router call, or for oRPC a plain record of procedures."""


class Procedure(NamedTuple):
    """A procedure below a router."""

    path: str
    """Dotted, from the router it was found from."""
    verb: str
    spot: Spot


def procedure_entries(program: Program) -> Iterator[EntryPoint]:
    """Every procedure, once for each root router it hangs under."""
    routers = [router for module in program.modules.values() if module.language != "py" for router in _routers(module)]
    walk = _Walk(program)
    lists = {id(router): list(walk.below(router.module, router.value, "", 0)) for router in routers}
    taken: set[tuple[str, int]] = set()
    roots = [router for router in routers if (router.module, router.name) not in walk.named or not router.name]
    for router in (*roots, *routers):
        for procedure in lists[id(router)]:
            place = (procedure.spot.module, procedure.spot.expression.at)
            if place not in taken:
                taken.add(place)
                yield _point(program, procedure)
    for module in program.modules.values():
        if module.language != "py":
            yield from (
                _point(program, one) for one in _alone(module) if (one.spot.module, one.spot.expression.at) not in taken
            )


def _point(program: Program, procedure: Procedure) -> EntryPoint:
    return point(
        program,
        procedure.spot,
        id=f"{procedure.verb or 'procedure'} {procedure.path}",
        kind=EntryKind.PROCEDURE,
        inputs="procedure",
        symbol=procedure.path.rpartition(".")[2],
        verb=procedure.verb,
        path=procedure.path,
    )


def _routers(module: Module) -> Iterator[Router]:
    """Router calls at the top level of a module, and those that a top-level function returns."""
    for statement in module.body:
        if isinstance(statement, Declare):
            value = statement.value.operand if isinstance(statement.value, Await) else statement.value
            name = statement.pattern.id if isinstance(statement.pattern, Name) else ""
            if is_router(value):
                assert isinstance(value, Call)
                yield Router(module.path, name, value)
            elif name and isinstance(value, Record) and _of_procedures(value):
                yield Router(module.path, name, value)
            elif isinstance(value, Lambda):
                yield from _returned(module, value.function)
        elif isinstance(statement, Define):
            yield from _returned(module, statement.function)


def _returned(module: Module, function: Function) -> Iterator[Router]:
    for statement in function.body:
        value = statement.value if isinstance(statement, Return | Declare) else None
        if is_router(value):
            assert isinstance(value, Call)
            yield Router(module.path, "", value)


def is_router(value: Expression | None) -> bool:
    """True for a router call with a record of procedures or with other routers."""
    if not isinstance(value, Call) or value.new or not value.arguments:
        return False
    name = callee_of(value) or (value.callee.name if isinstance(value.callee, Attribute) else "")
    if not _ROUTER.search(name):
        return False
    return isinstance(value.arguments[0], Record) or name.rpartition(".")[2].startswith("merge")


def _of_procedures(record: Record, depth: int = 0) -> bool:
    """A plain record is a router when procedures stand in it, or in a record below, that are built from a named procedure or step by step."""
    return any(
        (is_procedure(entry.value) and _is_built(entry.value))
        or (isinstance(entry.value, Record) and depth < _NESTED and _of_procedures(entry.value, depth + 1))
        for entry in record.entries
    )


def _is_built(value: Expression | None) -> bool:
    root, links = spine(value)
    named = isinstance(root, Name) and _PROCEDURE.search(root.id)
    return bool(named) or (any(link.name in _BUILDS for link in links[:-1]) and links[-1].name != "handler")


def is_procedure(value: Expression | None) -> bool:
    """True for a builder chain that ends in ``.query(fn)``, ``.mutation(fn)``, ``.subscription(fn)`` or ``.handler(fn)``."""
    if not isinstance(value, Call) or not isinstance(value.callee, Attribute) or value.callee.name not in _VERBS:
        return False
    return len(value.arguments) >= 1 and isinstance(value.arguments[-1], Lambda | Name | Call | Attribute)


def _alone(module: Module) -> Iterator[Procedure]:
    """Procedures that are declared on their own and that no router of the repository was seen to hold."""
    for statement in module.body:
        if isinstance(statement, Declare) and isinstance(statement.pattern, Name) and is_procedure(statement.value):
            last = spine(statement.value)[1][-1]
            if _is_built(statement.value) and last.arguments:
                value = statement.value
                assert value is not None
                yield Procedure(
                    statement.pattern.id,
                    _VERBS[last.name],
                    Spot(module.path, Name(statement.pattern.id, value.at, value.end), statement.at),
                )


class _Walk:
    """Routers followed through names and modules."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self.named: set[tuple[str, str]] = set()
        """Routers that another router holds."""

    def below(self, module: str, value: Expression | None, path: str, depth: int) -> Iterator[Procedure]:
        """Procedures that a value of a router's record leads to."""
        if depth > _DEEPEST or value is None:
            return
        if isinstance(value, Await):
            yield from self.below(module, value.operand, path, depth + 1)
        elif is_procedure(value):
            assert isinstance(value, Call)
            assert isinstance(value.callee, Attribute)
            yield Procedure(path, _verb(value), Spot(module, value, value.at))
        elif isinstance(value, Record):
            yield from self._record(module, value, path, depth)
        elif isinstance(value, Call):
            yield from self._call(module, value, path, depth)
        elif isinstance(value, Name):
            yield from self._name(module, value.id, path, depth)
        elif isinstance(value, Attribute) and isinstance(value.of, Name):
            yield from self._attribute(module, value.of.id, value.name, path, depth)

    def _record(self, module: str, record: Record, path: str, depth: int) -> Iterator[Procedure]:
        for entry in record.entries:
            if entry.spread:
                yield from self.below(module, entry.value, path, depth + 1)
            elif entry.key is not None:
                yield from self.below(module, entry.value, f"{path}.{entry.key}" if path else entry.key, depth + 1)

    def _call(self, module: str, value: Call, path: str, depth: int) -> Iterator[Procedure]:
        if is_router(value):
            for argument in value.arguments:
                yield from self.below(module, argument, path, depth + 1)
            return
        name = callee_of(value)
        if name.rpartition(".")[2] == "lazy" or name == "import":
            yield from self._lazy(module, value, path, depth)
        elif name and "." not in name:
            yield from self._made(module, name, path, depth)
        elif isinstance(value.callee, Attribute) and isinstance(value.callee.of, Call):
            yield from self.below(module, value.callee.of, path, depth + 1)

    def _lazy(self, module: str, value: Call, path: str, depth: int) -> Iterator[Procedure]:
        """A router that is loaded when it is first asked for."""
        for argument in value.arguments:
            target = self._dynamic(module, argument)
            for export in self._program.export_names(target) if target else ():
                found = self._program.exported(target or "", export)
                if found and export in {"default", "router", "appRouter"}:
                    yield from self._name(found.module, found.local, path, depth + 1)

    def _made(self, module: str, name: str, path: str, depth: int) -> Iterator[Procedure]:
        """What a function of the repository returns."""
        found = self._program.meaning(module, name)
        declaration = self._program.declaration(found)
        function = declaration if isinstance(declaration, Function) else None
        if isinstance(declaration, Declare) and isinstance(declaration.value, Lambda):
            function = declaration.value.function
        for statement in function.body if function else ():
            if found and isinstance(statement, Return):
                yield from self.below(found.module, statement.value, path, depth + 1)

    def _dynamic(self, module: str, value: Expression) -> str | None:
        """The module that ``() => import("./x")`` loads."""
        if isinstance(value, Lambda):
            for statement in value.function.body:
                if isinstance(statement, Return):
                    root, links = spine(statement.value)
                    called = next((link for link in links if link.arguments), None)
                    if isinstance(root, Name) and root.id == "import" and called and called.arguments:
                        return self._program.target(module, text(called.arguments[0]) or "")
        return (
            self._program.target(module, value.value)
            if isinstance(value, Literal) and isinstance(value.value, str)
            else None
        )

    def _name(self, module: str, name: str, path: str, depth: int) -> Iterator[Procedure]:
        program = self._program
        found = program.meaning(module, name)
        if found is None:
            return
        if found.local == "*":
            for export in program.export_names(found.module):
                inner = program.exported(found.module, export)
                if inner:
                    yield from self._name(inner.module, inner.local, f"{path}.{export}" if path else export, depth + 1)
            return
        declaration = program.declaration(found)
        if not isinstance(declaration, Declare) or not isinstance(declaration.pattern, Name):
            return
        value = declaration.value
        if is_procedure(value):
            assert isinstance(value, Call)
            yield Procedure(path, _verb(value), Spot(found.module, value, declaration.at))
            return
        if depth and (is_router(value) or isinstance(value, Record)):
            self.named.add((found.module, found.local))
        yield from self.below(found.module, value, path, depth + 1)

    def _attribute(self, module: str, name: str, key: str, path: str, depth: int) -> Iterator[Procedure]:
        """``procedures.create``: of a namespace, or of a record of this repository."""
        program = self._program
        found = program.meaning(module, name)
        if found is None:
            return
        if found.local == "*":
            inner = program.exported(found.module, key)
            if inner:
                yield from self._name(inner.module, inner.local, path, depth + 1)
            return
        declaration = program.declaration(found)
        value = declaration.value if isinstance(declaration, Declare) else None
        yield from self.below(found.module, value_of(value, key), path, depth + 1)


def _verb(value: Call) -> str:
    """``query`` or ``mutation``; for oRPC the method of its route when it has one."""
    _root, links = spine(value)
    for link in links:
        if link.name == "route" and link.arguments:
            return (text(value_of(link.arguments[0], "method")) or "").upper()
    return _VERBS[links[-1].name]
