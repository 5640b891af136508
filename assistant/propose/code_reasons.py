"""Why there is no patch, said so that somebody who has never seen the code can do the next thing."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.domain.code import GuardKind


if TYPE_CHECKING:
    from assistant.domain.code import Entry, Query
    from assistant.domain.findings import Finding
    from assistant.propose.code_ground import CodeGround

ROWS: Final = frozenset(
    {"supabase", "prisma", "drizzle", "kysely", "sql", "sqlalchemy", "django", "mongo", "firestore"}
)
"""Engines whose tables are the application's own."""
_KNOWN: Final = frozenset({GuardKind.SESSION, GuardKind.API_KEY})


@cache
def by_rule(rule: str) -> str:
    """What to do by hand about a kind of finding that has no patch: the rule's own remedy."""
    from assistant.detect.code.registry import code_rules

    remedy = next((module.RULE.remedy for module in code_rules() if module.RULE.id == rule), "")
    said = "stanch has no patch for this kind of finding"
    return f"{said}. By hand: {remedy[:1].lower()}{remedy[1:]}" if remedy else f"{said}: follow its detail by hand."


def not_told(ground: CodeGround, finding: Finding, entry: Entry) -> str:
    """The caller is known to the handler and not to the place where the row is found: which value has to be handed on to where."""
    if not any(guard.kind in _KNOWN and guard.weakness is None for guard in entry.guards):
        return ""
    for query in ground.queries(entry, finding.queries):
        place = f"{query.place.file}:{query.place.line}"
        columns = [one for one in ground.owner_columns(query.table, query.engine) if "." not in one]
        column = f"`{columns[0]}`" if columns else "the owner's column"
        where = f" (in `{query.place.symbol}`)" if query.via and query.place.symbol else ""
        if query.verb == "insert":
            return f"Whoever calls is checked, and not by a name that {place}{where} can use: look the row that is named up by its owner before {entry.id} writes."
        return (
            f"Whoever calls is checked, and not by a name that {place}{where} can use: hand the caller's id, or the tenant that "
            f"was checked, on to it and compare {column} of `{query.table}` with it."
        )
    return ""


def no_column(ground: CodeGround, finding: Finding, entry: Entry) -> str:
    """No column says whose a row is: it stands with a provider, it hangs on another row, or only a person knows."""
    queries = ground.queries(entry, finding.queries)
    for query in queries:
        if query.engine not in ROWS:
            name = query.table or "the object"
            return (
                f"`{name}` stands with a provider ({query.engine}) and not in a table: keep beside the user's or the team's row which "
                f"of its objects are theirs, and refuse the id at {query.place.file}:{query.place.line} when it is not among them."
            )
    for query in queries:
        parent = _parent(ground, query)
        if parent:
            column, table, owner = parent
            return (
                f"No column of `{query.table}` names an owner; its `{column}` leads to `{table}`, whose `{owner}` does: look that row up "
                f"by its owner before {query.place.file}:{query.place.line}."
            )
    table = dict(finding.facts).get("table", "") or (queries[0].table if queries else "") or "the table"
    return f"Which column of `{table}` says whose a row is could not be told: name it in the ownership map (`stanch own`), then run this again."


def _parent(ground: CodeGround, query: Query) -> tuple[str, str, str] | None:
    """A key of the row to another table with an owner: ``videoId``, ``videos``, ``ownerId``."""
    key = words.table_key(query.table)
    model = ground.models.get(key)
    known = [*(model.columns if model else ()), *ground.tables.get(key, []), *ground.generated.get(key, [])]
    for column in known or ground.known_columns.get(key, []):
        found = re.fullmatch(r"(.+)_id", words.snake(column))
        table = words.table_key(found[1]) if found else ""
        if not table or table == key or words.names_owner(column):
            continue
        owners = [one for one in ground.owner_columns(table, query.engine) if "." not in one]
        if owners and (
            table in ground.models
            or table in ground.tables
            or table in ground.generated
            or table in ground.known_columns
        ):
            return column, table, owners[0]
    return None


def stored_elsewhere(ground: CodeGround, table: str, asked: str) -> str:
    """The id that is stored names nothing of this database: a provider's object."""
    key = words.table_key(table)
    if key in ground.models or key in ground.tables or key in ground.generated or ground.known_columns.get(key):
        return f"How to find a row of `{table}` by its owner could not be told: look it up before its id is stored, and refuse when it is not the caller's."
    name = asked.rsplit(".", 1)[-1]
    return f"`{name}` is stored as the request sends it, and no table here holds what it names: ask whoever issued it whether it belongs to the caller, before it is stored."
