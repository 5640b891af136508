"""The repository's own access functions: which function decides over the rows of a table, and how handlers ask it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.domain.code import EntryKind, OriginKind
from assistant.propose.code_access_read import NAMED, asked_table, parent_of, read_access
from assistant.propose.code_draft import Step
from assistant.propose.code_mine import mine
from assistant.propose.code_office import holds_office
from assistant.propose.code_reach import understood
from codemods.target import Needed


if TYPE_CHECKING:
    from assistant.domain.code import Entry, Query
    from assistant.domain.findings import Finding
    from assistant.propose.code_access_read import Access
    from assistant.propose.code_ground import CodeGround

_PERSON: Final = re.compile(r"(user|guest|visitor|author|account|profile|member|creator|created_by)(_id)?$")
"""Columns that name a person, signed in or not; a space or a team is none."""
_ADMINISTERS: Final = re.compile(r"Admin|Owner|Edit|Manage|Modify|Write|Delete|Update")
_HOLDS: Final = re.compile(r"Admin|Owner|Manager")
_OFFICE: Final = re.compile(r"(Admin|Owner|Manager|Staff)s?$")
_SEVERAL: Final = 2
"""Files whose handlers ask for an office, before it is asked for in another."""
_LOOKS: Final = re.compile(r"View|Read|See[A-Z]?")
"""Who may look at a row need not be who may change it."""


def access_steps(ground: CodeGround, finding: Finding, entry: Entry) -> list[Step]:
    """Ask it about the row that the handler works with, or about its parent; nothing where the repository has no such function."""
    from assistant.propose.code_access_parent import looked_up
    from assistant.propose.code_rows import read_by

    # what finds its rows by a row that the request names is behind the question about that one
    named = ground.queries(entry, finding.queries)
    at_fault = [*named, *(read for one in named if (read := read_by(entry, one)) is not one)]
    for query in at_fault:
        if query.via or query.place.file != entry.place.file or not query.at[1]:
            continue
        direct = _direct(ground, entry, query)
        if direct:
            return direct
    for query in ground.queries(entry, finding.queries):
        if query.via or query.place.file != entry.place.file or query.verb not in {"update", "delete"}:
            continue
        over = _over_parent(ground, entry, query)
        if over:
            return over
    for query in at_fault:
        looked = looked_up(ground, entry, query)
        if looked:
            return looked
    return []


def _direct(ground: CodeGround, entry: Entry, query: Query) -> list[Step]:
    """The id of the row itself, or of its parent, stands in the condition."""
    for condition in query.filters:
        column = condition.column
        table = query.table if column == "id" else parent_of(column)
        writes = changes(entry, query)
        found = access_to(ground, entry, table, writes=writes) if table and condition.operator == "eq" else None
        if found is not None and column != "id" and not asked_for(ground, found.name, entry, query.table):
            continue
        # who may look at a row need not be who may administer it
        if found is not None and not (not writes and _ADMINISTERS.search(found.name)):
            facts = {"key": column, "throws": "1" if found.throws else "", "column": "user_id"}
            asked = next((one.path for one in condition.origins if one.kind is OriginKind.REQUEST), "")
            facts |= {"table": words.table_key(table), "id": asked.rsplit(".", 1)[-1]}
            return with_import(ground, entry, found, Step("access", entry.place.file, entry.at, query.at, facts))
    return []


def asked_for(ground: CodeGround, name: str, entry: Entry, table: str) -> bool:
    """An office is asked for rows that hang on a thing only where handlers beside this one, or of the same rows, ask for it: whoever may write may be let in elsewhere."""
    if not _HOLDS.search(name):
        return True
    key = words.table_key(table)
    return any(
        one.id != entry.id
        and any(query.via[:1] and query.via[0].rsplit(".", 1)[-1] == name for query in one.queries)
        and (
            one.place.file == entry.place.file
            or any(words.table_key(query.table) == key and not query.via for query in one.queries)
        )
        for one in ground.map.entries
    )


def changes(entry: Entry, query: Query) -> bool:
    """Rows are changed with what the query finds: by itself, or by the handler that it stands in."""
    return (
        query.verb != "select"
        or entry.verb in {"mutation", "POST", "PUT", "PATCH", "DELETE"}
        or any(one.verb in {"insert", "update", "delete", "upsert"} and not one.via for one in entry.queries)
    )


def _over_parent(ground: CodeGround, entry: Entry, query: Query) -> list[Step]:
    """The row's author, or whoever may administer its parent."""
    model = ground.models.get(words.table_key(query.table))
    if query.engine != "prisma" or model is None or [one.column for one in query.filters] != ["id"]:
        return []
    authors = authors_of(ground, query.table)
    for one in model.fields:
        parent = parent_of(one.name)
        found = access_to(ground, entry, parent, writes=True) if parent and not one.optional else None
        if found is None or found.throws or not authors or one.name in authors:
            continue
        written = ground.written(query)
        root = re.match(r"(?:await\s+)?([A-Za-z_$][\w$]*\.\w+)\s*\.", written)
        if root is None:
            continue
        facts = {"columns": ",".join(authors), "parent": one.name, "model": root[1]}
        return with_import(ground, entry, found, Step("row_access", entry.place.file, entry.at, query.at, facts))
    return []


