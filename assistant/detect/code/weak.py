"""Why a guard does not count, in words; which reasons have one place for many handlers; and checks that are left out along with the id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code.access import access_to, proven_by
from assistant.detect.code.context import Whose
from assistant.domain.code import OriginKind, Weakness


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Entry, Guard, Query


SAYS: Final = {
    Weakness.NOT_AWAITED: "is not awaited: a promise is always true and holds nobody up",
    Weakness.ASYNC_FILTER: "filters with an async function: every promise is kept",
    Weakness.OPTIONAL_SECRET: "is skipped when the secret is not set",
    Weakness.UNSET_SECRET: 'compares with a text that is known when the variable is not set ("Bearer undefined", or nothing at all)',
    Weakness.IN_CODE: "compares with a text that is written in the code, for whoever reads it",
    Weakness.IN_CATCH: "stands in a catch block",
    Weakness.AFTER_WRITE: "comes after the write",
    Weakness.ONE_BRANCH: "stands on one branch only",
    Weakness.FAIL_OPEN: "passes when the id or the list is empty",
    Weakness.FROM_REQUEST: "checks an identity that the request itself names",
    Weakness.FORGED_HEADER: "is a header that whoever calls may send, and who is named there is believed",
    Weakness.GET_SESSION: "reads a session whose cookie nobody verified",
    Weakness.USER_METADATA: "decides by metadata that the user can edit",
    Weakness.OTHER_ID: "proves one id, and another is used",
    Weakness.NEW_TENANT: "does not bind the tenant that is written",
    Weakness.NO_EXIT: "is looked at, and nothing stops",
}
"""In words; ``middleware-only`` is told by the rule about missing sessions."""
OF_ONE_PLACE: Final = frozenset(
    {Weakness.USER_METADATA, Weakness.UNSET_SECRET, Weakness.OPTIONAL_SECRET, Weakness.FORGED_HEADER}
)
"""One field, variable or header that many handlers go by."""


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
