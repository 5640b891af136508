"""What guards proved of the request before a query: the workspace of the input, the website of the path, and which columns hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.domain.code import GuardKind, OriginKind, TieKind
from assistant.propose.code_spoken import spoken


if TYPE_CHECKING:
    from assistant.domain.code import Entry, Query
    from assistant.propose.code_ground import CodeGround

PROVES: Final = frozenset({GuardKind.MEMBERSHIP, GuardKind.ROLE, GuardKind.OWNER})
"""Guards that ask for more than a session."""
_OWN: Final = frozenset({"id", "_id", "uuid", "pk", "slug", "code", "name"})
"""Parts of the request that do not say which table's row they name."""


def held_of(ground: CodeGround, entry: Entry, query: Query) -> str:
    """What is proven where a query runs: ``workspaceId=input.workspaceId;organizationId=path.orgId``."""
    return ";".join(f"{column}={path}" for column, path in sorted(_proven(ground, entry, query).items()))


def asked_who(entry: Entry) -> str:
    """``1`` when strangers are refused before the handler runs, or in it."""
    kinds = {GuardKind.SESSION, GuardKind.API_KEY}
    return "1" if any(guard.kind in kinds and guard.weakness is None for guard in entry.guards) else ""


def proven_columns(ground: CodeGround, entry: Entry, query: Query, table: str = "") -> list[str]:
    """Columns of a table (the query's own, without one), or of a row it belongs to, that the schema knows and that hold what is proven."""
    proven = {words.snake(column) for column in _proven(ground, entry, query)}
    proven |= {words.snake(column) for column in spoken(ground, entry, table or query.table, query.engine)}
    key = words.table_key(table or query.table)
    own = (
        {one.column for one in query.filters if one.operator == "eq"} if key == words.table_key(query.table) else set()
    )
    model = ground.models.get(key) if query.engine == "prisma" else None
    if model is not None:
        found = [column for column in model.columns if words.snake(column) in proven]
        for one in model.fields if not found else ():
            other = ground.models.get(words.table_key(one.type))
            if one.owns_key and not one.optional and other is not None:
                found += [f"{one.name}.{column}" for column in other.columns if words.snake(column) in proven]
        return [column for column in found if column not in own]
    known = {"drizzle": ground.tables, "supabase": ground.generated}.get(query.engine, {}).get(key, [])
    return [column for column in known if words.snake(column) in proven and column not in own]


def row_columns(ground: CodeGround, entry: Entry, query: Query) -> list[str]:
    """Columns of the query's table that lead to a row which a guard proved: ``workspaceId`` behind ``assertMember(workspace.id)``."""
    guards = [one for one in entry.guards if one.kind in PROVES and one.weakness is None]
    subjects = [(guard.order, subject) for guard in guards for subject in guard.subjects]
    proven = {
        f"{words.table_key(read.table)}_id"
        for read in entry.queries
        if read.verb == "select" and read.id != query.id and read.order < query.order
        for order, subject in subjects
        if order > read.order
        and (subject.row == read.id or (subject.kind is OriginKind.REQUEST and subject.path in _chosen(read).values()))
    }
    key = words.table_key(query.table)
    model = ground.models.get(key) if query.engine == "prisma" else None
    known = list(model.columns) if model is not None else []
    known = known or {"drizzle": ground.tables, "supabase": ground.generated}.get(query.engine, {}).get(key, [])
    asked = {one.column for one in query.filters}
    return [column for column in known if words.snake(column) in proven and column not in asked]


def _proven(ground: CodeGround, entry: Entry, query: Query) -> dict[str, str]:
    """Columns with the part of the request that was proven for them."""
    rows = {one.id: one for one in entry.queries}
    out = {path.rsplit(".", 1)[-1]: path for path in ground.told_proven.get((entry.id, query.id), ())}
    for guard in entry.guards:
        # a row that is only read may be checked behind the read
        late = guard.order > query.order and query.verb != "select"
        if guard.kind not in PROVES or guard.weakness is not None or late:
            continue
        for subject in guard.subjects:
            if subject.kind is OriginKind.REQUEST:
                out[subject.path.rsplit(".", 1)[-1]] = subject.path
            read = rows.get(subject.row) if subject.kind is OriginKind.ROW else None
            if read is not None and read.tie is not None and read.id != query.id:
                out |= _chosen(read)
    for read in entry.queries:
        if read.order < query.order and read.tie is not None and read.tie.kind is TieKind.PROVEN:
            out |= {column: path for column, path in _chosen(read).items() if f"= {path}" in read.tie.says}
    return {
        column: path
        for column, path in out.items()
        if words.snake(column) not in _OWN and (words.names_tenant(column) or not words.names_person(column))
    }


def _chosen(read: Query) -> dict[str, str]:
    """Columns of a row, and of others that point at it, with the part of the request that they are compared with."""
    out: dict[str, str] = {}
    for condition in read.filters:
        asked = {one.path for one in condition.origins if one.kind is OriginKind.REQUEST}
        others = {one.kind for one in condition.origins} - {OriginKind.REQUEST, OriginKind.CONSTANT}
        if condition.operator == "eq" and len(asked) == 1 and not others:
            column = condition.column.rsplit(".", 1)[-1]
            name = f"{words.table_key(read.table)}_id" if words.snake(column) == "id" else column
            out[name] = next(iter(asked))
    return out
