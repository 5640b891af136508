"""What is wrong with one query, if anything: the kinds exclude each other, so that one mistake is one finding.

The order is the order of the argument: nobody knows who calls; the caller is whoever the request says; one id was proven and another is
used; the caller is known and the row is found by an id that the caller chose; no condition at all.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.access import EQUALS, MACHINES, PERSONS, access_to, in_administration
from assistant.detect.code.conditions import from_one_network
from assistant.detect.code.context import Whose
from assistant.detect.code.guards import skipped_when_unset
from assistant.detect.code.layouts import settles
from assistant.detect.code.office import by_office, of_the_team
from assistant.detect.code.openness import PUBLIC_IDENTIFIERS, Openness, in_use, openness, shown_to_all
from assistant.detect.code.told_who import identity_asked
from assistant.detect.code.uses import SENDS, looks_for_caller, makes_new
from assistant.domain.code import ActKind, EntryKind, GuardKind, OriginKind, Weakness


if TYPE_CHECKING:
    from assistant.detect.code.access import Access
    from assistant.domain.code import Filter, Query

_RANGES: Final = frozenset({"lt", "lte", "gt", "gte"})
_OTHERS: Final = frozenset({"neq", "nin"})
"""Everybody but one: ``id <> me`` finds all the others."""
_NEARNESS: Final = words.named("embedding embeddings vector similarity threshold count limit distance top")
_FACE: Final = words.named(
    "id name username handle first_name last_name full_name display_name avatar avatar_url image image_url picture photo photo_url slug"
)
"""What people see of each other in one application."""
_FIGURES: Final = ("_min.", "_max.", "_avg.", "_sum.", "_count")
_COUNTS: Final = frozenset({"c", "n", "count", "cnt", "_count", "COUNT(*)", "count(*)"})
"""Columns that say how many there are, and show nobody's row."""


class Fault(StrEnum):
    """What is wrong."""

    NO_SESSION = "nobody is asked who they are"
    IDENTITY = "the caller is whoever the request says"
    CHILD = "one id is proven and another is used"
    ID_ONLY = "found by an id that the caller chose"
    UNSCOPED_READ = "read without any condition on the owner"
    UNSCOPED_WRITE = "changed without any condition on the owner"
    VECTOR = "searched over the text of all customers"
    LAYOUT = "left to the layout above the page"


_LISTED: Final = frozenset({Fault.IDENTITY, Fault.UNSCOPED_READ})
_BEHIND: Final = frozenset({Fault.CHILD, Fault.ID_ONLY, Fault.UNSCOPED_READ, Fault.UNSCOPED_WRITE})
"""What a role that holds would have kept apart."""


def fault_of(access: Access) -> Fault | None:
    """The fault of a query; None when something silences it or only a person can say."""
    if not access.matters or _tidies(access) or _begins(access.query) or looks_for_caller(access.entry, access.query):
        return None
    fault = _fault_of(access)
    if fault in _BEHIND and (_by_metadata(access) or _always_true(access)):
        return None
    if fault in _BEHIND and _skipped_list(access):
        return None
    if fault in _LISTED and not access.writes and access.context.for_colleagues(access.query.table):
        return None  # one question about such tables is enough, and that is asked where a row is found by its id
    layout = access.context.layout_of(access.entry) if fault is not None else None
    if fault is None or layout is None or fault is Fault.VECTOR:
        return fault
    if settles(layout):
        return Fault.LAYOUT
    if fault is not Fault.NO_SESSION:
        return fault
    return Fault.ID_ONLY if _of_known_caller(access) is Fault.ID_ONLY else Fault.LAYOUT  # signed in is not whose it is


def _fault_of(access: Access) -> Fault | None:
    if access.query.verb == "vector":
        return _of_vector(access)
    if not access.knows_caller and access.entry.kind is not EntryKind.SERVICE:
        if openness(access) is not Openness.OPEN or meant_to_ask(access):
            return None
        return Fault.IDENTITY if identity_asked(access) else Fault.NO_SESSION
    return _of_known_caller(access)


