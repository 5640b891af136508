"""Checks that are left out along with the id: without one, neither the check nor the condition is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.code.access import access_to, proven_by
from assistant.detect.code.context import Whose
from assistant.domain.code import OriginKind


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Entry, Guard, Query


def open_without_id(context: CodeContext, entry: Entry) -> Iterator[tuple[Guard, Query]]:
    """The id is checked when there is one, and without one neither the check nor the condition is there: every tenant's rows."""
    for query in entry.queries:
        access = access_to(context, entry, query)
        if access.tied or not access.matters or access.whose is not Whose.CUSTOMERS:
            continue
        if any(condition.operator in {"eq", "in"} for condition in query.filters):
            continue
        for condition in query.filters:
            if condition.operator != "match" or not context.names_owner(query.table, condition.column):
                continue
            asked = {origin for origin in condition.origins if origin.kind is OriginKind.REQUEST}
            guard = next((one for one in access.somewhere_before if asked and asked <= proven_by(entry, (one,))), None)
            if guard is not None and len(asked) == len(condition.origins):
                yield guard, query
                break
