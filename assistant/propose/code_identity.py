"""Steps that take the caller's identity from the session, where the request named it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.domain.code import EntryKind, GuardKind, OriginKind
from assistant.propose.code_address import address_steps
from assistant.propose.code_draft import Step
from assistant.propose.code_ground import compared_and_written
from assistant.propose.code_guards import guard_steps, wrapped_steps
from assistant.propose.code_keys import is_own_key
from assistant.propose.code_lending import lent
from assistant.propose.code_office import holds_office, names_others


if TYPE_CHECKING:
    from assistant.domain.code import Entry
    from assistant.domain.findings import Finding
    from assistant.propose.code_ground import CodeGround
    from assistant.propose.code_plan import Plans


_DECIDED: Final = (
    "`{path}` names somebody else than who is calling, and the handler knows both: the caller's own id in its place would take the others away. "
    "Look whether that person belongs to what the caller administers before the row is changed."
)


_UNNAMED: Final = (
    "`{path}` says who is calling and is no id: take from the session what the rows are kept under, refuse whoever has no session, "
    "and leave the parameter out where the handler is called."
)


def _names_caller(ground: CodeGround, path: str) -> bool:
    """``body.userId``; not ``body.review_id``, not an address, which is no id, and not a row that belongs to an account."""
    last = path.rsplit(".", 1)[-1]
    return words.names_person(last) and "email" not in words.snake(last) and ground.keys_account(last)


def named_callers(ground: CodeGround, entry: Entry) -> list[Step]:
    """Parameters that say who is calling: once the session is asked for, it says so."""
    asked = {
        origin.path
        for query in entry.queries
        for column, origins in compared_and_written(query)
        if words.names_self(column)
        or (is_own_key(column, query.table) and words.names_self(f"{words.table_key(query.table)}_id"))
        for origin in origins
        if origin.kind is OriginKind.REQUEST and origin.path.startswith("argument.")
    }
    return [
        Step(
            "identity",
            entry.place.file,
            function=entry.at,
            facts={"from": path, "kind": entry.kind.value},
            optional=True,
        )
        for path in sorted(asked)
        if words.names_self(path.rsplit(".", 1)[-1]) and _names_caller(ground, path)
    ]


def person_of(column: str) -> str:
    """``users.user.id`` of the people of a row is their ``userId``; any other column is itself."""
    before, _, last = column.rpartition(".")
    whose = before.rsplit(".", 1)[-1]
    return f"{whose}_id" if last == "id" and words.names_self(f"{whose}_id") else column


def by_caller(plans: Plans, finding: Finding, entry: Entry) -> list[list[Step]]:
    """Where the request itself says whose rows are found, the caller has to be that person; nothing for rows that are found by a key of theirs."""
    queries = plans.ground.queries(entry, finding.queries)
    for query in queries:
        chosen = [
            person_of(condition.column)
            for condition in query.filters
            if any(origin.kind is OriginKind.REQUEST for origin in condition.origins)
        ]
        if not chosen or not all(words.names_self(column) for column in chosen):
            return []
    options = identity_from_request(plans, finding, entry) if queries else ""
    return [] if isinstance(options, str) else options


def identity_from_request(plans: Plans, finding: Finding, entry: Entry) -> list[list[Step]] | str:
    """The session's user in place of the one the request names; asked for first where nobody did."""
    path = dict(finding.facts).get("request", "")
    if not _names_caller(plans.ground, path):
        # the request names a row there and not a person: never put the caller's id into its place
        path = next(
            (
                origin.path
                for query in plans.ground.queries(entry, finding.queries)
                for column, origins in compared_and_written(query)
                if words.names_person(column)
                for origin in origins
                if origin.kind is OriginKind.REQUEST and _names_caller(plans.ground, origin.path)
            ),
            "",
        )
    strangers = not any(guard.kind is GuardKind.SESSION for guard in entry.guards)
    whole = wrapped_steps(plans.ground, entry) if strangers else []
    if whole and (not path or path.rsplit(".", 1)[-1] in whole[0].facts["given"].split(",")):
        return [whole]
    if not path and strangers and (addressed := address_steps(plans.ground, finding, entry)):
        return addressed
    if not path:
        return _UNNAMED.format(path=dict(finding.facts).get("request", "the request"))
    if not strangers and (holds_office(plans.ground, entry) or names_others(entry)):
        return _DECIDED.format(path=path)
    found = lent(plans.ground, entry) if strangers and plans.ground.builders(entry) is None else None
    if found is not None and found[1].role:
        # whoever has the role works for others on purpose
        return [[step._replace(facts={**step.facts, "bare": "1"}) for step in guard_steps(plans.ground, entry)]]
    there = _named_at_queries(plans, finding, entry, path)
    said = {"from": path, "kind": entry.kind.value, "paths": plans.ground.paths_read}
    taken = Step("identity", entry.place.file, function=entry.at, facts=said)
    asked = [*guard_steps(plans.ground, entry), taken]
    # who is known already is not asked again
    ways = [asked] if strangers else [[taken]] if entry.kind is EntryKind.PROCEDURE else [[taken], asked]
    return [there, *ways] if there else ways


def _named_at_queries(plans: Plans, finding: Finding, entry: Entry, path: str) -> list[Step]:
    """The same in the queries alone, where a session is asked for on their branch of the handler."""
    if not any(guard.kind is GuardKind.SESSION for guard in entry.guards):
        return []
    facts = {"from": path, "kind": entry.kind.value, "here": "1", "paths": plans.ground.paths_read}
    return [
        Step("identity", entry.place.file, function=entry.at, at=query.at, facts=facts)
        for query in plans.ground.queries(entry, finding.queries)
        if query.place.file == entry.place.file and not query.via and query.verb == "select" and query.at[1]
    ]
