"""What caching rules share: which acts read or fill a cache that all customers share, what their key tells apart, and which headers publish."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.access import access_to, is_administrative, strong_guards
from assistant.detect.code.acts import part, proven_before
from assistant.detect.code.context import READS, Whose
from assistant.domain.code import ActKind, ClientKind, EntryKind, OriginKind, TieKind


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Act, ActPart, Entry, Origin, Query

HEADERS: Final = frozenset(
    {
        "cache-control",
        "cdn-cache-control",
        "vercel-cdn-cache-control",
        "netlify-cdn-cache-control",
        "cloudflare-cdn-cache-control",
        "surrogate-control",
    }
)
"""Headers that tell a shared cache what it may keep."""
ANSWERS: Final = frozenset(
    {
        EntryKind.ROUTE,
        EntryKind.PAGES_API,
        EntryKind.PAGE,
        EntryKind.SERVER_PROPS,
        EntryKind.PROCEDURE,
        EntryKind.ENDPOINT,
        EntryKind.EDGE_FUNCTION,
        EntryKind.ACTION,
        EntryKind.SERVICE,
    }
)
"""Entries that answer somebody."""
_AGE: Final = re.compile(r"(?:s-maxage|max-age)\s*=\s*(\d+)")
_SHARED_AGE: Final = re.compile(r"s-maxage\s*=\s*(\d+)")
_BOOKKEEPING: Final = re.compile(
    r"rate|limit|lock|idempot|throttl|nonce|otp|attempt|dedup|counter|session|csrf|state|pkce|embedding|health|flag|queue|job|heartbeat|presence|error|warning",
    re.IGNORECASE,
)
"""Keys and stores that hold no rows."""
_PUT_IN: Final = re.compile(r"\$\{[^}]*\}?|\b\w+(?:\??\.\w+)+")
_SHARED_BY_MANY: Final = frozenset(
    {"role", "roles", "plan", "tier", "locale", "language", "lang", "theme", "timezone", "country", "currency"}
)
"""What many callers have alike: a key of it tells nobody apart."""
_CLOCK: Final = re.compile(r"date|now|time|random\b", re.IGNORECASE)
"""What is new each time and can be guessed."""
_BACK_OFFICE: Final = frozenset({"admin", "internal", "staff", "backoffice", "superadmin", "ops", "management"})


def publishes(header: str, value: str) -> bool:
    """The header lets a shared cache keep the answer and give it to the next caller."""
    value = value.lower()
    if header not in HEADERS or "no-store" in value or "private" in value or "no-cache" in value:
        return False
    shared = _SHARED_AGE.search(value)
    if shared is not None:
        return int(shared.group(1)) > 0
    ages = [int(age) for age in _AGE.findall(value)]
    if header != "cache-control":
        return bool(ages) and max(ages) > 0
    return "public" in value and (not ages or max(ages) > 0)


def withholds(value: str) -> bool:
    """The header keeps the answer out of shared caches."""
    return bool(re.search(r"no-store|private|no-cache", value.lower()))


def verb_of(act: Act) -> str:
    """``read``, ``fill``, ``declare`` (a function whose results are kept), ``keep`` (a variable of a module), or empty for what keeps nothing."""
    return act.detail if act.detail in {"read", "fill", "declare", "keep"} else ""


def caches(entry: Entry) -> Iterator[tuple[Act, ActPart]]:
    """Acts on shared caches that may hold rows, with their key."""
    for act in entry.acts:
        if act.kind is not ActKind.CACHE or not verb_of(act):
            continue
        key = part(act, "key", "0")
        if key is not None and not _BOOKKEEPING.search(_written(key)) and not _BOOKKEEPING.search(act.name):
            yield act, key


def _written(key: ActPart) -> str:
    """What the code writes into a key, without the values that it puts there: ``session.user.role`` is no session."""
    return _PUT_IN.sub("", key.text)


def tells_apart(entry: Entry, order: int, key: ActPart) -> bool:
    """The key holds the caller, something proven to be theirs, or something nobody guesses."""
    proven = proven_before(entry, order)
    tied = {query.id for query in entry.queries if query.tie is not None}
    for origin in key.origins:
        if origin.kind in {OriginKind.CALLER, OriginKind.CLAIMED} and _SHARED_BY_MANY & set(
            words.words(origin.path)[-2:]
        ):
            continue
        if origin.kind in {OriginKind.CALLER, OriginKind.CLAIMED, OriginKind.SIGNED} or origin in proven:
            return True
        if origin.kind is OriginKind.ROW and origin.row in tied:
            return True
        if origin.kind is OriginKind.REQUEST and _is_credential(origin):
            return True
        if origin.kind is OriginKind.GENERATED and not _CLOCK.search(origin.path):
            return True
    return False


def _is_credential(origin: Origin) -> bool:
    """``header.authorization.1``, ``cookie.session``, ``query.share_token``: whoever has it is let in by it."""
    parts = origin.path.lower().split(".")
    return bool({"authorization", "cookie", "cookies", "x-api-key"} & set(parts)) or any(
        words.is_capability(part) for part in parts[1:]
    )


def customers_rows(context: CodeContext, entry: Entry) -> Iterator[Query]:
    """Reads of rows that are one customer's."""
    for query in entry.queries:
        whose = context.whose(query.table, query.engine)
        if context.one_house and _of_the_house(context, query):
            continue
        if query.verb in READS and (whose is Whose.CUSTOMERS or (whose is Whose.UNKNOWN and _bound(query))):
            access = access_to(context, entry, query)
            if not access.only_published:
                yield query


