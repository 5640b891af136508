"""Services that hold customers' objects: payments, billing, identity, jobs, files of language models. Nobody's rules stop these clients.

A call is read as resource, method, id and fields: ``stripe.subscriptions.update(id, { metadata })`` is an update of ``subscriptions``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from assistant.collect.code.drafts import Draft
from assistant.collect.code.recognise.chains import (
    NOBODYS,
    Seen,
    argument,
    is_nothing,
    items_of,
    package_of,
)
from assistant.collect.code.recognise.providers_known import PROVIDERS, Provider
from assistant.collect.code.values import Chain, Shape, Step, Value


if TYPE_CHECKING:
    from assistant.collect.code.recognise.conditions import Condition


_VERBS = {
    "retrieve": "select",
    "get": "select",
    "getOrCreate": "insert",
    "list": "select",
    "listAll": "select",
    "search": "select",
    "find": "select",
    "fetch": "select",
    "export": "select",
    "poll": "select",
    "content": "select",
    "create": "insert",
    "add": "insert",
    "attach": "update",
    "detach": "update",
    "update": "update",
    "modify": "update",
    "patch": "update",
    "confirm": "update",
    "capture": "update",
    "pay": "update",
    "resume": "update",
    "pause": "update",
    "activate": "update",
    "refund": "update",
    "reschedule": "update",
    "replay": "update",
    "verify": "update",
    "finalizeInvoice": "update",
    "sendInvoice": "update",
    "voidInvoice": "update",
    "createLoginLink": "sign",
    "cancel": "delete",
    "del": "delete",
    "delete": "delete",
    "remove": "delete",
    "archive": "delete",
    "expire": "delete",
    "revoke": "delete",
    "deactivate": "delete",
}
_PREFIXED = re.compile(
    r"^(retrieve|get|list|fetch|find|search|create|add|update|set|delete|remove|cancel|revoke|ban|lock|disable|send|assign|unassign|merge)(?:All|Many)?_?([A-Za-z]\w*)$"
)
_PREFIX_VERBS = {
    "retrieve": "select",
    "get": "select",
    "getOrCreate": "insert",
    "list": "select",
    "fetch": "select",
    "find": "select",
    "search": "select",
    "create": "insert",
    "add": "insert",
    "send": "insert",
    "update": "update",
    "set": "update",
    "assign": "update",
    "merge": "update",
    "ban": "update",
    "lock": "update",
    "disable": "update",
    "unassign": "update",
    "delete": "delete",
    "remove": "delete",
    "cancel": "delete",
    "revoke": "delete",
}
_OPTIONS = frozenset(
    {
        "idempotencyKey",
        "stripeAccount",
        "apiVersion",
        "timeout",
        "maxNetworkRetries",
        "apiKey",
        "headers",
        "signal",
        "stripe_account",
        "idempotency_key",
    }
)
_ACCOUNTS = frozenset({"stripeAccount", "stripe_account"})
"""Options that say on whose connected account a call is made."""
_SETTINGS = frozenset(
    {
        "limit",
        "expand",
        "starting_after",
        "ending_before",
        "include",
        "first",
        "after",
        "page",
        "perPage",
        "pageSize",
        "order",
        "sort",
        "cache",
        "sorting",
    }
)

_ALL_NAMES = frozenset().union(*(one.names for one in PROVIDERS))
_FUNCTIONS = frozenset({"@lemonsqueezy/lemonsqueezy.js"})
"""Packages that export one function an object: ``getSubscription(id)``."""
_NEVER = frozenset(
    {
        "webhooks",
        "errors",
        "testHelpers",
        "test",
        "emails",
        "events",
        "balance",
        "tokens",
        "moderations",
        "completions",
        "responses",
        "embeddings",
    }
)


def provider_of(chain: Chain) -> Provider | None:
    """Whose client a chain starts with; None for anything else."""
    if chain.source == "global":
        return None
    known = _owner(chain.source)
    if known is not None or (chain.source not in NOBODYS and not chain.source.startswith(("@/", "~/", ".", "#"))):
        return known
    words = {chain.name.lower()}
    words.update(step.name.lower() for step in chain.steps[:2] if step.arguments is None or not step.arguments)
    return next((one for one in PROVIDERS if words & one.names), None) if words & _ALL_NAMES else None


@lru_cache(maxsize=4096)
def _owner(source: str) -> Provider | None:
    package = package_of(source)
    return next((one for one in PROVIDERS if package.startswith(one.packages) and _whole(package, one.packages)), None)


def _whole(package: str, prefixes: tuple[str, ...]) -> bool:
    return any(
        package == prefix
        or package.startswith((f"{prefix}/", f"{prefix}."))
        or (prefix.endswith("/") and package.startswith(prefix))
        for prefix in prefixes
    )


def query(chain: Chain, seen: Seen) -> Draft | None:
    """A call on a provider's objects; None for anything else."""
    last = chain.last
    if last is None or last.arguments is None or last.new:
        return None
    found = provider_of(chain)
    if found is None:
        return None
    del seen
    resource, name = _resource(chain, found)
    if not name or set(resource) & _NEVER or (found.only and not found.only & set(resource)):
        return None
    if found.methods and name not in found.methods:
        return None
    verb, table = _verb(resource, name)
    return _draft(found, verb, table, last) if verb and table else None


