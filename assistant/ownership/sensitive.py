"""Columns that nobody but the owner may read, and columns that not even the owner may write."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from assistant.domain.ownership import OwnerKind
from assistant.ownership.words import singulars, words


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.domain.catalog import Column, Table
    from assistant.domain.ownership import Ownership


_PRIVATE: Final = frozenset(
    [
        "email",
        "mail",
        "phone",
        "telephone",
        "mobile",
        "whatsapp",
        "password",
        "passwd",
        "passcode",
        "secret",
        "otp",
        "ssn",
        "passport",
        "iban",
        "salary",
        "dob",
        "birthday",
        "birthdate",
        "medical",
        "diagnosis",
        "ip",
        "latitude",
        "longitude",
        "fingerprint",
        "cvv",
        "bic",
        "swift",
        "pan",
        "aadhaar",
        "cnic",
        "cpf",
        "nin",
    ]
)
_PRIVATE_PAIRS: Final = frozenset(
    {
        ("street", "address"), ("home", "address"), ("billing", "address"), ("shipping", "address"), ("ip", "address"),
        ("postal", "code"), ("zip", "code"), ("date", "birth"), ("birth", "date"), ("of", "birth"), ("tax", "id"),
        ("national", "id"), ("api", "key"), ("private", "key"), ("secret", "key"), ("access", "key"), ("encryption", "key"),
        ("access", "token"), ("refresh", "token"), ("bank", "account"), ("account", "number"), ("routing", "number"),
        ("card", "number"), ("last", "4"), ("customer", "id"), ("payment", "method"), ("payment", "intent"), ("payment", "id"),
        ("subscription", "id"), ("user", "agent"), ("key", "hash"), ("token", "hash"), ("invite", "code"), ("service", "key"),
        ("id", "number"), ("emergency", "contact"), ("internal", "note"), ("admin", "note"), ("private", "note"),
    }
)  # fmt: skip
_PAID: Final = frozenset(
    {"stripe", "paddle", "lemonsqueezy", "lemon", "polar", "razorpay", "paypal", "braintree", "revenuecat"}
)
_TOKEN: Final = frozenset({"token", "jwt", "credential", "address"})
_NUMBERS: Final = frozenset(
    {"int2", "int4", "int8", "numeric", "float4", "float8", "bool", "timestamptz", "timestamp", "date"}
)
_DATED: Final = frozenset({"dob", "birthday", "birthdate"})

_POWER: Final = frozenset(
    [
        "role",
        "plan",
        "tier",
        "credit",
        "balance",
        "quota",
        "verified",
        "superuser",
        "permission",
        "entitlement",
        "wallet",
        "banned",
        "suspended",
    ]
)
_POWER_PAIRS: Final = frozenset(
    {
        ("is", "admin"), ("is", "staff"), ("is", "superuser"), ("is", "super"), ("is", "moderator"), ("is", "owner"), ("is", "pro"),
        ("is", "premium"), ("is", "paid"), ("is", "verified"), ("is", "approved"), ("is", "banned"), ("is", "suspended"),
        ("is", "vip"), ("user", "type"), ("account", "type"), ("access", "level"), ("usage", "limit"), ("trial", "end"),
        ("subscription", "status"), ("billing", "status"), ("subscription", "type"), ("verification", "status"), ("kyc", "status"), ("member", "type"),
    }
)  # fmt: skip
_BILLING: Final = frozenset(
    ["subscription", "billing", "credit", "wallet", "balance", "entitlement", "license", "licence", "payout"]
)
_BILLING_POWER: Final = frozenset(["status", "quantity", "amount", "expires", "limit"])
_BILLING_PAIRS: Final = frozenset(
    {
        ("price", "id"),
        ("plan", "id"),
        ("period", "end"),
        ("product", "id"),
        ("trial", "end"),
        ("expires", "at"),
        ("ended", "at"),
    }
)


def sensitive_columns(columns: Iterable[Column]) -> tuple[str, ...]:
    """Those with personal data, secrets or payment identities, in order."""
    return tuple(column.name for column in columns if _is_private(column))


def privileged_columns(table: Table, entry: Ownership) -> tuple[str, ...]:
    """Columns by which an owner could promote himself, in table order.

    Only where that is possible: on the user's own row (or the row that is the person), on memberships and tenants' own rows, and
    on subscriptions, credits and the like.
    """
    kind = entry.base or entry.kind
    parts = set(singulars(table.name.name))
    billing = bool(parts & _BILLING)
    personal = kind is OwnerKind.SELF or kind is OwnerKind.MEMBERSHIP or entry.tenant == table.name
    alias = (
        kind is OwnerKind.USER and len(entry.columns) == 1 and any(key.columns == entry.columns for key in table.keys)
    )
    authority = bool(parts & {"role", "admin", "permission", "moderator"}) and kind is OwnerKind.USER
    if not (billing or personal or alias or authority) or kind in (
        OwnerKind.SERVICE,
        OwnerKind.PUBLIC,
        OwnerKind.UNKNOWN,
    ):
        return ()
    return tuple(
        column.name
        for column in table.columns
        if _is_power(column, billing=billing) and column.name not in entry.columns
    )


def _pairs(parts: tuple[str, ...]) -> set[tuple[str, str]]:
    return set(pairwise(parts))


def _is_private(column: Column) -> bool:
    parts = singulars(column.name)
    if column.base == "bool" or not parts:
        return False
    if parts[-1] in ("at", "count", "type", "enabled", "confirmed", "verified"):
        return False
    if _DATED & set(parts) or {("date", "birth"), ("of", "birth"), ("birth", "date")} & _pairs(parts):
        return True
    if parts[0] in _PAID and parts[-1] in ("id", "customer", "subscription", "account"):
        return "price" not in parts and "product" not in parts
    text = column.base not in _NUMBERS
    if parts in (("latitude",), ("longitude",), ("salary",)):
        return True
    joined = "".join(parts)
    return text and bool(
        _PRIVATE & set(parts)
        or _PRIVATE_PAIRS & _pairs(parts)
        or parts[-1] in _TOKEN
        or joined in ("apikey", "ipaddress", "useragent")
    )


def _is_power(column: Column, *, billing: bool) -> bool:
    parts = singulars(column.name)
    if _POWER & set(parts) or _POWER_PAIRS & _pairs(parts) or (parts and parts[0] in _PAID):
        return "at" not in parts[-1:] or bool(_POWER & set(parts))
    if not billing:
        return False
    return bool(_BILLING_POWER & set(words(column.name)) or _BILLING_PAIRS & _pairs(words(column.name)))
