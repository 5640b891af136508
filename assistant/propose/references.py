"""Foreign keys of a new row must lead to rows the caller may use: the second half of every WITH CHECK.

chatbot-ui taught why: a user's own collection, made public, linked to a stranger's private file, and the file was public too.
People and tenants are left out (naming a colleague is not reading them); so is what the map calls public or cannot name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.domain.ownership import OwnerKind
from assistant.propose.owners import Gap, Predicate, any_of
from assistant.sql.names import ident


if TYPE_CHECKING:
    from assistant.domain.catalog import ForeignKey, Table
    from assistant.domain.ownership import Ownership
    from assistant.propose.owners import Owners

_OWNED: Final = frozenset({OwnerKind.USER, OwnerKind.TENANT, OwnerKind.VIA, OwnerKind.CONDITIONAL})


def bound_references(owners: Owners, table: Table, entry: Ownership, *, tenants: bool = False) -> tuple[Predicate, ...]:
    """A predicate for each foreign key to an owned row, ``true`` for NULL.

    With ``tenants`` for each to a tenant too: a row of one's own that names another's tenant was seen there. Otherwise it may be the
    customer of that tenant who writes it.
    """
    bound = []
    for key in table.foreign_keys:
        if len(key.columns) != 1 or key.columns[0] in entry.columns:
            continue
        if tenants and owners.ground.is_tenant_root(key.target):
            bound += _own_tenant(owners, table, key)
            continue
        if not _leads_to_a_row(owners, key):
            continue
        column = table.column(key.columns[0])
        if column is None or column.generated:
            continue
        try:
            helper = owners.may_use(owners.ground.entry(key.target), key.target_columns[0])
        except Gap:
            continue  # the target's own finding says what the map lacks
        # asked for a written row alone; as a scalar sub-select it reads like the other shapes
        call = f"(select {ident(helper.name.schema)}.{ident(helper.name.name)}({ident(column.name)}))"
        usable = Predicate(sql=call, helpers=(helper,))
        bound.append(usable if column.not_null else any_of(Predicate(sql=f"{ident(column.name)} is null"), usable))
    return tuple(dict.fromkeys(bound))


def _leads_to_a_row(owners: Owners, key: ForeignKey) -> bool:
    ground = owners.ground
    people = {principal.table for principal in ground.ownership.principals}
    return (
        key.target not in people and not ground.is_tenant_root(key.target) and ground.entry(key.target).kind in _OWNED
    )


def _own_tenant(owners: Owners, table: Table, key: ForeignKey) -> list[Predicate]:
    column = table.column(key.columns[0])
    belongs = [one for one in owners.ground.ownership.memberships if one.tenant == key.target]
    if column is None or not belongs or key.target_columns != (belongs[0].tenant_key,):
        return []
    membership = min(belongs, key=lambda one: (one.pointer, one.table))
    if membership.pointer and membership.table == table.name:
        return []  # the pointer itself has its own rule
    helper = owners.tenants(membership)
    name = ident(column.name)
    call = f"{ident(helper.name.schema)}.{ident(helper.name.name)}()"
    mine = Predicate(sql=f"{name} = any (array(select {call}))", helpers=(helper,))
    return [mine if column.not_null else any_of(Predicate(sql=f"{name} is null"), mine)]
