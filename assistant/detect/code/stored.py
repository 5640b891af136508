"""What a write stores: whole bodies, ids of other people's rows, the columns that say whose the row is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.conditions import constants
from assistant.detect.code.context import Whose
from assistant.detect.code.uses import uses_of
from assistant.domain.code import ActKind, ClientKind, GuardKind, OriginKind, TieKind
from assistant.domain.code_words import LISTED_KEYS


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.access import Access
    from assistant.domain.code import Act, Origin, Query, Written

PRIVILEGED: Final = words.named(
    "role roles is_admin admin is_super_admin super_admin is_superuser is_staff permissions permission plan plan_id tier credits balance is_verified verified status_role access_level scopes owner is_owner"
)
"""Columns that raise whoever writes them."""
PROVIDERS_IDS: Final = words.named(
    "installation_id github_installation_id stripe_customer_id stripe_account_id stripe_subscription_id customer_id subscription_id vector_store_id"
)
"""Ids of objects that live at a provider and belong to a customer there."""

_LINKED: Final = re.compile(r".*\.(?:connect|connectOrCreate\.where)\.")
_LINKS: Final = re.compile(r"\.(?:connect|set|connectOrCreate\.where)(?:\.|$)")
"""How an ORM names rows that are linked by their ids."""


def spread_of_request(access: Access) -> Written | None:
    """A whole object of the request that goes into the row."""
    for written in access.query.written:
        if written.column == "*" and any(
            origin.kind is OriginKind.REQUEST and _is_whole(access, origin.path.strip("."))
            for origin in written.origins
        ):
            return written
    return None


def _is_whole(access: Access, path: str) -> bool:
    """The whole body; an argument of an action, or an object inside of either, only where the table has a column that its owner must not set."""
    if path.endswith(LISTED_KEYS.strip(".")) or (not path and not access.query.table):
        return False  # something of the request under a key that is made up, in a table that is: neither was followed
    head, _, name = path.partition(".")
    inner = name.rpartition(".")[2]
    whole = head in {"argument", "body", "input", "json"} and inner != "length" and not words.names_id(inner)
    return not name or (whole and bool(own_columns_written(access)))


def validated(access: Access) -> bool:
    """A schema parsed the input before the write: unknown keys are gone.

    Of a schema whose keys could be read nothing whole is left: what is written whole beside it is not what it gave. One that lets other keys through drops none.
    """
    parsed = [act for act in access.entry.acts if act.kind is ActKind.VALIDATE and act.order <= access.query.order]
    noted = {act.order - 1 for act in parsed}
    guards = any(
        guard.kind is GuardKind.VALIDATION
        and guard.weakness is None
        and guard.order <= access.query.order
        and guard.order not in noted
        for guard in access.entry.guards
    )
    return guards or any(not keeps_of(act) or _inside(access, act) for act in parsed)


def _inside(access: Access, act: Act) -> bool:
    """What is written whole is an object inside of what the schema parsed, of which the schema's own part could not be read."""
    spread = spread_of_request(access)
    about = next((part.origins for part in act.parts if part.name == "0"), ())
    return (
        spread is not None
        and keeps_of(act) == "keys"
        and any(one.path.startswith(f"{whole.path}.") for one in spread.origins for whole in about)
    )


def keeps_of(act: Act) -> str:
    """What became of keys that the schema does not name; empty when that is not known."""
    return next((part.text for part in act.parts if part.name == "schema"), "")


def own_columns_written(access: Access) -> tuple[str, ...]:
    """Columns that say whose the row is or raise its owner, as far as the table is known; empty when it is not."""
    table = access.query.table
    raising = (
        one for one in sorted(access.context.named.get(words.table_key(table), ())) if words.snake(one) in PRIVILEGED
    )
    columns = access.context.columns_of(table) or (*access.context.owner_columns(table), *raising)
    own = [
        column for column in columns if access.context.names_owner(table, column) or words.snake(column) in PRIVILEGED
    ]
    return tuple(dict.fromkeys([*own, *_belongs_by(access.query)]))


