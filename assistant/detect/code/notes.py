"""Notes that a checkout writes at the payment provider and a webhook reads back: whose account it is, and what was bought."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from assistant.detect.code import words
from assistant.detect.code.payments import PAYMENT
from assistant.domain.code import OriginKind


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Entry, Origin, Query

_NOTES: Final = re.compile(
    r"(?:^|\.)(?:metadata|custom_?data|passthrough|notes|custom)\.(\w+)\Z|(?:^|\.)(client_?reference_?id|customer_?external_?id|external_?customer_?id)\Z",
    re.IGNORECASE,
)
"""Fields of a checkout that the provider keeps as they are and gives back: Stripe, Paddle, Lemon Squeezy, Polar, Razorpay."""
_WRITES: Final = frozenset({"insert", "update", "upsert", "delete"})
_GRANTED: Final = words.named(
    """credit credits token tokens balance coins coin points point gems minutes quota seats seat amount quantity units unit count total wallet
    plan plans tier package pack level subscription product membership licenses license days months duration generations messages limit limits
    premium pro paid until expires expiry valid"""
)
"""Words of a column that says how much somebody has, or what they may use."""
_BALANCE: Final = words.named("credit credits balance wallet coins points tokens deposit")
_BOUGHT: Final = re.compile(
    r"purchase|order|enrol|entitle|licen[cs]e|subscription|ticket|registration|booking|access|credit|transaction|wallet",
    re.IGNORECASE,
)
"""Tables whose new rows say that somebody bought something."""


class Noted(NamedTuple):
    """Where a webhook uses a note."""

    entry: Entry
    query: Query
    column: str
    """The column that it is written to; empty where it finds the row."""
    of_customer: bool
    """The note was read at a customer that was fetched, and not at what the message is about."""


def name_of(path: str) -> str:
    """The name of a note in the path of an argument or of a message; empty when it is none."""
    match = _NOTES.search(path)
    return (
        (match[1] or words.snake(match[2])) if match else ""
    )  # a note keeps its spelling, a field of the provider's has several


def that_find_accounts(context: CodeContext) -> dict[str, list[Noted]]:
    """Notes by which rows are found and changed, or that say whose a new row is."""
    found: dict[str, list[Noted]] = {}
    for entry, query, engines in _writes(context):
        origins = [origin for condition in query.filters for origin in condition.origins]
        origins += [
            origin
            for written in query.written
            if context.names_owner(query.table, written.column)
            for origin in written.origins
        ]
        for name, of_customer in _read_back(query, origins, engines):
            found.setdefault(name, []).append(Noted(entry, query, "", of_customer))
    return found


def that_grant(context: CodeContext) -> dict[str, list[Noted]]:
    """Notes that are written into a column of credits, of a plan, or of what was bought, by themselves or by way of the row that they name."""
    found: dict[str, list[Noted]] = {}
    for entry, query, engines in _writes(context):
        queries = {each.id: each for each in entry.queries}
        for written in query.written:
            grants = bool(_GRANTED & set(words.words(written.column))) and not words.names_id(written.column)
            bought = words.names_id(written.column) and bool(
                _BOUGHT.search(query.table) or _GRANTED & set(words.words(written.column))
            )
            if not (grants or bought) or context.names_owner(query.table, written.column):
                continue
            asked = [
                origin
                for one in written.origins
                if one.kind is OriginKind.ROW and one.row in queries and queries[one.row].engine not in PAYMENT
                for condition in queries[one.row].filters
                for origin in condition.origins
            ]
            for name, of_customer in _read_back(query, [*written.origins, *asked], engines):
                found.setdefault(name, []).append(Noted(entry, query, written.column, of_customer))
    return found


def tops_up(context: CodeContext, name: str) -> bool:
    """Whoever pays is given as much as the note says: of a balance, of credits, in a wallet."""
    used = that_grant(context).get(name, ())
    return any(_BALANCE & {*words.words(one.column), *words.words(one.query.table)} for one in used)


def _writes(context: CodeContext) -> Iterator[tuple[Entry, Query, dict[int, Query]]]:
    """Rows of the application that an entry changes, with what it fetched from a provider."""
    for entry in context.entries():
        fetched = {query.id: query for query in entry.queries if query.engine in PAYMENT}
        for query in entry.queries:
            if query.verb in _WRITES and query.engine not in PAYMENT:
                yield entry, query, fetched


def _read_back(query: Query, origins: Iterable[Origin], fetched: dict[int, Query]) -> Iterator[tuple[str, bool]]:
    """Names of notes among the origins: out of a verified message, or out of an object that was fetched from the provider; and whether that was a customer."""
    for origin in origins:
        of = fetched.get(origin.row) if origin.kind is OriginKind.ROW else None
        verified = origin.kind is OriginKind.SIGNED or (
            origin.kind is OriginKind.REQUEST and bool({"signed", "secret"} & set(query.known))
        )
        name = name_of(origin.path) if verified or of is not None else ""
        if name:
            yield name, of is not None and of.table == "customers"
