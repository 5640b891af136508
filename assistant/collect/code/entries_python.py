"""Endpoints of Python services: FastAPI, Flask, Quart, Sanic and Django Ninja by their decorators; jobs of Celery and its likes.

Routers and blueprints are followed through ``include_router`` and ``register_blueprint``, with the dependencies each level adds.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from assistant.collect.code.entries_look import (
    callee_of,
    dotted,
    functions_in,
    named,
    nodes_within,
    spine,
    text,
    value_of,
)
from assistant.collect.code.entries_point import Before, EntryPoint, Spot, point
from assistant.collect.code.entries_registrations import joined_url, url_of
from assistant.collect.code.entries_webhooks import is_webhook
from assistant.domain.code import EntryKind
from assistant.domain.syntax import Attribute, Call, Declare, DefineClass, Function, Lambda, Name, Record, Sequence


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.entries_look import Link
    from assistant.collect.code.program import Found, Program
    from assistant.domain.syntax import Expression, Module


_MAKES = {
    "FastAPI": "fastapi", "APIRouter": "fastapi", "NinjaAPI": "fastapi", "Router": "fastapi", "Litestar": "fastapi",
    "Flask": "flask", "Namespace": "flask", "Api": "flask", "Blueprint": "flask", "APIBlueprint": "flask", "Quart": "flask", "Sanic": "flask", "OpenAPI": "flask", "APIFlask": "flask", "Bottle": "flask",
}  # fmt: skip
_VERBS = {
    "get": "GET",
    "post": "POST",
    "put": "PUT",
    "patch": "PATCH",
    "delete": "DELETE",
    "head": "HEAD",
    "options": "OPTIONS",
    "websocket": "WS",
}
_ROUTES = frozenset({*_VERBS, "route", "api_route", "api_operation"})
_INCLUDES = frozenset({"include_router", "register_blueprint", "add_router", "mount", "blueprint", "add_namespace"})
_HOOKS = frozenset({"before_request", "before_app_request", "middleware", "on_request"})
_TASKS = frozenset(
    {
        "task",
        "shared_task",
        "periodic_task",
        "actor",
        "job",
        "scheduled_job",
        "huey.task",
        "db_task",
        "db_periodic_task",
    }
)
_FRAMEWORKS = re.compile(
    r"^(?:fastapi|flask|quart|sanic|ninja|litestar|apiflask|flask_openapi3|bottle|celery|dramatiq|rq|huey|apscheduler)(?:\.|$)"
)


class _Mount(NamedTuple):
    """``include_router(router, prefix=..., dependencies=[...])``."""

    parent: Found | None
    prefix: str
    before: tuple[Before, ...]


def python_entries(program: Program) -> Iterator[EntryPoint]:
    """Every decorated handler of a Python service."""
    modules = [module for module in program.modules.values() if module.language == "py"]
    if not modules:
        return
    around = Around(program, modules)
    for module in modules:
        celery = any(_FRAMEWORKS.match(one.source) for one in module.imports)
        owners = _owners(module)
        for function, within in functions_in(module.body):
            for decorator in function.decorators:
                root, links = spine(decorator)
                if not isinstance(root, Name) or not (links or celery):
                    continue
                last = links[-1] if links else None
                if last is not None and last.name in _ROUTES and last.arguments is not None:
                    yield from _route(around, module, function, within, root, last, owners.get(id(function), ""))
                elif celery and _is_task(root, links):
                    yield point(
                        program,
                        _spot(module, function, within),
                        id=f"job {module.path}#{function.name}",
                        kind=EntryKind.JOB,
                        inputs="job",
                        symbol=function.name,
                    )


class Around:
    """What stands around the handlers of a service: where routers and blueprints are mounted, what runs before them."""

    def __init__(self, program: Program, modules: list[Module]) -> None:
        """Of all its modules."""
        self.program = program
        self._mounts = _mounts(program, modules)
        self._hooks = _hooks(program, modules)

    def of(self, path: str, root: str, within: tuple[Function, ...] = ()) -> tuple[str, tuple[Before, ...]]:
        """Prefix of the URLs, and what runs first, for handlers of the object that a module calls ``root``."""
        found, made = _made(self.program, path, within, root)
        return _context(self.program, self._mounts, self._hooks, found, made, 0)


def _owners(module: Module) -> dict[int, str]:
    """Methods, by identity, with the class they stand in: a class whose methods are routes is made anew for each request."""
    classes = [one.klass for one in module.body if isinstance(one, DefineClass)]
    return {id(method): klass.name for klass in classes for method in klass.methods}


def _is_task(root: Name, links: tuple[Link, ...]) -> bool:
    names = [root.id, *(link.name for link in links if link.name)]
    return names[-1] in _TASKS and (
        len(names) > 1 or names[-1] in {"shared_task", "periodic_task", "actor", "db_task", "db_periodic_task"}
    )


def _spot(module: Module, function: Function, within: tuple[Function, ...], owner: str = "") -> Spot:
    expression: Expression = Lambda(function, function.at, function.end)
    if owner:
        expression = Attribute(Name(owner, function.at, function.at), function.name, function.at, function.end)
    elif not within:
        expression = Name(function.name, function.at, function.end)
    return Spot(module.path, expression, function.at, within)


def _route(
    around: Around,
    module: Module,
    function: Function,
    within: tuple[Function, ...],
    root: Name,
    link: Link,
    owner: str,
) -> Iterator[EntryPoint]:
    program = around.program
    _, made = _made(program, module.path, within, root.id)
    framework = _MAKES.get(callee_of(made).rpartition(".")[2], "") if made else ""
    if made is None and root.id not in {"app", "router", "api", "bp", "blueprint"}:
        return
    framework = framework or ("flask" if link.name == "route" else "fastapi")
    arguments = link.arguments or ()
    options = arguments[-1] if arguments and isinstance(arguments[-1], Record) else None
    path = text(arguments[0]) if arguments else None
    path = path if path is not None else (text(value_of(options, "path", "rule")) or "")
    verbs = [_VERBS[link.name]] if link.name in _VERBS else methods_of(listed(value_of(options, "methods")))
    own = tuple(Before(module.path, one) for one in listed(value_of(options, "dependencies")))
    prefix, before = around.of(module.path, root.id, within)
    url = url_of(joined_url(prefix, path))
    verb = "|".join(verbs)
    yield point(
        program,
        _spot(module, function, within, owner),
        id=f"{verb} {url}",
        kind=EntryKind.ENDPOINT,
        inputs=framework,
        symbol=function.name,
        verb=verb,
        path=url,
        webhook=is_webhook(program, module, url, verbs),
        before=(*before, *own),
        settings=_answered(options),
    )


def _answered(options: Record | None) -> dict[str, str]:
    """The model that FastAPI makes the answer of: other columns are left out."""
    named = value_of(options, "response_model")
    said = dotted(named) if named is not None else ""
    return {"response_model": said} if said else {}


def methods_of(items: tuple[Expression, ...]) -> list[str]:
    """Verbs of Flask's ``methods=[...]``; GET when there is none."""
    verbs = [one.upper() for item in items if (one := text(item))]
    return verbs or ["GET"]


