"""The map while it is being inferred: what is known by now, and the entry of a table under each kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.domain.ownership import Confidence, Membership, OwnerKind, Ownership
from assistant.ownership.roles import leading, writing


if TYPE_CHECKING:
    from assistant.domain.names import Name
    from assistant.ownership.memberships import Group
    from assistant.ownership.persons import Person
    from assistant.ownership.principals import People
    from assistant.ownership.survey import Link, Survey


@dataclass(slots=True)
class Draft:
    """What the rules share and add to, in the order in which they run."""

    survey: Survey
    people: People
    memberships: tuple[Membership, ...] = ()
    pointers: tuple[Membership, ...] = ()
    persons: dict[Name, tuple[Person, ...]] = field(default_factory=dict)
    entries: dict[Name, Ownership] = field(default_factory=dict)
    asked: dict[Name, str] = field(default_factory=dict)
    """Unknown tables with the kind of question they belong to."""

    def membership_of(self, tenant: Name | None, column: str) -> Membership | None:
        """How users belong to a tenant: a table of pairs before a pointer; by column name when the tenant has no table."""
        for known in (*self.memberships, *self.pointers):
            if known.tenant == tenant and (tenant is not None or known.tenant_column == column):
                return known
        return None

    def settle(self, entry: Ownership) -> None:
        """Fix a table's entry; the first rule that speaks wins."""
        self.entries.setdefault(entry.name, entry)

    def ask(self, table: Name, kind: str, *evidence: str) -> None:
        """Leave a table to the operator, with what was seen."""
        if table not in self.entries:
            self.entries[table] = Ownership(name=table, kind=OwnerKind.UNKNOWN, evidence=evidence)
            self.asked[table] = kind


def tenant_entry(
    table: Name, group: Group, membership: Membership | None, *, authors: tuple[str, ...] = ()
) -> Ownership:
    """A row of a tenant, named by ``group``."""
    if membership is None:
        says = "but nothing in the schema says who belongs to it: a claim or setting may"
        confidence = Confidence.LOW
    elif membership.pointer:
        says = f"and {membership.table}.{membership.tenant_column} says who belongs to it"
        confidence = Confidence.MEDIUM
    else:
        says = f"and {membership.table} says who belongs to it"
        confidence = Confidence.HIGH if group.hard and group.not_null else Confidence.MEDIUM
    verb = f"refers to {group.table}" if group.hard else "is called like a tenant's id"
    return Ownership(
        name=table,
        kind=OwnerKind.TENANT,
        columns=(group.column,),
        tenant=group.table,
        membership=membership.table if membership and not membership.pointer else None,
        role_column=membership.role_column if membership and not membership.pointer else None,
        write_roles=writing(membership) if membership else (),
        authors=authors,
        evidence=(f"{group.column} {verb} {says}",),
        confidence=confidence,
    )


def root_entry(table: Name, key: str, membership: Membership) -> Ownership:
    """A tenant's own row."""
    how = "refers to it and names users" if not membership.pointer else f"points at it with {membership.tenant_column}"
    return Ownership(
        name=table,
        kind=OwnerKind.TENANT,
        columns=(key,),
        tenant=table,
        membership=membership.table if not membership.pointer else None,
        role_column=membership.role_column if not membership.pointer else None,
        write_roles=leading(membership),
        evidence=(f"people belong to it: {membership.table} {how}",),
        confidence=Confidence.HIGH if not membership.pointer else Confidence.MEDIUM,
    )


def membership_entry(membership: Membership) -> Ownership:
    """An authority table: its rows say who belongs."""
    thing = f"{membership.tenant or 'a tenant'} ({membership.tenant_column})"
    return Ownership(
        name=membership.table,
        kind=OwnerKind.MEMBERSHIP,
        columns=(membership.user_column, membership.tenant_column),
        tenant=membership.tenant,
        role_column=membership.role_column,
        write_roles=leading(membership),
        evidence=(f"each row pairs a person ({membership.user_column}) with {thing}, on which other tables hang",),
        confidence=Confidence.HIGH if membership.tenant else Confidence.MEDIUM,
    )


def user_entry(
    table: Name, owners: tuple[Person, ...], *, authors: tuple[str, ...], confidence: Confidence
) -> Ownership:
    """A row of one or several users."""
    return Ownership(
        name=table,
        kind=OwnerKind.USER,
        columns=tuple(person.column for person in owners),
        authors=authors,
        evidence=tuple(person.sentence() for person in owners),
        confidence=confidence,
    )


def via_entry(link: Link, *, authors: tuple[str, ...], confidence: Confidence) -> Ownership:
    """A row of whoever owns its parent."""
    ending = " and deletes with it" if link.on_delete == "cascade" else ""
    return Ownership(
        name=link.table,
        kind=OwnerKind.VIA,
        columns=link.columns,
        parent=link.target,
        parent_columns=link.target_columns,
        authors=authors,
        evidence=(f"{', '.join(link.columns)} refers to {link.target}{ending}",),
        confidence=confidence,
    )
