"""What becomes of the rows that an entry reads: which later queries and acts they feed, and when."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.context import WRITES
from assistant.detect.code.guards import PERSONS, PROVING, strong_guards
from assistant.domain.code import ActKind, OriginKind


if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Entry, Origin, Query

_IDS: Final = frozenset({"id", "ids", "uuid", "uid", "guid"})
_CHANGING: Final = frozenset({"update", "delete", "remove", "set", "reset", "revoke", "grant", "transfer", "approve"})
SENDS: Final = words.named("send mail email emails notify sms push publish trigger enqueue")
"""What a provider is asked for that tells somebody else."""
_MAILS: Final = re.compile(
    r"resend|sendgrid|postmark|mailgun|brevo|mailjet|twilio|whatsapp|telegram|hooks\.slack|discord|/e?mails?(?:/|$)"
)
"""Addresses of services that bring a message to somebody."""
_KEYS: Final = words.named("key keys apikey apikeys token tokens credential credentials")
"""Words of tables of what callers show to be let in."""
_NOTED: Final = frozenset({ActKind.LOG, ActKind.CACHE, ActKind.VALIDATE})
"""Acts by which nothing of a row is told to whoever asks."""


def makes_new(query: Query) -> bool:
    """A function of the database that says by its name that it makes something, and is told no id: ``create_user(p_email)``."""
    name = words.words(query.table.rpartition(".")[2])
    if query.verb != "call" or not name or name[0] not in {"create", "register", "insert", "add"}:
        return False
    return not any(_IDS & set(words.words(part.column)[-1:]) for part in query.filters)


def changes(query: Query) -> bool:
    """Rows are changed, perhaps by a function of the database that says so by its name, whatever it answers: ``update_user_password``."""
    name = words.words(query.table.rpartition(".")[2])
    return query.verb in WRITES or (query.verb == "call" and bool(name) and name[0] in _CHANGING)


def stores_figures(query: Query) -> bool:
    """An update stores only what other queries counted or read, or when something was last used."""
    if query.verb != "update" or not query.written:
        return False
    if all(words.keeps_books(written.column) for written in query.written):
        return not any(words.says_sent(written.column) for written in query.written) or not _chosen_outside(query)
    kinds = {origin.kind for written in query.written for origin in written.origins}
    if _counts_along(query) and OriginKind.REQUEST not in kinds:
        return True
    zero = all(
        origin.kind is not OriginKind.CONSTANT or origin.path in {"0", "None"}
        for written in query.written
        for origin in written.origins
    )
    return zero and OriginKind.ROW in kinds and kinds <= {OriginKind.ROW, OriginKind.GENERATED, OriginKind.CONSTANT}


def _counts_along(query: Query) -> bool:
    """``{ kudos: { increment: 2 } }`` of whoever wrote what was liked: more or less of what is there, of a row that no request names."""
    relative = all(
        any(origin.kind is OriginKind.GENERATED and origin.path == "increment" for origin in written.origins)
        for written in query.written
    )
    return relative and not _chosen_outside(query)


def _chosen_outside(query: Query) -> bool:
    """The request itself names the row: that something was sent is then what somebody says of it."""
    return any(origin.kind is OriginKind.REQUEST for part in query.filters for origin in part.origins)


def just_added(query: Query, queries: Mapping[int, Query]) -> bool:
    """It changes the row that this very run added, and finds it by the id that it was given."""
    named = [condition.origins for condition in query.filters if condition.operator in {"eq", "in"}]
    return any(bool(origins) and all(_added(origin, queries) for origin in origins) for origins in named)


def _added(origin: Origin, queries: Mapping[int, Query]) -> bool:
    made = queries.get(origin.row) if origin.kind is OriginKind.ROW else None
    return made is not None and made.verb == "insert" and origin.path.rpartition(".")[2].lower() in _IDS


def used_only_after(context: CodeContext, entry: Entry, row: int, order: int) -> bool:
    """Nothing but a note, or a count of requests, is made of the rows of a query before that point."""
    noted = {act.order for act in entry.acts if act.kind in _NOTED}
    return all(at > order or at in noted for at in uses_of(context, entry).get(row, ()))


def uses_of(context: CodeContext, entry: Entry) -> Mapping[int, tuple[int, ...]]:
    """Queries of an entry whose rows feed later queries or acts, with when that happens."""
    found = context.rows_used.get(id(entry))
    if found is None:
        parts = [(query.order, condition.origins) for query in entry.queries for condition in query.filters]
        parts += [(query.order, written.origins) for query in entry.queries for written in query.written]
        parts += [(act.order, part.origins) for act in entry.acts for part in act.parts]
        uses: dict[int, set[int]] = {}
        for order, origins in parts:
            for origin in origins:
                if origin.kind is OriginKind.ROW:
                    uses.setdefault(origin.row, set()).add(order)
        found = {row: tuple(sorted(orders)) for row, orders in uses.items()}
        context.rows_used[id(entry)] = found
    return found


def told_elsewhere(entry: Entry, query: Query) -> bool:
    """Nothing of a row comes back to whoever asked: it finds other rows, is noted, or is sent to somebody by mail or message."""
    if query.verb != "select" or query.returned:
        return False
    for act in entry.acts:
        if act.kind in _NOTED or not any(one.row == query.id for part in act.parts for one in part.origins):
            continue
        if act.kind is ActKind.FETCH:
            sends = any(_MAILS.search(part.text) for part in act.parts if part.name in {"url", "0"})
        else:
            sends = act.kind is ActKind.PROVIDER and bool(SENDS & set(words.words(act.name)))
        if not sends:
            return False
    return True


def looks_for_caller(entry: Entry, query: Query) -> bool:
    """Keys are gone through one by one, because only their hashes are kept, and whoever holds one of them is the caller: nothing of them is shown."""
    if query.verb != "select" or query.returned or not _KEYS & set(words.words(query.table)):
        return False
    return any(guard.kind in PERSONS and guard.order > query.order for guard in strong_guards(entry))


def notes_only(entry: Entry, query: Query) -> bool:
    """A row that a function further down adds, or finds to be there, and in which nothing was said by the request, the caller or another row; or one of an audit."""
    told = {OriginKind.REQUEST, OriginKind.CALLER, OriginKind.ROW, OriginKind.CLAIMED}
    return (
        query.verb in {"insert", "upsert"}
        and bool(query.written)
        and not any(origin.kind in told for condition in query.filters for origin in condition.origins)
        and not query.returned
        and query.place.file != entry.place.file
        and (
            words.keeps_audit(query.table)
            or not any(origin.kind in told for written in query.written for origin in written.origins)
        )
    )


def _answered_first(entry: Entry, query: Query) -> int | None:
    """When a row of the query is first answered whole, on whichever branch; None when it is not."""
    answers = (
        act.order
        for act in entry.acts
        if act.kind is ActKind.RESPOND and act.order > query.order
        for part in act.parts
        if any(one.kind is OriginKind.ROW and one.row == query.id and not one.path for one in part.origins)
    )
    return min(answers, default=None)


def compared_first(entry: Entry, query: Query) -> bool:
    """A guard that counts looked at a row of the query, before the row was answered on any branch."""
    looked = min(
        (
            guard.order
            for guard in strong_guards(entry)
            if guard.kind in PROVING
            and any(one.row == query.id and one.kind is OriginKind.ROW for one in guard.subjects)
        ),
        default=None,
    )
    if looked is None:
        return False
    first = _answered_first(entry, query)
    return first is None or looked < first
