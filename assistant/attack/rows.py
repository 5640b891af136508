"""What each side's row holds before anything went wrong: defaults first, least privilege, private for the victim.

A seed decides how precise the attack is. Whoever is seeded as an admin sees everything, and whatever is seeded as public
is seen by everyone: so roles are what sign-up gives, the victim's rows are private and the attacker's are public.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from assistant.attack.actors import Side
from assistant.attack.graph import ACCOUNTS, Graph, allowed_texts
from assistant.attack.values import account_email, typed
from assistant.domain.ownership import OwnerKind, Ownership
from assistant.sql.names import literal


if TYPE_CHECKING:
    from assistant.domain.catalog import Column, Table

Row = dict[str, str]
"""Column to SQL text; a column that is missing takes its default."""

ROLE_LIKE: Final = re.compile(
    r"^(role|.*_role|roles|user_type|account_type|member_type|type|kind|plan|.*_plan|tier|.*_tier|permissions?|access_level)$"
)
PRIVILEGED: Final = re.compile(
    r"admin|owner|super|staff|service|manager|root|moderator|system|enterprise|editor", re.IGNORECASE
)
PLAIN: Final = ("user", "member", "customer", "free", "basic", "viewer", "reader", "guest", "default", "student")
VISIBLE_FLAG: Final = re.compile(r"^(is_)?(public|published|visible|listed|shared|discoverable|publicly_.*|.*_public)$")
HIDDEN_FLAG: Final = re.compile(r"^(is_)?(private|hidden|unlisted|draft)$")
VISIBILITY: Final = re.compile(
    r"^(visibility|sharing|share_mode|privacy|access|audience|status|state|scope|.*_visibility)$"
)
_STATES: Final = frozenset({"status", "state", "scope", "access"})
OPEN_LABELS: Final = ("public", "published", "listed", "open", "shared", "everyone", "anyone", "world")
SHUT_LABELS: Final = (
    "private",
    "draft",
    "hidden",
    "internal",
    "unlisted",
    "personal",
    "closed",
    "unpublished",
    "only_me",
)
PUBLISHED_AT: Final = re.compile(r"^(published|shared|publicized)_(at|on)$")
ALLOW_LIST: Final = re.compile(
    r"(^|_)(admins?|super_?users?|superadmins?|platform_admins?|whitelists?|white_list|allow_?lists?|moderators|staff|staff_members)$"
)
SECRET: Final = re.compile(
    r"(^|_)(token|secret|key|code|hash|password|passcode|pin|otp|nonce|signature|api_?key|token_hash|key_hash)$"
)
"""Names of what nobody can guess: whoever holds it may act, so an attacker is never handed the victim's."""
_MADE_UP: Final = re.compile(r"gen_random|uuid_generate|random\(", re.IGNORECASE)
_KEPT_NULL: Final = re.compile(r"_(at|on|until|date)$")
_ALWAYS_SET: Final = re.compile(r"^(created|updated|inserted|modified|expires?|expiry|joined|timestamp)")
_TRUE_BY_NAME: Final = re.compile(r"^(is_)?(active|enabled|valid|available)$")


def sides_of(graph: Graph, table: Table) -> tuple[Side, ...]:
    """Whose rows the table gets: both tenants always, every person where rows are people."""
    entry = graph.entry(table.name)
    listed = ALLOW_LIST.search(table.name.name) is not None and table.name != ACCOUNTS
    if listed and not graph.of_members(table.name):
        return (Side.VICTIM,)  # the attacker is on no list that lets them in
    if graph.of_people(table.name):
        return (Side.VICTIM, Side.MEMBER, Side.OTHER, Side.OTHER_MEMBER, Side.STRANGER)
    if graph.of_members(table.name):
        return (Side.VICTIM, Side.MEMBER, Side.OTHER, Side.OTHER_MEMBER)
    sides = [Side.VICTIM, Side.OTHER]
    if owner_columns(entry) and all(_nullable(table, name) for name in owner_columns(entry)):
        sides.append(Side.OWNERLESS)
    if entry.kind is OwnerKind.CONDITIONAL or visibility_columns(table, entry):
        sides.append(Side.PUBLISHED)
    return tuple(sides)


