"""What middleware asks before a handler: whether it looks up what the caller has to do with an id of the address.

Which addresses it does so for is written in patterns and branches that are not compared with each path, so that this is believed only as far
as to ask more quietly.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.guards import EQUALS
from assistant.domain.code import EntryKind, TieKind


if TYPE_CHECKING:
    from assistant.detect.code.access import Access
    from assistant.domain.code import Query

_FIRST: Final = re.compile(r"\[(\w+)\]")


def asked_before(access: Access) -> bool:
    """The middleware that covers the path looks up what ties the caller to its first id, and the query keeps to that id.

    A second id of the address (``/projects/[projectId]/alerts/[alertId]``) is nobody's business but the handler's.
    """
    first = _FIRST.search(access.entry.path)
    if first is None or not _looked_up(access):
        return False
    kept = f"path.{first[1]}"
    held = [part.origins for part in access.query.filters if part.operator in EQUALS and words.names_id(part.column)]
    held += [part.origins for part in access.query.written if words.names_id(part.column)]
    return any(origins and all(one.path == kept for one in origins) for origins in held)


def _looked_up(access: Access) -> bool:
    """``member where project = … and user = me``, by an id of the address."""
    entry = access.entry
    return any(
        one.kind is EntryKind.MIDDLEWARE
        and entry.covered_by.startswith(f"{one.place.file}:")
        and any(_of_address(query) for query in one.queries)
        for one in access.context.map.entries
    )


def _of_address(query: Query) -> bool:
    if query.tie is None or query.tie.kind is not TieKind.FILTER:
        return False
    return any(
        words.names_id(part.column) and any(one.path.startswith("url") for one in part.origins)
        for part in query.filters
    )
