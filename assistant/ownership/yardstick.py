"""The owners of today as the measure of an older schema: who owns a row does not change because a column was added since.

Without it every commit would be judged by what its own schema lets one guess, and a leak would seem to begin where the guess became better.
An entry counts for an older schema only when all that it speaks of was there already.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.domain.ownership import OwnerKind
from assistant.sql.predicate import column_names


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.domain.catalog import Catalog, Table
    from assistant.domain.names import Name
    from assistant.domain.ownership import Membership, Ownership, OwnershipMap


def measured(then: OwnershipMap, today: OwnershipMap, catalog: Catalog) -> OwnershipMap:
    """The map of an older schema with today's entries wherever they fit.

    Args:
        then: what is inferred from the older schema.
        today: the map that counts.
        catalog: the older schema.
    """
    tenants = {one.tenant for one in today.memberships}
    no_tenants = today.entries.keys() - tenants  # known today, and nobody belongs to it
    kept = [one for one in then.memberships if one.tenant is None or one.tenant not in no_tenants]
    known = {one.table for one in kept}
    memberships = [
        *kept,
        *(one for one in today.memberships if one.table not in known and _is_there(one, catalog)),
    ]
    through = {one.table for one in memberships}
    entries = {name: _fitting(today.entries.get(name), entry, through, catalog) for name, entry in then.entries.items()}
    return replace(then, entries=entries, memberships=tuple(sorted(memberships, key=lambda one: one.table)))


def _fitting(new: Ownership | None, old: Ownership, through: set[Name], catalog: Catalog) -> Ownership:
    """Today's entry, without the columns that came later; the old one where it does not fit."""
    table = catalog.tables.get(old.name)
    if new is None or table is None or new.kind is OwnerKind.UNKNOWN or old.confirmed:
        return old
    needed = (*new.columns, *column_names(new.condition), *([new.role_column] if new.role_column else []))
    others = [name for name in (new.tenant, new.membership, new.parent) if name is not None]
    parent = catalog.tables.get(new.parent) if new.parent is not None else None
    fits = (
        _has(table, needed)
        and all(name in catalog.tables for name in others)
        and (new.membership is None or new.membership in through)
        and (parent is None or _has(parent, new.parent_columns))
    )
    if not fits:
        return old
    return replace(
        new,
        authors=_of(table, new.authors),
        sensitive=_of(table, new.sensitive),
        privileged=_of(table, new.privileged),
    )


def _is_there(membership: Membership, catalog: Catalog) -> bool:
    table = catalog.tables.get(membership.table)
    columns = [membership.user_column, membership.tenant_column]
    columns += [membership.role_column] if membership.role_column else []
    tenants = membership.tenant is None or membership.tenant in catalog.tables
    people = membership.user_principal is None or membership.user_principal in catalog.tables
    return table is not None and _has(table, columns) and tenants and people


def _has(table: Table, columns: Iterable[str]) -> bool:
    return all(table.column(column) is not None for column in columns)


def _of(table: Table, columns: Iterable[str]) -> tuple[str, ...]:
    return tuple(column for column in columns if table.column(column) is not None)