def authors_of(ground: CodeGround, table: str) -> list[str]:
    """Columns of a Prisma model that name whoever made a row: a signed-in author and a guest have columns of their own, and either may be empty."""
    model = ground.models.get(words.table_key(table))
    told = ground.told_columns.get(words.table_key(table), [])
    found = [
        one.name
        for one in (model.fields if model is not None else ())
        if one.name in told and (words.names_self(one.name) or (one.optional and _PERSON.search(words.snake(one.name))))
    ]
    return sorted(found, key=lambda one: not words.names_self(one))


def with_import(ground: CodeGround, entry: Entry, found: Access, step: Step) -> list[Step]:
    """The step with what it asks, what it answers strangers, and what has to be imported or exported for it."""
    from codemods.tsx.donor import rebased

    facts = {
        **step.facts,
        "call": found.call,
        "helper": found.name,
        "kind": entry.kind.value,
        "paths": ground.paths_read,
        "maybe": ground.maybe_empty,
        "refusal": found.refusal,
        "mine": found.caller if found.kind is entry.kind and "." in found.caller else mine(ground, entry, "user_id"),
    }
    brought = tuple(rebased(one, found.file, entry.place.file) for one in found.brought)
    facts |= {"brings": found.brings, "only": ",".join(one.bound for one in brought)}
    if found.file == entry.place.file and found.need is None:
        return [step._replace(facts=facts, needs=brought)]
    if found.need is not None:
        return [step._replace(facts=facts, needs=(rebased(found.need, found.file, entry.place.file), *brought))]
    module = f"./{found.file.rpartition('/')[2].rsplit('.', 1)[0]}"
    need = rebased(Needed(module, found.name), found.file, entry.place.file)
    steps = [] if found.exported else [Step("export_it", found.file, facts={"name": found.name})]
    return [*steps, step._replace(facts=facts, needs=(need, *brought))]


def access_to(ground: CodeGround, entry: Entry, table: str, *, writes: bool) -> Access | None:
    """The function that most handlers ask about rows of a table before they do such a thing, the nearest first among equals."""
    found = [
        one
        for one in _all(ground).get(words.table_key(table), ())
        if not (writes and _LOOKS.search(one.name)) and _asked_here(ground, entry, one, table)
    ]
    if found and holds_office(ground, entry):
        return None  # such a function lets the same office through everywhere, or shuts it out
    if not writes and any(_LOOKS.search(one.name) for one in found):
        found = [one for one in found if _LOOKS.search(one.name)]
    if not found:
        return None
    counted = {name: sum(one.name == name for one in found) for name in {one.name for one in found}}
    return min(found, key=lambda one: (-counted[one.name], one.file != entry.place.file, one.need is None, one.file))


def _asked_here(ground: CodeGround, entry: Entry, found: Access, table: str) -> bool:
    """The handler can import it, and what it throws is an answer there."""
    named = words.table_key(table).replace("_", "")[:3] in found.name.lower()
    if _OFFICE.search(found.name) and not named and found.file != entry.place.file:
        # who runs one part of the application says nothing about another: `requireAdmin` of the billing file
        asked = {one.file for each in _all(ground).values() for one in each if one.name == found.name}
        if len(asked) < _SEVERAL:
            return False
    if found.throws and found.kind is EntryKind.PROCEDURE and entry.kind is not EntryKind.PROCEDURE:
        return False
    needs = (found.need or Needed("./", found.name),)
    return found.file == entry.place.file or understood(ground, needs, found.file, entry.place.file)


def _all(ground: CodeGround) -> dict[str, list[Access]]:
    if ground.accesses is None:
        out: dict[str, list[Access]] = {}
        for entry in ground.map.entries:
            seen: set[tuple[str, str]] = set()
            for query in entry.queries:
                name = query.via[0].rsplit(".", 1)[-1] if query.via and query.verb == "select" else ""
                said, own = asked_table(query) if NAMED.match(name) else ("", False)
                table = words.table_key(said)
                if not table or (name, table) in seen:
                    continue
                seen.add((name, table))
                access = read_access(ground, entry, name, table, own=own)
                if access is not None:
                    out.setdefault(table, []).append(access)
        ground.accesses = out
    return ground.accesses
