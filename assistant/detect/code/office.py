"""Who may see everybody's rows because of the office they hold: reviewers, dispatchers, support.

A role that a tenant gives opens that tenant's rows alone, and a role that says on which side of a market somebody stands opens their own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.guards import EQUALS, holds
from assistant.domain.code import GuardKind, OriginKind, TieKind


if TYPE_CHECKING:
    from assistant.detect.code.access import Access
    from assistant.domain.code import Filter, Query

_OFFICES: Final = words.named("role roles permission permissions admin admins staff operator moderator platform")
_SIDES: Final = words.named(
    "user users member customer client buyer seller vendor merchant supplier driver courier chef landlord renter host guest artist creator student parent"
    " patient teacher instructor doctor provider owner tenant employee candidate freelancer agent author organizer venue recruiter employer applicant"
    " company agency brand influencer tutor learner trainer coach mentor mentee donor volunteer rider restaurant shop store dealer contractor caregiver"
    " viewer reader basic default free pending broker realtor lender borrower advertiser publisher subscriber exhibitor sponsor participant"
)
"""Roles that say on which side of the application somebody stands: each of them has rows of their own."""

_ASKED: Final = words.named("role roles")
_PERSON: Final = words.named("user_id member_id account_id profile_id")
_EVERYBODYS: Final = words.named("user member viewer guest reader basic default customer client subscriber")
"""Roles that nobody is given for."""

_ANY_ROLE: Final = re.compile(r"(?:^|[._])(?:role|roles|role_?name|role\.name|role_?id)$", re.IGNORECASE)
"""What a role is called, and none."""
_TEAMS: Final = words.named("team_member staff staff_member backoffice_user back_office_user admin_user internal_user")
_OF_ONE: Final = words.named(
    "user_id userid uid owner_id account_id profile_id member_id employee_id staff_id recipient_id"
)
"""Columns by which a row is one colleague's own."""
_DOES: Final = words.named("get list view see read manage edit write create update delete remove can access")
"""First words of a right: ``manageUsers`` says what somebody may do, and not on which side they stand."""
_DONE: Final = _DOES | words.named("create assign approve export import invite restore publish archive")
"""What a right is given to do, where it is asked for beside its thing: ``may(me, "delete", "users")``."""


def by_office(access: Access) -> bool:
    """A role of the application was asked for that no tenant gives."""
    roles = [guard for guard in access.strong if guard.kind is GuardKind.ROLE]
    first = min((guard.order for guard in roles), default=None)
    if first is None or any(subject.kind is OriginKind.REQUEST for guard in roles for subject in guard.subjects):
        return False
    if any(guard.kind is GuardKind.MEMBERSHIP and guard.order <= first for guard in access.strong):
        return False
    said = [role for guard in roles for role in holds(guard)]
    said += [fact.partition(" ")[2] for fact in access.query.known if fact.startswith("role ")]
    if any(map(_on_a_side, said)):
        return False
    if _by_own_role_alone(access, first):
        return True
    return not access.context.of_tenants(access.query.table) and (bool(said) or not access.known_private)


def _on_a_side(role: str) -> bool:
    named = words.words(role)
    return bool(set(named) & _SIDES) and named[0] not in _DOES


def held_on_the_way(access: Access) -> tuple[str, ...]:
    """Rights and offices that whoever gets to the query was asked for; empty where the request names them, or where one of them is a side of the application.

    That somebody has any role at all is no office.
    """
    roles = [guard for guard in access.strong if guard.kind is GuardKind.ROLE]
    if any(subject.kind is OriginKind.REQUEST for guard in roles for subject in guard.subjects):
        return ()
    said = [role for guard in roles for role in holds(guard)]
    said += [fact.partition(" ")[2] for fact in access.query.known if fact.startswith("role ")]
    named = [role for role in dict.fromkeys(said) if not role.startswith("not ") and not _ANY_ROLE.search(role)]
    right = any(words.words(role)[:1] and words.words(role)[0] in _DONE for role in named)
    return () if not right and any(map(_on_a_side, named)) else tuple(named)


def _by_own_role_alone(access: Access, order: int) -> bool:
    """The role was read from the caller's own row of a table that no tenant keeps: an office of the whole application."""
    return any(
        query.order < order
        and query.tie is not None
        and query.tie.kind is TieKind.FILTER
        and _keeps_roles(query)
        and not access.context.of_tenants(query.table)
        and not any(origin.kind is OriginKind.REQUEST for part in query.filters for origin in part.origins)
        for query in access.entry.queries
    )


def _keeps_roles(query: Query) -> bool:
    """``user_roles``, ``platform_users``, ``staff``: its rows say what office somebody holds."""
    return bool(_OFFICES & set(words.words(query.table)))


def of_the_team(access: Access) -> bool:
    """In one house, who works there was looked up: their own row of ``team_members``. What no column gives to one of them is the house's.

    Tables of employees are no such sign: in what manages people each of them has rows that no colleague may see.
    """
    context = access.context
    if not context.one_house or any(words.snake(one) in _OF_ONE for one in context.owner_columns(access.query.table)):
        return False
    return words.table_key(access.query.table) not in _TEAMS and any(
        query.order < access.query.order
        and query.verb == "select"
        and words.table_key(query.table) in _TEAMS
        and query.tie is not None
        and query.tie.kind is TieKind.FILTER
        and not any(origin.kind is OriginKind.REQUEST for part in query.filters for origin in part.origins)
        for query in access.entry.queries
    )


def with_role(query: Query) -> bool:
    """``workspace: { members: { some: { userId: me, role: "ADMIN" } } }``: the rows are only there for whoever has that role beside them.

    The caller and the role are asked of one and the same row; a list that has a role of everybody's beside administrators asks for none.
    """
    beside = {
        part.column.rpartition(".")[0]
        for part in query.filters
        if _last(part.column) in _PERSON
        and part.origins
        and all(origin.kind is OriginKind.CALLER for origin in part.origins)
    }
    return any(_asks_role(part, beside) for part in query.filters)


def _asks_role(part: Filter, beside: set[str]) -> bool:
    within = part.column.rpartition(".")[0]
    if not within or within not in beside or within.endswith((".none", ".every")) or part.operator not in EQUALS:
        return False
    said = [origin.path.strip("'").lower() for origin in part.origins if origin.kind is OriginKind.CONSTANT]
    return (
        _last(part.column) in _ASKED and bool(said) and len(said) == len(part.origins) and not set(said) & _EVERYBODYS
    )


def _last(column: str) -> str:
    return words.snake(column.rpartition(".")[2])
