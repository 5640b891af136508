"""Which of a few plain mistakes makes a predicate open: one name each, so that one mistake is reported by one rule."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from assistant.detect.context import Exposure
from assistant.sql.truth import Caller


if TYPE_CHECKING:
    from assistant.detect.context import Context
    from assistant.domain.catalog import PolicyRow, Table
    from assistant.sql.branches import Branch

_SERVER: Final = re.compile(r"service[\s_-]*(?:role|key|account)?\b|\bserver\b|\bbackend\b|\bsystem\b", re.IGNORECASE)


class Opening(StrEnum):
    """Why a predicate admits more than it should."""

    NAMED_FOR_SERVER = "named-for-server"
    TAUTOLOGY = "tautology"
    ALWAYS_TRUE = "always-true"
    SIGNED_IN = "signed-in-only"
    MISSING_SETTING = "missing-setting"


def opening(context: Context, table: Table, policy: PolicyRow, text: str) -> Opening | None:
    """The mistake in one predicate of a policy, or None when it is none of these."""
    guest, user = context.admits(table, text, Caller.GUEST), context.admits(table, text, Caller.SIGNED_IN)
    everyone, signed_in = guest is True and user is True, guest is False and user is True
    if (everyone or signed_in) and named_for_server(context, policy):
        return Opening.NAMED_FOR_SERVER
    if any(is_tautology(branch) for branch in context.branches(table.name, text)):
        return Opening.TAUTOLOGY
    if everyone:
        return Opening.ALWAYS_TRUE
    if signed_in:
        return Opening.SIGNED_IN
    missing = (context.admits(table, text, caller) for caller in (Caller.UNSET, Caller.EMPTY))
    return Opening.MISSING_SETTING if user is not True and (guest is True or True in missing) else None


def named_for_server(context: Context, policy: PolicyRow) -> bool:
    """True when the name says that the server is meant and the roles say that everyone is."""
    return bool(_SERVER.search(policy.name)) and context.exposure_of(policy.roles) is not Exposure.NOBODY


def is_tautology(branch: Branch) -> bool:
    """True when a branch compares a column of the row with itself and nothing else ties the row to the caller."""
    return not branch.bound and any(atom.itself for atom in branch.atoms)
