"""May anybody run this query, and is that a mistake or a question?"""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.context import Whose
from assistant.detect.code.signing_up import of_new_account
from assistant.detect.code.uses import changes
from assistant.domain.code import NAMED_OPEN, ActKind, EntryKind, GuardKind, OriginKind


if TYPE_CHECKING:
    from assistant.detect.code.access import Access
    from assistant.domain.code import Filter, Query

PUBLIC_PATHS: Final = words.named("""public share shared sharing embed view views link links invite invites invitation invitations join login signin sign register
    signup signout logout auth callback activate activation reactivate resend password reset forgot verify verification confirm confirmation health healthz ping status
    ready og rss feed sitemap robots unsubscribe subscribe newsletter waitlist contact feedback track tracking pixel click open
    widget form forms survey rsvp availability slots booking book checkout store catalog blog docs onboarding onboard demo preview csp oauth sso saml scim well known
    webhook webhooks report success complete thanks return unsubscribed""")
"""Segments of paths that are usually meant for people without a session."""
PUBLIC_IDENTIFIERS: Final = words.named(
    "slug username handle domain subdomain friendly_url vanity_url permalink hostname host custom_domain short_link shortlink nickname name locale language path url"
)
"""Columns that a public page is found by."""
OPEN_INSERTS: Final = words.named("""contact waitlist lead subscriber newsletter feedback report event view click analytics log visit submission rsvp response
    pageview page_view inquiry enquiry vote reaction signup registration session user account verification_token token rate_limit
    request message_request application webhook_event participant booking error success metric telemetry cart abandoned_cart basket review rating testimonial""")
"""Tables into which strangers are usually meant to write."""


_SITE: Final = frozenset({"public", "site", "book", "booking", "careers", "contact", "embed", "widget", "intake"})
"""Folders of actions that visitors of a site call."""
_FOR_VISITORS: Final = frozenset(
    {"(public)", "(site)", "(marketing)", "(landing)", "(storefront)", "(shop)", "(website)"}
)
"""Groups of routes of which the name says whom they are for."""
_SHOWN: Final = words.named(
    "review rating testimonial service menu menu_item item listing event class slot availability opening_hour page section media_asset condition provider venue location store shop portfolio gallery photo image schedule hour table brand"
)
"""Tables whose rows a visitor of the site usually sees."""
_OFFERED: Final = words.named("property vehicle car room apartment unit flat product job")
"""Tables whose rows a visitor sees while they are on offer."""
_ON_OFFER: Final = frozenset({"active", "published", "live", "available", "vacant", "approved"})
_TIMES: Final = words.named(
    "start end starts_at ends_at start_time end_time start_at end_at start_date end_date date time slot duration duration_min duration_minutes timezone id from until day"
)
_FACES: Final = words.named(
    "id name username handle nickname display_name image image_url avatar avatar_url picture photo points score xp level rank streak wins losses karma reputation"
)
"""What a leaderboard shows of people."""
_NAMES: Final = words.named("full_name first_name last_name")
_ADDRESSES: Final = words.named(
    "url target target_url destination destination_url redirect redirect_url long_url original_url href link"
)
_SETTINGS: Final = frozenset({"setting", "config", "configuration", "option", "preference"})
_NUMBERS: Final = frozenset({"number", "no", "code", "reference", "ref", "confirmation", "pnr"})
"""Words of a column by which somebody who ordered names what they ordered."""
_ACCOUNTS: Final = frozenset({"user", "account", "profile", "owner", "admin_user"})
_PASSWORDS: Final = frozenset({"password", "passwd", "passphrase"})
_WORTH: Final = words.named("credit credits wallet wallets balance balances ledger payout payouts coin coins loyalty")
"""Words of tables in which a row is worth something to whoever it names: a public path does not mean that strangers may add one."""
_DECIDED: Final = frozenset({"approved", "rejected", "suspended", "banned", "blocked", "granted", "denied"})
"""What somebody in an office says of somebody else."""
_VISITORS: Final = frozenset({"customer", "client", "guest", "contact", "visitor"})
_BY_VISITORS: Final = frozenset(
    {"review", "booking", "reservation", "appointment", "order", "rsvp", "inquiry", "enquiry", "ticket"}
)
"""What a visitor adds, for whom somebody new is added before it."""
_COMPOUNDS: Final = frozenset({("public", "key"), ("public", "keys"), ("public", "ip")})
"""Words that say something else together: a public key is no page for the public."""


class Openness(StrEnum):
    """Who is meant to run an unguarded query."""

    CLOSED = "closed"
    """Somebody is asked who they are, or it does not matter."""
    ASKED = "asked"
    """Perhaps public on purpose: a question."""
    OPEN = "open"
    """Nobody is asked, and that is a mistake."""


def openness(access: Access) -> Openness:
    """What an entry without a caller means for this query."""
    if not access.matters or access.knows_caller:
        return Openness.CLOSED
    if access.entry.kind in {EntryKind.SERVICE, EntryKind.TOOL, EntryKind.COMPONENT}:
        return Openness.CLOSED
    if access.by_capability or perhaps_guarded(access):
        return Openness.ASKED
    return _write(access) if changes(access.query) else _read(access)


