"""What a server does for itself on the way: looks whether an address is kept out, takes off devices that no longer answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.domain.code import OriginKind


if TYPE_CHECKING:
    from assistant.domain.code import Query

_KEPT_OUT: Final = re.compile(
    r"(?:^|_)(?:block|bann|deni|blacklist|suspicious|allow)(?:ed|list)?_?ips?(?:_address)?(?:$|_)|(?:^|_)ip_(?:block|ban|deny|black|allow)"
)
_DEVICES: Final = re.compile(r"(?:^|_)(?:push_(?:subscription|token|device|endpoint)|(?:device|fcm|expo|apns)_token)$")


def keeps_house(query: Query) -> bool:
    """Neither shown nor chosen by anybody: a look at a list of addresses or at devices to ring, or one of these taken off by the number that its row has."""
    key = words.table_key(query.table)
    if query.verb == "select":
        return not query.returned and bool(_KEPT_OUT.search(key) or _DEVICES.search(key))
    found = [origin for condition in query.filters for origin in condition.origins]
    return (
        query.verb == "delete"
        and bool(found)
        and bool(_DEVICES.search(key))
        and all(origin.kind is OriginKind.ROW for origin in found)
    )
