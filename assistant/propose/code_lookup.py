"""Finds, in this repository, how a row is looked up by its id: so that a handler can ask whose it is before it uses the id."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from assistant.detect.code import words
from assistant.domain.code import GuardKind, OriginKind
from assistant.propose.code_access import authors_of
from assistant.propose.code_draft import Step
from assistant.propose.code_ground import ASKS, compared_and_written
from assistant.propose.code_held import asked_who, held_of, proven_columns
from assistant.propose.code_inline import also_of, inline, nearest
from assistant.propose.code_keys import is_own_key, led_to, named_by
from assistant.propose.code_members import members_of
from assistant.propose.code_mine import mine
from assistant.propose.code_office import holds_office, names_one
from assistant.propose.code_people import without_one
from assistant.propose.code_reasons import stored_elsewhere
from assistant.propose.code_spoken import spoken
from assistant.propose.code_spread import perhaps_none, spread_keys
from codemods.target import Needed


if TYPE_CHECKING:
    from assistant.domain.code import Entry, Query
    from assistant.domain.findings import Finding
    from assistant.propose.code_ground import CodeGround
    from assistant.propose.code_inline import Inline


_PROVING: Final = frozenset({GuardKind.MEMBERSHIP, GuardKind.ROLE, GuardKind.OWNER})
_CHANGES: Final = re.compile(
    r"(delete|remove|update|set|create|save|insert|archive|revoke|upsert|add|send|cancel|disable|enable|rotate|toggle|mark|move|copy|sync|process|handle)(?![a-z])"
)
"""Names of functions that do more than look."""
_BILLED: Final = re.compile(r"customer|billing|stripe|subscri")
_NEAR: Final = 30
"""Files that are asked how they import a client."""
_LISTED: Final = 2
"""Points in ``users.some.id``."""
_OWN_ID: Final = frozenset({"id", "_id", "uuid", "pk"})


class Getter(NamedTuple):
    """A function that reads one row by its id."""

    call: str
    """As it is written elsewhere, ``{id}`` in place of the id: ``await getChatById({ id: {id} })``."""
    needs: tuple[Needed, ...]
    """Its import."""
    scalar: bool = False
    """It answers the owner and no row."""


def lookup_steps(ground: CodeGround, entry: Entry, query: Query) -> list[list[Step]]:
    """Read the row (or the parent the id names) with the repository's own function, and compare its owner, before the query runs."""
    out: list[list[Step]] = []
    query = as_mapped(ground, query)
    for condition in query.filters:
        asked = next((origin.path for origin in condition.origins if origin.kind is OriginKind.REQUEST), "")
        if not asked:
            continue
        # `email` finds a row too, and is no id to look one up by
        named = led_to(ground, query, condition.column)
        table = named or (query.table if words.snake(condition.column) in _OWN_ID else "")
        if not table:
            continue
        # the handler may have renamed it: what the query compares is what the row is looked up by
        key = {"key": condition.column}
        out += [[step._replace(facts={**step.facts, **key})] for step in _steps(ground, entry, query, table, asked)]
    if query.verb == "insert":
        for written in query.written:
            asked = next((origin.path for origin in written.origins if origin.kind is OriginKind.REQUEST), "")
            own = words.snake(written.column) == "id"
            table = query.table if own else led_to(ground, query, written.column)
            if asked and table and not words.names_person(written.column):
                # a row that is about to be made need not be there yet
                absent = {"absent": "1"} if own else {}
                steps = _steps(ground, entry, query, table, asked)
                out += [[step._replace(facts={**step.facts, **absent})] for step in steps]
    return out


def as_mapped(ground: CodeGround, query: Query) -> Query:
    """Raw SQL that a mapper's client runs, as a query of that client: a look-up beside it is written in the mapper's words."""
    if query.engine != "sql" or query.at[1] <= query.at[0]:
        return query
    written = ground.written(query)
    return replace(query, engine="prisma") if re.search(r"\.\$(query|execute)Raw", written) else query


