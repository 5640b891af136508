"""What a library object is: a query, an identity, a check, another act, and as whom its client speaks.

The follower asks at every call with the chain that ends in it. Nothing here follows code: an object that is not known gives None.

What the follower may hand in: a plain template as ``Chain("global", "template", (Step("", values, text="user_id.eq.$1"),))`` (then ``or``
conditions, search strings and cache keys can be read); a column of a Python model as ``Chain(<source>, "Order", (Step("id", None),))``;
``Seen.run`` to call conditions written as callbacks. ``supplied`` tells what a library gives to the callback of its last call
(``$transaction(async (tx) => …)``), ``deeds_of`` every act of a call, where ``deed_of`` has room for the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.recognise import acts, checks, identity, prisma, providers, supabase_clients
from assistant.collect.code.recognise.acts import DECRYPTS
from assistant.collect.code.recognise.callbacks import supplied
from assistant.collect.code.recognise.chains import LANGUAGE, Seen, normal, package_of
from assistant.collect.code.recognise.routes import readers_of
from assistant.domain.code import ClientKind


if TYPE_CHECKING:
    from assistant.collect.code.drafts import Check, Deed, Draft, Identity
    from assistant.collect.code.values import Chain

_POOLS = (
    "drizzle-orm",
    "kysely",
    "pg",
    "postgres",
    "mysql2",
    "knex",
    "typeorm",
    "sequelize",
    "mongoose",
    "mongodb",
    "sqlalchemy",
    "@neondatabase/",
    "@vercel/postgres",
    "@libsql/",
    "better-sqlite3",
    "psycopg",
    "asyncpg",
    "firebase-admin",
    "pymongo",
    "sqlmodel",
)


_ACTING = frozenset({"console", "fetch", "Response", "print", "eval", "exec", "Function"})
_IDENTIFYING = frozenset({"fetch"})
_CHECKING = frozenset({"crypto", "Buffer"})


def _spoken(chain: Chain, words: frozenset[str]) -> bool:
    """False for the language's own library, which makes most of the calls: ``Math.min``, ``Error``, ``super``."""
    if chain.source == "react":
        return False
    return chain.source != "global" or chain.name not in LANGUAGE or chain.name in words


def query_of(chain: Chain, context: Seen) -> Draft | None:
    """The query that the last call of a chain makes or completes; None for anything else."""
    last = chain.last
    if last is None or last.arguments is None or not _spoken(chain, frozenset()):
        return None
    is_python = context.module.endswith(".py")
    readers = readers_of(chain.source, is_python=is_python)
    if not readers:
        return None
    chain = normal(chain)
    if chain.source == "global":
        return None
    found = next((draft for query in readers if (draft := query(chain, context)) is not None), None)
    if found is None or not is_python:
        return found
    return found._replace(
        filters=tuple((column, how, identity.told(value)) for column, how, value in found.filters),
        written=tuple((column, identity.told(value)) for column, value in found.written),
    )


def identity_of(chain: Chain, context: Seen) -> Identity | None:
    """What the last call of a chain says about the caller; its ``says`` ends in ``(by name only)`` when only a name speaks."""
    if chain.last is None or chain.last.arguments is None or not _spoken(chain, _IDENTIFYING):
        return None
    return identity.identity(normal(chain), context)


def check_of(chain: Chain, context: Seen) -> Check | None:
    """What the last call of a chain checks besides the session."""
    if chain.last is None or chain.last.arguments is None or not _spoken(chain, _CHECKING):
        return None
    return checks.check(normal(chain), context)


def deeds_of(chain: Chain, context: Seen) -> tuple[Deed, ...]:
    """Everything else that the last call of a chain does: an answer and each of its headers are several."""
    if chain.last is None or chain.last.arguments is None or not _spoken(chain, _ACTING):
        return ()
    return tuple(acts.deeds(normal(chain), context))


def deed_of(chain: Chain, context: Seen) -> Deed | None:
    """The first of ``deeds_of``."""
    return next(iter(deeds_of(chain, context)), None)


def client_of(chain: Chain) -> ClientKind | None:
    """As whom a client speaks; None when the chain is no client of a store."""
    chain = normal(chain)
    found = supabase_clients.client_of(chain)
    if found is not None:
        return found
    package = package_of(chain.source)
    if prisma.is_prisma(chain) or any(
        package == pool or package.startswith((f"{pool}/", f"{pool}.")) for pool in _POOLS
    ):
        return ClientKind.POOL
    return ClientKind.PROVIDER if providers.provider_of(chain) is not None else None


__all__ = ["DECRYPTS", "Seen", "check_of", "client_of", "deed_of", "deeds_of", "identity_of", "query_of", "supplied"]
