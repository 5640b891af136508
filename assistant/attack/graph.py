"""Whose id stands in which column: keys computed from the catalog and the ownership map before any row exists.

Because every key is known beforehand, circular, composite and self-referring foreign keys need no order of insertion.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from assistant.attack.actors import GRAPH, PEOPLE, Identity, Side
from assistant.attack.values import account_email, canary_uuid, key_text
from assistant.domain.names import Name
from assistant.domain.ownership import OwnerKind, Ownership


if TYPE_CHECKING:
    from assistant.domain.catalog import Catalog, Column, ForeignKey, Table
    from assistant.domain.ownership import Membership, OwnershipMap, Principal

ACCOUNTS = Name("auth", "users")
"""The platform's own table of accounts."""


@dataclass(slots=True)
class Graph:
    """The catalog and the map, asked about keys. Values are text as PostgreSQL would print it, without quotes."""

    catalog: Catalog
    """Tables and keys."""
    ownership: OwnershipMap
    """Who owns what."""
    principals: dict[Name, Principal] = field(init=False)
    """Tables of people."""
    memberships: dict[Name, Membership] = field(init=False)
    """Tables that say who belongs to which tenant; pointers on the user's own row included."""
    tenants: dict[Name, str] = field(init=False)
    """Tables of tenants and the column that is their id."""
    fixed: dict[tuple[Name, str, Side], str | None] = field(default_factory=dict)
    """Values that seeding had to change."""
    _known: dict[tuple[Name, str, Side], str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Index the map."""
        self.principals = {principal.table: principal for principal in self.ownership.principals}
        self.memberships = {membership.table: membership for membership in self.ownership.memberships}
        self.tenants = {
            membership.tenant: membership.tenant_key
            for membership in self.ownership.memberships
            if membership.tenant is not None
        }

    def entry(self, name: Name) -> Ownership:
        """The map's entry, or ``unknown`` for an object it does not hold."""
        found = self.ownership.entries.get(name)
        table = self.catalog.tables.get(name)
        if (found is None or found.kind is OwnerKind.UNKNOWN) and table is not None and table.parent is not None:
            found = replace(self.entry(table.parent), name=name)  # a partition is owned as what it is a part of
        return found or Ownership(name=name, kind=OwnerKind.UNKNOWN)

    def of_people(self, name: Name) -> bool:
        """True when there is one row for each person: accounts, profiles and their aliases."""
        return name in self.principals or self.entry(name).kind is OwnerKind.SELF or name == ACCOUNTS

    def of_members(self, name: Name) -> bool:
        """True when there is one row for each member of a tenant."""
        membership = self.memberships.get(name)
        return (membership is not None and not membership.pointer) or self.entry(name).kind is OwnerKind.MEMBERSHIP

    def row_of(self, table: Name, side: Side) -> Side | None:
        """Which side's row of that table a row of ``side`` refers to; None when there is none."""
        if self.of_people(table):
            return side if side in PEOPLE else GRAPH[side]
        if self.of_members(table) and side in {Side.MEMBER, Side.OTHER_MEMBER}:
            return side
        return GRAPH.get(side)

    def subject(self, side: Side) -> str:
        """What the token of that side's account names."""
        who = side if side in PEOPLE else GRAPH[side]
        if self.catalog.platform.text_subject:
            return f"user_zq{who.value}" + canary_uuid(ACCOUNTS, "id", who).replace("-", "")[:20]
        root = next((one for one in self.ownership.principals if one.root), None)
        if root is None or root.table == ACCOUNTS or root.table not in self.catalog.tables:
            return canary_uuid(ACCOUNTS, "id", who)
        column = self.catalog.tables[root.table].column(root.subject_column)
        text = None if column is None else self.own_key(root.table, column, who)
        return text or canary_uuid(ACCOUNTS, "id", who)

    def tenant_id(self, side: Side, hint: str = "") -> str | None:
        """The id of the tenant that side belongs to; ``hint`` is the name of the claim or setting that carries it."""
        whose = GRAPH.get(side)
        if whose is None or not self.ownership.memberships:
            return None
        chosen = max(self.ownership.memberships, key=lambda one: (_alike(one, hint), not one.pointer))
        if chosen.tenant is not None:
            return self.text(chosen.tenant, chosen.tenant_key, whose)
        return self.text(chosen.table, chosen.tenant_column, whose)

    def identity(self, side: Side, extra: tuple[tuple[tuple[str, ...], str], ...] = ()) -> Identity:
        """What the session of that side says."""
        hint = self.catalog.platform.tenant_settings[0] if self.catalog.platform.tenant_settings else ""
        return Identity(
            subject=self.subject(side),
            email=account_email(side),
            tenant=self.tenant_id(side, hint),
            extra=extra,
        )

    def text(self, table: Name, column: str, side: Side) -> str | None:
        """The key that stands in that column of that side's row; None for NULL or a value without a steady text."""
        place = (table, column, side)
        if place in self.fixed:
            return self.fixed[place]
        if place not in self._known:
            self._known[place] = None  # what a cycle of references finds: then the column takes its own canary
            self._known[place] = self._find(table, column, side)
        return self._known[place]

    def own_key(self, table: Name, column: Column, side: Side) -> str | None:
        """The canary of a key column that refers to nothing."""
        checked = allowed_texts(self.catalog.tables[table], column.name) if not column.labels else ()
        if checked:
            return checked[list(Side).index(side) % len(checked)]
        return key_text(table, column, side)

    def reference(self, table: Table, column: str) -> tuple[Name, str] | None:
        """Table and column that the column refers to, by foreign key or by the map; None for an ordinary column."""
        for key in sorted(table.foreign_keys, key=lambda one: (len(one.columns), one.name)):
            if column in key.columns and key.target != table.name and key.target in self.catalog.tables:
                return key.target, key.target_columns[key.columns.index(column)]
        return self._soft(table, column)

    def self_reference(self, table: Table, column: str) -> ForeignKey | None:
        """The foreign key to the table itself that the column is the own half of, if there is one."""
        for key in table.foreign_keys:
            if key.target == table.name and column in key.columns:
                other = key.target_columns[key.columns.index(column)]
                if other != column:
                    return key
        return None

    def _find(self, table: Name, column: str, side: Side) -> str | None:
        described = self.catalog.tables.get(table)
        shape = None if described is None else described.column(column)
        if described is None or shape is None:
            return None
        if self._names_subject(table, column):
            return self.subject(side)
        target = self.reference(described, column)
        if target is not None:
            row = self.row_of(target[0], side)
            found = None if row is None else self._of_target(target, row, shape)
            if found is not None or row is None:
                return found
        return self.own_key(table, shape, side)

    def _of_target(self, target: tuple[Name, str], row: Side, shape: Column) -> str | None:
        name, column = target
        if name == ACCOUNTS and column == "id" and shape.base != "uuid":
            return self.subject(row)
        if name not in self.catalog.tables:
            return canary_uuid(name, column, row)
        return self.text(name, column, row)

    def _names_subject(self, table: Name, column: str) -> bool:
        principal = self.principals.get(table)
        if table == ACCOUNTS:
            return column == "id" and not self.catalog.platform.text_subject
        return principal is not None and principal.root and column == principal.subject_column

    def _soft(self, table: Table, column: str) -> tuple[Name, str] | None:
        """What a column without a foreign key refers to, as the map says."""
        name = table.name
        principal = self.principals.get(name)
        if principal is not None and column == principal.subject_column:
            return None if principal.root else self._root()
        membership = self.memberships.get(name)
        if membership is not None and column == membership.tenant_column and membership.tenant is not None:
            return membership.tenant, membership.tenant_key
        if membership is not None and column == membership.user_column:
            return self._person(membership.user_principal)
        entry = self.entry(name)
        kind = entry.base if entry.kind is OwnerKind.CONDITIONAL else entry.kind
        if column in entry.authors or (kind in {OwnerKind.USER, OwnerKind.SELF} and column in entry.columns):
            return self._root()
        if kind is OwnerKind.TENANT and column in entry.columns and entry.tenant in self.tenants:
            assert entry.tenant is not None
            if entry.tenant != name:
                return entry.tenant, self.tenants[entry.tenant]
        if kind is OwnerKind.VIA and column in entry.columns and entry.parent is not None:
            position = entry.columns.index(column)
            if position < len(entry.parent_columns):
                return entry.parent, entry.parent_columns[position]
        return None

    def _root(self) -> tuple[Name, str]:
        root = next((one for one in self.ownership.principals if one.root), None)
        return (ACCOUNTS, "id") if root is None else (root.table, root.subject_column)

    def _person(self, principal: Name | None) -> tuple[Name, str]:
        known = None if principal is None else self.principals.get(principal)
        if known is None or not known.key:
            return self._root()
        return known.table, known.key[0]


def allowed_texts(table: Table, column: str) -> tuple[str, ...]:
    """The values a CHECK of that column alone lists, in order; empty when no CHECK lists any."""
    import re

    for check in table.checks:
        if check.columns != (column,) or "~" in check.definition:
            continue
        if re.search(r"= ANY \(\(*ARRAY\[|\) OR \(|CHECK \(+\S+ = '", check.definition):
            found = re.findall(r"'((?:[^']|'')*)'(?:::|\))", check.definition)
            return tuple(dict.fromkeys(text.replace("''", "'") for text in found))
    return ()


def _alike(membership: Membership, hint: str) -> int:
    """How much of a claim's name the tenant's table or column shares with it."""
    wanted = hint.lower().rpartition(".")[2].removesuffix("_id").rstrip("s")
    if not wanted:
        return 0
    names = (membership.tenant_column, membership.tenant.name if membership.tenant else "")
    return max(len(wanted) if wanted in name.lower() else 0 for name in names)
