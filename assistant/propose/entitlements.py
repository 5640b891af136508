"""Tables that say what a person may do or has paid for: their owner reads them, the server alone writes them.

Told by name, or by columns that are mostly permissions. A profile with a role among its columns is none: there the column is guarded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.domain.ownership import OwnerKind


if TYPE_CHECKING:
    from assistant.domain.catalog import Table
    from assistant.domain.ownership import Ownership

_BY_NAME: Final = re.compile(
    r"(\w+_)?(permissions?|entitlements?|privileges?)\Z|(\w+_)?(user|admin|staff|account|app|profile)_?roles?\Z|roles\Z"
    r"|(user_|account_|customer_|member_)?(credits?|credit_balances?|subscriptions?|plans?|tiers?|quotas?|licen[sc]es?)\Z"
    r"|(sub)?admins?\Z|super_?admins?\Z",
    re.IGNORECASE,
)
_PERMISSION: Final = re.compile(
    r"can_\w+|may_\w+|allow_\w+|has_access\w*|role|roles|level|access_level|permissions?"
    r"|is_(super_?)?(admin|staff|moderator|owner|premium|pro|verified|banned|suspended)",
    re.IGNORECASE,
)
_KEEPING_TIME: Final = re.compile(r"\w+_at|\w+_by|created|updated", re.IGNORECASE)
_SEVERAL: Final = 2


def says_what_one_may_do(table: Table, entry: Ownership) -> bool:
    """True when whoever may write their row in this table may grant themselves what it says.

    Args:
        table: the table.
        entry: its entry; roles named there as writers are the operator's word, and then this is False.
    """
    if entry.kind not in {OwnerKind.USER, OwnerKind.SELF, OwnerKind.TENANT} or entry.write_roles:
        return False
    return _BY_NAME.match(table.name.name) is not None or (entry.kind is OwnerKind.USER and _mostly_permissions(table))


def _mostly_permissions(table: Table) -> bool:
    keys = {*table.primary_key, *(column for key in table.foreign_keys for column in key.columns)}
    said = [
        column.name
        for column in table.columns
        if column.name not in keys and not _KEEPING_TIME.fullmatch(column.name) and not column.name.endswith("_id")
    ]
    permissions = [name for name in said if _PERMISSION.fullmatch(name)]
    return len(permissions) >= _SEVERAL and 2 * len(permissions) > len(said)
