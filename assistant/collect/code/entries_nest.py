"""Controllers and resolvers of NestJS: each method that a verb decorates, with the guards of its class, of itself and of the whole application before it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.collect.code.entries_look import callee_of, text, value_of
from assistant.collect.code.entries_point import Before, EntryPoint, Spot, point
from assistant.collect.code.entries_registrations import joined_url, url_of
from assistant.collect.code.entries_webhooks import is_webhook
from assistant.collect.code.walking import nodes_of
from assistant.domain.code import EntryKind
from assistant.domain.syntax import Attribute, Call, Class, Literal, Name, Record, Sequence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Expression, Function, Module


_PACKAGE = "@nestjs/common"
_GRAPHQL = "@nestjs/graphql"
_FIELDS = frozenset({"Query", "Mutation", "Subscription"})
_VERBS = {
    "Get": "GET",
    "Post": "POST",
    "Put": "PUT",
    "Patch": "PATCH",
    "Delete": "DELETE",
    "All": "*",
    "Head": "HEAD",
    "Options": "OPTIONS",
    "Sse": "GET",
}


def nest_entries(program: Program) -> Iterator[EntryPoint]:
    """Every method of a controller that a verb decorates."""
    modules = [module for module in program.modules.values() if _uses(module, _PACKAGE)]
    everywhere = tuple(guard for module in modules for guard in _everywhere(module))
    for module in modules:
        for klass in program.declared(module.path).values():
            if not isinstance(klass, Class):
                continue
            prefixes = [one for one in klass.decorators if _called(module, one) == "Controller"]
            if prefixes:
                yield from _controller(program, module, klass, _path(prefixes[0]), everywhere)
    for module in program.modules.values():
        for klass in program.declared(module.path).values() if _uses(module, _GRAPHQL) else ():
            if isinstance(klass, Class) and any(
                _called(module, one, _GRAPHQL) == "Resolver" for one in klass.decorators
            ):
                yield from _resolver(program, module, klass, everywhere)


def _uses(module: Module, source: str) -> bool:
    return module.language != "py" and any(one.source == source for one in module.imports)


def _called(module: Module, decorator: Expression, package: str = _PACKAGE) -> str:
    """The name that NestJS knows a decorator by; empty for somebody else's."""
    local = callee_of(decorator)
    return next((one.name for one in module.imports if one.source == package and one.local == local), "")


def _path(decorator: Expression) -> str:
    """``@Controller("users")``, ``@Controller({ path: "users" })``, ``@Get(["a", "b"])``."""
    first = decorator.arguments[0] if isinstance(decorator, Call) and decorator.arguments else None
    if isinstance(first, Record):
        first = value_of(first, "path")
    if isinstance(first, Sequence) and first.items:
        first = first.items[0]
    return text(first) or ""


def _controller(
    program: Program, module: Module, klass: Class, prefix: str, everywhere: tuple[Before, ...]
) -> Iterator[EntryPoint]:
    guards = (*everywhere, *_guards(module, klass.decorators))
    for method in klass.methods:
        for decorator in method.decorators:
            verb = _VERBS.get(_called(module, decorator))
            if verb is not None:
                url = url_of(joined_url(prefix, _path(decorator)))
                before = (*guards, *_guards(module, method.decorators))
                yield _entry(program, module, klass, method, verb, url, before)


def _resolver(program: Program, module: Module, klass: Class, everywhere: tuple[Before, ...]) -> Iterator[EntryPoint]:
    """``@Query(() => Invoice, { name: "invoice" })`` and ``@Mutation()`` of a class that resolves."""
    guards = (*everywhere, *_guards(module, klass.decorators))
    for method in klass.methods:
        for decorator in method.decorators:
            said = _called(module, decorator, _GRAPHQL)
            if said not in _FIELDS:
                continue
            given = decorator.arguments if isinstance(decorator, Call) else ()
            names = (text(one) or text(value_of(one, "name")) for one in given)
            name = next((one for one in names if one), method.name)
            before = (*guards, *_guards(module, method.decorators))
            entry = _entry(program, module, klass, method, said.lower(), name, before)
            yield replace(entry, kind=EntryKind.PROCEDURE, webhook=False, settings={"answers": "schema"})


def _entry(
    program: Program,
    module: Module,
    klass: Class,
    method: Function,
    verb: str,
    url: str,
    before: tuple[Before, ...],
) -> EntryPoint:
    expression = Attribute(Name(klass.name, method.at, method.at), method.name, method.at, method.end)
    entry = point(
        program,
        Spot(module.path, expression, method.at),
        id=f"{verb} {url}",
        kind=EntryKind.ENDPOINT,
        inputs="nest",
        symbol=method.name,
        verb=verb,
        path=url,
        webhook=is_webhook(program, module, url, [verb if verb != "*" else "POST"]),
        before=before,
    )
    return replace(entry, at=(method.at, method.end), line=module.line(method.at))


def _guards(module: Module, decorators: tuple[Expression, ...]) -> Iterator[Before]:
    """``@UseGuards(AuthGuard, RolesGuard)``."""
    for one in decorators:
        if isinstance(one, Call) and _called(module, one) == "UseGuards":
            yield from (Before(module.path, guard) for guard in one.arguments)


def _everywhere(module: Module) -> Iterator[Before]:
    """``{ provide: APP_GUARD, useClass: AuthGuard }`` and ``app.useGlobalGuards(new AuthGuard())``."""
    if _uses(module, "@nestjs/core"):
        for node in nodes_of(module.body):
            if isinstance(node, Record):
                provided = value_of(node, "provide")
                guard = value_of(node, "useClass", "useExisting")
                if guard is not None and isinstance(provided, Name) and provided.id == "APP_GUARD":
                    yield Before(module.path, guard)
            elif (
                isinstance(node, Call) and isinstance(node.callee, Attribute) and node.callee.name == "useGlobalGuards"
            ):
                yield from (Before(module.path, one) for one in node.arguments)


def drops_unknown_keys(program: Program) -> bool:
    """``new ValidationPipe({ whitelist: true })``, wherever it stands."""
    for module in program.modules.values():
        if not any(one.source == _PACKAGE and one.name == "ValidationPipe" for one in module.imports):
            continue
        for node in nodes_of(module.body):
            if isinstance(node, Call) and node.new and node.arguments and isinstance(node.callee, Name):
                kept = value_of(node.arguments[0], "whitelist")
                if isinstance(kept, Literal) and kept.value is True:
                    return True
    return False
