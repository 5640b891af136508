"""Marks: what a function or a page does that no run of an entry shows, found by its form alone.

Amounts compared with each other, a signature whose age nobody looks at, scripts that a page loads from somebody else. Only modules whose
path or imports speak of it are walked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.collect.code.walking import nodes_of
from assistant.domain.code import Mark
from assistant.domain.facts import Place
from assistant.domain.syntax import (
    Attribute,
    Binary,
    Call,
    Declare,
    Do,
    Element,
    Function,
    Lambda,
    Literal,
    Name,
    Record,
    Return,
    Sequence,
    Template,
)


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.collect.code.program import Program
    from assistant.domain.syntax import Expression, Module

_ABOUT_MONEY: Final = re.compile(
    r"pay|order|check-?out|billing|stripe|paypal|razorpay|subscri|invoice|cart|purchase|credit|wallet|booking|confirm|webhook|transaction|settle",
    re.IGNORECASE,
)
_PAGE: Final = re.compile(
    r"(?:^|/)(?:layout|page|template|_app|_document|root|app)\.[cm]?[jt]sx?\Z|(?:^|/)components/", re.IGNORECASE
)
_AMOUNT: Final = re.compile(r"amount|total|price|cents|paid|sum\b|subtotal|due", re.IGNORECASE)
_CONSTRUCT: Final = frozenset({"constructEvent", "constructEventAsync", "construct_event"})
_VERIFIES: Final = frozenset({
    "constructEvent", "constructEventAsync", "construct_event", "unmarshal", "verifyWebhook", "verifyAndReceive", "validateEvent", "verifySignature",
    "verifySignatureAppRouter", "verifySignatureEdge", "verifyWebhookSignature", "validateWebhookSignature", "isValidWebhookEventSignature",
    "timingSafeEqual", "verifyHeader", "compare_digest", "verifyQstashSignature", "isValidSignature", "verifyKey",
})  # fmt: skip
"""Calls that check who sent a message, in every provider's spelling."""
_CORS: Final = frozenset(
    {
        "cors",
        "@fastify/cors",
        "hono/cors",
        "@koa/cors",
        "fastapi.middleware.cors",
        "starlette.middleware.cors",
        "flask_cors",
    }
)
_ORIGINS: Final = frozenset({"origin", "allow_origins", "origins"})
_WITH_COOKIES: Final = frozenset({"credentials", "allow_credentials", "supports_credentials"})
_OPERATORS: Final = frozenset({"===", "!==", "==", "!=", "<", ">", "<=", ">="})
_LONGEST_AGE: Final = 900
"""Seconds; the provider's own default is 300."""
_DEEPEST: Final = 4
_TOLERANCE: Final = 3
"""Position of the tolerance among the arguments."""


def marks(program: Program) -> tuple[Mark, ...]:
    """All marks of a program, by file and line."""
    found: list[Mark] = []
    for path in sorted(program.modules):
        module = program.modules[path]
        money = bool(_ABOUT_MONEY.search(path)) or any("stripe" in one.source.lower() for one in module.imports)
        page = module.language != "py" and bool(_PAGE.search(path))
        if money or page:
            found += _of_module(module, money=money, page=page)
        if any(one.source.lower() in _CORS for one in module.imports):
            found += _of_cors(module)
    return tuple(found)


def _of_module(module: Module, *, money: bool, page: bool) -> Iterator[Mark]:
    functions: list[Function] = []
    for node in nodes_of(module.body):
        if isinstance(node, Function):
            functions.append(node)
        elif money and isinstance(node, Binary) and _compares_amounts(node):
            yield _mark(module, functions, "amount-compared", node)
        elif money and isinstance(node, Call):
            if (age := _tolerance(module, node)) is not None:
                yield _mark(module, functions, "tolerance", node, age)
            if _called(node) in _VERIFIES:
                yield _mark(module, functions, "signature-checked", node)
        elif page and isinstance(node, Element) and (address := _foreign(node)):
            yield _mark(module, functions, "script", node, address)


def _of_cors(module: Module) -> Iterator[Mark]:
    """Middleware that lets every origin in together with cookies; servers then echo the origin, as browsers refuse a star."""
    for node in nodes_of(module.body):
        if not isinstance(node, Record):
            continue
        fields = {entry.key: entry.value for entry in node.entries if entry.key}
        cookies = any(
            isinstance(value, Literal) and value.value is True for key, value in fields.items() if key in _WITH_COOKIES
        )
        if cookies and any(_anybody(value) for key, value in fields.items() if key in _ORIGINS):
            yield Mark(
                kind="cors-any",
                place=Place(file=module.path, line=module.line(node.at)),
                detail="every origin, with credentials",
                at=(node.at, node.end),
            )