def _by_metadata(access: Access) -> bool:
    """A role that users write for themselves stands before it: one mistake, and the rule about guards tells it."""
    return any(
        guard.weakness is Weakness.USER_METADATA and guard.kind is GuardKind.ROLE and guard.order <= access.query.order
        for guard in access.entry.guards
    )


def _always_true(access: Access) -> bool:
    """The check of the row or of a role stands before it and is always true, a promise or a list: one mistake, and the rule about guards tells it."""
    return any(
        guard.weakness in {Weakness.NOT_AWAITED, Weakness.EMPTY_LIST}
        and guard.kind in {GuardKind.OWNER, GuardKind.MEMBERSHIP, GuardKind.ROLE}
        and guard.order <= access.query.order
        for guard in access.entry.guards
    )


def _skipped_list(access: Access) -> bool:
    """A list of administrators that nobody set lets everybody through: one mistake, and the rule about guards tells it."""
    return any(skipped_when_unset(guard) and guard.order <= access.query.order for guard in access.entry.guards)


def _told_owner(access: Access) -> bool:
    """A function that nobody was seen to call keeps to the owner it is told: ``where: { id, companyId }``."""
    return any(
        access.context.names_owner(access.query.table, condition.column)
        and any(origin.path.startswith("argument") for origin in condition.origins)
        for condition in access.query.filters
    )


def _tidies(access: Access) -> bool:
    """Old rows are removed on the way, whoever calls: ``delete where created_at < thirty days ago``; that a handler does nothing else is another matter."""
    query = access.query
    return (
        query.verb == "delete"
        and bool(query.filters)
        and (query.place.file != access.entry.place.file or bool(query.via) or _by_the_way(access))
        and any(condition.operator in {"lt", "lte"} for condition in query.filters)
        and all(_by_clock(condition) for condition in query.filters)
    )


def _by_the_way(access: Access) -> bool:
    """The handler goes on to read, or add, what is the caller's: uploads that were never finished go before the next one is counted."""
    return any(
        other.order > access.query.order
        and other.verb != "delete"
        and access_to(access.context, access.entry, other).tied
        for other in access.entry.queries
    )


def _begins(query: Query) -> bool:
    """What whoever comes first sets off, once, with no word of theirs in it, and of which nothing is answered: a demonstration that is filled in."""
    parts = [each.origins for each in query.filters] + [each.origins for each in query.written]
    said = {origin.kind for origins in parts for origin in origins}
    return query.at_start and not query.returned and OriginKind.REQUEST not in said


def _by_clock(condition: Filter) -> bool:
    kinds = {origin.kind for origin in condition.origins}
    clock = condition.operator in {"lt", "lte"} and OriginKind.GENERATED in kinds
    return kinds <= {OriginKind.GENERATED, OriginKind.CONSTANT, OriginKind.ENVIRONMENT} and (
        clock or kinds <= {OriginKind.CONSTANT}
    )


def _of_known_caller(access: Access) -> Fault | None:
    if in_administration(access.entry):
        return None  # a role is what is missing there: weak-privilege tells it
    if access.query.verb in {"insert", "upload"} and not access.asked:
        return None  # what an insert stores is looked at by its own rules
    if makes_new(access.query):
        return None
    if access.settled or access.by_capability or not access.addressable:
        return None
    if access.entry.kind is EntryKind.SERVICE and _told_owner(access):
        return None
    if identity_asked(access) and not access.has_membership:
        return Fault.IDENTITY
    if _owner_not_followed(access):
        return None
    if not access.writes and _FACE.issuperset(map(words.snake, access.query.returned)) and by_public_name(access):
        return None  # which shop the address means, and its name; what is found through it is judged itself
    if by_office(access) or of_the_team(access) or _in_the_window(access) or _leads_on(access):
        return None
    if _a_face(access) or from_one_network(access.query):
        return None
    return _by_the_id(access)


def _by_the_id(access: Access) -> Fault | None:
    by_id = [condition for condition in access.asked if _finds_one(access, condition)]
    if by_id and (_in_proven(access) or _just_added(access)):
        return None
    if by_id:
        return Fault.CHILD if access.has_membership else Fault.ID_ONLY
    return _unscoped(access)