def _write(access: Access) -> Openness:
    """Strangers may add to some tables; nobody lets them change or remove rows."""
    query = access.query
    if public_path(access) and of_new_account(access):
        return Openness.CLOSED  # ``POST /register``: whoever signs up
    replaced = query.verb == "upsert" and any(words.names_id(column) for column in access.roots)
    if query.verb in {"insert", "upsert", "upload"} and not replaced and not chooses_person(access):
        invited = public_path(access) and not _WORTH & set(words.words(query.table))
        meant = open_insert(access) or invited or _of_visitor(access) or _for_somebody_new(access)
        return Openness.ASKED if meant or access.whose is Whose.UNKNOWN else Openness.OPEN
    if not access.asked and not query.filters:
        return Openness.OPEN
    if _found_by_cookie(access) and not chooses_person(access):
        return Openness.ASKED
    harmless = not access.asked or _only_marks(access)
    return Openness.ASKED if public_path(access) and harmless else Openness.OPEN


def _of_visitor(access: Access) -> bool:
    """What the visitor's own cookie names: a basket, an anonymous draft."""
    said = [condition.origins for condition in access.asked] + [part.origins for part in access.query.written]
    return any(one.kind is OriginKind.REQUEST and one.path.startswith("cookie") for origins in said for one in origins)


def _found_by_cookie(access: Access) -> bool:
    """Whatever the outside chooses of the rows came in a cookie: a visitor empties the basket that was put into their own browser."""
    chosen = [one for condition in access.asked for one in condition.origins if one.kind is OriginKind.REQUEST]
    return bool(chosen) and all(one.path.startswith("cookie") for one in chosen)


def _for_somebody_new(access: Access) -> bool:
    """What is added along with an account that its owner gives a password, and the customer for whom a visitor's review or booking is added."""
    queries = access.entry.queries
    added = [one for one in queries if one.verb == "insert"]
    if any(words.table_key(one.table) in _ACCOUNTS and _sets_password(one) for one in added):
        return True
    later = [one for one in added if words.table_key(one.table) in _BY_VISITORS and one.order > access.query.order]
    bare = access.query.verb == "insert" and words.table_key(access.query.table) in _VISITORS
    return bare and any(
        origin.row == access.query.id for one in later for written in one.written for origin in written.origins
    )


def _sets_password(query: Query) -> bool:
    return any(
        _PASSWORDS & set(words.words(written.column))
        and any(origin.kind is OriginKind.REQUEST for origin in written.origins)
        for written in query.written
    )


def open_insert(access: Access) -> bool:
    """Strangers are usually meant to add rows there."""
    key = words.table_key(access.query.table)
    return key in OPEN_INSERTS or key.rpartition("_")[2] in OPEN_INSERTS


def _only_marks(access: Access) -> bool:
    """What is written does not come from outside: a view counted, a report flagged, a link marked as used; that somebody is approved is no mark."""
    query = access.query
    if any(
        _DECIDED & {*words.words(written.column), *(one.path.strip("'").lower() for one in written.origins)}
        for written in query.written
    ):
        return False
    chosen = {OriginKind.REQUEST, OriginKind.UNKNOWN, OriginKind.CLAIMED}
    return query.verb == "update" and not any(
        origin.kind in chosen for written in query.written for origin in written.origins
    )


def _read(access: Access) -> Openness:
    query = access.query
    if access.context.secrets_of(query) and (
        "*" in query.returned or set(query.returned) & set(access.context.secrets_of(query))
    ):
        return Openness.OPEN
    if (shown_to_all(access) and in_use(access)) or _one_for_all(access):
        return Openness.CLOSED
    if _knows_number_and_address(access):
        return Openness.ASKED
    if _only_times(access) or _leads_away(access):
        return Openness.ASKED
    if chooses_person(access):
        window = access.whose is Whose.UNKNOWN and shown_to_all(access) and _names_a_house(access)
        return Openness.ASKED if window else Openness.OPEN
    by_public = bool(access.roots) and all(words.snake(column) in PUBLIC_IDENTIFIERS for column in access.roots)
    if (
        by_public
        or _of_visitor(access)
        or shown_to_all(access)
        or _only_counts(access)
        or _only_faces(access)
        or public_path(access)
        or access.whose is Whose.UNKNOWN
    ):
        return Openness.ASKED
    return Openness.OPEN


def _one_for_all(access: Access) -> bool:
    """The one row of the application's own settings, which the code names itself: ``where: { id: "singleton" }``; secrets in it are asked about before."""
    query = access.query
    named = bool(query.filters) and all(
        words.names_id(one.column)
        and one.operator == "eq"
        and bool(one.origins)
        and all(origin.kind is OriginKind.CONSTANT for origin in one.origins)
        for one in query.filters
    )
    key = words.table_key(query.table)
    known = "*" not in query.returned or key in access.context.harmless
    return named and known and bool(_SETTINGS & set(key.split("_"))) and not access.context.owner_columns(query.table)