def owner_columns(entry: Ownership) -> tuple[str, ...]:
    """Columns that name the owning person of a row; empty for rows of tenants and of parents."""
    kind = entry.base if entry.kind is OwnerKind.CONDITIONAL else entry.kind
    return entry.columns if kind is OwnerKind.USER else ()


def visibility_columns(table: Table, entry: Ownership) -> tuple[str, ...]:
    """Columns that decide whether strangers may see the row."""
    return tuple(column.name for column in table.columns if _opens(table, column, entry) is not None)


def plan_row(graph: Graph, table: Table, side: Side) -> Row:
    """The row of that side, keys and canaries included; what is left out takes the column's default."""
    row: Row = {}
    for column in table.columns:
        value = _value(graph, table, column, side)
        if value is not None:
            row[column.name] = value
    return row


def insert_sql(table: Table, row: Row) -> str:
    """The INSERT of a row, identity columns overridden."""
    from assistant.sql.names import ident, qualified

    if not row:
        return f"insert into {qualified(table.name)} default values"
    identity = any(table_column.identity for table_column in table.columns if table_column.name in row)
    override = " overriding system value" if identity else ""
    columns = ", ".join(ident(name) for name in row)
    return f"insert into {qualified(table.name)} ({columns}){override} values ({', '.join(row.values())})"


def labels_of(table: Table, column: Column) -> tuple[str, ...]:
    """The values the column may take where the schema lists them: enum labels or a CHECK's list."""
    return column.labels or allowed_texts(table, column.name)


def least_privileged(labels: tuple[str, ...]) -> str:
    """What sign-up would give: a plain word if there is one, else the last label without power."""
    for plain in PLAIN:
        for label in labels:
            if label.lower() == plain:
                return label
    harmless = [label for label in labels if not PRIVILEGED.search(label)]
    return harmless[-1] if harmless else labels[-1]


def most_privileged(labels: tuple[str, ...]) -> tuple[str, ...]:
    """The labels worth trying for, the most powerful first."""
    order = ("owner", "super", "admin", "service", "staff", "manager", "enterprise", "moderator", "editor")
    powerful = [label for word in order for label in labels if word in label.lower()]
    return tuple(dict.fromkeys((*powerful, *reversed(labels))))


def _value(graph: Graph, table: Table, column: Column, side: Side) -> str | None:
    """One column's SQL text; None leaves it to the default."""
    if column.generated:
        return None
    entry = graph.entry(table.name)
    if side is Side.OWNERLESS and column.name in owner_columns(entry):
        return "NULL"
    looped = graph.self_reference(table, column.name)
    if looped is not None and graph.reference(table, column.name) is None:
        if not column.not_null:
            return "NULL"
        return _literal(graph.text(table.name, looped.target_columns[looped.columns.index(column.name)], side))
    if _is_key(graph, table, column):
        text = graph.text(table.name, column.name, side)
        if text is not None:
            return literal(text)
        if graph.reference(table, column.name) is not None and not column.not_null:
            return "NULL"
        return typed(table.name, column, side)
    if table.name == ACCOUNTS:
        return _account(column, side, table)
    if table.name.schema == "neon_auth" and column.name == "raw_json":
        # the host copies its accounts into this table as documents; the ids are computed from them
        return literal(json.dumps({"id": graph.subject(side), "email": account_email(side), "name": f"zq{side.value}"}))
    return _ordinary(graph, table, column, side)


def _ordinary(graph: Graph, table: Table, column: Column, side: Side) -> str | None:
    entry = graph.entry(table.name)
    role = _member_role(graph, table, column, side)
    if role is not None:
        return role
    opens = _opens(table, column, entry)
    if opens is not None:
        is_open, is_shut = opens
        if side in {Side.OTHER, Side.PUBLISHED, Side.OTHER_MEMBER, Side.STRANGER}:
            return is_open
        if column.default is None or is_open.strip("'") in column.default:
            return is_shut
        return None
    if column.default is not None:
        # a secret that the database would make up must be known, for its owner knows it
        made_up = SECRET.search(column.name) and _MADE_UP.search(column.default) and column.base in {"uuid", "text"}
        return typed(table.name, column, side) if made_up and not column.array else None
    labels = labels_of(table, column)
    if labels and not column.array:
        return literal(least_privileged(labels) if ROLE_LIKE.match(column.name) else labels[0])
    if ROLE_LIKE.match(column.name) and column.base in {"text", "varchar"} and not column.array:
        return literal("free" if "plan" in column.name or "tier" in column.name else "user")
    if column.base == "bool" and not column.array:
        return "true" if _TRUE_BY_NAME.match(column.name) else "false"
    if not column.not_null and _KEPT_NULL.search(column.name) and column.base.startswith(("timestamp", "date")):
        return typed(table.name, column, side) if _ALWAYS_SET.search(column.name) else "NULL"
    return typed(table.name, column, side)