def reference_steps(ground: CodeGround, finding: Finding, entry: Entry) -> list[list[Step]] | str:
    """The same for an id that is stored."""
    facts = dict(finding.facts)
    queries = ground.queries(entry, finding.queries)
    asked = facts.get("request", "")
    table = facts.get("target", "") or named_by(facts.get("column", ""))
    if not queries or not asked or not table:
        return "Which row the stored id names could not be told: look it up by its owner before it is stored."
    steps = _steps(ground, entry, _own_query(entry, queries[0], asked), table, asked)
    if not steps:
        return stored_elsewhere(ground, table, asked)
    stored = facts.get("column", "")
    beside = [
        step._replace(optional=True, facts={**step.facts, "perhaps": perhaps_none(ground, query, column)})
        for query, column, named in spread_keys(ground, entry, stored)
        for step in _steps(ground, entry, query, named, column)[:1]
    ]
    more = {"stored": stored, "perhaps": perhaps_none(ground, queries[0], stored)}
    return [[step._replace(facts={**step.facts, **more}), *beside] for step in steps]


def _own_query(entry: Entry, query: Query, asked: str) -> Query:
    """The handler's own first query by the same part of the request, where a function that it calls stores the id at last: what is refused is refused before."""
    if not query.via:
        return query
    own = (
        one
        for one in entry.queries
        if not one.via
        and one.place.file == entry.place.file
        and one.engine == query.engine
        and any(origin.path == asked for _, origins in compared_and_written(one) for origin in origins)
    )
    return next(own, query)


def list_steps(ground: CodeGround, entry: Entry, query: Query) -> list[Step]:
    """A search within rows that the request lists: whose they are is asked before it searches them."""
    for condition in query.filters:
        asked = next((one.path for one in condition.origins if one.kind is OriginKind.REQUEST), "")
        table = words.points_at(condition.column)
        if asked and table and re.search(r"_?[iI]ds$", condition.column):
            steps = _steps(ground, entry, query, table, asked)
            if steps:
                return steps[:1]
    return []


def _steps(ground: CodeGround, entry: Entry, query: Query, table: str, asked: str) -> list[Step]:
    """Ways to ask whose row the id names: the repository's own look-up, a query of its table, a row of its members."""
    local = asked.rsplit(".", 1)[-1]
    many = bool(re.search(r"[iI]ds$|s$", local))
    if not local.isidentifier():
        return []
    held = held_of(ground, entry, query)
    at, path = before_call(ground, entry, query)
    name = words.table_key(table).rsplit("_", 1)[-1]
    facts = {
        "id": local,
        "name": name if name.isidentifier() else "found",
        "kind": entry.kind.value,
        "paths": ground.paths_read,
        "maybe": ground.maybe_empty,
        "session": asked_who(entry),
        "held": held,
        "proven": "1" if any(guard.kind in _PROVING and guard.weakness is None for guard in entry.guards) else "0",
    }
    plain = Step("verify_all" if many else "verify", path, function=entry.at, at=at, facts=facts)
    columns = _owners(ground, entry, query, table, held)
    house = words.names_tenant(f"{words.table_key(table)}_id")
    # a row that names its author is the author's, whoever else takes part in it
    out = _by_members(ground, entry, query, table, plain) if not many and (house or not columns) else []
    if not columns:
        return out
    said = spoken(ground, entry, table, query.engine).get(columns[0], "")
    plain = plain._replace(
        facts={**facts, "column": columns[0], "spoken": said, "mine": mine(ground, entry, columns[0])}
    )
    alone = not many and not also_of(ground, table, query.engine, columns[0])
    getter = getter_of(ground, table, entry, columns[0]) if alone else None
    if getter is not None:
        told = {"lookup": getter.call, "differs": f"{columns[0]} !== {{caller}}"}
        if getter.scalar:
            told = {"lookup": getter.call, "scalar": "1", "name": "ownerId"}
        out.append(plain._replace(facts={**plain.facts, **told}, needs=getter.needs))
    found = inline(ground, entry, query, table, columns[0], many=many)
    if found is not None and not (many and query.place.file != entry.place.file):
        listed = f"owned{name[:1].upper()}{name[1:]}{'s' if many else ''}"
        out.append(_inlined(ground, entry, query, plain, found, listed if found.listed or many else ""))
    return out


