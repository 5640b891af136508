"""What a library object is: a query, an identity, a check, another act, and as whom its client speaks.

The follower asks at every call with the chain that ends in it. Nothing here follows code: an object that is not known gives None.

What the follower may hand in: a plain template as ``Chain("global", "template", (Step("", values, text="user_id.eq.$1"),))`` (then ``or``
conditions and search strings can be read), ``Seen.run`` to call conditions written as callbacks, and ``supplied`` tells what a library
gives to the callback of its last call (``$transaction(async (tx) => …)``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.recognise import acts, checks, drizzle, identity, prisma, supabase, supabase_clients
from assistant.collect.code.recognise.chains import Seen, normal
from assistant.domain.code import ClientKind


if TYPE_CHECKING:
    from assistant.collect.code.values import Chain, Check, Deed, Draft, Identity


_QUERIES = (supabase.query, prisma.query, drizzle.query)


def query_of(chain: Chain, context: Seen) -> Draft | None:
    """The query that the last call of a chain makes or completes; None for anything else."""
    if chain.last is None or chain.last.arguments is None:
        return None
    chain = normal(chain)
    return next((found for query in _QUERIES if (found := query(chain, context)) is not None), None)


def identity_of(chain: Chain, context: Seen) -> Identity | None:
    """What the last call of a chain says about the caller; its ``says`` ends in ``(by name only)`` when only a name speaks."""
    if chain.last is None or chain.last.arguments is None:
        return None
    return identity.identity(normal(chain), context)


def check_of(chain: Chain, context: Seen) -> Check | None:
    """What the last call of a chain checks besides the session."""
    if chain.last is None or chain.last.arguments is None:
        return None
    return checks.check(normal(chain), context)


def deed_of(chain: Chain, context: Seen) -> Deed | None:
    """What else the last call of a chain does."""
    if chain.last is None or chain.last.arguments is None:
        return None
    return acts.deed(normal(chain), context)


def client_of(chain: Chain) -> ClientKind | None:
    """As whom a client speaks; None when the chain is no client of a store."""
    chain = normal(chain)
    found = supabase_clients.client_of(chain)
    if found is not None:
        return found
    return ClientKind.POOL if prisma.is_prisma(chain) or chain.source.startswith("drizzle-orm") else None


__all__ = ["Seen", "check_of", "client_of", "deed_of", "identity_of", "query_of"]
