"""A look-up by id and owner, in the language of the query beside it: for one row, or for every row of a list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from assistant.detect.code import words
from assistant.propose.code_keys import own_key
from assistant.text.paths import shared_parts
from codemods.target import Needed


if TYPE_CHECKING:
    from assistant.domain.code import Entry, Query
    from assistant.propose.code_ground import CodeGround


_PRISMA: Final = re.compile(
    r"(?:await\s+)?([A-Za-z_$][\w$]*(?:\s*\.\s*[\w$]+)*?)\s*\.\s*(?:\w+\s*\.\s*\w+\s*\(|\$(?:query|execute)Raw)"
)


class Inline(NamedTuple):
    """One look-up."""

    client: str
    """The client, as the query beside it writes it."""
    lookup: str
    """``{client}``, ``{id}`` or ``{ids}``, and ``{caller}`` stand for what the place calls them."""
    needs: tuple[Needed, ...] = ()
    """Imports of the table and the operators."""
    counts: bool = False
    """It gives a number instead of rows."""
    data: bool = False
    """What is found is the answer's ``data``."""
    listed: bool = False
    """One row comes as a list of at most one."""


def inline(
    ground: CodeGround, entry: Entry, query: Query, table: str, column: str, *, many: bool = False, key: str = "id"
) -> Inline | None:
    """The look-up by ``key`` and owner; None where the engine's is not written, or the table's constant is not known."""
    written = ground.written(query)
    key = own_key(ground, table, query.engine) if key == "id" else key
    if query.engine == "prisma":
        # a function that is handed a model does not say by which client: the handlers beside this one do
        found = _PRISMA.match(written) or next(filter(None, map(_PRISMA.match, _beside(ground, entry, query))), None)
        model = ground.models.get(words.table_key(table))
        name = model.name if model is not None else table
        if found is None:
            return None
        start = f"await {{client}}.{name[:1].lower()}{name[1:]}"
        if many:
            where = f"{{ where: {{ {key}: {{ in: {{ids}} }}, {nested_path(column)} }} }}"
            return Inline(found[1], f"{start}.count({where})", counts=True)
        also = also_of(ground, table, query.engine, column)
        owner = f"OR: [{{ {column}: {{caller}} }}, {{ {nested_path(also)} }}]" if also else nested_path(column)
        return Inline(found[1], f"{start}.findFirst({{ where: {{ {key}: {{id}}, {owner} }} }})")
    if query.engine == "supabase":
        found = re.match(r"(?:await\s+)?([A-Za-z_$][\w$]*)\s*[.?]", written)
        if found is None:
            return None
        start = f'await {{client}}.from("{spelled(ground, table)}").select("{key}")'
        if many:
            return Inline(found[1], f'{start}.in("{key}", {{ids}}).eq("{column}", {{caller}})', data=True)
        one = f'{start}.eq("{key}", {{id}}).eq("{column}", {{caller}}).maybeSingle()'
        return Inline(found[1], one, data=True)
    if query.engine == "drizzle":
        found = re.match(
            r"(?:await\s+)?((?:\w+\s*\.\s*)*?[A-Za-z_$]\w*)\s*\.\s*(?:select|insert|update|delete|query)\b", written
        )
        constant = constant_of(ground, entry, table)
        if found is None or constant is None:
            return None
        name = constant.bound
        by = f"inArray({name}.{key}, {{ids}})" if many else f"eq({name}.{key}, {{id}})"
        where = f"and({by}, eq({name}.{column}, {{caller}}))"
        module = operators_of(ground, entry)
        operators = [Needed(module, one) for one in (("and", "eq", "inArray") if many else ("and", "eq"))]
        lookup = f"await {{client}}\n  .select({{ {key}: {name}.{key} }})\n  .from({name})\n  .where({where})"
        needs = (constant, *operators)
        return Inline(re.sub(r"\s", "", found[1]), lookup, needs, listed=not many)
    return None


def _beside(ground: CodeGround, entry: Entry, query: Query) -> list[str]:
    """Queries of the same engine that handlers of the entry's file write themselves, where the query at hand stands elsewhere."""
    if query.place.file == entry.place.file:
        return []
    return [
        ground.written(one)
        for each in ground.map.entries
        if each.place.file == entry.place.file
        for one in each.queries
        if one.engine == query.engine and one.place.file == entry.place.file
    ]


def also_of(ground: CodeGround, table: str, engine: str, column: str, verb: str = "") -> str:
    """Who else may work with a row that names its author: whom it was given to, whoever belongs to its space; a path of Prisma's, or empty."""
    model = ground.models.get(words.table_key(table)) if engine == "prisma" else None
    from assistant.propose.code_people import either_of

    pair = either_of(ground, table, engine) if model is not None else None
    if pair is not None and column == pair[0]:
        return pair[1]
    person = "." not in column and words.names_person(column) and not words.names_tenant(column)
    if model is None or not person:
        return ""
    # whoever a document is shared with is listed at the document itself, and does not take it away from the others
    shared = verb != "delete" and words.names_self(column)
    return model.shared_over(ground.models) or (model.people(ground.models) if shared else "")


def nested_path(path: str) -> str:
    """``space: { members: { some: { userId: {caller} } } }``."""
    head, _, rest = path.partition(".")
    return f"{head}: {{ {nested_path(rest)} }}" if rest else f"{head}: {{caller}}"


def spelled(ground: CodeGround, table: str) -> str:
    """The table as another query of the repository writes it."""
    key = words.table_key(table)
    return next(
        (one.table for each in ground.map.entries for one in each.queries if words.table_key(one.table) == key), table
    )


def constant_of(ground: CodeGround, entry: Entry, table: str) -> Needed | None:
    """The constant of a Drizzle table, as the nearest file that uses it imports it."""
    from codemods.tsx.donor import rebased
    from codemods.tsx.imports import bound_names
    from codemods.tsx.tree import parse

    key = words.table_key(table)
    for path in nearest(ground, entry):
        source = ground.text(path)
        if key.replace("_", "") not in source.lower():
            continue
        for local, (module, name) in sorted(bound_names(parse(source.encode(), path)).items()):
            if words.table_key(local) == key and re.search(r"schema|db|database|drizzle|tables?", module):
                return rebased(Needed(module, name, "" if name == local else local), path, entry.place.file)
    return None


def operators_of(ground: CodeGround, entry: Entry) -> str:
    """Where ``eq`` comes from in the nearest file: some workspaces hand it on from a package of their own."""
    for path in nearest(ground, entry):
        found = re.search(
            r"^import\s*\{[^}]*\beq\b[^}]*\}\s*from\s*[\"']([^\"'.][^\"']*)[\"']", ground.text(path), re.MULTILINE
        )
        if found:
            return found[1]
    return "drizzle-orm"


def nearest(ground: CodeGround, entry: Entry) -> list[str]:
    """Files with handlers and queries, those with the longest common path first."""
    files = {each.place.file for each in ground.map.entries} | {
        one.place.file for each in ground.map.entries for one in each.queries
    }
    return sorted(files, key=lambda one: (-shared_parts(one, entry.place.file), one))