def listed(value: Expression | None) -> tuple[Expression, ...]:
    """The items of a list in the code; what is no list is its own only one."""
    if isinstance(value, Sequence):
        return value.items
    return () if value is None else (value,)


def _made(program: Program, path: str, within: tuple[Function, ...], name: str) -> tuple[Found | None, Call | None]:
    """The object a decorator belongs to, and the call that makes it."""
    for function in reversed(within):
        for statement in function.body:
            if (
                isinstance(statement, Declare)
                and isinstance(statement.pattern, Name)
                and statement.pattern.id == name
                and isinstance(statement.value, Call)
            ):
                return None, statement.value
    found = program.meaning(path, name)
    declaration = program.declaration(found)
    value = declaration.value if isinstance(declaration, Declare) else None
    return found, value if isinstance(value, Call) else None


def _context(
    program: Program,
    mounts: dict[tuple[str, str], list[_Mount]],
    hooks: dict[tuple[str, str], list[Before]],
    found: Found | None,
    made: Call | None,
    depth: int,
) -> tuple[str, tuple[Before, ...]]:
    """Prefix and dependencies of an object: its own, and those of where it is included first."""
    options = made.arguments[-1] if made and made.arguments and isinstance(made.arguments[-1], Record) else None
    prefix = text(value_of(options, "prefix", "url_prefix")) or ""
    if made is not None and callee_of(made).rpartition(".")[2] == "Namespace":
        prefix = text(value_of(options, "path")) or (text(made.arguments[0]) if made.arguments else None) or ""
    module = found.module if found else ""
    before = tuple(Before(module, one) for one in listed(value_of(options, "dependencies", "auth"))) if module else ()
    if found is None:
        return prefix, before
    before += tuple(hooks.get((found.module, found.local), ()))
    given = mounts.get((found.module, found.local), [])
    if not given or depth > 6:  # noqa: PLR2004  # routers in routers end somewhere
        return prefix, before
    mount = given[0]
    if mount.prefix and made is not None and callee_of(made).rpartition(".")[2] == "Namespace":
        prefix = ""  # where it is added decides
    declaration = program.declaration(mount.parent)
    value = declaration.value if isinstance(declaration, Declare) else None
    above, earlier = _context(
        program, mounts, hooks, mount.parent, value if isinstance(value, Call) else None, depth + 1
    )
    return joined_url(above, mount.prefix, prefix), (*earlier, *mount.before, *before)


def _mounts(program: Program, modules: list[Module]) -> dict[tuple[str, str], list[_Mount]]:
    out: dict[tuple[str, str], list[_Mount]] = {}
    for module in modules:
        if not any(
            _FRAMEWORKS.match(one.source) or "router" in one.name or "bp" in one.local for one in module.imports
        ):
            continue
        for node, _within in nodes_within(module.body, Call):
            assert isinstance(node, Call)
            callee = node.callee
            if not isinstance(callee, Attribute) or callee.name not in _INCLUDES or not node.arguments:
                continue
            child = named(
                program, module.path, next((one for one in node.arguments if isinstance(one, Name | Attribute)), None)
            )
            if child is None:
                continue
            options = node.arguments[-1] if isinstance(node.arguments[-1], Record) else None
            prefix = text(value_of(options, "prefix", "url_prefix")) or next(
                (one for item in node.arguments if (one := text(item))), ""
            )
            before = tuple(Before(module.path, one) for one in listed(value_of(options, "dependencies", "auth")))
            out.setdefault((child.module, child.local), []).append(
                _Mount(named(program, module.path, callee.of), prefix, before)
            )
    return out


def _hooks(program: Program, modules: list[Module]) -> dict[tuple[str, str], list[Before]]:
    """Functions that Flask runs before each request of an app or blueprint."""
    out: dict[tuple[str, str], list[Before]] = {}
    for module in modules:
        for statement in module.body:
            function = getattr(statement, "function", None)
            for decorator in function.decorators if isinstance(function, Function) else ():
                root, links = spine(decorator)
                if isinstance(root, Name) and links and links[-1].name in _HOOKS and isinstance(function, Function):
                    found = program.meaning(module.path, root.id)
                    if found:
                        out.setdefault((found.module, found.local), []).append(
                            Before(module.path, Name(function.name, function.at, function.end))
                        )
    return out