def _member_role(graph: Graph, table: Table, column: Column, side: Side) -> str | None:
    """Owner for the two owners, something plain for the two members."""
    membership = graph.memberships.get(table.name)
    if membership is None or membership.pointer or column.name != membership.role_column or column.array:
        return None
    labels = membership.roles or labels_of(table, column)
    leads = side in {Side.VICTIM, Side.OTHER}
    if column.base == "bool":
        return "true" if leads else "false"
    if column.base not in {"text", "varchar", "citext"} and not column.labels:
        return None
    if not labels:
        return literal("owner" if leads else "member")
    if leads:
        return literal(membership.roles[0] if membership.roles else most_privileged(labels)[0])
    return literal(least_privileged(labels))


def _opens(table: Table, column: Column, entry: Ownership) -> tuple[str, str] | None:
    """SQL text of the open and of the shut value of a visibility column; None for any other column."""
    if column.array or column.generated:
        return None
    named = entry.condition is not None and re.search(rf"\b{re.escape(column.name)}\b", entry.condition) is not None
    if column.base == "bool":
        if HIDDEN_FLAG.match(column.name):
            return "false", "true"
        if VISIBLE_FLAG.match(column.name) or named:
            return "true", "false"
        return None
    if PUBLISHED_AT.match(column.name) and not column.not_null and column.base.startswith(("timestamp", "date")):
        return "now()", "NULL"
    if not (VISIBILITY.match(column.name) or named):
        return None
    return _open_labels(table, column, named=named)


def _open_labels(table: Table, column: Column, *, named: bool) -> tuple[str, str] | None:
    labels = labels_of(table, column)
    if labels:
        kept = next((label for word in SHUT_LABELS for label in labels if label.lower() == word), None)
        shown = next((label for word in OPEN_LABELS for label in labels if label.lower() == word), None)
        if shown is None and kept is not None and VISIBILITY.match(column.name) and column.name not in _STATES:
            shown = next((label for label in labels if label != kept), None)  # 'private' or 'workspace'
        if shown is None:
            return None
        hidden = kept or next((label for label in labels if label != shown), shown)
        return literal(shown), literal(hidden)
    if column.base not in {"text", "varchar", "citext"}:
        return None
    if column.name in _STATES and not named:
        return None
    return literal("public"), literal("private")


def _is_key(graph: Graph, table: Table, column: Column) -> bool:
    """True when the value must be known beforehand: it identifies a row, refers to one, or must differ by side."""
    if any(column.name in key.columns and (key.primary or len(key.columns) == 1) for key in table.keys):
        return True
    if graph.reference(table, column.name) is not None:
        return True
    membership = graph.memberships.get(table.name)
    return membership is not None and column.name in {membership.user_column, membership.tenant_column}


def _account(column: Column, side: Side, table: Table) -> str | None:
    """A column of auth.users that is not its key: as the platform fills it at sign-up."""
    match column.name:
        case "aud" | "role":
            return literal("authenticated")
        case "email":
            return literal(account_email(side))
        case "raw_app_meta_data":
            return literal('{"provider": "email"}')
        case "created_at" | "updated_at" | "email_confirmed_at" | "last_sign_in_at" | "confirmed_at":
            return "now()"
        case _:
            return None if column.default is not None or not column.not_null else typed(table.name, column, side)


def _nullable(table: Table, name: str) -> bool:
    column = table.column(name)
    return column is not None and not column.not_null


def _literal(text: str | None) -> str:
    return "NULL" if text is None else literal(text)
