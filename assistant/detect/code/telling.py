"""What every access finding tells: how bad, how sure, what was asked for in words, and what a patch needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.code import words
from assistant.detect.code.access import EQUALS, accesses
from assistant.detect.code.context import Whose
from assistant.detect.code.faults import Fault, fault_of
from assistant.domain.code import ClientKind, EntryKind, OriginKind
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.detect.code.access import Access
    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Origin, Query

DOES = {
    "select": "read",
    "vector": "search",
    "call": "call",
    "sign": "get a link to",
    "admit": "get into",
    "insert": "add",
    "update": "change",
    "upsert": "add or change",
    "delete": "delete",
    "upload": "upload",
}


def faulty(context: CodeContext, *faults: Fault) -> Iterator[Access]:
    """Queries with one of the faults, in the order of the map."""
    return (access for access in accesses(context) if fault_of(access) in faults)


def by_entry(found: Iterable[Access]) -> Iterator[list[Access]]:
    """The same, together for each entry."""
    groups: dict[str, list[Access]] = {}
    for access in found:
        groups.setdefault(access.entry.id, []).append(access)
    yield from groups.values()


def by_table(found: Iterable[Access]) -> Iterator[list[Access]]:
    """Accesses of one entry to one table together, writes first: they are one mistake and one edit."""
    groups: dict[tuple[str, str, str], list[Access]] = {}
    for access in found:
        below = access.query.place.file if access.handed else ""
        groups.setdefault((access.entry.id, words.table_key(access.query.table), below), []).append(access)
    for group in groups.values():
        yield sorted(group, key=lambda access: (not access.writes, access.query.order))


def severity_of(access: Access, *, anyone: bool) -> Severity:
    """By exposure: anyone on the internet and writes or secrets critical, else high; rows of which nobody knows whose they are medium.

    What anybody may change in rows that the code elsewhere finds by a person is high, though nobody was seen to compare that person with the caller.
    """
    if access.whose is not Whose.CUSTOMERS:
        peopled = words.table_key(access.query.table) in access.context.peopled
        return Severity.HIGH if anyone and access.writes and peopled else Severity.MEDIUM
    if anyone and (access.writes or access.context.secrets_of(access.query)):
        return Severity.CRITICAL
    return Severity.HIGH


def confidence_of(access: Access) -> Confidence:
    """High when the whole chain was resolved and the rows are known to be somebody's, low when something was not followed."""
    if not access.sure:
        return Confidence.LOW
    certain = access.known_private or access.query.client is ClientKind.PROVIDER
    return Confidence.HIGH if certain else Confidence.MEDIUM


def rows_of(query: Query) -> str:
    """``rows of chats``, ``the provider's subscriptions``, ``files of the server``, ``add_credits()``, ``rows``."""
    if query.engine == "disk":
        return "files of the server"
    if query.engine == "own":
        return f"{query.table} of the application"
    if query.client is ClientKind.PROVIDER:
        return f"{query.engine.capitalize()} {query.table or 'objects'}"
    if query.verb == "call" and query.table:
        return f"{query.table}()"
    return f"rows of {query.table}" if query.table else "rows"


def handler(access: Access) -> str:
    """How people call the entry: ``GET /api/chats``, ``the action rename``."""
    entry = access.entry
    if entry.path:
        return f"{entry.verb} {entry.path}".strip() if entry.path.startswith("/") else entry.path
    name = entry.place.symbol or entry.id
    return f"the action {name}" if entry.kind is EntryKind.ACTION else name


def does(queries: Iterable[Query]) -> str:
    """``read and delete``: what can be done to the rows, in a fixed order."""
    verbs = {query.verb for query in queries}
    said = list(dict.fromkeys(word for verb, word in DOES.items() if verb in verbs))
    if not said:
        return "reach"
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def asked_words(access: Access) -> str:
    """The ids the outside chooses: ``path.id``; whatever else narrows the rows (a status, a period) is said only where no id does."""
    ids = [one for one in access.asked if one.operator in EQUALS and words.names_id(one.column)]
    chosen = [one for one in ids if any(origin.kind is OriginKind.REQUEST for origin in one.origins)]
    paths = [
        _short(origin)
        for condition in chosen or access.asked
        for origin in condition.origins
        if origin.kind is OriginKind.REQUEST
    ]
    return ", ".join(dict.fromkeys(path for path in paths if path)) or "id"


def _short(origin: Origin) -> str:
    last = origin.path.rpartition(".")[2]
    return "argument" if last.isdigit() else last or origin.path


def caller_of(access: Access) -> str:
    """What this handler calls the caller: ``session.user.id``; empty when it does not know one."""
    for guard in access.strong:
        for subject in guard.subjects:
            if subject.kind is OriginKind.CALLER:
                return subject.path
    for query in access.entry.queries:
        held = [condition.origins for condition in query.filters] + [written.origins for written in query.written]
        for origins in held:
            for origin in origins:
                if origin.kind is OriginKind.CALLER:
                    return origin.path
    return ""


def facts_of(access: Access) -> dict[str, str]:
    """What a patch needs: the table, its owner's column, what the caller and the request's id are called."""
    query = access.query
    first = access.asked[0] if access.asked else None
    request = next((origin.path for origin in first.origins if origin.kind is OriginKind.REQUEST), "") if first else ""
    return {
        "table": query.table,
        "verb": query.verb,
        "engine": query.engine,
        "client": query.client.value,
        "column": access.context.owner_column(query.table),
        "caller": caller_of(access),
        "request": request,
        "key": first.column if first else "",
        "function": query.place.symbol or "",
        "file": query.place.file,
    }


def key_of(query: Query) -> str:
    """What tells accesses of one entry apart: table and verb, never a line."""
    return f"{words.table_key(query.table)}.{query.verb}"
