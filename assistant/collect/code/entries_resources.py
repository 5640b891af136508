"""Endpoints of Flask that are classes, or that a call registers: resources of RESTful and RESTX, method views, ``add_url_rule``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.code.entries_look import named, nodes_within, spine, text, value_of
from assistant.collect.code.entries_point import Spot, point
from assistant.collect.code.entries_python import Around, listed, methods_of
from assistant.collect.code.entries_registrations import joined_url, url_of
from assistant.collect.code.entries_webhooks import is_webhook
from assistant.domain.code import EntryKind
from assistant.domain.syntax import Attribute, Call, Class, DefineClass, Function, Name, Record


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.entries_point import EntryPoint
    from assistant.collect.code.program import Found, Program
    from assistant.domain.syntax import Expression, Module


_VERBS = {name: name.upper() for name in ("get", "post", "put", "patch", "delete")}
_ADDS = re.compile(r"^add_(?:\w+_)?resource$")
_FLASK = re.compile(r"^(?:flask|quart|apiflask|connexion|sanic)(?:_\w+)?(?:\.|$)")


def resource_entries(program: Program) -> Iterator[EntryPoint]:
    """Every verb of every class that is registered, and every function that a call registers."""
    modules = [module for module in program.modules.values() if module.language == "py"]
    if not any(_FLASK.match(one.source) for module in modules for one in module.imports):
        return
    around = Around(program, modules)
    for module in modules:
        for node, _within in nodes_within(module.body, Call, DefineClass):
            if isinstance(node, Call):
                yield from _called(around, module, node)
            elif isinstance(node, DefineClass):
                yield from _decorated(around, module, node.klass)


def _called(around: Around, module: Module, node: Call) -> Iterator[EntryPoint]:
    """``api.add_resource(Notes, "/notes")`` and ``app.add_url_rule("/notes", view_func=Notes.as_view("notes"))``."""
    callee = node.callee
    if not isinstance(callee, Attribute) or not isinstance(callee.of, Name) or not node.arguments:
        return
    options = node.arguments[-1] if isinstance(node.arguments[-1], Record) else None
    given = node.arguments[:-1] if options is not None else node.arguments
    if _ADDS.match(callee.name):
        urls = [said for one in given[1:] if (said := text(one)) is not None]
        yield from _viewed(around, module, callee.of.id, given[0] if given else None, urls, None)
    elif callee.name == "add_url_rule":
        url = text(given[0]) if given else text(value_of(options, "rule"))
        view = value_of(options, "view_func") or (given[2] if len(given) > 2 else None)  # noqa: PLR2004 - rule, name, function
        yield from _viewed(
            around, module, callee.of.id, view, [url] if url is not None else [], value_of(options, "methods")
        )


def _decorated(around: Around, module: Module, klass: Class) -> Iterator[EntryPoint]:
    """``@ns.route("/notes")`` on a class."""
    for decorator in klass.decorators:
        root, links = spine(decorator)
        if isinstance(root, Name) and links and links[-1].name == "route" and links[-1].arguments is not None:
            urls = [said for one in links[-1].arguments if (said := text(one)) is not None]
            yield from _viewed(around, module, root.id, Name(klass.name, klass.at, klass.at), urls, None)


def _viewed(
    around: Around, module: Module, root: str, view: Expression | None, urls: list[str], verbs: Expression | None
) -> Iterator[EntryPoint]:
    if isinstance(view, Call) and isinstance(view.callee, Attribute) and view.callee.name == "as_view":
        view = view.callee.of
    found = named(around.program, module.path, view)
    declared = around.program.declaration(found)
    for url in urls:
        if found is not None and isinstance(declared, Class):
            for method in declared.methods:
                if method.name in _VERBS:
                    held = Attribute(Name(found.local, method.at, method.at), method.name, method.at, method.end)
                    yield _point(around, module, root, found, method, held, url, _VERBS[method.name])
        elif found is not None and isinstance(declared, Function):
            held_by = Name(found.local, declared.at, declared.end)
            yield _point(around, module, root, found, declared, held_by, url, "|".join(methods_of(listed(verbs))))


def _point(
    around: Around,
    module: Module,
    root: str,
    found: Found,
    function: Function,
    expression: Expression,
    url: str,
    verb: str,
) -> EntryPoint:
    program = around.program
    prefix, before = around.of(module.path, root)
    whole = url_of(joined_url(prefix, url))
    owner = f"{found.local}." if isinstance(expression, Attribute) else ""
    return point(
        program,
        Spot(found.module, expression, function.at, ()),
        id=f"{verb} {whole}",
        kind=EntryKind.ENDPOINT,
        inputs="flask",
        symbol=f"{owner}{function.name}",
        verb=verb,
        path=whole,
        webhook=is_webhook(program, program.modules[found.module], whole, verb.split("|")),
        before=before,
    )