def _of_the_house(context: CodeContext, query: Query) -> bool:
    """The application's own settings, where there is one house and no column says whose they are."""
    settings = {"setting", "config", "configuration", "option"} & set(words.table_key(query.table).split("_"))
    return bool(settings) and not context.owner_columns(query.table)


def _bound(query: Query) -> bool:
    """Rows that the entry itself takes for the caller's."""
    return query.tie is not None and query.tie.kind in {TieKind.FILTER, TieKind.COMPARED, TieKind.PROVEN, TieKind.CHILD}


def cached_rows(context: CodeContext, entry: Entry, act: Act, key: ActPart) -> tuple[Query, ...]:
    """Customers' rows that the cache holds: for a read what the same run fills in under the same key, for a kept function what it reads."""
    found = tuple(query for query in customers_rows(context, entry) if not _is_about_access(query))
    if act.detail == "keep":
        return _kept_in_variable(act, found)
    if act.name.startswith("use cache"):
        inside = (
            query for query in found if _stands_in(act, query) or (act.place.symbol and act.place.symbol in query.via)
        )
        return tuple(query for query in inside if _asks_for_caller(query) and query.order > act.order)
    if act.detail == "declare":
        inside = (query for query in found if _stands_in(act, query))
        return tuple(query for query in inside if _asks_for_caller(query))
    fills = [
        other for other, filled in caches(entry) if other.detail == "fill" and set(filled.origins) == set(key.origins)
    ]
    values = [value for fill in fills if (value := part(fill, "value")) is not None]
    rows = {origin.row for value in values for origin in value.origins if origin.kind is OriginKind.ROW}
    return tuple(query for query in found if query.id in rows)


def _stands_in(act: Act, query: Query) -> bool:
    """The query stands in the call that keeps it, or in the function that the call was given from elsewhere."""
    given = part(act, "function")
    if given is not None:
        at, end, file = given.text.split(":", 2)
        if query.place.file.endswith(file) and int(at) <= query.at[0] <= query.at[1] <= int(end):
            return True
    return query.place.file == act.place.file and act.at[0] <= query.at[0] <= query.at[1] <= act.at[1]


def _kept_in_variable(act: Act, found: tuple[Query, ...]) -> tuple[Query, ...]:
    """The caller's rows that a variable of the module holds and that are answered; what says beside them whose they are is compared later."""
    value = part(act, "value")
    if value is None or any(origin.kind is OriginKind.CALLER for origin in value.origins):
        return ()
    rows = {origin.row for origin in value.origins if origin.kind is OriginKind.ROW}
    return tuple(query for query in found if query.id in rows and query.returned and _asks_for_caller(query))


def answered_from(entry: Entry, read: Act, key: ActPart) -> Act | None:
    """The answer that is what the cache gave: what a read comes to carries the origins of its key."""
    wanted = set(key.origins)
    for act in entry.acts:
        if act.kind is ActKind.RESPOND and act.order > read.order and not act.detail.startswith(("4", "5")):
            given = {origin for each in act.parts for origin in each.origins}
            if wanted and wanted <= given:
                return act
    return None


def _is_about_access(query: Query) -> bool:
    """Rows that say who somebody is, found by what they carry: keys, tokens, sessions."""
    return (query.tie is not None and query.tie.kind is TieKind.CAPABILITY) or bool(
        {"token", "session", "key", "apikey"} & set(words.table_key(query.table).split("_"))
    )


def _asks_for_caller(query: Query) -> bool:
    return any(origin.kind is OriginKind.CALLER for condition in query.filters for origin in condition.origins)


def administrative(entry: Entry) -> bool:
    """Only administrators of the whole application get an answer."""
    return is_administrative(strong_guards(entry))


def back_office(entry: Entry) -> bool:
    """The path or the name says that it is meant for the people who run the application."""
    return bool(_BACK_OFFICE & set(words.words(entry.path or entry.place.symbol or "")))


def is_privileged(query: Query) -> bool:
    """The query sees every customer's rows."""
    return query.client in {ClientKind.SERVICE, ClientKind.POOL}