def _resource(chain: Chain, provider: Provider) -> tuple[list[str], str]:
    """Names between client and method, and the method."""
    if package_of(chain.source) in _FUNCTIONS and len(chain.steps) == 1 and not chain.steps[0].name:
        return [], chain.name
    names = [step.name for step in chain.steps]
    if not names[-1]:
        return [], ""
    head = 0
    for number, step in enumerate(chain.steps[:-1]):
        if not step.name or step.arguments is not None or step.name.lower() in provider.names:
            head = number + 1
    resource = [name for name in names[head:-1] if name not in {"beta", "rest", "v1", "v2", "core"}]
    if (
        not resource
        and not head
        and chain.name not in {"default", "*"}
        and chain.steps[0].name
        and chain.name[0].isalpha()
    ):
        # ``import { runs } from "@trigger.dev/sdk"``, ``stripe.Customer`` of Python
        resource = [chain.name] if chain.name.lower() not in provider.names else []
    return resource, names[-1]


def _verb(resource: list[str], name: str) -> tuple[str, str]:
    if name in _VERBS and resource:
        return _VERBS[name], ".".join(resource)
    match = _PREFIXED.match(name)
    if match is None:
        return "", ""
    below = match[2] if match[2][1:2].isupper() else match[2][0].lower() + match[2][1:]
    if below.startswith("by") and resource:
        return _PREFIX_VERBS[match[1]], ".".join(resource)
    table = (
        ".".join(resource)
        if resource and resource[-1].rstrip("s").lower() in below.lower()
        else ".".join([*resource, below])
    )
    return _PREFIX_VERBS[match[1]], table if resource else below


def _draft(provider: Provider, verb: str, table: str, last: Step) -> Draft:
    given = [each for number in range(len(last.arguments or ())) if (each := argument(last, number)) is not None]
    filters: list[Condition] = []
    written: list[tuple[str, Value]] = []
    for number, value in enumerate(given):
        if isinstance(value, Shape):
            if set(value.fields) and set(value.fields) <= _OPTIONS:
                filters += [(key, "eq", each) for key, each in value.fields.items() if key in _ACCOUNTS]
                continue
            pairs = flattened(value)
            if verb in {"insert", "update", "sign"} and not (number == 0 and len(given) > 1):
                written += pairs
            else:
                filters += [
                    (key, "eq" if key != "*" else "match", each)
                    for key, each in pairs
                    if key.split(".")[0] not in _SETTINGS
                ]
        elif not is_nothing(value) and number == 0 and verb != "insert":
            filters.append(("id", "eq", value))
        elif not is_nothing(value) and verb == "insert":
            written.append(("*" if number else "id", value))
        elif not is_nothing(value) and verb in {"select", "update", "delete"}:
            filters.append(("id", "match", value))
    if verb in {"update", "delete", "sign"}:
        filters += [
            (key, "eq", each)
            for key, each in written
            if key in {"id", "userId", "organizationId", "customerId", "subscriptionId"}
        ]
    return Draft(
        engine=provider.engine,
        client="provider",
        verb=verb,
        table=table,
        columns=() if verb in {"delete", "update"} else None,
        filters=tuple(filters),
        written=tuple(written),
        single=bool(filters) and filters[0][0] == "id" and verb == "select",
        wraps=() if table.endswith("ctokit") else provider.wraps,
    )


def flattened(value: Value | None, prefix: str = "", depth: int = 0) -> list[tuple[str, Value]]:
    """Fields with their paths: ``metadata.userId``, ``line_items.price``; ``*`` for what is spread in."""
    out: list[tuple[str, Value]] = []
    for each in items_of(value) if value is not None else ():
        if isinstance(each, Shape) and depth < 4:  # noqa: PLR2004 - deeper than requests nest
            for key, below in each.fields.items():
                out += flattened(below, f"{prefix}{key}.", depth + 1)
            out += [(f"{prefix}*", rest) for rest in each.rest]
        else:
            out.append((prefix.rstrip(".") or "*", each))
    return out
