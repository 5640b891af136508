"""The caller's address in place of the one that a browser says: for rows that are kept under an address, where the library that signs people in knows it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from assistant.detect.code import words
from assistant.domain.code import EntryKind, OriginKind
from assistant.propose.code_draft import Step
from assistant.propose.code_ground import compared_and_written
from assistant.propose.code_templates import template
from codemods.target import Needed


if TYPE_CHECKING:
    from assistant.domain.code import Entry
    from assistant.domain.findings import Finding
    from assistant.propose.code_ground import CodeGround

_ADDRESS: Final = re.compile(r"e_?mail(_address)?$")
_OTHERS: Final = re.compile(r"invit|recipient|to_|contact|guest|customer|new_|target")
"""Addresses of somebody else."""


class _Asks(NamedTuple):
    lines: str
    names: str
    value: str
    """The address, behind a refusal of whoever has none."""
    needs: tuple[Needed, ...]


def address_steps(ground: CodeGround, finding: Finding, entry: Entry) -> list[list[Step]]:
    """Ask for the session and refuse whoever names another address; nothing where the address is none of the caller's, or the library does not tell it."""
    if entry.kind is not EntryKind.ACTION:
        return []
    found = {
        origin.path
        for query in ground.queries(entry, finding.queries)
        for column, origins in compared_and_written(query)
        if words.snake(column) not in {"email", "e_mail"} and column in ground.owner_columns(query.table, query.engine)
        for origin in origins
        if origin.kind is OriginKind.REQUEST and origin.path.startswith("argument.")
    }
    path = found.pop() if len(found) == 1 else ""
    name = words.snake(path.rsplit(".", 1)[-1])
    asks = _asks(ground, entry) if path and _ADDRESS.search(name) and not _OTHERS.search(name) else None
    if asks is None:
        return []
    kind = entry.kind.value
    empty = asks.value.replace(".", "?.")
    guard = {"kind": kind, "lines": asks.lines, "names": asks.names, "empty": empty}
    taken = {"from": path, "kind": kind, "value": asks.value}
    return [
        [
            Step("guard", entry.place.file, function=entry.at, facts=guard, needs=asks.needs),
            Step("identity", entry.place.file, function=entry.at, facts=taken),
        ]
    ]


def _asks(ground: CodeGround, entry: Entry) -> _Asks | None:
    if "@clerk/nextjs" in ground.packages:
        needs = (Needed("@clerk/nextjs/server", "currentUser"),)
        return _Asks("const user = await currentUser();", "user", "user.primaryEmailAddress.emailAddress", needs)
    written = template(ground, entry)
    if written is None or written.names != "session":
        return None
    return _Asks(written.lines, "session", "session.user.email", written.needs)