def _in_the_window(access: Access) -> bool:
    """What is on offer may be looked at by everybody, and so by whoever is signed in: flats that are free, services that are active."""
    return not access.writes and shown_to_all(access) and in_use(access)


def _leads_on(access: Access) -> bool:
    """Nothing of the row is shown: it is compared, or its ids find and name other rows, which are judged themselves."""
    row = access.query.id
    if access.writes or access.query.verb != "select" or access.query.returned or not access.sure:
        return False
    taken = [
        origin
        for query in access.entry.queries
        for written in query.written
        for origin in written.origins
        if origin.row == row and origin.kind is OriginKind.ROW
    ]
    for act in access.entry.acts:
        held = [one for part in act.parts for one in part.origins if one.kind is OriginKind.ROW and one.row == row]
        if act.kind in {ActKind.LOG, ActKind.VALIDATE} or all(one.path.startswith("!") for one in held):
            continue
        if act.kind is ActKind.PROVIDER and SENDS & set(words.words(act.name)):
            continue  # the colleague is told, and not the caller
        if act.kind not in {ActKind.REDIRECT, ActKind.CACHE}:
            return False
        taken += held
    return all(words.names_id(origin.path.lstrip("!")) for origin in taken)


def _a_face(access: Access) -> bool:
    """Name and picture of somebody, and nothing else of them."""
    columns = access.query.columns
    people = {"user", "profile", "member", "account", "person"}
    named = words.words(words.table_key(access.query.table))[-1:]
    return (
        not access.writes
        and bool(columns)
        and bool(people & set(named))
        and all(words.snake(column) in _FACE for column in columns or ())
    )


def _in_proven(access: Access) -> bool:
    """Beside the id, a condition keeps the row to what was proven (``{ id, teamId }``), or to a row that was found so.

    What stands in for the id (``made ? made.id : body.id``) is not beside it.
    """
    sent = {condition.column for condition in access.asked}
    return any(
        condition.operator in EQUALS
        and not (condition.operator == "match" and condition.column in sent)
        and words.names_id(condition.column)
        and condition not in access.asked
        and any(origin.kind in {OriginKind.REQUEST, OriginKind.ROW} for origin in condition.origins)
        and not any(origin.kind in {OriginKind.UNKNOWN, OriginKind.CLAIMED} for origin in condition.origins)
        for condition in access.query.filters
    )


def _just_added(access: Access) -> bool:
    """The row was added in this same run, under the very id that finds it: ``insert({ id: key })``, then ``update … where id = key``."""
    held = {condition.origins for condition in access.asked if _finds_one(access, condition)}
    return bool(held) and any(
        query.verb == "insert"
        and query.order < access.query.order
        and words.table_key(query.table) == words.table_key(access.query.table)
        and held <= {written.origins for written in query.written}
        for query in access.entry.queries
    )


def _finds_one(access: Access, condition: Filter) -> bool:
    """The column finds one row, or one file: in a bucket the path is the id. A page that begins behind an id finds what comes after it."""
    if condition.operator in _RANGES or condition.operator in _OTHERS:
        return False
    in_bucket = (access.query.engine, condition.column) in {("storage", "path"), ("disk", "file")}
    if in_bucket and any(origin.kind is OriginKind.GENERATED for origin in condition.origins):
        return False  # a new name: only its ending comes from outside
    return words.names_id(condition.column) or (not condition.column and bool(access.query.table)) or in_bucket


def _owner_not_followed(access: Access) -> bool:
    """A condition names the owner, and where its value comes from was not followed: no accusation."""
    return any(
        access.context.names_owner(access.query.table, condition.column)
        and bool(condition.origins)
        and all(origin.kind is OriginKind.UNKNOWN for origin in condition.origins)
        for condition in access.query.filters
    )


def by_public_name(access: Access) -> bool:
    """Every condition that the outside fills names something everybody may see: a slug, a subdomain, a host."""
    return bool(access.roots) and all(words.snake(column) in PUBLIC_IDENTIFIERS for column in access.roots)


