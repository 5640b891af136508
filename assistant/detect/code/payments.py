"""Calls on payment providers, whether the map holds them as queries of the provider's objects or as acts, under one shape."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.access import MACHINES, strong_guards
from assistant.domain.code import ActKind, GuardKind


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assistant.domain.code import Entry, Origin
    from assistant.domain.facts import Place

PAYMENT: Final = frozenset(
    {
        "stripe",
        "paddle",
        "lemonsqueezy",
        "polar",
        "razorpay",
        "dodo",
        "braintree",
        "mollie",
        "square",
        "paypal",
        "chargebee",
        "creem",
    }
)
"""Providers that move money."""
_MOVES: Final = re.compile(
    r"(?:transfers?|payouts?|refunds?|topups?|adjustments?)\.(?:create|insert|reverse|createReversal|cancel|update)\Z|charges\.refund|refunds?\.create",
    re.IGNORECASE,
)
_RETRIEVES: Final = re.compile(r"\.(?:retrieve|get|select|list|search|fetch|verify)\w*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderCall:
    """One call on a payment provider."""

    name: str
    """``stripe.billingPortal.sessions.create``."""
    place: Place
    """Where it is shown: in the entry's file."""
    at: tuple[int, int]
    """Byte range in that file; (0, 0) when it stands elsewhere."""
    order: int
    """Position in the run."""
    parts: Mapping[str, tuple[Origin, ...]]
    """Arguments by path: ``customer``, ``line_items.price``."""

    @property
    def moves_money(self) -> bool:
        """Pays out or pays back."""
        return bool(_MOVES.search(self.name))

    @property
    def reads(self) -> bool:
        """Asks the provider for an object."""
        return bool(_RETRIEVES.search(self.name))

    def origins(self, *names: str) -> tuple[Origin, ...]:
        """Origins of the arguments whose path ends in one of these snake-case names."""
        found: list[Origin] = []
        for path, origins in self.parts.items():
            if words.snake(path) in names:
                found += origins
        return tuple(dict.fromkeys(found))


def provider_calls(entry: Entry) -> Iterator[ProviderCall]:
    """Payment provider calls of an entry, in the order they run."""
    found = [*_from_acts(entry), *_from_queries(entry)]
    taken: set[tuple[str, int]] = set()
    for call in sorted(found, key=lambda one: (one.order, one.name)):
        spot = (call.place.file, call.place.line)
        if spot not in taken or call.parts:
            taken.add(spot)
            yield call


def _from_acts(entry: Entry) -> Iterator[ProviderCall]:
    for act in entry.acts:
        if act.kind is ActKind.PROVIDER and act.name.partition(".")[0].lower() in PAYMENT:
            here = act.place.file == entry.place.file
            yield ProviderCall(
                name=act.name,
                place=replace(entry.place, line=act.place.line) if here else entry.place,
                at=act.at if here else (0, 0),
                order=act.order,
                parts={part.name: part.origins for part in act.parts},
            )


def _from_queries(entry: Entry) -> Iterator[ProviderCall]:
    for query in entry.queries:
        if query.engine in PAYMENT:
            here = query.place.file == entry.place.file
            line = query.place.line if here else entry.line_to(query)
            parts = {condition.column: condition.origins for condition in query.filters}
            parts |= {written.column: written.origins for written in query.written}
            yield ProviderCall(
                name=f"{query.engine}.{query.table}.{'create' if query.verb == 'insert' else query.verb}",
                place=replace(entry.place, line=line),
                at=query.at if here else (0, 0),
                order=query.order,
                parts=parts,
            )


def from_a_machine(entry: Entry, order: int = 1 << 30) -> bool:
    """A verified signature or a shared secret stands before that point."""
    return any(guard.kind in MACHINES and guard.order <= order for guard in strong_guards(entry))


def looks_signed(entry: Entry) -> bool:
    """Something checks a signature, even if the check is weak or known by name alone."""
    return any(guard.kind in {GuardKind.SIGNATURE, GuardKind.SECRET, GuardKind.NAME} for guard in entry.guards)