def _belongs_by(query: Query) -> Iterator[str]:
    """Columns by which an update finds the rows below something else: ``update(body).eq("connection_id", id)`` moves them to another one."""
    if query.verb != "update":
        return
    kept = {(written.column, written.origins) for written in query.written}
    for condition in query.filters:
        parent = words.points_at(condition.column)
        if (condition.column, condition.origins) in kept:
            continue  # it is set to what it was
        if parent and parent != words.table_key(query.table) and condition.operator in {"eq", "is", "match"}:
            yield condition.column


_BASKETS: Final = frozenset(
    {"cart", "basket", "bag", "wishlist", "favorite", "favourite", "bookmark", "review", "rating"}
)
_GOODS: Final = frozenset({"product", "variant", "sku", "size", "listing"})
_ENDS: Final = words.named(
    "target source parent child related linked from to origin original previous next new blocking blocked destination referenced"
)
"""Words that say which end of a link a row is, and not what it is."""


def unchecked_references(access: Access) -> Iterator[tuple[Written, str]]:
    """Columns that store an id of the request which points at rows of customers and which nobody proved; with the table they point at."""
    for written in access.query.written:
        origins = _led_back(access, written)
        kinds = {origin.kind for origin in origins}
        if OriginKind.REQUEST not in kinds or not kinds <= {
            OriginKind.REQUEST,
            OriginKind.CONSTANT,
            OriginKind.GENERATED,
        }:
            continue  # mixed with rows and callers it was not followed closely enough to accuse anybody
        target = _target(access, written.column)
        if target and not _linked_to_own(access, written) and not _bound(access, written, origins, target):
            yield written, target


def _led_back(access: Access, written: Written) -> tuple[Origin, ...]:
    """Where the id comes from; the id of a row that the request named and that was only found to exist comes from the request."""
    out: list[Origin] = []
    for origin in written.origins:
        source = access.queries.get(origin.row) if origin.kind is OriginKind.ROW and origin.path == "id" else None
        if source is None or source.verb != "select" or not access.loose(origin):
            out.append(origin)
            continue
        out += [
            each for condition in source.filters if words.snake(condition.column) == "id" for each in condition.origins
        ]
    return tuple(out)


def _linked_to_own(access: Access, written: Written) -> bool:
    """``project: { connect: { id, userId: session.user.id } }``: the link is refused when the row is somebody else's, or made anew."""
    link = _LINKED.match(written.column)
    return link is not None and any(
        other.column.startswith(link[0])
        and other is not written
        and any(origin.kind is OriginKind.CALLER for origin in other.origins)
        for other in access.query.written
    )


def _target(access: Access, column: str) -> str:
    """The customers' table a column points at: by its foreign key, by its name, by a provider's word for it."""
    last = column.rpartition(".")[2]
    if words.snake(last) in PROVIDERS_IDS:
        return words.points_at(last)
    link = _LINKS.search(column)
    if link is not None:
        last = column[: link.start()].rpartition(".")[2] + "_id"
    if words.is_number_of(access.query.table, last) or _offered(access.query.table, words.points_at(last)):
        return ""
    if words.snake(last) == "parent_id" and _of_tenant(access) and not access.context.owner_columns("parent"):
        return words.table_key(access.query.table)  # an account below another account, a folder in a folder
    named = access.context.referred(access.query.table, last) or _meant(access, words.points_at(last))
    if not named or _is_own_number(access, named):
        return ""
    if words.names_person(
        f"{words.table_key(named)}_id" if access.context.linked.referred(access.query.table, last) else last
    ) and (not words.names_tenant(last)):
        return ""  # another person's id is stored on purpose: an assignee, a follower, an invited member
    known = access.context.owner_of(named) is not None or bool(access.context.owner_columns(named))
    if words.names_tenant(last) and not known:
        return named
    if not known:
        return named if access.context.linked.hangs_on_owned(named) and not words.sounds_public(named) else ""
    return named if access.context.whose(named) is Whose.CUSTOMERS else ""


