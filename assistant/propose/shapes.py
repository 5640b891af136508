"""One guard a command: who may see, add, change and remove a row of a table, by the kind of its owner.

The shapes are derived from the ownership map; a command that the map gives to nobody has no guard. Checks bind the owner, the
tenant and every foreign row the new row would refer to, because a row that points into another tenant opens it in two steps.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from assistant.domain.ownership import OwnerKind
from assistant.propose.caller import signed_in
from assistant.propose.entitlements import says_what_one_may_do
from assistant.propose.owners import Gap, Owners, Predicate, all_of, any_of
from assistant.propose.references import bound_references
from assistant.sql.names import ident


if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.domain.catalog import Column, Table
    from assistant.domain.names import Name
    from assistant.domain.ownership import Membership, Ownership
    from assistant.propose.ground import Ground

EVERYONE: Final = Predicate(sql="true")
_INITIATOR: Final = re.compile(
    r"(sender|from_|author|creator|created_by|buyer|customer|client|request|propos|initiat|inviter|invited_by|follower|owner"
    r"|reporter|blocker|payer|submit|user_id\Z)"
)
"""Of several owners, the one who makes the row."""
_WRITER: Final = re.compile(
    r"(created_by|author|author_id|creator|creator_id|user_id|owner|owner_id|uploaded_by|uploader_id|sender|sender_id|posted_by"
    r"|submitted_by|added_by|inserted_by|sent_by)(_id|_user_id)?\Z"
)
"""Author columns that hold whoever inserts the row; an assignee or a reviewer may be somebody else."""
_USUAL_MANAGERS: Final = ("owner", "admin")
_MANAGER: Final = re.compile(r"owner|admin", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """One policy to be: a command, for whom, and its predicates."""

    command: str
    """select, insert, update or delete."""
    roles: tuple[str, ...]
    """Roles in the TO clause."""
    using: Predicate | None = None
    """Existing rows."""
    check: Predicate | None = None
    """New rows."""
    suffix: str = ""
    """Tells two guards of one command apart in the policy's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapes:
    """Makes guards for one database."""

    ground: Ground
    """Catalog and map."""
    owners: Owners
    """Writes owner predicates."""
    strict: frozenset[str] = field(default=frozenset())
    """Objects on which the gentle form left a leak."""
    trusted: frozenset[Name] = field(default=frozenset())
    """Tables whose rows an attack wrote to reach the rows of another."""
    stuffed: frozenset[Name] = field(default=frozenset())
    """Tables in which a row of the attacker's own was put before, or moved to, somebody else's tenant."""

    def guards(
        self, table: Table, entry: Ownership, roles: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    ) -> tuple[Guard, ...]:
        """Guards of all commands, whether or not they were allowed before.

        Args:
            table: the table.
            entry: its entry in the map.
            roles: by command, the tenant's roles that the replaced policies asked for.

        Raises:
            Gap: the map does not say who owns a row.
        """
        if entry.kind is OwnerKind.SERVICE:
            return ()
        if entry.kind is OwnerKind.PUBLIC:
            return (Guard(command="select", roles=self.ground.client_roles, using=EVERYONE),)
        if entry.kind is OwnerKind.UNKNOWN:
            raise Gap(f"who owns {entry.name}? Say so in stanch.toml or on the map screen")
        if entry.kind is OwnerKind.MEMBERSHIP:
            return self._membership(table, entry)
        if self._is_root(entry):
            return self._root(table, entry, roles)
        if says_what_one_may_do(table, entry):
            return self._reads(table, entry, self.owners.rows(entry, roles=roles.get("select", ())))
        return self._owned(table, entry, roles)

    def _guard(self, command: str, *, using: Predicate | None = None, check: Predicate | None = None) -> Guard:
        return Guard(command=command, roles=(self.ground.user_role,), using=using, check=check)

    def _owned(self, table: Table, entry: Ownership, roles: Mapping[str, tuple[str, ...]]) -> tuple[Guard, ...]:
        """self, user, tenant, via and what is conditional on top of one of them."""

        def mine(command: str) -> Predicate:
            asked = () if command == "select" else entry.write_roles
            return self.owners.rows(entry, roles=asked or roles.get(command, ()))

        narrow = table.name in self.stuffed or str(table.name) in self.strict
        bound = (*bound_references(self.owners, table, entry, tenants=narrow), *self._pointer(table))
        new = (*self._written_by(table, entry), *bound, *self.defaults(table, entry))
        return (
            *self._reads(table, entry, mine("select")),
            self._guard("insert", check=all_of(self._made_by(entry, mine("insert")), *new)),
            self._guard("update", using=mine("update"), check=all_of(mine("update"), *bound)),
            self._guard("delete", using=mine("delete")),
        )

    def _reads(self, table: Table, entry: Ownership, mine: Predicate) -> tuple[Guard, ...]:
        """Owners read; what the row itself publishes is read by everyone who could read it before."""
        shared = self._shared(entry)
        if shared is None:
            return (self._guard("select", using=mine),)
        guards = [self._guard("select", using=any_of(shared, mine))]
        guest = self.ground.platform.guest_role
        if guest is not None and guest != self.ground.user_role and self.ground.allowed(table, "select", guest):
            guards.append(Guard(command="select", roles=(guest,), using=shared, suffix=" shared"))
        return tuple(guards)

    def _shared(self, entry: Ownership) -> Predicate | None:
        """The condition under which everyone reads: the row's own, or that of a parent it belongs to."""
        if entry.kind is OwnerKind.CONDITIONAL and entry.condition:
            return Predicate(sql=f"({entry.condition})")
        if entry.kind is not OwnerKind.VIA or entry.parent is None or len(entry.columns) != 1:
            return None
        parent = self.ground.entry(entry.parent)
        if parent.kind is not OwnerKind.CONDITIONAL or not parent.condition:
            return None
        helper = self.owners.shared_keys(parent, (entry.parent_columns or ("id",))[0])
        call = f"{ident(helper.name.schema)}.{ident(helper.name.name)}"
        return Predicate(
            sql=f"{ident(entry.columns[0])} = any (array(select {call}()))", helpers=(helper,), columns=entry.columns
        )

    def _made_by(self, entry: Ownership, writable: Predicate) -> Predicate:
        """Of two parties, the one who makes the row must be the caller: a buyer does not sell in a stranger's name."""
        kind = entry.base if entry.kind is OwnerKind.CONDITIONAL else entry.kind
        if kind is not OwnerKind.USER or len(entry.columns) == 1:
            return writable
        first = next((column for column in entry.columns if _INITIATOR.match(column)), None)
        return writable if first is None else self.owners.person(entry.name, first)

    def _written_by(self, table: Table, entry: Ownership) -> tuple[Predicate, ...]:
        """Author columns hold the caller or nothing."""
        bound = []
        for name in entry.authors:
            column = table.column(name)
            if column is None or name in entry.columns or not _WRITER.match(name):
                continue
            try:
                me = self.owners.person(entry.name, name)
            except Gap:
                continue
            bound.append(me if column.not_null else any_of(Predicate(sql=f"{ident(name)} is null"), me))
        return tuple(bound)

    def defaults(self, table: Table, entry: Ownership) -> tuple[Predicate, ...]:
        """Columns the owner may not write keep their default when the owner adds the row."""
        names = self.omissible(table, entry)
        columns = [table.column(name) for name in entry.privileged if name in names]
        return tuple(_keeps_default(column) for column in columns if column is not None)

    def omissible(self, table: Table, entry: Ownership) -> frozenset[str]:
        """Columns that a new row of the owner's can leave out, those that say whose it is aside."""
        pointer = self.ground.membership_of(table.name)
        skip = {*entry.columns, pointer.tenant_column if pointer and pointer.pointer else ""}
        return frozenset(column.name for column in table.columns if column.name not in skip and _has_default(column))

    def _pointer(self, table: Table) -> tuple[Predicate, ...]:
        """A user may point at a tenant they already belong to, or at a new one of their own, and at no other."""
        bound = []
        for pointer in self.ground.ownership.memberships:
            if pointer.table == table.name and pointer.pointer:
                column = pointer.tenant_column
                bound.append(self._stays(column, pointer, self.owners.fresh_tenant(pointer, ident(column))))
        if bound or table.name not in self.trusted:
            return tuple(bound)
        for key in table.foreign_keys:
            belongs = next((one for one in self.ground.ownership.memberships if one.tenant == key.target), None)
            if (
                belongs is not None
                and len(key.columns) == 1
                and key.columns[0] not in self.ground.entry(table.name).columns
            ):
                bound.append(self._stays(key.columns[0], belongs))
        return tuple(bound)

    def _stays(self, column: str, membership: Membership, fresh: Predicate | None = None) -> Predicate:
        # the helper is STABLE: during an UPDATE it still sees the rows as they were
        helper = self.owners.tenants(membership)
        call = f"{ident(helper.name.schema)}.{ident(helper.name.name)}"
        mine = Predicate(sql=f"{ident(column)} = any (array(select {call}()))", helpers=(helper,))
        return any_of(Predicate(sql=f"{ident(column)} is null"), mine, fresh)

    def _is_root(self, entry: Ownership) -> bool:
        return (
            entry.kind is OwnerKind.TENANT
            and self.ground.is_tenant_root(entry.name)
            and entry.tenant in {None, entry.name}
        )

    def _root(self, table: Table, entry: Ownership, roles: Mapping[str, tuple[str, ...]]) -> tuple[Guard, ...]:
        """The tenant's own row: members read, whoever manages it writes, any signed-in user may found one."""
        founders = [
            self.owners.person(entry.name, name)
            for name in entry.authors
            if _WRITER.match(name) and table.column(name) is not None
        ]
        founded = any_of(*founders) if founders else None
        manage = self.owners.rows(entry, roles=self._managers(entry))
        read = self.owners.rows(entry, roles=roles.get("select", ()))
        return (
            self._guard("select", using=any_of(read, founded)),
            self._guard(
                "insert",
                check=all_of(founded or Predicate(sql=signed_in(self.ground.platform)), *self.defaults(table, entry)),
            ),
            self._guard("update", using=manage, check=manage),
            self._guard("delete", using=manage),
        )

    def _managers(self, entry: Ownership) -> tuple[str, ...]:
        """Roles that may write: those of the map, else those called owner or admin, else the most privileged one."""
        if entry.write_roles:
            return entry.write_roles
        membership = self.ground.membership(entry)
        if membership is None or membership.role_column is None or membership.pointer:
            return ()  # a pointer's row is the user's own: a role in it may be one of the whole product
        called = tuple(role for role in membership.roles if _MANAGER.search(role))
        # a single known role is the one everybody gets: the usual names then stand for the others
        return called or (membership.roles[:1] if len(membership.roles) > 1 else _USUAL_MANAGERS)

    def _membership(self, table: Table, entry: Ownership) -> tuple[Guard, ...]:
        """The row that every other policy trusts: nobody writes their own, except the first of a new tenant."""
        membership = self.ground.membership_of(entry.name)
        if membership is None or len(entry.columns) < 2:  # noqa: PLR2004 - user column, tenant column
            raise Gap(f"the map does not say which columns of {entry.name} name the user and the tenant")
        tenant = membership.tenant_column
        managed = self._managed(entry, membership)
        me = self.owners.person(entry.name, membership.user_column)
        founding = None
        if self._may_found(table, membership):
            founding = all_of(me, self.owners.fresh_tenant(membership, ident(tenant)))
            founding = Predicate(sql=f"({founding.sql})", helpers=founding.helpers)
        return (
            self._guard("select", using=self.owners.rows(entry)),
            self._guard("insert", check=any_of(managed, founding)),
            self._guard("update", using=managed, check=managed),
            self._guard("delete", using=any_of(managed, me)),
        )

    def _managed(self, entry: Ownership, membership: Membership) -> Predicate:
        """Membership rows of tenants the caller manages."""
        tenant = membership.tenant_column
        if membership.role_column is None and membership.tenant is not None:
            root = self.ground.entry(membership.tenant)
            if root.kind is OwnerKind.USER and root.columns:
                helper = self.owners.keys_of(root, (membership.tenant_key,))
                call = f"{ident(helper.name.schema)}.{ident(helper.name.name)}"
                return Predicate(
                    sql=f"{ident(tenant)} = any (array(select {call}()))", helpers=(helper,), columns=(tenant,)
                )
        return self.owners.tenant(entry, tenant, roles=self._managers(entry))

    def _may_found(self, table: Table, membership: Membership) -> bool:
        """The application lets users found tenants: they may add a tenant's row and a membership."""
        root = None if membership.tenant is None else self.ground.catalog.tables.get(membership.tenant)
        return self.ground.allowed(table, "insert") and (root is None or self.ground.allowed(root, "insert"))


def _has_default(column: Column) -> bool:
    return not column.generated and not column.identity and (column.default is not None or not column.not_null)


def _keeps_default(column: Column) -> Predicate:
    return Predicate(sql=f"{ident(column.name)} is not distinct from {column.default or 'null'}")
