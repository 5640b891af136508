"""Who may see and change a row: the one declaration from which attacks, policies and tests are derived."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.domain.names import Name


class OwnerKind(StrEnum):
    """The shapes of ownership."""

    SELF = "self"
    """The row is the user: its key is the user's id."""
    USER = "user"
    """One or several columns name users; any of them owns the row."""
    TENANT = "tenant"
    """A column names the tenant; its members own the row."""
    VIA = "via"
    """The row belongs to whoever owns its parent."""
    MEMBERSHIP = "membership"
    """The row says that a user belongs to a tenant: an authority table."""
    PUBLIC = "public"
    """Meant for everyone to read; nobody but the server writes."""
    CONDITIONAL = "conditional"
    """Owned as ``base`` says, and readable by everyone while ``condition`` holds."""
    SERVICE = "service"
    """Server only: no user reads or writes it."""
    UNKNOWN = "unknown"
    """No evidence: stanch asks instead of guessing."""


class Confidence(StrEnum):
    """How sure stanch is; a different word from severity."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """The entry of one table, view, function or bucket."""

    name: Name
    """The object; a bucket is ``Name("storage", id)``."""
    kind: OwnerKind
    """Who owns a row."""
    columns: tuple[str, ...] = ()
    """``self``/``user``: the owner columns. ``tenant``: the tenant column. ``membership``: user column, then tenant column. ``via``: the foreign-key columns."""
    base: OwnerKind | None = None
    """For ``conditional``: self, user, tenant or via; ``columns``, ``tenant`` and ``parent`` then describe that base."""
    tenant: Name | None = None
    """``tenant``/``membership``: the tenant's own table (public.organizations)."""
    membership: Name | None = None
    """``tenant``: the table through which users belong to it; None for a pointer on the user's own row."""
    role_column: str | None = None
    """``membership``: the column that holds the member's role."""
    write_roles: tuple[str, ...] = ()
    """``tenant``/``membership``: roles that may write when not every member may; empty means every member."""
    parent: Name | None = None
    """``via``: the owned parent."""
    parent_columns: tuple[str, ...] = ()
    """``via``: the parent's columns the foreign key refers to."""
    authors: tuple[str, ...] = ()
    """Columns that say who wrote the row without owning it (created_by beside a tenant)."""
    condition: str | None = None
    """``conditional``: SQL over the row under which everyone may read (``is_public``, ``sharing <> 'private'``)."""
    sensitive: tuple[str, ...] = ()
    """Columns nobody but the owner may read: email, token, stripe_customer_id."""
    privileged: tuple[str, ...] = ()
    """Columns the owner may not write: role, is_admin, plan, credits."""
    why: str = ""
    """For ``public`` and ``service``: the reason the operator or the evidence gives."""
    evidence: tuple[str, ...] = ()
    """Short sentences, strongest first."""
    confidence: Confidence = Confidence.LOW
    """How sure."""
    confirmed: bool = False
    """True once it stands in stanch.toml."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A table whose rows are people: the user root or an alias of it."""

    table: Name
    """auth.users, public.profiles, public.students."""
    key: tuple[str, ...]
    """The column other tables refer to (its primary key)."""
    subject_column: str
    """The column that equals the caller's subject (``auth.uid()``)."""
    root: bool = False
    """True for the table of accounts itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """How users come to belong to tenants."""

    table: Name
    """public.organization_members, or the users table for a pointer."""
    user_column: str
    """Column that names the user."""
    user_principal: Name | None
    """Principal that ``user_column`` refers to; None when it holds the subject itself."""
    tenant_column: str
    """Column that names the tenant."""
    tenant: Name | None
    """The tenant's table; None when there is none (only an id)."""
    tenant_key: str
    """The tenant table's column that ``tenant_column`` holds."""
    role_column: str | None = None
    """Column with the member's role."""
    roles: tuple[str, ...] = ()
    """Known role values, most privileged first."""
    pointer: bool = False
    """True for ``profiles.tenant_id``: one tenant a user, on the user's own row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something only the operator can say, asked once and grouped."""

    id: str
    """Kebab-case, stable: ``public-by-design-public``."""
    asks: str
    """One question a tired person can answer with yes or no."""
    objects: tuple[Name, ...]
    """What it is about, sorted."""
    why: str
    """What stanch saw that makes it ask."""
    entries: tuple[str, ...] = ()
    """Questions about code: ``Entry.id`` of what it is about, sorted; ``objects`` is then empty."""
    group: str = ""
    """Questions about code: the route group that ``[code.public]`` of stanch.toml takes the answer for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeHints:
    """What the application's own queries say about owners; a hint beside the schema, never an oracle."""

    owner_columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Table name as the code writes it, to columns compared with the session's user (``.eq('user_id', user.id)``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnershipMap:
    """The whole map."""

    entries: Mapping[Name, Ownership]
    """By name, sorted: one entry for every table the operator owns."""
    principals: tuple[Principal, ...] = ()
    """Root first."""
    memberships: tuple[Membership, ...] = ()
    """By table."""
    questions: tuple[Question, ...] = ()
    """What has to be asked."""
    confirmed: bool = False
    """True when every entry came from stanch.toml."""
    stale: tuple[str, ...] = field(default=())
    """Entries of stanch.toml whose object no longer exists, as written."""
