"""What every proposal stands on: the catalog, the ownership map and the roles that reach the database.

Looks things up and decides nothing; a question without an answer is None, never a guess.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from assistant.domain.catalog import PlatformKind
from assistant.domain.ownership import OwnerKind, Ownership
from assistant.sql.names import qualified


if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from assistant.domain.catalog import Catalog, Column, ForeignKey, Grant, Platform, PolicyRow, Table
    from assistant.domain.names import Name
    from assistant.domain.ownership import Membership, OwnershipMap, Principal
    from assistant.sql.branches import Surface

COMMANDS: Final = ("select", "insert", "update", "delete")
"""The four commands a policy can be for, in the order in which they are written."""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Catalog and map together."""

    catalog: Catalog
    """The schema as it is."""
    ownership: OwnershipMap
    """Who owns what, as the operator confirmed it or as it was inferred."""
    surface: Surface
    """The names a predicate may use, for reading policies."""

    @property
    def platform(self) -> Platform:
        """Host, roles and claims."""
        return self.catalog.platform

    @property
    def user_role(self) -> str:
        """Role of a signed-in user; on plain PostgreSQL the one that the operator's policies are for, where they name another."""
        return self._role_of_policies or self.platform.user_role

    @cached_property
    def _role_of_policies(self) -> str | None:
        if self.platform.kind is not PlatformKind.PLAIN:
            return None
        named = Counter(
            role for table in self.catalog.own_tables() for policy in table.policies for role in policy.roles
        )
        if not named or self.platform.user_role in named or "public" in named:
            return None
        return min(named, key=lambda role: (-named[role], role))

    @property
    def client_roles(self) -> tuple[str, ...]:
        """Roles a request from outside arrives with: guest first, then the signed-in user."""
        guest = self.platform.guest_role
        return (self.user_role,) if guest is None or guest == self.user_role else (guest, self.user_role)

    @property
    def outside(self) -> frozenset[str]:
        """Roles whose policies and grants reach a client: the above and PUBLIC."""
        return frozenset({*self.client_roles, "public"})

    def entry(self, name: Name) -> Ownership:
        """The map's entry, ``unknown`` when it has none."""
        return self.ownership.entries.get(name) or Ownership(name=name, kind=OwnerKind.UNKNOWN)

    def column(self, table: Name, column: str) -> Column | None:
        """A column of a table of the catalog."""
        found = self.catalog.tables.get(table)
        return None if found is None else found.column(column)

    def foreign_key(self, table: Name, column: str) -> ForeignKey | None:
        """The one-column foreign key on that column, the one to a person first when there are two."""
        found = self.catalog.tables.get(table)
        keys = [key for key in found.foreign_keys if key.columns == (column,)] if found else []
        people = {principal.table for principal in self.ownership.principals}
        return min(keys, key=lambda key: (key.target not in people, key.name), default=None)

    def alias_of(self, table: Name, column: str) -> Principal | None:
        """The person table that a user column refers to by a key that is not the caller's subject, or None."""
        key = self.foreign_key(table, column)
        if key is None:
            return None
        for principal in self.ownership.principals:
            if principal.table == key.target and not principal.root:
                target = key.target_columns[0]
                return None if target == principal.subject_column else principal
        return None

    def membership(self, entry: Ownership) -> Membership | None:
        """How users belong to the tenant of an entry."""
        fitting = [
            one
            for one in self.ownership.memberships
            if (entry.membership is None or one.table == entry.membership)
            and (entry.tenant is None or one.tenant is None or one.tenant == entry.tenant)
        ]
        # a table of members says more than a pointer on the user's own row
        return min(fitting, key=lambda one: (one.pointer, one.table), default=None)

    def membership_of(self, table: Name) -> Membership | None:
        """The membership that a table itself holds, pointers included."""
        return next((one for one in self.ownership.memberships if one.table == table), None)

    def is_tenant_root(self, table: Name) -> bool:
        """True for the table of tenants."""
        return any(one.tenant == table for one in self.ownership.memberships)

    def may(self, grants: Iterable[Grant], privilege: str, role: str) -> bool:
        """True when the role holds the privilege on the whole object or on a column, by itself or through PUBLIC."""
        return any(grant.privilege == privilege and grant.grantee in {role, "public"} for grant in grants)

    def from_outside(self, policies: Iterable[PolicyRow], command: str) -> tuple[PolicyRow, ...]:
        """Permissive policies that let clients run the command."""
        return tuple(
            policy
            for policy in policies
            if policy.permissive and policy.command in {command, "all"} and self.outside.intersection(policy.roles)
        )

    def reads_itself(self, table: Table, but: Container[str] = ()) -> bool:
        """True when a policy of the table (other than those named) looks into the table again.

        PostgreSQL bears that only as long as no read policy of the table holds a sub-select, not even one around ``auth.uid()``.
        """
        return any(
            table.name in self.catalog.reads.get(f"{table.name}: {policy.name}", ())
            for policy in table.policies
            if policy.name not in but
        )

    def allowed(self, table: Table, command: str, role: str | None = None) -> bool:
        """True when today some row of the table can be reached by that role (the signed-in user by default)."""
        role = role or self.user_role
        if not self.may(table.grants, command.upper(), role):
            return False
        return not table.rls or any(
            {role, "public"}.intersection(policy.roles) for policy in self.from_outside(table.policies, command)
        )


def sql_type(column: Column) -> str:
    """The column's type as it can be written under an empty search_path."""
    from assistant.domain.names import Name

    if column.base_schema in {"pg_catalog", ""} and not column.array:
        return column.type
    bare = qualified(Name(column.base_schema or "pg_catalog", column.base))
    return f"{bare}[]" if column.array else bare