def _knows_number_and_address(access: Access) -> bool:
    """A guest looks up an order: they know its number, and the address it was made with; and tries are counted."""
    if not any(guard.kind is GuardKind.RATE and guard.order < access.query.order for guard in access.entry.guards):
        return False
    asked = {condition.column for condition in access.asked if condition.operator == "eq"}
    addresses = {column for column in asked if words.snake(column).endswith(("email", "phone"))}
    numbers = {column for column in asked - addresses if _NUMBERS & set(words.words(column))}
    return bool(addresses) and bool(numbers)


def shown_to_all(access: Access) -> bool:
    """What a shop window shows by its name (reviews, services, menus, events), with no column about a person: perhaps meant for strangers."""
    key = words.table_key(access.query.table)
    names = {key, key.rpartition("_")[2]}
    if not (words.sounds_public(key) or names & _SHOWN or (names & _OFFERED and in_use(access))):
        return False
    shown = {*(access.query.columns or ()), *access.query.returned}
    return not any((words.is_personal(one) and not _face_beside(one)) or words.is_secret(one) for one in shown)


def _face_beside(column: str) -> bool:
    """The name of whoever offers it, along with it: ``services`` with ``profiles.full_name``."""
    return "." in column and words.snake(column) in _NAMES


def in_use(access: Access) -> bool:
    """Only what the owner put into the window: ``is_active = true``, ``status = 'ACTIVE'``."""
    return any(_says_in_use(condition) for condition in access.query.filters)


def _says_in_use(condition: Filter) -> bool:
    named, said = set(words.words(condition.column)), [origin.path.lower().strip("'") for origin in condition.origins]
    if {"active", "enabled", "available"} & named and said == ["true"]:
        return True
    return bool({"status", "state"} & named) and bool(said) and _ON_OFFER.issuperset(said)


def chooses_person(access: Access) -> bool:
    """The request says whose rows it wants, or in whose name it writes: ``user_id = params.userId``."""
    if any(words.names_owner(column) for column in access.roots):
        return True
    return any(
        words.names_person(written.column)
        and bool(written.origins)
        and all(origin.kind is OriginKind.REQUEST for origin in written.origins)
        for written in access.query.written
    )


def _names_a_house(access: Access) -> bool:
    """Of the owners that it is found by none is a person: a shop's window, with the shop in the address."""
    owners = [column for column in access.roots if words.names_owner(column)]
    return bool(owners) and all(map(words.names_house, owners))


def _only_counts(access: Access) -> bool:
    """Figures about everybody, and nothing that names anybody: ``select streak, score from users``."""
    columns = access.query.columns
    if columns is None or access.asked or not columns:
        return columns == ()
    return not any(
        column == "*"
        or words.names_id(column)
        or words.is_personal(column)
        or words.is_secret(column)
        or words.tells(column)
        for column in columns
    )


def _only_times(access: Access) -> bool:
    """When somebody is free, and not with whom: ``select start, end from bookings``."""
    chosen = access.query.columns or ("*",)  # of these, "*" in the answer is all
    return all(words.snake(column) in _TIMES for column in {*chosen, *access.query.returned} - ({"*"} - {*chosen}))


def _only_faces(access: Access) -> bool:
    """A list of names and pictures with their points, of nobody in particular: a leaderboard."""
    columns = access.query.columns
    return bool(columns) and not access.asked and all(words.snake(one) in _FACES for one in columns or ())


def _leads_away(access: Access) -> bool:
    """A short link: of the row only the address is used, and the visitor is sent there."""
    row = access.query.id
    sent = [
        act
        for act in access.entry.acts
        if act.kind is ActKind.REDIRECT and any(origin.row == row for part in act.parts for origin in part.origins)
    ]
    shown = set(map(words.snake, access.query.returned))
    return bool(sent) and bool(shown) and shown <= _ADDRESSES


def public_path(access: Access) -> bool:
    """A path that is usually meant for people without a session."""
    entry = access.entry
    spelled = entry.path or entry.place.symbol or ""
    if NAMED_OPEN in (entry.asked_before or ()):
        return True
    if _FOR_VISITORS.intersection(entry.place.file.split("/")):
        return True
    if entry.kind is EntryKind.ACTION and _SITE & {part.strip("()") for part in entry.place.file.split("/")[:-1]}:
        return True
    said = words.words(spelled)
    parts = {word for word, behind in pairwise((*said, "")) if (word, behind) not in _COMPOUNDS}
    return bool(PUBLIC_PATHS & parts)


def perhaps_guarded(access: Access) -> bool:
    """Something that could not be followed may well be the guard: asked, not believed."""
    named = any(guard.kind is GuardKind.NAME for guard in access.entry.guards)
    return named or bool(access.entry.wrappers and access.entry.unresolved)
