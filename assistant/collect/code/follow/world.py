"""Top-level names of all modules, each worked out once and shared by every run; nothing at this level is recorded."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import TYPE_CHECKING

from assistant.collect.code.entries_look import text
from assistant.collect.code.follow.demanded import demanded
from assistant.collect.code.follow.foreign import without_rows
from assistant.collect.code.follow.forwarded import written_on_request
from assistant.collect.code.follow.scope import Scope
from assistant.collect.code.follow.stop import Exhausted, Stopped
from assistant.collect.code.read_typescript_patterns import bound_names
from assistant.collect.code.values import NOTHING, UNKNOWN, Blueprint, Chain, Closure, Known, Shape, Value
from assistant.collect.code.walking import expressions_of, nodes_of
from assistant.collect.prisma import models
from assistant.domain.code import Origin, OriginKind
from assistant.domain.facts import Place
from assistant.domain.syntax import Assign, Attribute, Call, Class, Declare, Function, Literal, Name


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.collect.code.entries_callers import Callers
    from assistant.collect.code.entries_point import EntryPoint
    from assistant.collect.code.entries_providers import Providers
    from assistant.collect.code.follow.doorway import Door
    from assistant.collect.code.follow.prelude import Shared
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.follow.served import Served
    from assistant.collect.code.follow.turns import Turn
    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Expression

_DEEPEST = 4
"""Modules that import everything from modules that import everything."""
_LITERALS: dict[str, Value] = {"undefined": NOTHING, "NaN": UNKNOWN, "Infinity": UNKNOWN}


class Exports(Mapping[str, Value]):
    """The exports of a module as an object, looked up when asked for."""

    def __init__(self, world: World, module: str) -> None:
        """Of the module at that path."""
        self._world = world
        self._module = module

    def __getitem__(self, name: str) -> Value:
        """The value of an export."""
        found = self._world.export(self._module, name)
        if found is None and name not in self._world.program.export_names(self._module):
            raise KeyError(name)
        return UNKNOWN if found is None else found  # passed on from a module that is not there

    def __iter__(self) -> Iterator[str]:
        """Names of the exports."""
        return iter(self._world.program.export_names(self._module))

    def __len__(self) -> int:
        """How many."""
        return len(self._world.program.export_names(self._module))


class World:
    """A program and what its top-level names stand for."""

    def __init__(self, program: Program, quiet: Callable[[World], Run]) -> None:
        """``quiet`` makes a run whose notes are thrown away."""
        self.program = program
        self.clients = frozenset(path for path, module in program.modules.items() if "use client" in module.directives)
        self._values: dict[tuple[str, str], Value] = {}
        self._scopes: dict[str, Scope] = {}
        self._quiet = quiet
        self.made_once: dict[int, Shape] = {}
        """Objects of classes that modules made, by their identity."""
        self._kept: dict[tuple[str, str], str] = {}
        self._added: dict[str, tuple[str, Expression]] | None = None
        self._places: dict[tuple[str, int, str | None], Place] = {}
        self._drops: bool | None = None
        self._providers: Providers | None = None
        self._callers: Callers | None = None
        self._context_makers: tuple[tuple[str, Expression], ...] | None = None
        self.contexts: dict[tuple[str, int], Served] = {}
        """What servers hand to their procedures, by the function that makes it; see ``served``."""
        self._variables: dict[str, Known] = {}
        self.preludes: dict[tuple[object, ...], Shared] = {}
        """What stands before handlers, by who wraps them; see ``prelude``."""
        self.middleware: dict[str, EntryPoint] = {}
        """What Next.js runs before handlers, by file."""
        self.doors: dict[str, list[Door]] = {}
        """What it asks of the addresses that were looked at; see ``doorway``."""
        self.turns: dict[int, Turn | None] = {}
        """Functions that go through a list by calling themselves, by their identity."""
        self._filled: dict[str, tuple[str, ...]] | None = None
        self._forwarded: frozenset[str] | None = None

    def filled(self, table: str) -> tuple[str, ...]:
        """Columns of a model of Prisma's schema that a row always has."""
        if self._filled is None:
            self._filled = {one.name[:1].lower() + one.name[1:]: one.filled for one in models(self.program.manifests)}
        return self._filled.get(table, ())

    def written_on_request(self, origin: Origin) -> bool:
        """A header that middleware writes on the requests it lets through; see ``forwarded``."""
        return origin.path.removeprefix("header.") in self.hands_on and origin.path.startswith("header.")

    @property
    def hands_on(self) -> frozenset[str]:
        """Names of the headers that middleware writes on some request."""
        if self._forwarded is None:
            self._forwarded = written_on_request(self)
        return self._forwarded

    def variable(self, name: str) -> Known:
        """What stands in a variable of the environment; the same value each time, so that it can be told from what was made with it."""
        known = self._variables.get(name)
        if known is None:
            known = self._variables[name] = Known(frozenset({Origin(OriginKind.ENVIRONMENT, name)}))
        return known

    def is_variable(self, value: Known) -> bool:
        """The variable itself, and nothing that was made with it: no answer of a service that it opened."""
        return any(value is self._variables.get(origin.path) for origin in value.origins)

    @property
    def drops_unknown_keys(self) -> bool:
        """True when NestJS's pipe validates every body against its class and drops what that does not name."""
        if self._drops is None:
            from assistant.collect.code.entries_nest import drops_unknown_keys

            self._drops = drops_unknown_keys(self.program)
        return self._drops

    @property
    def providers(self) -> Providers:
        """What modules of NestJS provide for a token."""
        if self._providers is None:
            from assistant.collect.code.entries_providers import Providers

            self._providers = Providers(self.program)
        return self._providers

    @property
    def callers(self) -> Callers:
        """Who calls the functions that register handlers."""
        if self._callers is None:
            from assistant.collect.code.entries_callers import Callers

            self._callers = Callers(self.program)
        return self._callers

    @property
    def context_makers(self) -> tuple[tuple[str, Expression], ...]:
        """Functions that make the context of procedures, by module."""
        if self._context_makers is None:
            from assistant.collect.code.follow.served import makers_of

            self._context_makers = makers_of(self.program)
        return self._context_makers

    def keeps(self, module: str, name: str) -> str:
        """``Map``, ``object`` or ``variable`` when a module keeps something under a name from one request to the next; else empty."""
        key = (module, name)
        if key not in self._kept:
            from assistant.collect.code.follow.kept import kind_of

            self._kept[key] = kind_of(self.program.declaration(self.program.meaning(module, name)))
        return self._kept[key]

    def place(self, module: str, at: int, symbol: str | None) -> Place:
        """A line of a module; the same one each time, for most entries meet the same helpers."""
        key = (module, at, symbol)
        known = self._places.get(key)
        if known is None:
            found = self.program.module(module)
            known = self._places[key] = Place(file=module, line=found.line(at) if found else 1, symbol=symbol)
        return known

    def added(self, name: str) -> Value | None:
        """What a server was given under a name: ``app.decorate("authenticate", check)``; None when it was given nothing."""
        if self._added is None:
            self._added = dict(self._decorations())
        found = self._added.get(name)
        return self._quiet(self).evaluate(found[1], self.scope(found[0])) if found is not None else None

    def decorated(self) -> dict[str, Value]:
        """Everything that a server was given under a name."""
        if self._added is None:
            self._added = dict(self._decorations())
        return {name: one for name in self._added if (one := self.added(name)) is not None}

    def _decorations(self) -> Iterator[tuple[str, tuple[str, Expression]]]:
        for path, module in self.program.modules.items():
            if not any(one.source.startswith(("fastify", "@fastify/")) for one in module.imports):
                continue
            for node in expressions_of(module.body):
                given = node.arguments if isinstance(node, Call) and isinstance(node.callee, Attribute) else ()
                if len(given) > 1 and node.callee.name == "decorate" and (said := text(given[0])):
                    yield said, (path, given[1])

    def aside(self) -> Run:
        """A run whose notes nobody reads."""
        return self._quiet(self)

    def scope(self, module: str) -> Scope:
        """The top-level scope of a module."""
        if module not in self._scopes:
            self._scopes[module] = Scope(module)
        return self._scopes[module]

    def value(self, module: str, name: str) -> Value:
        """What a top-level or imported name stands for; a library's is a chain, a global's too."""
        key = (module, name)
        if key not in self._values:
            self._values[key] = Chain("unresolved", name)  # what a cycle of modules sees
            self._values[key] = self._find(module, name)
        return self._values[key]

    def export(self, module: str, name: str) -> Value | None:
        """What an export stands for; None when there is no such."""
        found = self.program.exported(module, name)
        if found is None:
            return None
        return self._at(found.module, found.local)

    def namespace(self, module: str) -> Shape:
        """All exports of a module as one object."""
        return Shape(Exports(self, module))

    def _at(self, module: str, local: str) -> Value:
        return self.namespace(module) if local == "*" else self.value(module, local)

    def _find(self, module: str, name: str) -> Value:
        declared = self.program.declared(module).get(name)
        if declared is not None:
            return self._declared(module, name, declared)
        imported = self.program.imported(module, name)
        found = self.program.binding(module, name)
        if found is not None:
            return self._at(found.module, found.local)
        if imported is not None:
            return self._library(module, imported.source, imported.name, name)
        literal = _LITERALS.get(name)
        if literal is not None:
            return literal
        starred = self._starred(module, name)
        return starred if starred is not None else Chain("global", name)

    def _starred(self, module: str, name: str, depth: int = 0) -> Value | None:
        """A library's name that came with ``from module import *``; None where several libraries may have brought it."""
        if hasattr(builtins, name) or depth > _DEEPEST:
            return None
        libraries: list[str] = []
        for source in self.program.stars(module):
            target = self.program.target(module, source)
            if target is None:
                libraries.append(source)
            elif (one := self.program.imported(target, name)) is not None:
                return self._library(target, one.source, one.name, name)
            elif (inner := self._starred(target, name, depth + 1)) is not None:
                return inner
        return Chain(libraries[0], name) if len(libraries) == 1 else None

    def _library(self, module: str, source: str, name: str, local: str) -> Value:
        """An import that is not in the repository: through a module of it that re-exports a library, or missing."""
        target = self.program.target(module, source)
        if target is not None and name != "*":
            outer = self.program.modules[target]
            for export in outer.exports:
                if export.name == name and export.source:
                    return self._library(target, export.source, export.local, export.local)
                if export.name == name and (inner := self.program.imported(target, export.local)):
                    return self._library(target, inner.source, inner.name, export.local)
            stars = [export.source for export in outer.exports if export.name == "*"]
            libraries = [one for one in stars if self.program.target(target, one) is None]
            if len(libraries) == 1:
                return self._library(target, libraries[0], name, local)
        if target is not None or self.program.missing(module, source):
            return Chain("unresolved", local if name in {"*", "default"} else name)
        return Chain(source, local if name == "default" and source.startswith((".", "@/", "~/")) else name)

    def _declared(self, module: str, name: str, declared: Declare | Function | Class) -> Value:
        scope = self.scope(module)
        if isinstance(declared, Function):
            return Closure(declared, module, scope)
        if isinstance(declared, Class):
            return Blueprint(declared, module, scope)
        if declared.value is None or (isinstance(declared.value, Literal) and declared.value.value is None):
            later = self._filled_later(module, name)
            if later is not None:
                return later
        if declared.value is None:
            return UNKNOWN
        run = self._quiet(self)
        own = Scope(module, scope)
        try:
            from assistant.collect.code.follow.binding import bind

            value = run.evaluate(declared.value, scope)
            bind(run, own, declared.pattern, value)
        except (Stopped, Exhausted):
            return UNKNOWN
        return demanded(without_rows(own.names.get(name, UNKNOWN)), self.program.modules[module].body, name)

    def _filled_later(self, module: str, name: str) -> Value | None:
        """``let client = null`` is what a function of its module puts there when it is first asked for; None when none does."""
        for node in expressions_of(self.program.modules[module].body):
            if isinstance(node, Assign) and isinstance(node.target, Name) and node.target.id == name:
                if isinstance(node.value, Literal):
                    continue
                made = self._made(module, node.value, hasty=False, scope=self._beside(module, node))
                return without_rows(made) if made is not None else None
        return None

    def _beside(self, module: str, node: Assign) -> Scope:
        """What stands before an assignment in the function that makes it, as far as it needs it: ``const key = process.env.KEY; client = create(key)``."""
        scope = Scope(module, self.scope(module))
        within = [one for one in nodes_of(self.program.modules[module].body) if isinstance(one, Function)]
        around = [one for one in within if one.at <= node.at and node.end <= one.end]
        inner = max(around, key=lambda one: one.at, default=None)
        if inner is None:
            return scope
        needed = {one.id for one in expressions_of(node.value) if isinstance(one, Name)}
        declared: list[Declare] = []
        for each in reversed([one for one in nodes_of(inner.body) if isinstance(one, Declare) and one.end <= node.at]):
            if each.value is not None and needed & {one.id for one in bound_names(each.pattern)}:
                needed |= {one.id for one in expressions_of(each.value) if isinstance(one, Name)}
                declared.append(each)
        run = self._quiet(self)
        for one in reversed(declared):
            self._declare(run, one, scope)
        return scope

    @staticmethod
    def _declare(run: Run, one: Declare, scope: Scope) -> None:
        from assistant.collect.code.follow.binding import bind

        try:
            bind(run, scope, one.pattern, run.evaluate(one.value, scope) if one.value is not None else UNKNOWN)
        except (Stopped, Exhausted):
            return

    def once(self, module: str, node: Assign) -> Value | None:
        """What ``kept.pool ??= open()`` puts there, of names of its module alone; None where rows are a part of it, or it is too long to say."""
        key = (module, f"??= {node.at}")
        if key not in self._values:
            self._values[key] = UNKNOWN
            made = self._made(module, node.value, hasty=False) or self._made(module, node.value, hasty=True)
            self._values[key] = made if made is not None and without_rows(made) is made else UNKNOWN
        found = self._values[key]
        return None if found is UNKNOWN else found

    def _made(self, module: str, node: Expression, *, hasty: bool, scope: Scope | None = None) -> Value | None:
        run = self._quiet(self)
        run.hasty = hasty
        try:
            return run.evaluate(node, scope or Scope(module, self.scope(module)))
        except (Stopped, Exhausted):
            return None

    def static(self, blueprint: Blueprint, name: str) -> Value | None:
        """``static instance = null`` is what a method of the class puts there when it is first asked for; None when none does."""
        key = (blueprint.module, f"{blueprint.klass.name}.{name}")
        if key not in self._values:
            self._values[key] = UNKNOWN  # what a constructor sees that asks for it again
            self._values[key] = self._put_there(blueprint, name) or UNKNOWN
        found = self._values[key]
        return None if found is UNKNOWN else found

    def _put_there(self, blueprint: Blueprint, name: str) -> Value | None:
        owners = {blueprint.klass.name, "this"}
        for method in blueprint.klass.methods:
            for node in expressions_of(method.body):
                target = node.target if isinstance(node, Assign) else None
                if not isinstance(target, Attribute) or target.name != name or not isinstance(target.of, Name):
                    continue
                if target.of.id in owners and isinstance(node, Assign) and not isinstance(node.value, Literal | Name):
                    try:
                        made = self._quiet(self).evaluate(node.value, Scope(blueprint.module, blueprint.scope))
                    except (Stopped, Exhausted):
                        return None
                    return without_rows(made)
        return None