def _anybody(value: Expression) -> bool:
    """``true``, ``"*"``, ``["*"]``, ``(origin) => origin``, ``(origin, done) => done(null, true)``."""
    if isinstance(value, Literal):
        return value.value is True or value.value == "*"
    if isinstance(value, Sequence):
        return any(isinstance(item, Literal) and item.value == "*" for item in value.items)
    if not isinstance(value, Lambda) or len(value.function.body) != 1:
        return False
    only = value.function.body[0]
    said = only.value if isinstance(only, Return) else only.expression if isinstance(only, Do) else None
    if isinstance(said, Name):
        return bool(value.function.parameters) and said == value.function.parameters[0].pattern._replace(
            at=said.at, end=said.end
        )
    return isinstance(said, Call) and [part.value for part in said.arguments if isinstance(part, Literal)] == [
        None,
        True,
    ]


def _mark(
    module: Module, functions: list[Function], kind: str, node: Binary | Call | Element, detail: str = ""
) -> Mark:
    inside = [one for one in functions if one.at <= node.at and node.end <= one.end and one.name]
    symbol = max(inside, key=lambda one: one.at).name if inside else None
    place = Place(file=module.path, line=module.line(node.at), symbol=symbol)
    return Mark(kind=kind, place=place, detail=detail, at=(node.at, node.end))


def _compares_amounts(node: Binary) -> bool:
    return node.operator in _OPERATORS and _is_amount(node.left) and _is_amount(node.right)


def _is_amount(side: Expression) -> bool:
    """Something named like an amount, also inside ``Number(…)`` or ``Math.round(… * 100)``."""
    return any(
        _AMOUNT.search(node.id if isinstance(node, Name) else node.name)
        for node in nodes_of(side)
        if isinstance(node, Name | Attribute)
    )


def _called(call: Call) -> str:
    callee = call.callee
    return callee.name if isinstance(callee, Attribute) else callee.id if isinstance(callee, Name) else ""


def _seconds(module: Module, node: Expression, depth: int = 0) -> float | None:
    """A number, a product of numbers, or a constant of the module that is one; None for anything else."""
    if isinstance(node, Literal) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return float(node.value)
    if isinstance(node, Binary) and node.operator == "*" and depth < _DEEPEST:
        left, right = _seconds(module, node.left, depth + 1), _seconds(module, node.right, depth + 1)
        return left * right if left is not None and right is not None else None
    if isinstance(node, Name) and depth < _DEEPEST:
        named = (one.value for one in nodes_of(module.body) if isinstance(one, Declare) and _is_called(one, node.id))
        value = next(named, None)
        return _seconds(module, value, depth + 1) if value is not None else None
    return None


def _is_called(node: Declare, name: str) -> bool:
    return isinstance(node.pattern, Name) and node.pattern.id == name


def _tolerance(module: Module, call: Call) -> str | None:
    """The tolerance of a signature check when it is none at all or very long."""
    callee = call.callee
    if not isinstance(callee, Attribute) or callee.name not in _CONSTRUCT or len(call.arguments) <= _TOLERANCE:
        return None
    age = call.arguments[_TOLERANCE]
    seconds = _seconds(module, age)
    if seconds is not None:
        return f"{seconds:g}" if seconds <= 0 or seconds > _LONGEST_AGE else None
    if isinstance(age, Name) and age.id == "Infinity":
        return "Infinity"
    return (
        "Infinity"
        if isinstance(age, Attribute) and age.name in {"MAX_SAFE_INTEGER", "POSITIVE_INFINITY", "MAX_VALUE"}
        else None
    )


def _foreign(element: Element) -> str:
    """The address of a script that another host serves; empty for anything else."""
    if element.tag not in {"script", "Script"} or any(one.key == "integrity" for one in element.attributes):
        return ""
    for attribute in element.attributes:
        if attribute.key == "src":
            value = attribute.value
            text = value.value if isinstance(value, Literal) else value.texts[0] if isinstance(value, Template) else ""
            if isinstance(text, str) and text.startswith(("https://", "http://", "//")):
                return text[:200]
    return ""
