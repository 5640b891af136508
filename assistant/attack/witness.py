"""The shortest psql script that shows a leak: as that role, with those claims, on the row that leaked, rolled back.

Everything from the operator's schema is quoted where it is SQL and flattened where it is a comment, so that no name can
smuggle in a line of its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.domain.matrix import Actor
from assistant.sql.names import ident, literal


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.attack.actors import Caller

WHO = {
    Actor.GUEST: "a visitor who is not signed in",
    Actor.SIGNED_IN: "any signed-in user",
    Actor.OTHER_TENANT: "a member of another tenant",
    Actor.TEAMMATE: "a plain member of the same tenant",
    Actor.FORGED_CLAIMS: "a signed-in user who edited their own user_metadata, or whose session lacks a claim",
    Actor.SERVICE: "the server",
    Actor.OWNER: "the owner",
}
"""Each actor in words."""


def script(caller: Caller, expects: str, statements: Sequence[str], *, show: str | None = None) -> str:
    """The whole script.

    Args:
        caller: whose session it imitates.
        expects: one sentence: what psql prints when the leak is open.
        statements: what the attacker does, in order, without closing semicolons.
        show: a statement that the owner of the database runs afterwards, to make a write visible.
    """
    lines = [
        f"-- As {WHO[caller.actor]}: {flat(expects)}",
        "-- Ids are those of the rehearsal database; put real ones in their place elsewhere. Nothing is kept.",
        "begin;",
        *(f"{before};" for before in [caller.setup] if before),
        f"set local role {ident(caller.role)};",
    ]
    lines += [f"select set_config({literal(name)}, {literal(value)}, true);" for name, value in caller.settings]
    lines += [f"{statement};" for statement in statements]
    if show is not None:
        lines += ["reset role;", f"{show};"]
    lines.append("rollback;")
    return "\n".join(lines) + "\n"


def flat(text: str) -> str:
    """One line without control characters."""
    return re.sub(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+", " ", text)
