"""Why a guard does not count, in words; and which reasons have one place for many handlers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from assistant.detect.code.guards import skipped_when_unset
from assistant.domain.code import GuardKind, Weakness


if TYPE_CHECKING:
    from assistant.domain.code import Guard

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
    Weakness.EMPTY_LIST: "asks whether there is a list: an empty one is there, too, and nobody is refused",
    Weakness.FROM_REQUEST: "checks an identity that the request itself names",
    Weakness.FORGED_HEADER: "is a header that whoever calls may send, and who is named there is believed",
    Weakness.GET_SESSION: "reads a session whose cookie nobody verified",
    Weakness.USER_METADATA: "decides by metadata that the user can edit",
    Weakness.OTHER_ID: "proves one id, and another is used",
    Weakness.NEW_TENANT: "does not bind the tenant that is written",
    Weakness.NO_EXIT: "is looked at, and nothing stops",
}
"""In words; ``middleware-only`` is told by the rule about missing sessions, ``without-tenant`` by its own."""
OF_ONE_PLACE: Final = frozenset(
    {Weakness.USER_METADATA, Weakness.UNSET_SECRET, Weakness.OPTIONAL_SECRET, Weakness.FORGED_HEADER}
)
"""One field, variable or header that many handlers go by."""


def as_told(guard: Guard) -> Guard:
    """A list of the environment that is asked only where somebody set it is skipped like a secret, and stands on no branch."""
    return replace(guard, weakness=Weakness.OPTIONAL_SECRET) if skipped_when_unset(guard) else guard


def patched_as(guard: Guard) -> str:
    """The weakness that a patch is for: a list of people is no secret that could be demanded."""
    of_list = guard.kind is GuardKind.ROLE and guard.weakness is Weakness.OPTIONAL_SECRET
    return (Weakness.ONE_BRANCH if of_list else guard.weakness or Weakness.ONE_BRANCH).value


def why(says: str, weakness: Weakness) -> str:
    """The reason, for a sentence that begins with what the guard looks at."""
    listed_ones = weakness is Weakness.OPTIONAL_SECRET and says.endswith("in a list")
    return "is skipped when the list is empty" if listed_ones else SAYS[weakness]
