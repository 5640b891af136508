"""Views of Django and its REST framework: ``urlpatterns`` are followed through ``include`` to functions, class-based views and viewsets."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.collect.code.entries_look import callee_of, dotted, named, text
from assistant.collect.code.entries_permissions import asked_first, project_wide
from assistant.collect.code.entries_point import Before, EntryPoint, Spot, point
from assistant.collect.code.entries_registrations import joined_url, url_of
from assistant.collect.code.entries_webhooks import is_webhook
from assistant.domain.code import EntryKind
from assistant.domain.syntax import (
    Assign,
    Attribute,
    Binary,
    Call,
    Class,
    Declare,
    Do,
    Field,
    Function,
    Lambda,
    Name,
    Parameter,
    Record,
    Return,
    Sequence,
)


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.program import Found, Program
    from assistant.domain.syntax import Expression


_PATHS = frozenset({"path", "re_path", "url"})
_METHODS = {
    "get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE", "list": "GET", "retrieve": "GET", "create": "POST",
    "update": "PUT", "partial_update": "PATCH", "destroy": "DELETE", "dispatch": "*", "form_valid": "POST", "get_queryset": "GET", "get_object": "GET",
    "perform_create": "POST", "perform_update": "PUT", "perform_destroy": "DELETE",
}  # fmt: skip
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
_INNER = {
    "get_queryset": ("list", "retrieve", "update", "partial_update", "destroy"),
    "get_object": ("retrieve", "update", "partial_update", "destroy"),
    "perform_create": ("create",),
    "perform_update": ("update", "partial_update"),
    "perform_destroy": ("destroy",),
}
"""What the framework's own actions call, with those actions; the first two are all that a router serves for reading."""
_GENERIC = re.compile(r"(?:ModelViewSet|ReadOnlyModelViewSet|RetrieveModelMixin|Retrieve\w*APIView)$")
_DEEPEST = 6


def django_entries(program: Program) -> Iterator[EntryPoint]:
    """Every view that a URL leads to."""
    lists = [
        module.path
        for module in program.modules.values()
        if module.language == "py" and "urlpatterns" in program.declared(module.path)
    ]
    walk = _Walk(program)
    found: dict[str, list[EntryPoint]] = {}
    for path in lists:
        found[path] = list(_patterns(walk, path, "", 0))
    taken: set[tuple[str, str, tuple[int, int]]] = set()
    for path in sorted(lists, key=lambda one: one in walk.included):
        for entry in found[path]:
            key = (entry.module, entry.verb, entry.at)
            if path not in walk.included or key not in taken:
                taken.add(key)
                yield entry


class _Walk:
    """A program on the way through its lists of addresses."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.included: set[str] = set()
        """Lists that another one includes."""

    @cached_property
    def permissions(self) -> tuple[Before, ...]:
        """What the settings of the project ask of every view that says nothing itself."""
        return project_wide(self.program)


def _patterns(walk: _Walk, path: str, prefix: str, depth: int) -> Iterator[EntryPoint]:
    if depth > _DEEPEST:
        return
    for statement in walk.program.modules[path].body:
        if (
            isinstance(statement, Declare)
            and isinstance(statement.pattern, Name)
            and statement.pattern.id == "urlpatterns"
        ):
            yield from _list(walk, path, statement.value, prefix, depth)
        elif isinstance(statement, Do):
            value = statement.expression
            if isinstance(value, Assign) and dotted_target(value) == "urlpatterns":
                yield from _list(walk, path, value.value, prefix, depth)
            elif (
                isinstance(value, Call)
                and isinstance(value.callee, Attribute)
                and value.callee.name == "register"
                and len(value.arguments) > 1
            ):
                route = text(value.arguments[0])
                if route is not None:
                    yield from _view(walk, path, value.arguments[1], joined_url(prefix, route), viewset=True)


def dotted_target(value: Assign) -> str:
    """Name that is assigned to."""
    return value.target.id if isinstance(value.target, Name) else ""


def _list(walk: _Walk, path: str, value: Expression | None, prefix: str, depth: int) -> Iterator[EntryPoint]:
    program = walk.program
    items = value.items if isinstance(value, Sequence) else ()
    if isinstance(value, Binary):
        for side in (value.left, value.right):
            yield from _list(walk, path, side, prefix, depth)
    for item in items:
        if not isinstance(item, Call) or callee_of(item).rpartition(".")[2] not in _PATHS or len(item.arguments) < 2:  # noqa: PLR2004  # route and view
            continue
        route = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", text(item.arguments[0]) or "").strip("^$")
        url = joined_url(prefix, route)
        view = item.arguments[1]
        if isinstance(view, Call) and callee_of(view).rpartition(".")[2] == "include" and view.arguments:
            target = program.target(path, text(view.arguments[0]) or "")
            if target and "urlpatterns" in program.declared(target):
                walk.included.add(target)
                yield from _patterns(walk, target, url, depth + 1)
        else:
            yield from _view(walk, path, view, url, viewset=False)


def _view(walk: _Walk, path: str, view: Expression, url: str, *, viewset: bool) -> Iterator[EntryPoint]:
    program = walk.program
    before: tuple[Before, ...] = ()
    actions: dict[str, str] | None = None
    while isinstance(view, Call):
        if isinstance(view.callee, Attribute) and view.callee.name == "as_view":
            actions = _mapped(view)
            view = view.callee.of
        elif view.arguments and not viewset:
            before += (Before(path, view.callee),)
            view = view.arguments[0]
        else:
            return
    found = named(program, path, view)
    declaration = program.declaration(found)
    if found is None:
        return
    if isinstance(declaration, Function):
        yield _point(
            program,
            found,
            Name(found.local, declaration.at, declaration.end),
            declaration.at,
            declaration.name,
            "*",
            url,
            before,
        )
    elif isinstance(declaration, Class):
        yield from _class(walk, found, declaration, _Routed(url, before, viewset=viewset, actions=actions))


def _mapped(view: Call) -> dict[str, str] | None:
    """``as_view({"get": "list"})``: the method behind each verb; None where the class decides."""
    given = view.arguments[0] if view.arguments else None
    if not isinstance(given, Record):
        return None
    pairs = {entry.key: text(entry.value) or "" for entry in given.entries if entry.key}
    return {name: verb.upper() for verb, name in pairs.items() if name} if set(pairs) <= _VERBS else None


class _Routed:
    """How a URL leads to a class."""

    def __init__(self, url: str, before: tuple[Before, ...], *, viewset: bool, actions: dict[str, str] | None) -> None:
        self.url, self.before, self.viewset, self.actions = url, before, viewset, actions

    def verb(self, method: Function, own: set[str], *, action: bool) -> str:
        """The verb that reaches a method; empty for one that nothing reaches from here."""
        if method.name in _INNER:
            return _METHODS[method.name] if self._generic(_INNER[method.name], own) else ""
        if self.actions is not None:
            return self.actions.get(method.name, "")
        return _METHODS.get(method.name) or ("*" if action else "")

    def _generic(self, served: tuple[str, ...], own: set[str]) -> bool:
        """Whether the framework's own code calls it: for an action that the class leaves as it is."""
        if self.actions is not None:
            return any(name in served and name not in own for name in self.actions)
        return not own.issuperset(served[:2]) if self.viewset else not own & _VERBS


