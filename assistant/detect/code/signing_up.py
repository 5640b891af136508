"""Whoever makes an account for themselves and says which role it has: everybody may be an administrator."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.guards import is_administrative
from assistant.domain.code import GuardKind, OriginKind, Weakness


if TYPE_CHECKING:
    from assistant.detect.code.access import Access
    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Origin, Written

_ACCOUNTS: Final = re.compile(r"(?:^|_)(?:user|profile|account)$")
_ROLES: Final = words.named("role roles is_admin is_superuser user_role user_type account_type access_level")
_OFFICES: Final = words.named("admin administrator superadmin superuser super root moderator")
"""Words for whoever may do more than others; sides of a market (a buyer, a seller), and the owner of what they bring, are none."""
_INVITED: Final = frozenset({GuardKind.ROLE, GuardKind.CAPABILITY, GuardKind.NAME, GuardKind.ENVIRONMENT})


def chooses_role(access: Access, *, offices: bool) -> bool:
    """An account is added with a role out of the request, and an administrator's is among those; of any text where ``offices`` are asked for.

    Not where a role, an invitation or a key let somebody in, nor in the set-up of an application that has nobody yet.
    """
    query = access.query
    if query.verb not in {"insert", "upsert"} or not _ACCOUNTS.search(words.table_key(query.table)):
        return False
    if access.trusted_sender or access.administrator or not access.context.bypasses(query) or _first_of_all(access):
        return False
    if any(guard.kind in _INVITED or guard.roles for guard in access.strong):
        return False
    if any(guard.weakness is Weakness.ONE_BRANCH for guard in access.entry.guards):
        return False  # roles are weighed
    return any(_high(part, offices=offices) for part in query.written)


def asks_for_offices(context: CodeContext) -> bool:
    """Somewhere an administrator is asked for."""
    return any(is_administrative(entry.guards, entry) for entry in context.map.entries)


def _high(part: Written, *, offices: bool) -> bool:
    if words.snake(part.column.rpartition(".")[2]) not in _ROLES:
        return False
    if not any(origin.kind is OriginKind.REQUEST for origin in part.origins):
        return False
    if part.among:
        return any(set(words.words(one.lower())) & _OFFICES for one in part.among)
    return offices


def _first_of_all(access: Access) -> bool:
    """Whether there is anybody was asked before: ``if (await db.user.count()) refuse``."""
    table = words.table_key(access.query.table)
    return any(
        query.verb == "select"
        and query.order < access.query.order
        and words.table_key(query.table) == table
        and not any(part.origins for part in query.filters)
        for query in access.entry.queries
    )


_SIGN_INS: Final = words.table_key("auth.users")


def made_for(access: Access, origins: tuple[Origin, ...] = ()) -> bool:
    """An account was made just before, of that very address where one is given: whoever signs up says who they are, and the row is the new account's."""
    return any(
        query.order < access.query.order
        and query.verb == "insert"
        and words.table_key(query.table) == _SIGN_INS
        and (not origins or any(part.column == "email" and part.origins == origins for part in query.written))
        for query in access.entry.queries
    )


def of_new_account(access: Access) -> bool:
    """Rows that a sign-up adds for the account it has just made, and no administrator's."""
    if not (access.query.verb == "insert" and made_for(access)):
        return False
    if any(words.names_person(part.column) and not _theirs(access, part) for part in access.query.written):
        return False
    said = [
        origin.path.strip("'").lower()
        for part in access.query.written
        for origin in part.origins
        if origin.kind is OriginKind.CONSTANT
    ]
    return not any(set(words.words(one)) & _OFFICES for one in said)


def _theirs(access: Access, part: Written) -> bool:
    sent = any(origin.kind is OriginKind.REQUEST for origin in part.origins)
    return not sent or made_for(access, part.origins)
