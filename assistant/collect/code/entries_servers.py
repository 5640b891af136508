"""Server objects: Hono, Express, Fastify, Koa and their likes, followed through mounts, prefixes and functions that are handed one.

What is found first is only where something is registered on a name; which names are servers is known when all modules were looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.entries_classes import ANY, Classes, settle_loose
from assistant.collect.code.entries_frameworks import MAKES, framework_of, made_where_loaded, prefix_of, serves
from assistant.collect.code.entries_handed import (
    SERVER_NAMES,
    Given,
    Held,
    called_like_one,
    meant,
    typed_servers,
)
from assistant.collect.code.entries_lists import each_of
from assistant.collect.code.entries_look import dotted, function_in, loaded, spine, statements_in
from assistant.collect.code.entries_plugins import plugin_of, settle
from assistant.collect.code.entries_registrations import Event, Server, event_of, mounts_of, prefix_in
from assistant.domain.syntax import (
    Assign,
    Await,
    Call,
    Declare,
    Define,
    DefineClass,
    Do,
    Function,
    Lambda,
    Name,
    RecordPattern,
    Return,
)


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.entries_look import Link
    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Class, Expression, Module, Parameter, Statement


Ident = tuple[str, str]
"""A server object: its module and a name that is unique there."""


class Servers:
    """All server objects of a program."""

    def __init__(self, program: Program) -> None:
        """Looks at modules that import a framework and at those that are handed a server."""
        self._program = program
        self.found: dict[Ident, Server] = {}
        self._done: set[str] = set()
        self._held = Held(self.ident)
        self._classes = Classes(program)
        self._open, self._same = set[Ident](), set[Ident]()
        waiting = [path for path, module in program.modules.items() if module.language != "py" and serves(module)]
        self._involved = set(waiting)
        while waiting:
            self._waiting: list[str] = []
            for path in waiting:
                self._module(program.modules[path])
            self._carried()
            waiting = self._waiting + self._holders()
        settle_loose(self.found)
        settle(self.found, self._open, self._same)

    def _carried(self) -> None:
        """Servers that reached another name inside an object."""
        for source, child, given in self._held.pass_on(self._may_serve):
            self.server(child)
            self._handed_to(source, child, self._program.modules[given.module], given.within, given.at)

    def _may_serve(self, ident: Ident) -> bool:
        """A server, or something that is called like one and on which something is registered."""
        server = self.found.get(ident)
        return server is not None and (bool(server.framework) or called_like_one(ident[1]))

    def _holders(self) -> list[str]:
        """Modules that import a server from a module that was looked at."""
        declared = {ident[0] for ident, server in self.found.items() if server.framework}
        out = []
        for path, module in self._program.modules.items():
            if path in self._involved or module.language == "py":
                continue
            for one in module.imports:
                if one.local and self._program.target(path, one.source) in declared:
                    found = self._program.binding(path, one.local)
                    if found and self._is_server((found.module, found.local), path, one.local):
                        out.append(path)
                        self._involved.add(path)
                        break
        return out

    def _is_server(self, ident: Ident, path: str, name: str) -> bool:
        """True for a server and for a function that makes one."""
        if ident not in self.found:
            made = self._returned(self._program.modules[path], name)
            ident = made or ident
        server = self.found.get(ident)
        return server is not None and bool(server.framework)

    def server(self, ident: Ident) -> Server:
        """The object of that name, made when it is first spoken of."""
        return self.found.setdefault(ident, Server())

    def _module(self, module: Module) -> None:
        if module.path not in self._done:
            self._done.add(module.path)
            self._body(module, module.body, ())

    def _body(self, module: Module, body: tuple[Statement, ...], within: tuple[Function, ...]) -> None:
        for statement in statements_in(body):
            self._statement(module, statement, within)
            for inner, around in each_of(self._program, module.path, within, statement):
                self._body(module, inner, around)

    def _statement(self, module: Module, statement: Statement, within: tuple[Function, ...]) -> None:
        if isinstance(statement, Define):
            self._function(module, statement.function, within)
        elif isinstance(statement, Declare):
            pattern, value = statement.pattern, statement.value
            ident = self._ident_here(module, within, pattern.id) if isinstance(pattern, Name) else None
            if value is not None and isinstance(pattern, Name | RecordPattern):
                owner = f"{within[-1].at}:" if within else ""
                self._held.note(Given(module.path, within, value, pattern, module.path, owner, statement.at))
            self._chain(module, value, within, ident)
            if isinstance(value, Lambda):
                self._function(module, value.function, within, statement.annotation)
        elif isinstance(statement, Do):
            self._do(module, statement.expression, within)
        elif isinstance(statement, DefineClass):
            self._class(module, statement.klass, within)
        elif isinstance(statement, Return):
            self._chain(module, statement.value, within, None)

    def _do(self, module: Module, value: Expression, within: tuple[Function, ...]) -> None:
        """A call, or a field of a class that is given a server: ``this.app = express()``."""
        field = self._classes.field(module.path, within, value.target) if isinstance(value, Assign) else None
        if not isinstance(value, Assign):
            self._chain(module, value, within, None)
        elif field is not None and field[0] != ANY:
            self._chain(module, value.value, within, field)
            named = self.ident(module.path, within, value.value.id) if isinstance(value.value, Name) else None
            if named is not None:
                self._mounted(named, field, module, within, value.at)
                self.server(field)

    def _class(self, module: Module, klass: Class, within: tuple[Function, ...]) -> None:
        """Fields that are servers, then what the methods register on them."""
        self._classes.note(module.path, klass)
        for declared in klass.fields:
            if isinstance(declared.pattern, Name):
                self._chain(module, declared.value, within, (module.path, f"{klass.at}.{declared.pattern.id}"))
        for method in klass.methods:
            self._function(module, method, within)

    def _function(self, module: Module, function: Function, within: tuple[Function, ...], annotation: str = "") -> None:
        """A function: parameters that are servers by their type, then its body."""
        for index, parameter in enumerate(function.parameters):
            self._parameter(module, function, parameter, within, annotation if index == 0 else "")
        self._body(module, function.body, (*within, function))

    def _parameter(
        self, module: Module, function: Function, parameter: Parameter, within: tuple[Function, ...], annotation: str
    ) -> None:
        pattern, declared = parameter.pattern, parameter.annotation
        for local, framework in typed_servers(pattern, declared, annotation):
            self.server((module.path, f"{function.at}:{local}")).framework = framework
        if isinstance(pattern, Name) and declared.startswith("typeof "):
            found = self._program.meaning(module.path, declared.removeprefix("typeof ").strip())
            if found:
                ident = (module.path, f"{function.at}:{pattern.id}")
                event = Event("typed", "", "", (), module.path, within, function.at, child=ident)
                self.server((found.module, found.local)).events.append(event)

    def _ident_here(self, module: Module, within: tuple[Function, ...], name: str) -> Ident:
        return (module.path, f"{within[-1].at}:{name}") if within else (module.path, name)

    def ident(self, module: str, within: tuple[Function, ...], name: str) -> Ident | None:
        """The object that a name means at some place."""
        return meant(self._program, module, within, name)

    def _chain(
        self, module: Module, value: Expression | None, within: tuple[Function, ...], ident: Ident | None
    ) -> None:
        """A chain of calls: on a new server, on a named one, or a call that is handed one."""
        if isinstance(value, Await):
            value = value.operand
        if not isinstance(value, Call):
            return
        root, links = spine(value)
        framework, taken = self._made(module, root, links)
        if framework:
            ident = ident or (module.path, f"{value.at}:")
            server = self.server(ident)
            server.framework = framework
            server.prefix = prefix_of(root, links[:taken])
            self._made_by(module, root, ident, within, value.at)
            links = links[taken:]
        elif isinstance(root, Name):
            held = self._classes.held(module.path, within, root, links)
            named = held or self.ident(module.path, within, root.id)
            if named is None or not links or links[0].name == "":
                self._handed(module, value, within)
                return
            if held:
                links = links[1:]
            elif links[0].arguments is None and links[0].name in SERVER_NAMES:
                named, links = (named[0], f"{named[1]}.{links[0].name}"), links[1:]  # ``context.app.get(...)``
            if (
                ident is not None
                and links[-1].name in {"basePath", "route", "use", "get", "post", "group", "prefix"}
                and ident != named
            ):
                self._alias(named, ident, module, within, links)
            ident = named
        if ident is None:
            self._handed(module, value, within)
            return
        self._links(ident, module, within, links, new=bool(framework))
        self._handed(module, value, within)

    def _links(
        self, ident: Ident, module: Module, within: tuple[Function, ...], links: tuple[Link, ...], *, new: bool
    ) -> None:
        """What each call of a chain registers on the object."""
        prefix = ""
        for link in links:
            if link.name in {"basePath", "prefix"} and new and link.arguments:
                self.server(ident).prefix += prefix_in((link,))
            elif link.name == "route" and link.arguments and len(link.arguments) == 1:
                prefix = prefix_in((link,)) or prefix
                self._register(ident, module, within, link, "")
            elif link.arguments is not None:
                self._register(ident, module, within, link, prefix)

    def _mounted(
        self, on: Ident, child: Ident, module: Module, within: tuple[Function, ...], at: int, prefix: str = ""
    ) -> None:
        """The child is another name of a server, or its part."""
        self.server(on).events.append(Event("mount", "", prefix, (), module.path, within, at, child=child))

    def _handed_to(self, on: Ident, child: Ident, module: Module, within: tuple[Function, ...], at: int) -> None:
        """The child is the parameter of a function: what it registers stands from the call on."""
        self._mounted(on, child, module, within, at)
        self._same.add(child)
        self._look_at(child[0])

    def _made_by(
        self, module: Module, root: Expression | None, ident: Ident, within: tuple[Function, ...], at: int
    ) -> None:
        """``const app = getApp()``: what the function registered on the server that it makes runs before."""
        inner = self._returned(module, root.id) if isinstance(root, Name) else None
        if inner is not None and inner != ident and self.found.get(inner):
            self._mounted(inner, ident, module, within, at)

    def _alias(
        self, named: Ident, ident: Ident, module: Module, within: tuple[Function, ...], links: tuple[Link, ...]
    ) -> None:
        """``const app = base.basePath("/x")``: another name of the same object, with a prefix."""
        self._mounted(named, ident, module, within, links[0].at, prefix_in(links))

    def _register(self, ident: Ident, module: Module, within: tuple[Function, ...], link: Link, prefix: str) -> None:
        event = event_of(self._program, module.path, within, link, prefix)
        if event is None:
            return
        self.server(ident).events.append(event)
        if event.kind == "handler":
            return
        for index, argument in enumerate(event.handlers):
            child = self._child(module, within, argument, plugin=event.kind == "mount")
            if child is not None:
                earlier = event.handlers[:index] if event.kind == "use" else ()
                self.server(ident).events.append(event._replace(kind="mount", child=child, handlers=earlier))
            elif isinstance(argument, Lambda) and event.kind == "mount":
                self._inner(module, within, argument.function, ident, event._replace(handlers=()))

    def _inner(
        self, module: Module, within: tuple[Function, ...], function: Function, ident: Ident, event: Event
    ) -> None:
        """A function that is given a child of the server: a plugin, a group."""
        first = function.parameters[0].pattern if function.parameters else None
        if isinstance(first, Name):
            child = (module.path, f"{function.at}:{first.id}")
            self.server(ident).events.append(event._replace(child=child))
            self._body(module, function.body, (*within, function))

    def _child(self, module: Module, within: tuple[Function, ...], value: Expression, *, plugin: bool) -> Ident | None:
        """The server that an argument is: a name, a call that makes one, ``router.routes()``, ``require("./x")``."""
        field = self._classes.field(module.path, within, value)
        if field is not None:
            return field
        root, links = spine(value)
        if not isinstance(root, Name):
            return None
        if root.id in {"require", "import"} and links and links[0].arguments:
            found = loaded(self._program, module.path, prefix_in(links[:1]))
            return self._plugin(found.module, found.local, plugin=plugin) if found else None
        if links and links[0].name == "" and links[0].arguments is not None:
            return self._returned(module, root.id)
        named = self.ident(module.path, within, root.id)
        return (self._plugin(*named, plugin=plugin) or named) if named else None

    def _plugin(self, path: str, local: str, *, plugin: bool) -> Ident | None:
        """For a function that is a plugin: the child that its first parameter is; for a value: itself. Middleware is a function too and none."""
        declaration = self._program.declared(path).get(local)
        found = plugin_of(self._program, path, declaration)
        if found is None:
            also = declaration.value if isinstance(declaration, Declare) else None
            named = self.ident(path, (), also.id) if isinstance(also, Name) and also.id != local else None
            if named is not None:  # ``export const router = app``
                return self._plugin(*named, plugin=plugin) or named
            return (path, local) if declaration is not None else None
        first = found.function.parameters[0].pattern if found.function.parameters else None
        if not isinstance(first, Name) or not (plugin or first.id in SERVER_NAMES):
            return None
        self._look_at(found.module)
        ident = (found.module, f"{found.function.at}:{first.id}")
        if found.is_open:
            self._open.add(ident)
        return ident

    def _returned(self, module: Module, name: str) -> Ident | None:
        """The server that a function of the repository makes and returns."""
        found = self._program.meaning(module.path, name)
        function = function_in(self._program.declaration(found))
        if function is None or found is None:
            return None
        self._look_at(found.module)
        self._module(self._program.modules[found.module])
        for statement in function.body:
            if isinstance(statement, Return):
                root, links = spine(statement.value)
                if isinstance(root, Name) and not links:
                    return self.ident(found.module, (function,), root.id)
                return (found.module, f"{statement.value.at}:") if statement.value else None
        return None

    def _look_at(self, path: str) -> None:
        if path not in self._involved:
            self._involved.add(path)
            self._waiting.append(path)

    def _made(self, module: Module, root: Expression | None, links: tuple[Link, ...]) -> tuple[str, int]:
        """The framework whose object a chain begins with, and how many links made it."""
        if not isinstance(root, Name) or not links:
            return "", 0
        if root.id == "require":
            return made_where_loaded(links)
        one = self._program.imported(module.path, root.id)
        framework = framework_of(one.source) if one is not None else ""
        if one is not None and framework:
            makes = MAKES.match(one.name) or one.name == "*"
            calls = (index for index, link in enumerate(links[:2]) if link.arguments is not None and makes)
            first = next(calls, None)
            return (framework, first + 1) if first is not None else ("", 0)
        if links[0].name == "" and links[0].arguments is not None and (child := self._returned(module, root.id)):
            server = self.found.get(child)
            if server and server.framework:
                return server.framework, 1
        return "", 0

    def _handed(self, module: Module, value: Call, within: tuple[Function, ...]) -> None:
        """``registerUsers(app)``: the function's parameter is the server."""
        callee = value.callee
        if isinstance(callee, Call) and dotted(callee.callee) == "require":
            found = loaded(self._program, module.path, prefix_in(spine(callee)[1]))
        else:
            found = self._program.meaning(module.path, callee.id) if isinstance(callee, Name) else None
        function = function_in(self._program.declaration(found))
        if function is None or found is None:
            return
        for argument, parameter in zip(value.arguments, function.parameters, strict=False):
            self._held.note(
                Given(module.path, within, argument, parameter.pattern, found.module, f"{function.at}:", value.at)
            )
            if isinstance(argument, Name) and isinstance(parameter.pattern, Name):
                named = self.ident(module.path, within, argument.id)
                if named and self.found.get(named):
                    child = (found.module, f"{function.at}:{parameter.pattern.id}")
                    self._handed_to(named, child, module, within, value.at)

    def parents(self) -> dict[Ident, list[tuple[Ident, Event]]]:
        """Where each server is mounted; where only a parameter's type says so when nothing else does."""
        return mounts_of(self.found)

    def registered(self) -> Iterator[tuple[Ident, Server]]:
        """Servers with what was registered on them."""
        yield from ((ident, server) for ident, server in self.found.items() if server.framework)