def _offered(table: str, target: str) -> bool:
    """What a basket, an order or a wish list holds is what the shop shows to everybody."""
    return bool(_BASKETS & set(words.table_key(table).split("_"))) and target.rpartition("_")[2] in _GOODS


def _of_tenant(access: Access) -> bool:
    """The row is written for a tenant that the request does not choose: what hangs on it should be of the same one."""
    return any(
        words.names_tenant(written.column)
        and bool(written.origins)
        and not any(origin.kind is OriginKind.REQUEST for origin in written.origins)
        for written in access.query.written
    )


def _meant(access: Access, named: str) -> str:
    """``target_task`` and ``parent_comment`` are a task and a comment when there is no table of the whole name."""
    end, _, rest = named.partition("_")
    if end not in _ENDS or not rest or access.context.owner_columns(named):
        return named
    return rest if access.context.owner_columns(rest) else named


def _is_own_number(access: Access, named: str) -> bool:
    """``session_id`` of ``treatment_sessions`` is the row's own number; ``monitor_id`` of ``maintenance_to_monitor`` is a link."""
    own = words.table_key(access.query.table)
    if not own.endswith("_" + named):
        return own == named
    other = words.table_key(own.removesuffix("_" + named).removesuffix("_to"))
    return not any(words.points_at(written.column) == other for written in access.query.written)


def _acted_on(access: Access, query: Query, written: Written) -> bool:
    """Something came of the look-up: a guard, a use of its row, an outcome that stops the run; or that could not be followed."""
    entry, tie = access.entry, access.query.tie
    if access.query.verb == "update" or query.client is ClientKind.USER or entry.unresolved or entry.truncated:
        return True  # under row-level security a row that is somebody else's looks like none, however that is asked
    if tie is not None and tie.says.startswith(f"{written.column} = "):
        return True
    if any(subject.row == query.id for guard in entry.guards for subject in guard.subjects):
        return True
    return query.id in uses_of(access.context, entry) or bool(query.returned)


def _some_of(access: Access, query: Query, asked: set[Origin]) -> bool:
    """``where id in (ids) and user_id = me``, and no more was asked than whether anything was found: one own id lets all the others through."""
    named = [one for one in query.filters if asked & set(one.origins)]
    said = [guard.says for guard in access.entry.guards if any(subject.row == query.id for subject in guard.subjects)]
    counted = any(one.startswith("every ") or " of the row" in one for one in said)
    return (
        bool(said)
        and not counted
        and all(one.operator == "in" for one in named)
        and query.id not in uses_of(access.context, access.entry)
    )


def _bound(access: Access, written: Written, origins: tuple[Origin, ...], target: str) -> bool:
    """The id was proven, or another query found its row under the caller's name or rights."""
    asked = {origin for origin in origins if origin.kind is OriginKind.REQUEST}
    if asked <= access.proven or any(origin.kind is OriginKind.CALLER for origin in origins):
        return True
    for guard in access.strong:
        if guard.kind in {GuardKind.MEMBERSHIP, GuardKind.NAME} and not guard.subjects:
            return True  # something was proven in a function below, and what it was got lost on the way
        if asked & set(guard.subjects) and guard.kind is not GuardKind.SESSION:
            return True
    for query in access.entry.queries:
        held = {origin for condition in query.filters for origin in condition.origins}
        same = words.table_key(query.table) == words.table_key(target)
        if query.order >= access.query.order or not asked & held:
            continue
        if same and any(words.says_public(one.column, constants(one)) for one in query.filters):
            return True  # what its owner made public is there for everybody: an event with its registrations
        if query.tie is None or not _acted_on(access, query, written) or _some_of(access, query, asked):
            continue
        by_rules = query.client is ClientKind.USER and same
        held_to_caller = same and query.tie.kind in {TieKind.CHILD, TieKind.PROVEN, TieKind.COMPARED}
        if query.tie.kind is TieKind.FILTER or by_rules or held_to_caller:
            return True
    return False