def _class(walk: _Walk, found: Found, klass: Class, routed: _Routed) -> Iterator[EntryPoint]:
    program = walk.program
    guards = asked_first(program, found, klass, walk.permissions)
    own_methods = {method.name for method in klass.methods}
    url, before, viewset = routed.url, routed.before, routed.viewset
    for method in klass.methods:
        action = next(
            (
                one
                for one in method.decorators
                if dotted(one) == "action" or callee_of(one).rpartition(".")[2] == "action"
            ),
            None,
        )
        verb = routed.verb(method, own_methods, action=action is not None)
        if not verb:
            continue
        detail = viewset and method.name in {
            "retrieve",
            "update",
            "partial_update",
            "destroy",
            "get_object",
            "perform_update",
            "perform_destroy",
        }
        own = joined_url(url, "<pk>") if detail else (joined_url(url, method.name) if action is not None else url)
        expression = Attribute(Name(klass.name, method.at, method.at), method.name, method.at, method.end)
        entry = _point(
            program, found, expression, method.at, f"{klass.name}.{method.name}", verb, own, (*before, *guards)
        )
        from dataclasses import replace

        yield replace(entry, at=(method.at, method.end))
    shown = _inherited(klass)
    if shown is not None and (routed.actions is None or "retrieve" in routed.actions):
        own = joined_url(url, "<pk>") if viewset else url
        yield _point(program, found, shown, klass.at, f"{klass.name}.retrieve", "GET", own, (*before, *guards))


def _inherited(klass: Class) -> Expression | None:
    """A generic view of Django REST that answers one row without a method of its own: out of its rows, the one with the key in the path."""
    at, end = klass.at, klass.end
    own = {"retrieve", "get", "get_object", "get_queryset"} & {method.name for method in klass.methods}
    if own or not any(_GENERIC.search(dotted(base)) for base in klass.bases):
        return None
    named = (field for field in klass.fields if isinstance(field.pattern, Name) and field.pattern.id == "queryset")
    rows = next((field.value for field in named), None)
    if rows is None:
        return None
    key = Record((Field(key="pk", value=Name("pk", at, at), spread=False),), at, end)
    one = Call(Attribute(rows, "get", at, end), (key,), new=False, at=at, end=end)
    given = tuple(Parameter(Name(name, at, at), None, "", rest=False) for name in ("self", "request", "pk"))
    body = (Return(one, at, end),)
    function = Function("retrieve", given, body, is_async=False, directives=(), decorators=(), at=at, end=end)
    return Lambda(function, at, end)


def _point(
    program: Program,
    found: Found,
    expression: Expression,
    at: int,
    symbol: str,
    verb: str,
    url: str,
    before: tuple[Before, ...],
) -> EntryPoint:
    url = url_of(url)
    return point(
        program,
        Spot(found.module, expression, at),
        id=f"{verb} {url}",
        kind=EntryKind.ENDPOINT,
        inputs="django",
        symbol=symbol,
        verb=verb,
        path=url,
        webhook=is_webhook(program, program.modules[found.module], url, ["POST"]),
        before=before,
    )
