"""What was caught: an error of the database, or one that the application threw itself and whose words are its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.collect.code.follow.facts import Learned
from assistant.collect.code.values import Blueprint, Chain, Constant, Known
from assistant.domain.code import ClientKind, Origin, OriginKind


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.collect.code.follow.facts import Facts
    from assistant.collect.code.follow.query_record import QueryRecord
    from assistant.collect.code.values import Test, Value

CAUGHT: Final = Known(frozenset({Origin(OriginKind.UNKNOWN, "error")}))
"""What a ``catch`` is handed."""
FAILED: Final = Known(frozenset({Origin(OriginKind.UNKNOWN, "failure")}))
"""The same where no row was reached before it: a bank, a certificate or a text that could not be read."""
REFUSAL: Final = Known(frozenset({Origin(OriginKind.UNKNOWN, "refusal")}))
"""The same, once it is known to be one of the application's own."""
OWN_ERROR: Final = Learned(frozenset({("own error",)}))
"""What a test for one of the application's own errors teaches."""
_ANY: Final = frozenset({"Error", "TypeError", "RangeError", "Object", "Exception", "BaseException"})
_OF_DATABASE: Final = re.compile(
    r"prisma|postgres|drizzle|database|sql(?!ite_?id)|query|mongo|knex|kysely|typeorm|sequelize|^db|dberror",
    re.IGNORECASE,
)


def caught(reached: Sequence[QueryRecord]) -> Value:
    """What a ``catch`` is handed behind the queries that ran in its ``try``: of none, or of a provider's alone, no database said it."""
    return CAUGHT if any(one.client is not ClientKind.PROVIDER for one in reached) else FAILED


def own_error(test: Test) -> bool:
    """``error instanceof NotAllowed``, ``error instanceof z.ZodError``, ``error.message === "NOT_FOUND"``: no database said it."""
    if test.kind == "is" and len(test.operands) == 2:  # noqa: PLR2004 - a value and what it may be
        return _is_caught(test.operands[0]) and _own_class(test.operands[1])
    if test.kind == "equal":
        one, other = test.operands
        return any(
            _is_caught(value) and isinstance(said, Constant) and isinstance(said.value, str) and bool(said.value)
            for value, said in ((one, other), (other, one))
        )
    return False


def narrowed_error(facts: Facts, value: Value) -> Value:
    """A value, or the caught error as one of the application's own where that is known."""
    return REFUSAL if ("own error",) in facts and _is_caught(value) else value


def _is_caught(value: Value) -> bool:
    return isinstance(value, Known) and all(
        origin.kind is OriginKind.UNKNOWN and origin.path.partition(".")[0] == "error" for origin in value.origins
    )


def _own_class(value: Value) -> bool:
    if isinstance(value, Blueprint):
        return not _OF_DATABASE.search(value.klass.name or "")
    if not isinstance(value, Chain):
        return False
    named = value.steps[-1].name if value.steps and value.steps[-1].name else value.name
    if not named or named in _ANY:
        return False
    return not _OF_DATABASE.search(named) and not _OF_DATABASE.search(value.source)
