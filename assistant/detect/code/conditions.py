"""What one condition of a query says about the value that it compares with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.guards import EQUALS
from assistant.domain.code import OriginKind, TieKind


if TYPE_CHECKING:
    from assistant.domain.code import Filter, Query

_CALLS_FROM: Final = frozenset({
    "x-forwarded-for", "x-real-ip", "x-client-ip", "x-vercel-forwarded-for", "x-cluster-client-ip", "cf-connecting-ip", "true-client-ip", "fly-client-ip", "fastly-client-ip",
})  # fmt: skip
"""Headers in which a proxy says where the caller calls from."""


def written_out(query: Query) -> bool:
    """The code or the environment says which one: the application's own repository, one product of its own.

    Its own id says so, never that of what it lies in: one list of keys holds the keys of every customer.
    """
    said = {OriginKind.CONSTANT, OriginKind.ENVIRONMENT}
    named = any(part.column in {"id", "repo"} and part.operator in EQUALS for part in query.filters)
    return named and all(
        bool(part.origins) and all(origin.kind in said for origin in part.origins) for part in query.filters
    )


def named_by_code(query: Query) -> bool:
    """The one row of the application's own that every request looks at, and that nobody is shown: ``license.findUnique({ where: { orgId: ONLY_ONE } })``."""
    if query.verb != "select" or query.returned:
        return False
    named = any(words.names_id(words.snake(part.column)) and part.operator == "eq" for part in query.filters)
    said = {OriginKind.CONSTANT, OriginKind.ENVIRONMENT}
    return named and all(
        bool(part.origins) and all(origin.kind in said for origin in part.origins) for part in query.filters
    )


def by_header(condition: Filter) -> bool:
    """Its value came in a header or a cookie."""
    return any(
        origin.kind is OriginKind.REQUEST and origin.path.startswith(("header.", "cookie"))
        for origin in condition.origins
    )


def from_one_network(query: Query) -> bool:
    """Rows are found by the address that the caller calls from, as the proxy has it: their own network, and no id of somebody else's."""
    return any(_by_address(condition) for condition in query.filters)


def _by_address(condition: Filter) -> bool:
    chosen = [origin.path for origin in condition.origins if origin.kind is OriginKind.REQUEST]
    others = {origin.kind for origin in condition.origins} - {OriginKind.REQUEST, OriginKind.CONSTANT}
    return bool(chosen) and not others and all(_calls_from(path) for path in chosen)


def _calls_from(path: str) -> bool:
    part, _, rest = path.lower().partition(".")
    return (part == "header" and rest.partition(".")[0] in _CALLS_FROM) or path in {"ip", "request.ip"}


def is_client_secret(condition: Filter) -> bool:
    """What a program proves itself with; beside a person who is signed in it proves nothing about that person."""
    return words.snake(condition.column).endswith("client_secret")


def is_capability(condition: Filter) -> bool:
    """Its value is something that nobody guesses."""
    paths = [origin.path.rpartition(".")[2] for origin in condition.origins if origin.kind is OriginKind.REQUEST]
    return words.is_capability(condition.column) or any(words.is_capability(path) for path in paths)


def constants(condition: Filter) -> tuple[str, ...]:
    """What the code itself writes there."""
    return tuple(origin.path for origin in condition.origins if origin.kind is OriginKind.CONSTANT)


def of_caller(query: Query) -> bool:
    """The query is run for somebody who is known: found by the caller, or by the key that came in a header."""
    held = [condition for condition in query.filters if condition.operator != "alternative"]
    kinds = {origin.kind for condition in held for origin in condition.origins}
    if kinds & {OriginKind.CALLER, OriginKind.CLAIMED}:
        return True
    by_key = query.tie is not None and query.tie.kind is TieKind.CAPABILITY
    return by_key and any(by_header(condition) for condition in query.filters)