def _unscoped(access: Access) -> Fault | None:
    """No condition names the row: for tables that the code or the map otherwise ties to somebody."""
    query = access.query
    if access.entry.kind is EntryKind.SERVICE or access.followed_row or not access.known_private:
        return None
    if _of_the_others(query):
        return None
    if by_public_name(access) or any(
        words.names_id(condition.column) or not condition.column
        for condition in query.filters
        if condition.operator != "alternative" and condition.operator not in _RANGES | _OTHERS
    ):
        return None  # an id of unknown origin: not followed far enough to accuse anybody
    if any(origin in access.proven for condition in query.filters for origin in condition.origins):
        return None  # found by what was proven, in a column that is no id: ``metadata contains { orderId }``
    if access.writes:
        return Fault.UNSCOPED_WRITE if query.verb in {"update", "delete"} else None
    counted = query.columns is not None and _COUNTS.issuperset(query.columns)
    counted = counted or all(one.startswith(_FIGURES) or one == "id" for one in query.returned)
    if query.verb == "call" or counted or not query.returned:
        return None
    return Fault.UNSCOPED_READ


def _of_the_others(query: Query) -> bool:
    """People to meet: everybody but whoever asks, and of them no more than what was chosen to be shown."""
    return bool(query.columns) and any(
        condition.operator in _OTHERS and any(origin.kind is OriginKind.CALLER for origin in condition.origins)
        for condition in query.filters
    )


def _of_vector(access: Access) -> Fault | None:
    """A similarity search that no condition on the owner or on proven documents narrows."""
    if access.entry.kind is not EntryKind.TOOL and not access.knows_caller and access.whose is not Whose.CUSTOMERS:
        return None
    if _asked_again(access) or _of_everybody(access):
        return None
    return None if any(_narrows(access, condition) for condition in access.query.filters) else Fault.VECTOR


def _of_everybody(access: Access) -> bool:
    """Guidelines, manuals: the schema lists the table's columns, and none of them says whose a text is, directly or over another table."""
    context, table = access.context, access.query.table
    columns = [one.columns for one in context.map.models if words.table_key(one.name) == words.table_key(table)]
    return (
        bool(columns)
        and not context.owner_columns(table)
        and not context.linked.hangs_on_owned(table)
        and not any(words.names_owner(one) or words.names_person(one) for listed in columns for one in listed)
    )


def _asked_again(access: Access) -> bool:
    """Only ids and nearness are answered, and the rows themselves are read by another query that knows the caller's."""
    if not set(access.query.returned) <= {"id", "similarity", "score", "distance"}:
        return False
    return any(
        query.order > access.query.order
        and query.tie is not None
        and any(origin.row == access.query.id for condition in query.filters for origin in condition.origins)
        for query in access.entry.queries
    )


def _narrows(access: Access, condition: Filter) -> bool:
    """The condition is about the owner, or about documents, and not about nearness; and the caller did not choose it freely."""
    if condition.operator == "alternative" or _NEARNESS & set(words.words(condition.column)):
        return False
    free = {OriginKind.REQUEST, OriginKind.CONSTANT, OriginKind.CLAIMED}
    kinds = {origin.kind for origin in condition.origins if origin not in access.proven}
    if OriginKind.CALLER in kinds or OriginKind.SIGNED in kinds:
        return True
    if any(origin in access.proven for origin in condition.origins):
        kinds.discard(OriginKind.CONSTANT)  # ``ids ? { file_id: ids } : undefined``: what was proven was sent
    return bool(condition.origins) and not kinds & free


def meant_to_ask(access: Access) -> bool:
    """A guard stands before the query and does not count: the rule about such guards tells it, and once is enough."""
    told_elsewhere = {
        None,
        Weakness.MIDDLEWARE_ONLY,
        Weakness.GET_SESSION,
        Weakness.AFTER_WRITE,
        Weakness.WITHOUT_TENANT,
    }
    return any(
        guard.weakness not in told_elsewhere and guard.kind in MACHINES | PERSONS and guard.order <= access.query.order
        for guard in access.entry.guards
    )


def guards_said(access: Access) -> str:
    """The guards that count, for a sentence: ``withSession``."""
    said = [guard.says for guard in access.strong if guard.kind is not GuardKind.VALIDATION]
    return ", ".join(dict.fromkeys(said))