def mapped_step(ground: CodeGround, finding: Finding, entry: Entry, table: str, column: str) -> Step | None:
    """A look-up in the table that keeps whose a provider's object is: by that object and the caller, before the provider is called."""
    asked = dict(finding.facts).get("request", "").rsplit(".", 1)[-1]
    key = words.table_key(table)
    near = [one for each in ground.map.entries for one in each.queries if words.table_key(one.table) == key]
    near.sort(key=lambda one: (one.place.file != entry.place.file, bool(one.via)))
    here = finding.where is not None and finding.where.file == entry.place.file and finding.at[1] > 0
    for query in near if here and asked.isidentifier() else ():
        people = [one for one in ground.owner_columns(table, query.engine) if words.names_self(one) and "." not in one]
        person = people[0] if people else "id" if key in {"user", "profile", "account"} else ""
        found = inline(ground, entry, query, table, person, key=column) if person else None
        if found is None:
            continue
        asks = re.search(r"(\w+)\.auth\.get(User|Claims)\(", ground.text(entry.place.file)[entry.at[0] : entry.at[1]])
        if query.engine == "supabase" and asks is not None:
            found = found._replace(client=asks[1])
        facts = {
            "id": asked,
            "name": "customer",
            "kind": entry.kind.value,
            "column": person,
            "paths": ground.paths_read,
            "maybe": ground.maybe_empty,
            "session": asked_who(entry),
        }
        plain = Step("verify", entry.place.file, function=entry.at, at=finding.at, facts=facts)
        return _inlined(ground, entry, query, plain, found, "customer" if found.listed else "")
    return None


def _owners(ground: CodeGround, entry: Entry, query: Query, table: str, held: str) -> list[str]:
    """Columns of the table itself that say whose a row is: what is proven first, then a person's, then a tenant's."""
    authors = authors_of(ground, table) if query.engine == "prisma" else []
    # a guest's column alone would lock everybody out who has an account
    beside = [one for one in authors if not words.names_self(one)] if len(authors) > 1 else []
    columns = [*proven_columns(ground, entry, query, table), *ground.owner_columns(table, query.engine)]
    people = query.engine == "prisma" and not any("." not in one for one in columns)
    # where the row names nobody, whoever the schema lists as belonging to it
    columns = [one for one in dict.fromkeys(columns) if "." not in one or (people and one.count(".") == _LISTED)]
    columns = [one for one in columns if one not in beside]
    columns = without_one(ground, table, query.engine, columns)
    if holds_office(ground, entry):
        columns = [one for one in columns if not names_one(one)]
    if words.names_tenant(f"{words.table_key(table)}_id"):
        # whoever is billed for a tenant is no member of it
        columns = [one for one in columns if not _BILLED.search(words.snake(one))]
    proven = {part.partition("=")[0] for part in held.split(";")}
    return sorted(columns, key=lambda column: (column not in proven, words.names_tenant(column)))


def _by_members(ground: CodeGround, entry: Entry, query: Query, table: str, plain: Step) -> list[Step]:
    """A row of the table that says who belongs to what the id names."""
    members = members_of(ground, table, query.engine)
    if members is None or words.table_key(members.table) == words.table_key(query.table):
        return []
    found = inline(ground, entry, query, members.table, members.person, key=members.key)
    if found is None:
        return []
    step = plain._replace(facts={**plain.facts, "name": "member", "column": members.person})
    return [_inlined(ground, entry, query, step, found, "member" if found.listed else "")]


def _inlined(ground: CodeGround, entry: Entry, query: Query, plain: Step, found: Inline, listed: str) -> Step:
    """The step with a look-up of its own: what it imports, and how its answer is read."""
    needs = found.needs
    if query.place.file != entry.place.file:
        client = _import_of(ground, query.place.file, re.split(r"\W", found.client, maxsplit=1)[0], entry)
        # what is no import there may be handed to the handler as well: whether it is, the place says
        needs = (*needs, client) if client is not None else needs
    facts = {
        **plain.facts,
        "lookup": found.lookup,
        "client": found.client,
        "counts": "1" if found.counts else "",
        "data": "1" if found.data else "",
    }
    if listed:
        facts |= {"listed": "1", "name": listed}
    return plain._replace(facts=facts, needs=needs)


def _import_of(ground: CodeGround, path: str, name: str, entry: Entry) -> Needed | None:
    """How a file of the repository imports a client, seen from the entry."""
    from codemods.tsx.donor import rebased
    from codemods.tsx.imports import bound_names
    from codemods.tsx.tree import parse

    for near in nearest(ground, entry)[:_NEAR]:
        module, exported = bound_names(parse(ground.text(near).encode(), near)).get(name, ("", ""))
        if module and not module.startswith("../.."):
            return rebased(Needed(module, exported, "" if exported == name else name), near, entry.place.file)
    have = bound_names(parse(ground.text(path).encode(), path))
    if name not in have:
        return None
    module, exported = have[name]
    return rebased(Needed(module, exported, "" if exported == name else name), path, entry.place.file)


