"""What a library hands to a function that it is given: the client of a transaction, the request of a wrapped handler."""

from __future__ import annotations

from assistant.collect.code.recognise.chains import normal, package_of
from assistant.collect.code.recognise.drizzle_tables import OPERATORS
from assistant.collect.code.recognise.kysely import BUILDER
from assistant.collect.code.values import Chain, Closure, Shape, Value, caller, request


def supplied(chain: Chain) -> tuple[Value, ...] | None:
    """Arguments of the callback in the last call; None when the library is not known to call it."""
    chain = normal(chain)
    last = chain.last
    if last is None or last.arguments is None or not any(isinstance(each, Closure) for each in last.arguments):
        return None
    package = package_of(chain.source)
    client = chain.through(chain.steps[:-1])
    names = [step.name for step in chain.steps]
    name = names[-1] or chain.name
    if name in {"$transaction", "transaction", "withTransaction", "tx"}:
        return (client,)
    if name == "execute" and len(names) > 1 and names[-2] == "transaction":
        return (client.through(client.steps[:-1]),)
    if name == "begin" and package in {"postgres", "bun"}:
        return (client,)
    if package.startswith(("next-auth", "@auth/")) and name in {"auth", "withAuth"}:
        return (Shape({"auth": caller("session"), "nextauth": Shape({"token": caller("token")})}, (request(""),)),)
    if package.startswith("@clerk/") and name in {"clerkMiddleware", "authMiddleware", "withAuth"}:
        return (Chain(chain.source, "auth"), request(""))
    if name == "where" and package == "kysely":
        return (BUILDER,)
    if name in {"findFirst", "findMany"} and "query" in names:
        return (Chain("parameter", names[-2]), OPERATORS)
    return None
