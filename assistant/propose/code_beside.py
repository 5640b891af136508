"""What else a handler does with an id that somebody proves: other queries that find rows by it, and rows that are hung on what it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.code import words
from assistant.domain.code import OriginKind
from assistant.propose.code_ground import compared_and_written


if TYPE_CHECKING:
    from collections.abc import Collection

    from assistant.domain.code import Entry, Origin
    from assistant.domain.findings import Finding
    from assistant.propose.code_draft import Step
    from assistant.propose.code_ground import CodeGround


def asked_by(ground: CodeGround, finding: Finding, entry: Entry) -> set[Origin]:
    """What of the request the queries at fault find their rows by."""
    return {
        origin
        for query in ground.queries(entry, finding.queries)
        for condition in query.filters
        for origin in condition.origins
        if origin.kind is OriginKind.REQUEST
    }


def beside(ground: CodeGround, finding: Finding, entry: Entry, *, asked_nobody: bool = False) -> list[Step]:
    """Other queries of the handler that find rows by the same value of the request, and that nothing binds to the caller."""
    from assistant.propose.code_rows import row_steps

    asked = asked_by(ground, finding, entry)
    out: list[Step] = []
    leads = {
        origin.row
        for query in entry.queries
        if query.verb in {"insert", "update", "delete"}
        for _, origins in compared_and_written(query)
        for origin in origins
    }
    hung = stored_keys(ground, entry)
    for query in entry.queries:
        by = {origin for condition in query.filters for origin in condition.origins if condition.operator == "eq"}
        if asked_nobody and query.verb == "select" and query.id not in leads and not by & hung:
            continue  # what is changed is bound itself
        tied = query.tie is not None and not asked_nobody  # to what the request says, where nobody is asked
        if query.id in finding.queries or query.via or tied or query.place.file != entry.place.file:
            continue
        if query.verb in {"select", "update", "delete"} and by & (asked | hung if asked_nobody else asked):
            options = row_steps(ground, finding, entry, query)
            out += [step._replace(optional=True) for way in options for step in (way if len(way) == 1 else ())]
    return out


def stored_keys(ground: CodeGround, entry: Entry) -> set[Origin]:
    """What of the request the handler's own inserts store as keys: whoever may not change what they name may not hang rows on it."""
    return {
        written.origins[0]
        for query in entry.queries
        if query.verb == "insert" and not query.via and query.place.file == entry.place.file
        for written in query.written
        if len(written.origins) == 1
        and written.origins[0].kind is OriginKind.REQUEST
        and words.snake(written.column).endswith("_id")
        and ground.owner_columns(words.snake(written.column)[:-3], query.engine)
    }


def hung_steps(ground: CodeGround, entry: Entry, done: Collection[Step]) -> list[Step]:
    """Look-ups of what the handler's inserts hang their rows on, where no other query that is bound reads it."""
    bound = {step.at for step in done if step.codemod in {"owner_filter", "compare", "verify"}}
    keys = stored_keys(ground, entry) - {
        origin
        for query in entry.queries
        if query.at in bound
        for condition in query.filters
        for origin in condition.origins
    }
    out: list[Step] = []
    for query in entry.queries:
        if query.verb == "insert" and any(one.origins[:1] and one.origins[0] in keys for one in query.written):
            from assistant.propose.code_lookup import lookup_steps

            out += [step._replace(optional=True) for way in lookup_steps(ground, entry, query) for step in way]
    return out
