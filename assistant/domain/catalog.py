"""The database as its own catalog describes it, read once from ``pg_catalog``, sorted by name; all names are unquoted."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from assistant.domain.names import PLATFORM_SCHEMAS, Name


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class PlatformKind(StrEnum):
    """Who hosts the database and therefore which roles and claims reach it."""

    SUPABASE = "supabase"
    NEON = "neon"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """Which roles a request arrives with, and how it says who the caller is."""

    kind: PlatformKind
    """The host."""
    guest_role: str | None
    """Role of a visitor without a session (``anon``); None where the platform has none."""
    user_role: str
    """Role of a signed-in user (``authenticated``, or the application role on plain Postgres)."""
    service_role: str | None
    """Role of trusted server code that bypasses row-level security."""
    claims_setting: str | None
    """Setting that carries the JWT claims as JSON (``request.jwt.claims``); None on plain Postgres."""
    user_settings: tuple[str, ...] = ()
    """Custom settings read by policies that name the user (``app.user_id``)."""
    tenant_settings: tuple[str, ...] = ()
    """Custom settings read by policies that name the tenant (``app.tenant_id``)."""
    text_subject: bool = False
    """True when the subject is not a uuid (Clerk and other third-party tokens)."""
    exposed_schemas: tuple[str, ...] = ("public",)
    """Schemas the API serves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table or view."""

    name: str
    """Column name."""
    type: str
    """``format_type`` with its modifier: ``character varying(20)``, ``vector(1536)``, ``uuid[]``."""
    base: str
    """``typname`` of the type under domains and arrays: ``uuid``, ``text``, ``vector``, an enum's own name."""
    base_schema: str = "pg_catalog"
    """Schema of ``base``."""
    typmod: int = -1
    """``atttypmod`` (of the domain's base type if the column is a domain)."""
    array: bool = False
    """True for an array of ``base``."""
    not_null: bool = False
    """NOT NULL, by the column or by its domain."""
    default: str | None = None
    """Default expression as ``pg_get_expr`` prints it."""
    generated: bool = False
    """GENERATED ALWAYS AS (…) STORED or VIRTUAL."""
    identity: str = ""
    """``a`` for ALWAYS, ``d`` for BY DEFAULT, empty otherwise."""
    labels: tuple[str, ...] = ()
    """Labels of the enum under ``base``, in order."""
    position: int = 0
    """``attnum``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A primary key or unique constraint (or a unique index without predicate and expressions)."""

    name: str
    """Constraint or index name."""
    columns: tuple[str, ...]
    """Columns in key order."""
    primary: bool
    """True for the primary key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """A foreign key of the table that holds it."""

    name: str
    """Constraint name."""
    columns: tuple[str, ...]
    """Referencing columns."""
    target: Name
    """Referenced table."""
    target_columns: tuple[str, ...]
    """Referenced columns, same order."""
    on_delete: str = "no action"
    """cascade, set null, set default, restrict or no action."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A CHECK constraint of a table or of one of its columns' domains."""

    name: str
    """Constraint name."""
    columns: tuple[str, ...]
    """Columns it mentions."""
    definition: str
    """``pg_get_constraintdef``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index, as far as policies care."""

    name: str
    """Index name."""
    columns: tuple[str, ...]
    """Key columns in order; an expression is an empty string."""
    unique: bool
    """UNIQUE."""
    method: str
    """Access method: btree, gin, hnsw."""
    partial: bool
    """True if it has a predicate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRow:
    """A row-level security policy as the catalog stores it (the writer's value is ``assistant.sql.policy.Policy``)."""

    table: Name
    """The table it guards."""
    name: str
    """Policy name."""
    command: str
    """all, select, insert, update or delete."""
    permissive: bool
    """PERMISSIVE (OR-ed) or RESTRICTIVE (AND-ed)."""
    roles: tuple[str, ...]
    """Role names, sorted; ``public`` when there is no TO clause."""
    using: str | None
    """USING as ``pg_get_expr`` prints it, without outer parentheses added by us."""
    check: str | None
    """WITH CHECK likewise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One privilege of one role on one object."""

    grantee: str
    """Role name; ``public`` for PUBLIC."""
    privilege: str
    """SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER, EXECUTE, USAGE, MAINTAIN, CREATE."""
    columns: tuple[str, ...] = ()
    """Columns for a column grant, empty for the whole object."""
    grantable: bool = False
    """WITH GRANT OPTION."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A user trigger."""

    name: str
    """Trigger name."""
    function: Name
    """What it calls."""
    timing: str
    """before, after or instead of."""
    events: tuple[str, ...]
    """insert, update, delete, truncate."""
    enabled: bool = True
    """False when disabled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table in any of its forms."""

    name: Name
    """Its name."""
    kind: str
    """table, partitioned or foreign."""
    owner: str
    """Owning role."""
    rls: bool
    """Row-level security enabled."""
    force_rls: bool = False
    """FORCE ROW LEVEL SECURITY."""
    columns: tuple[Column, ...] = ()
    """In table order."""
    keys: tuple[Key, ...] = ()
    """Primary key first, then unique keys by name."""
    foreign_keys: tuple[ForeignKey, ...] = ()
    """By name."""
    checks: tuple[Check, ...] = ()
    """By name."""
    indexes: tuple[Index, ...] = ()
    """By name."""
    policies: tuple[PolicyRow, ...] = ()
    """By name."""
    grants: tuple[Grant, ...] = ()
    """By grantee, privilege."""
    triggers: tuple[Trigger, ...] = ()
    """By name."""
    parent: Name | None = None
    """Partitioned table or inheritance parent, if it has one."""
    comment: str = ""
    """COMMENT ON TABLE."""

    @property
    def primary_key(self) -> tuple[str, ...]:
        """Columns of the primary key, empty when there is none."""
        return next((key.columns for key in self.keys if key.primary), ())

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A view or materialized view."""

    name: Name
    """Its name."""
    kind: str
    """view or matview."""
    owner: str
    """Owning role, whose rights an owner-rights view reads with."""
    security_invoker: bool
    """WITH (security_invoker = true)."""
    columns: tuple[Column, ...] = ()
    """Output columns."""
    reads: tuple[Name, ...] = ()
    """Relations it reads directly (pg_depend), sorted."""
    definition: str = ""
    """``pg_get_viewdef``."""
    grants: tuple[Grant, ...] = ()
    """By grantee, privilege."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """An input argument of a function."""

    name: str
    """Its name, empty when unnamed."""
    type: str
    """``format_type``."""
    has_default: bool = False
    """May be left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function or procedure."""

    name: Name
    """Name with identity arguments."""
    owner: str
    """Owning role, whose rights a definer function runs with."""
    kind: str
    """function, procedure, aggregate or window."""
    definer: bool
    """SECURITY DEFINER."""
    search_path: str | None
    """Value of SET search_path, None when it is not pinned."""
    volatility: str
    """immutable, stable or volatile."""
    language: str
    """sql, plpgsql, c, internal."""
    arguments: tuple[Argument, ...]
    """Input arguments in order."""
    returns: str
    """``pg_get_function_result``."""
    body: str
    """Source text (``prosrc`` or ``pg_get_function_sqlbody``)."""
    definition: str = ""
    """``pg_get_functiondef``; empty for aggregates."""
    trigger: bool = False
    """Returns trigger or event_trigger: not callable through the API."""
    extension: str | None = None
    """Extension (or stand-in) that owns it; such functions are not the operator's."""
    grants: tuple[Grant, ...] = ()
    """EXECUTE grants by grantee; the implicit grant to PUBLIC is spelled out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """A sequence and who may use it."""

    name: Name
    """Its name."""
    owned_by: Name | None
    """Table whose column it feeds."""
    grants: tuple[Grant, ...] = ()
    """By grantee, privilege."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A logical replication publication (Supabase Realtime reads ``supabase_realtime``)."""

    name: str
    """Its name."""
    all_tables: bool
    """FOR ALL TABLES."""
    tables: tuple[Name, ...] = ()
    """Tables in it, sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A storage bucket (a row of storage.buckets, or one only named in policies)."""

    id: str
    """Bucket id."""
    public: bool
    """Objects are served without row-level security."""
    declared: bool = True
    """False when only a policy names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role of the cluster."""

    name: str
    """Role name."""
    login: bool
    """May connect."""
    superuser: bool
    """Superuser."""
    bypass_rls: bool
    """BYPASSRLS."""
    member_of: tuple[str, ...] = ()
    """Roles whose rights it has, sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultPrivilege:
    """ALTER DEFAULT PRIVILEGES: what future objects of a role grant by themselves."""

    owner: str
    """Role that creates."""
    schema: str | None
    """Schema, None for all."""
    object: str
    """table, sequence, function, type or schema."""
    grants: tuple[Grant, ...] = ()
    """By grantee, privilege."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Everything above, of one database, at one moment."""

    platform: Platform
    """Host, roles and claims."""
    tables: Mapping[Name, Table]
    """By name, sorted; platform schemas are left out except ``storage.objects`` and ``auth.users``."""
    views: Mapping[Name, View] = field(default_factory=dict)
    """By name, sorted."""
    functions: Mapping[Name, Function] = field(default_factory=dict)
    """By name, sorted; the operator's own, not those of extensions."""
    sequences: tuple[Sequence, ...] = ()
    """By name."""
    publications: tuple[Publication, ...] = ()
    """By name."""
    buckets: tuple[Bucket, ...] = ()
    """By id."""
    roles: tuple[Role, ...] = ()
    """By name."""
    default_privileges: tuple[DefaultPrivilege, ...] = ()
    """By owner, schema, object."""
    reads: Mapping[str, tuple[Name, ...]] = field(default_factory=dict)
    """Authority: relations that a policy (``public.chats: name``) or function (``str(Name)``) reads, through helper functions too."""
    search_path: tuple[str, ...] = ("public", "extensions")
    """The owner's search path, for names written without a schema."""

    def own_tables(self) -> Iterator[Table]:
        """The operator's tables in name order: not ``auth.users``, not ``storage.objects``."""
        return (table for name, table in self.tables.items() if name.schema not in PLATFORM_SCHEMAS)

    @property
    def guards_nothing(self) -> bool:
        """True when no API serves the database and none of its tables asks whose row it is: the application's code decides alone."""
        return self.platform.kind is PlatformKind.PLAIN and not any(
            one.rls or one.policies for one in self.own_tables()
        )
