"""Handlers in which somebody with a role works with the rows of others: the caller's own id is no answer to whose those are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.domain.code import GuardKind, OriginKind


if TYPE_CHECKING:
    from assistant.domain.code import Entry, Query
    from assistant.propose.code_ground import CodeGround

_OFFICE: Final = r"(?:admin|owner|manager|staff|moderator|supervisor|super_?user|operator|support|coach|agent)"
_ROLES: Final = re.compile(_OFFICE, re.IGNORECASE)
_ASKED: Final = re.compile(
    r"\bif\s*\([^{;]*?(?:\b(?:is|can)_?\w*(?:Admin|Owner|Manager|Staff|Moderator|Manage)\w*|\bis_(?:super_?)?(?:admin|staff)\b"
    rf"|\brole\b[\w.?!]*\s*[!=]==?\s*[\"']\w*{_OFFICE}\w*[\"'])"
    r"|\b(?:require|assert|ensure|check|verify|enforce|has)\w*(?:Admin|Role|Staff|Manager)\w*\(",
    re.IGNORECASE,
)
"""``if (!ctx.isOrgAdmin)``, ``if (user.role !== "admin")``, ``await requireAdmin()``."""


def holds_office(ground: CodeGround, entry: Entry) -> bool:
    """A role is asked for in the handler, or on the way to it, that looks after other people's rows."""
    if any(
        guard.kind is GuardKind.ROLE and guard.weakness is None and any(_ROLES.search(role) for role in guard.roles)
        for guard in entry.guards
    ):
        return True
    source = ground.text(entry.place.file).encode()[entry.at[0] : entry.at[1]].decode("utf-8", "replace")
    return _ASKED.search(source) is not None


def names_one(column: str) -> bool:
    """A person's column, its own or at the end of a path to the account: whoever holds an office looks at others' rows."""
    last = column.rsplit(".", 1)[-1]
    person = words.names_person(last) or words.names_self(last) or words.snake(last).endswith(("user_id", "_by"))
    return (
        person
        and not words.names_tenant(last)
        and ".members." not in f".{column}"
        and ".users.some" not in f".{column}"
    )


def names_others(entry: Entry) -> bool:
    """One row names both who acts and whom the request names: ``createdBy`` of the session beside ``userId`` of the body."""
    return any(
        any(one.kind is OriginKind.CALLER for each in query.written for one in each.origins)
        and any(
            one.kind is OriginKind.REQUEST and words.names_person(each.column)
            for each in query.written
            for one in each.origins
        )
        for query in entry.queries
    )


def role_of(ground: CodeGround, query: Query) -> tuple[str, str] | None:
    """Of a query for the caller's own membership: the column of the role, and the value that administers here."""
    if query.verb != "select" or not any(
        origin.kind is OriginKind.CALLER for one in query.filters for origin in one.origins
    ):
        return None
    key = words.table_key(query.table)
    model = ground.models.get(key)
    known = [*(model.columns if model else ()), *ground.known_columns.get(key, []), *ground.tables.get(key, [])]
    if "role" not in known or not re.search(r"member|team|user|workspace|org", key):
        return None
    named = [role for entry in ground.map.entries for guard in entry.guards for role in guard.roles]
    named += re.findall(
        r"\brole\s*[!=]==?\s*[\"'](\w+)[\"']",
        " ".join(ground.text(path) for path in sorted({entry.place.file for entry in ground.map.entries})),
    )
    chosen = [role for role in named if re.fullmatch(r"(?i)(super_?)?(admin|owner)(istrator)?", role)]
    return ("role", max(set(chosen), key=lambda role: (chosen.count(role), role))) if chosen else None
