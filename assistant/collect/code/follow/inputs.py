"""What the framework hands to a handler: everything a stranger chooses is marked as such."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.code.values import UNKNOWN, Chain, Known, Shape, Value, caller, request
from assistant.domain.code import Origin, OriginKind
from assistant.domain.syntax import Name, RecordPattern


if TYPE_CHECKING:
    from assistant.domain.syntax import Function, Parameter

CALLERISH = re.compile(
    r"^(?:session|user|current_?user|viewer|actor|auth|caller|me|profile|principal|identity|(?:current_?|auth_?|session_?|caller_?|viewer_?|actor_?)?user_?id|session_?user\w*"
    r"|owner_?id|workspace_?id|workspace|team_?id|tenant_?id|org_?id|organi[sz]ation_?id|account_?id|requester_?id|member_?id|clerk_?id|auth)$",
    re.IGNORECASE,
)
_CONTEXT = re.compile(r"^(?:ctx|context|opts\.ctx)$", re.IGNORECASE)
LIBRARY = re.compile(
    r"^(?:db|tx|prisma|supabase\w*|client|conn|pool|trx|redis|kv|logger|log|stripe|admin\w*|em|session_?factory|service)$",
    re.IGNORECASE,
)
_MOST = 6
"""Arguments of a function that takes any number of them."""
_REQUEST = Known(frozenset({Origin(OriginKind.REQUEST, "request")}))


def supplied(inputs: str, function: Function | None) -> tuple[Value, ...]:
    """Arguments of a handler of that kind, in order."""
    context = Shape({"params": request("path"), "searchParams": request("query")}, (request("context"),))
    if inputs in {"page", "metadata"}:
        return (Shape({"params": request("path"), "searchParams": request("query"), "children": UNKNOWN}), UNKNOWN)
    if inputs == "server-props":
        fields: dict[str, Value] = {
            "params": request("path"),
            "query": request("query"),
            "req": _REQUEST,
            "request": _REQUEST,
        }
        return (Shape(fields | {"res": Chain("response", "res")}),)
    if inputs in {"loader", "contract"}:
        return (Shape(_parts_of_request(), (UNKNOWN,)), UNKNOWN)
    if inputs in {"pages-api", "express", "fastify"}:
        return (_REQUEST, Chain("response", "res"), Chain("response", "next"))
    if inputs == "callable" and function is not None and len(function.parameters) > 1:
        # Firebase's first generation: ``onCall((data, context) => …)``
        about = {"auth": caller("auth"), "rawRequest": _REQUEST}
        return (request("body"), Shape(about, (UNKNOWN,)))
    if inputs == "hono":
        return (Chain("context", "c"), UNKNOWN)
    if inputs in {"action", "tool", "fastapi", "flask", "django", "job"}:
        return (
            tuple(value for one in function.parameters for value in _arguments(one, inputs))
            if function
            else (request("argument"),)
        )
    if inputs == "registered-tool":  # whoever registers it says who calls, beside what the model sends
        rest = function.parameters[1:] if function else ()
        return (request("argument"), *(caller(f"argument.{getattr(one.pattern, 'id', '')}") for one in rest))
    if inputs == "service":
        return tuple(_told(one) for one in function.parameters) if function else ()
    if inputs == "component":
        return (Known(frozenset({Origin(OriginKind.UNKNOWN, "props")})), UNKNOWN)
    return (_REQUEST, context)


def _parts_of_request() -> dict[str, Value]:
    """What Remix, SvelteKit, Astro and ts-rest lay out for a handler; ``locals`` is what the framework's own hook put there about the caller."""
    fields: dict[str, Value] = {
        "params": request("path"),
        "query": request("query"),
        "body": request("body"),
        "headers": request("header"),
        "cookies": request("cookie"),
        "url": request("url"),
        "locals": caller("locals"),
    }
    return fields | dict.fromkeys(("request", "req"), _REQUEST)


def _arguments(parameter: Parameter, inputs: str) -> tuple[Value, ...]:
    """What stands for one parameter; for ``...args`` of an action's wrapper all that a caller may send, each by itself."""
    if parameter.rest and inputs == "action":
        return tuple(request(f"argument.{number}") for number in range(_MOST))
    return (_argument(parameter, inputs),)


def _argument(parameter: Parameter, inputs: str) -> Value:
    pattern = parameter.pattern
    name = pattern.id if isinstance(pattern, Name) else ""
    if inputs in {"fastapi", "flask", "django"} and (
        name in {"request", "req", "self"} or "Request" in parameter.annotation
    ):
        return _REQUEST
    if parameter.rest:
        return request("path" if inputs == "django" else "argument")
    if inputs == "job":
        return Known(frozenset({Origin(OriginKind.SIGNED, f"event.{name}" if name else "event")}))
    return request(f"argument.{name}" if name else "argument")


def _told(parameter: Parameter) -> Value:
    """Arguments of a function that is told who the caller is."""
    pattern = parameter.pattern
    if isinstance(pattern, Name):
        if _CONTEXT.match(pattern.id):
            return caller("ctx")
        if CALLERISH.match(pattern.id):
            return caller(f"argument.{pattern.id}")
        if LIBRARY.match(pattern.id):
            return Chain("parameter", pattern.id)
        return Shape(_callers(parameter.annotation, pattern.id), (request(f"argument.{pattern.id}"),))
    if isinstance(pattern, RecordPattern):
        fields: dict[str, Value] = {}
        for part in pattern.parts:
            if _CONTEXT.match(part.key):
                fields[part.key] = caller("ctx")
            elif CALLERISH.match(part.key):
                fields[part.key] = caller(f"argument.{part.key}")
            elif LIBRARY.match(part.key):
                fields[part.key] = Chain("parameter", part.key)
            else:
                fields[part.key] = request(f"argument.{part.key}")
        return Shape(fields, (request("argument"),))
    return UNKNOWN


def _callers(annotation: str, name: str) -> dict[str, Value]:
    """Fields of an options object that say who the caller is, from its declared type."""
    found = re.findall(r"(\w+)\??\s*:", annotation)
    return {one: caller(f"argument.{name}.{one}") for one in found if CALLERISH.match(one)}


def context_of_field() -> Value:
    """The context of a field of GraphQL where nobody makes one: the request itself."""
    return Shape({"req": _REQUEST, "request": _REQUEST}, (_REQUEST,))
