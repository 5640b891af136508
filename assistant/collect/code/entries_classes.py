"""Servers that classes hold: ``this.router = Router()``, ``this.router.get(...)`` in a method, ``new Users().router`` where it is mounted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from assistant.collect.code.entries_look import local_of, statements_in
from assistant.domain.syntax import Assign, Attribute, Call, Class, Declare, Do, Name


if TYPE_CHECKING:
    from assistant.collect.code.entries_look import Link
    from assistant.collect.code.entries_registrations import Server
    from assistant.collect.code.program import Found, Program
    from assistant.domain.syntax import Expression, Function

    Ident = tuple[str, str]

ANY = "*"
"""Module of a field of which nobody knows whose it is: ``routes.forEach((one) => app.use(one.router))``."""
_DEEPEST = 6
_LOOSE = frozenset({"router", "route", "routes"})


class _Owner(NamedTuple):
    """A class and the module that declares it."""

    module: str
    klass: Class


class Classes:
    """Which class an expression is an object of."""

    def __init__(self, program: Program) -> None:
        """Knows the classes that were looked at with ``note``."""
        self._program = program
        self._methods: dict[tuple[str, int], Class] = {}

    def note(self, module: str, klass: Class) -> None:
        """Expressions in its methods may say ``this``."""
        for method in klass.methods:
            self._methods[module, method.at] = klass

    def held(
        self, module: str, within: tuple[Function, ...], root: Expression | None, links: tuple[Link, ...]
    ) -> Ident | None:
        """What ``this.router.get(...)`` registers on: a field of the object that a chain begins with."""
        if not isinstance(root, Name) or len(links) < 2 or links[0].arguments is not None:  # noqa: PLR2004 - a field and a call
            return None
        return self._field(self._owner(module, within, root, 0), links[0].name)

    def field(self, module: str, within: tuple[Function, ...], value: Expression | None) -> Ident | None:
        """``this.router``, ``users.router``, ``new Users().router``; of something unknown any class's field of that name."""
        if not isinstance(value, Attribute):
            return None
        found = self._field(self._owner(module, within, value.of, 0), value.name)
        if found is None and value.name in _LOOSE and isinstance(value.of, Name):
            known = local_of(within, value.of.id) or self._program.meaning(module, value.of.id)
            return None if known else (ANY, value.name)
        return found

    def _field(self, owner: _Owner | None, name: str) -> Ident | None:
        return (owner.module, f"{owner.klass.at}.{name}") if owner is not None else None

    def _owner(self, module: str, within: tuple[Function, ...], value: Expression | None, depth: int) -> _Owner | None:
        """The class of an object."""
        if depth > _DEEPEST:
            return None
        if isinstance(value, Name):
            return self._named(module, within, value.id, depth)
        if isinstance(value, Call) and value.new and isinstance(value.callee, Name):
            return self._called(module, value.callee.id)
        if isinstance(value, Attribute):
            holder = self._owner(module, within, value.of, depth + 1)
            return self._kept(holder, value.name, depth) if holder is not None else None
        return None

    def _named(self, module: str, within: tuple[Function, ...], name: str, depth: int) -> _Owner | None:
        if name == "this":
            own = (self._methods.get((module, function.at)) for function in reversed(within))
            klass = next((one for one in own if one is not None), None)
            return _Owner(module, klass) if klass is not None else None
        inner = local_of(within, name)
        if isinstance(inner, Declare):
            return self._owner(module, within, inner.value, depth + 1)
        found = self._meaning(module, name) if inner is None else None
        declared = self._program.declaration(found)
        if found is None or not isinstance(declared, Declare):
            return None
        return self._owner(found.module, (), declared.value, depth + 1)

    def _called(self, module: str, name: str) -> _Owner | None:
        found = self._meaning(module, name)
        declared = self._program.declaration(found)
        return _Owner(found.module, declared) if found is not None and isinstance(declared, Class) else None

    def _meaning(self, module: str, name: str) -> Found | None:
        """What a name means; of a module as a whole its default export."""
        found = self._program.meaning(module, name)
        whole = found is not None and found.local == "*"
        return self._program.exported(found.module, "default") if found is not None and whole else found

    def _kept(self, holder: _Owner, name: str, depth: int) -> _Owner | None:
        """The class of what a field was given where it is declared, or in the constructor."""
        for declared in holder.klass.fields:
            if isinstance(declared.pattern, Name) and declared.pattern.id == name and declared.value is not None:
                return self._owner(holder.module, (), declared.value, depth + 1)
        for method in holder.klass.methods:
            for statement in statements_in(method.body):
                node = statement.expression if isinstance(statement, Do) else None
                if isinstance(node, Assign) and is_own(node.target) == name:
                    return self._owner(holder.module, (method,), node.value, depth + 1)
        return None


def is_own(target: object) -> str:
    """The field's name in ``this.field``; empty for everything else."""
    own = isinstance(target, Attribute) and isinstance(target.of, Name) and target.of.id == "this"
    return target.name if isinstance(target, Attribute) and own else ""


def settle_loose(found: dict[Ident, Server]) -> None:
    """Mounts of something unknown's field become mounts of each class's field of that name that nobody else mounts."""
    mounted = {event.child for server in found.values() for event in server.events if event.child}
    for ident, server in found.items():
        for event in [one for one in server.events if one.child is not None and one.child[0] == ANY]:
            server.events.remove(event)
            name = event.child[1] if event.child else ""
            server.events += [
                event._replace(child=other)
                for other, held in found.items()
                if held.framework and other != ident and other not in mounted and other[1].endswith(f".{name}")
            ]
