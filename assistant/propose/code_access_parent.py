"""Access to what a row hangs on: the row that the request names is read first, and the repository's own function is asked about its parent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from assistant.detect.code import words
from assistant.domain.code import OriginKind
from assistant.propose.code_access import access_to, asked_for, changes, with_import
from assistant.propose.code_access_read import parent_of
from assistant.propose.code_draft import Step
from assistant.propose.code_inline import constant_of, operators_of, spelled
from assistant.propose.code_keys import is_own_key, own_key
from assistant.propose.code_lookup import before_call
from codemods.target import Needed


if TYPE_CHECKING:
    from assistant.domain.code import Entry, Query
    from assistant.domain.findings import Finding
    from assistant.propose.code_ground import CodeGround

_ROOT: Final = re.compile(
    r"(?:await\s+)?(?P<client>[A-Za-z_$][\w$]*(?:\s*\.\s*[\w$]+)*?)\s*\.\s*(?:select|insert|update|delete|query|from)\b"
)
_MODEL: Final = re.compile(r"(?:await\s+)?(?P<client>[A-Za-z_$][\w$]*(?:\s*\.\s*[\w$]+)*?)\s*\.\s*\w+\s*\.\s*\w+\s*\(")
_CONSTANT: Final = re.compile(r"\.\s*(?:(?:delete|update|insert|from)\(\s*(?P<given>\w+)|query\s*\.\s*(?P<named>\w+))")


class Reading(NamedTuple):
    """How one row is read for the key to what it hangs on."""

    client: str
    lookup: str
    needs: tuple[Needed, ...] = ()
    listed: bool = False
    data: bool = False


def looked_up(ground: CodeGround, entry: Entry, query: Query) -> list[Step]:
    """Steps for a query that finds its rows by an id of the request, or stores one; nothing where no function decides over what that row hangs on."""
    if query.via or query.place.file != entry.place.file or not query.at[1]:
        return []
    named = [(one.column, one.origins, "") for one in query.filters if one.operator == "eq"]
    named += [(one.column, one.origins, one.column) for one in query.written if query.verb in {"insert", "upsert"}]
    for column, origins, stored in named:
        asked = next((one.path for one in origins if one.kind is OriginKind.REQUEST), "")
        table = query.table if is_own_key(column, query.table) and not stored else parent_of(column)
        # whoever wrote a row may work with it, whoever has what it hangs on
        if asked and table and not (table == query.table and _authored(ground, query)):
            steps = _over(ground, entry, query, table, asked, {"key": column, "stored": stored})
            if steps:
                return steps
    return []


def reference_access(ground: CodeGround, finding: Finding, entry: Entry) -> list[Step]:
    """The same for an id that is stored: who may not change what it names may not hang a row on it."""
    facts = dict(finding.facts)
    asked, column = facts.get("request", ""), facts.get("column", "")
    table = facts.get("target", "") or parent_of(column)
    for query in ground.queries(entry, finding.queries) if asked and table else ():
        here = not query.via and query.place.file == entry.place.file
        found = access_to(ground, entry, table, writes=True)
        if found is None and not (here and query.at[1]):
            continue
        if found is None:
            return _over(ground, entry, query, table, asked, {"key": column, "stored": column})
        said = {
            "key": column,
            "id": asked.rsplit(".", 1)[-1],
            "throws": "1" if found.throws else "",
            "column": "user_id",
            "table": words.table_key(table),
            "early": "" if here else "1",
        }
        at, path = before_call(ground, entry, query)
        if path == entry.place.file:
            return with_import(ground, entry, found, Step("access", path, entry.at, at, said))
    return []


def _over(ground: CodeGround, entry: Entry, query: Query, table: str, asked: str, where: dict[str, str]) -> list[Step]:
    for column in _keys(ground, query, table):
        parent = parent_of(column)
        found = access_to(ground, entry, parent, writes=changes(entry, query)) if parent else None
        if found is not None and not asked_for(ground, found.name, entry, table):
            continue
        read = _reading(ground, entry, query, table, column) if found is not None else None
        if found is None or read is None:
            continue
        name = words.table_key(table).rsplit("_", 1)[-1]
        facts = {
            **where,
            "id": asked.rsplit(".", 1)[-1],
            "lookup": read.lookup,
            "client": read.client,
            "listed": "1" if read.listed else "",
            "data": "1" if read.data else "",
            "parent": column,
            "name": f"existing{name[:1].upper()}{name[1:]}",
            "throws": "1" if found.throws else "",
            "column": "user_id",
            "table": words.table_key(table),
        }
        step = Step("parent_access", entry.place.file, entry.at, query.at, facts)
        steps = with_import(ground, entry, found, step)
        return [*steps[:-1], steps[-1]._replace(needs=(*steps[-1].needs, *read.needs))]
    return []


def _authored(ground: CodeGround, query: Query) -> bool:
    """The row names an account as its own, and not just who made it."""
    key = words.table_key(query.table)
    model = ground.models.get(key) if query.engine == "prisma" else None
    known = model.columns if model is not None else [*ground.tables.get(key, []), *ground.generated.get(key, [])]
    return any(
        words.names_person(one)
        and not words.names_tenant(one)
        and not re.search(r"_by(_id|_user(_id)?)?$", words.snake(one))
        for one in known
    )


def _keys(ground: CodeGround, query: Query, table: str) -> list[str]:
    """Columns of a table that lead to other rows and are never empty; of Prisma's models those alone that the schema requires."""
    key = words.table_key(table)
    model = ground.models.get(key) if query.engine == "prisma" else None
    if model is not None:
        return [
            one.name
            for one in model.fields
            if not one.optional and parent_of(one.name) and not is_own_key(one.name, table)
        ]
    known = {"drizzle": ground.tables, "supabase": ground.generated}.get(query.engine, {}).get(key, [])
    if not known and query.engine == "supabase":
        # without types of the database, what the code itself asks of the table
        known = ground.known_columns.get(key, [])
    return [one for one in known if parent_of(one) and not is_own_key(one, table)]


def _reading(ground: CodeGround, entry: Entry, query: Query, table: str, column: str) -> Reading | None:
    """The read, in the language of the query beside it."""
    written = ground.written(query)
    found = (_MODEL if query.engine == "prisma" else _ROOT).match(written)
    if found is None:
        return None
    client = re.sub(r"\s", "", found["client"])
    key = own_key(ground, table, query.engine)
    if query.engine == "prisma":
        model = ground.models.get(words.table_key(table))
        name = model.name if model is not None else table
        start = f"await {{client}}.{name[:1].lower()}{name[1:]}.findUnique"
        return Reading(client, f"{start}({{ where: {{ {key}: {{id}} }}, select: {{ {column}: true }} }})")
    if query.engine == "supabase":
        start = f'await {{client}}.from("{spelled(ground, table)}").select("{column}")'
        return Reading(client, f'{start}.eq("{key}", {{id}}).maybeSingle()', data=True)
    if query.engine != "drizzle":
        return None
    own = _CONSTANT.search(written) if words.table_key(table) == words.table_key(query.table) else None
    constant = None if own is not None else constant_of(ground, entry, table)
    if own is None and constant is None:
        return None
    name = (own["given"] or own["named"]) if own is not None else constant.bound if constant is not None else ""
    lookup = f"await {{client}}\n  .select({{ {column}: {name}.{column} }})\n  .from({name})\n  .where(eq({name}.{key}, {{id}}))"
    needs = (Needed(operators_of(ground, entry), "eq"), *((constant,) if constant is not None else ()))
    return Reading(client, lookup, needs, listed=True)