def before_call(ground: CodeGround, entry: Entry, query: Query) -> tuple[tuple[int, int], str]:
    """Where a query runs in the entry's own file: its bytes, or the line of the call that leads to it."""
    if query.place.file == entry.place.file and not query.via:
        return query.at, query.place.file
    from assistant.propose.code_plan import range_of_line

    return range_of_line(ground.text(entry.place.file).encode(), entry.line_to(query)), entry.place.file


def getter_of(ground: CodeGround, table: str, entry: Entry, column: str) -> Getter | None:
    """A function that some entry calls to read one row of the table by its id, as that entry writes it; its answer has the owner's column."""
    key = words.table_key(table)
    found: list[tuple[bool, str, Getter]] = []
    for other in ground.map.entries:
        for query in other.queries:
            if query.verb != "select" or not query.via or words.table_key(query.table) != key:
                continue
            if any(one.verb != "select" and one.via[:1] == query.via[:1] for one in other.queries):
                continue
            if len(query.filters) != 1 or not is_own_key(query.filters[0].column, query.table):
                continue
            answers = _answers(ground, other, query, column)
            getter = _written(ground, other, query, entry) if answers else None
            if getter is not None:
                getter = getter._replace(scalar=answers == "owner")
                found.append((other.place.file != entry.place.file, other.id, getter))
    return min(found, key=lambda one: one[:2])[2] if found else None


def _answers(ground: CodeGround, other: Entry, query: Query, column: str) -> str:
    """``row`` when the function answers the row, ``owner`` for its owner's column alone; empty for another column, or an object of its own that leaves it out."""
    name = re.escape(query.via[0].rsplit(".", 1)[-1])
    for path in other.files:
        source = ground.text(path)
        for found in re.finditer(rf"(?<![.\w]){name}\s*(?:=\s*(?:async\s*)?)?\([^;{{}}]*\)[^;{{}}]*\{{", source):
            body = source[found.end() : found.end() + 1_500]
            end = re.search(r"\n\s{0,4}\},?;?\n", body)
            held = body[: end.start()] if end else body
            answers = re.findall(r"\breturn\s*\{(.*?)\}", held, re.DOTALL)
            if answers and all(column not in one and "..." not in one for one in answers):
                return ""
            members = re.findall(
                r"\breturn\s+\w+(?:\[0\])?[?!]?\.(\w+)\s*(?:\?\?\s*(?:null|undefined))?\s*;?(?=\s)", held + "\n"
            )
            if members and len(members) == len(re.findall(r"\breturn\s+(?!null\b|undefined\b)\S", held)):
                return "owner" if set(members) == {column} else ""
    return "row"


def _written(ground: CodeGround, other: Entry, query: Query, entry: Entry) -> Getter | None:
    from codemods.tsx.donor import rebased
    from codemods.tsx.imports import bound_names
    from codemods.tsx.tree import parse

    name = query.via[0].rsplit(".", 1)[-1]
    if (
        re.search(r"(?<!s)s(By[A-Z]|$)|List|All|Public|Published|Shared", name)
        or _CHANGES.match(name)
        or ASKS.match(name)
    ):
        return None  # it gives several rows or none, those that everybody may see, or does more than look
    source = ground.text(other.place.file)
    called = re.search(rf"(?<![\w.])((?:\w+(?:\(\))?\.)*){re.escape(name)}\(", source)
    if called is None or (len(query.via) > 1 and not called[1]):
        return None
    root = re.split(r"[.(]", called[1], maxsplit=1)[0] or name
    have = bound_names(parse(source.encode(), other.place.file))
    needs: tuple[Needed, ...] = ()
    if root in have:
        need = Needed(*have[root], local="" if have[root][1] == root else root)
        needs = (rebased(need, other.place.file, entry.place.file),)
    elif other.place.file != entry.place.file or not re.search(
        rf"^(?:const|(?:async )?function) {root}\b", source, re.MULTILINE
    ):
        return None
    whole = f"{called[1]}{name}"
    shaped = re.search(rf"(?<![\w.]){re.escape(whole)}\(\s*\{{\s*(\w+)(?:\s*:\s*[\w.?!]+)?,?\s*\}}\s*\)", source)
    if shaped:
        return Getter(f"await {whole}({{ {shaped[1]}: {{id}} }})", needs)
    if re.search(rf"(?<![\w.]){re.escape(whole)}\(\s*[\w.?!]+\s*\)", source):
        return Getter(f"await {whole}({{id}})", needs)
    return None
