"""The repository's own access functions: which function decides over the rows of a table, and how handlers ask it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from assistant.detect.code import words
from assistant.domain.code import OriginKind
from assistant.propose.code_draft import Step
from codemods.target import Needed


if TYPE_CHECKING:
    from assistant.domain.code import Entry, Query
    from assistant.domain.findings import Finding
    from assistant.propose.code_ground import CodeGround

_NAMED: Final = re.compile(
    r"^(has|can|may|is|check|verify|assert|ensure|require|authori[sz]e|throwIf)\w*"
    r"(Access|Permission|Admin|Owner|Member|Allowed|Edit|Manage|Modify|Delete|Update|Belongs)\w*$"
)
"""Functions that say whether somebody may."""
_PERSON: Final = re.compile(r"(user|guest|visitor|author|account|profile|member|creator|created_by)(_id)?$")
"""Columns that name a person, signed in or not; a space or a team is none."""
_ADMINISTERS: Final = re.compile(r"Admin|Owner|Edit|Manage|Modify|Delete|Update")
_CALLER: Final = re.compile(
    r"(^|\.)(userId|user_id|currentUserId|callerId)$|(user|session|auth|viewer|me|ctx)[\w.?!]*\.(id|userId)$"
)


class Access(NamedTuple):
    """One such function."""

    name: str
    call: str
    """Model text with ``{id}`` and ``{caller}``."""
    throws: bool
    """It ends the handler itself."""
    file: str
    """File whose handler asks it."""
    need: Needed | None
    """Its import there; None when it is declared there."""
    exported: bool
    """Other modules may import it."""


def access_steps(ground: CodeGround, finding: Finding, entry: Entry) -> list[Step]:
    """Ask it about the row that the handler works with, or about its parent; nothing where the repository has no such function."""
    for query in ground.queries(entry, finding.queries):
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
    return []


def _direct(ground: CodeGround, entry: Entry, query: Query) -> list[Step]:
    """The id of the row itself, or of its parent, stands in the condition."""
    for condition in query.filters:
        column = condition.column
        table = query.table if column == "id" else _parent(column)
        found = _access(ground, entry, table) if table and condition.operator == "eq" else None
        # who may look at a row need not be who may administer it
        if found is not None and not (query.verb == "select" and _ADMINISTERS.search(found.name)):
            facts = {"key": column, "throws": "1" if found.throws else "", "column": "user_id"}
            facts["table"] = words.table_key(table)
            return _with_import(ground, entry, found, Step("access", entry.place.file, entry.at, query.at, facts))
    return []


def _over_parent(ground: CodeGround, entry: Entry, query: Query) -> list[Step]:
    """The row's author, or whoever may administer its parent."""
    model = ground.models.get(words.table_key(query.table))
    if query.engine != "prisma" or model is None or [one.column for one in query.filters] != ["id"]:
        return []
    authors = authors_of(ground, query.table)
    for one in model.fields:
        parent = _parent(one.name)
        found = _access(ground, entry, parent) if parent and not one.optional else None
        if found is None or found.throws or not authors or one.name in authors:
            continue
        written = ground.text(query.place.file).encode()[query.at[0] : query.at[1]].decode("utf-8", "replace")
        root = re.match(r"(?:await\s+)?([A-Za-z_$][\w$]*\.\w+)\s*\.", written)
        if root is None:
            continue
        facts = {"columns": ",".join(authors), "parent": one.name, "model": root[1]}
        return _with_import(ground, entry, found, Step("row_access", entry.place.file, entry.at, query.at, facts))
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


def _with_import(ground: CodeGround, entry: Entry, found: Access, step: Step) -> list[Step]:
    from codemods.tsx.donor import rebased

    facts = {
        **step.facts,
        "call": found.call,
        "helper": found.name,
        "kind": entry.kind.value,
        "paths": ground.paths_read,
        "maybe": ground.maybe_empty,
    }
    if found.file == entry.place.file and found.need is None:
        return [step._replace(facts=facts)]
    if found.need is not None:
        return [step._replace(facts=facts, needs=(rebased(found.need, found.file, entry.place.file),))]
    module = f"./{found.file.rpartition('/')[2].rsplit('.', 1)[0]}"
    need = rebased(Needed(module, found.name), found.file, entry.place.file)
    steps = [] if found.exported else [Step("export_it", found.file, facts={"name": found.name})]
    return [*steps, step._replace(facts=facts, needs=(need,))]


def _access(ground: CodeGround, entry: Entry, table: str) -> Access | None:
    """The function that most handlers ask about rows of a table, the nearest first among equals."""
    found = list(_all(ground).get(words.table_key(table), ()))
    if not found:
        return None
    counted = {name: sum(one.name == name for one in found) for name in {one.name for one in found}}
    return min(found, key=lambda one: (-counted[one.name], one.file != entry.place.file, one.need is None, one.file))


def _all(ground: CodeGround) -> dict[str, list[Access]]:
    if ground.accesses is None:
        out: dict[str, list[Access]] = {}
        for entry in ground.map.entries:
            for query in entry.queries:
                if len(query.via) == 1 and query.verb == "select" and _NAMED.match(query.via[0].rsplit(".", 1)[-1]):
                    access = _read(ground, entry, query)
                    if access is not None:
                        out.setdefault(words.table_key(query.table), []).append(access)
        ground.accesses = out
    return ground.accesses


def _read(ground: CodeGround, entry: Entry, query: Query) -> Access | None:
    """How a handler asks it: ``await hasPollAccess(input.pollId, ctx.user.id)``."""
    from codemods.tsx.imports import bound_names
    from codemods.tsx.tree import arguments, field, function_at, pairs, parse, plain, text, walk

    if not any(one.kind is not OriginKind.CALLER for f in query.filters if f.column == "id" for one in f.origins):
        return None
    name = query.via[0].rsplit(".", 1)[-1]
    root = parse(ground.text(entry.place.file).encode(), entry.place.file)
    handler = function_at(root, entry.at)
    for call in walk(handler) if handler is not None else ():
        if call.type != "call_expression" or text(field(call, "function")) != name:
            continue
        given = arguments(call)
        shaped = pairs(plain(given[0])) if len(given) == 1 and given[0].type == "object" else {}
        said = [text(one) for one in shaped.values()] if shaped else [text(one) for one in given]
        who = [number for number, one in enumerate(said) if _CALLER.search(re.sub(r"[?!]", "", one))]
        if len(said) != 2 or len(who) != 1:  # noqa: PLR2004 - the row and the caller
            continue
        names = ["{caller}" if number == who[0] else "{id}" for number in range(2)]
        inside = (
            ", ".join(f"{key}: {one}" for key, one in zip(shaped, names, strict=True)) if shaped else ", ".join(names)
        )
        awaited = call.parent is not None and call.parent.type == "await_expression"
        written = f"{'await ' if awaited else ''}{name}({'{ ' + inside + ' }' if shaped else inside})"
        outer = call.parent if awaited else call
        throws = outer is not None and outer.parent is not None and outer.parent.type == "expression_statement"
        have = bound_names(root).get(name)
        need = Needed(have[0], have[1], "" if have[1] == name else name) if have else None
        exported = re.search(rf"^export\s+(async\s+)?(const|function)\s+{name}\b", text(root), re.MULTILINE) is not None
        return Access(name, written, throws, entry.place.file, need, exported)
    return None


def _parent(column: str) -> str:
    found = words.snake(column)
    return found[:-3] if found.endswith("_id") and not words.names_person(column) else ""
