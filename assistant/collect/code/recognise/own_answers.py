"""Functions of the database that answer about whoever asks: ``is_admin()``, ``is_member_of(org)``, ``get_my_role()``.

Row-level security is written with them, and handlers ask them through the caller's own client, which tells the database who that is. What
they say is told from their names: a function that is asked of a person whom somebody names, of an address or of a limit says nothing here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from assistant.domain.code import OriginKind


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.domain.code import Filter

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_YES_OR_NO: Final = frozenset(
    [
        "is",
        "am",
        "are",
        "has",
        "have",
        "can",
        "may",
        "check",
        "verify",
        "belongs",
        "owns",
        "assert",
        "require",
        "ensure",
        "enforce",
        "user",
        "current",
        "auth",
        "my",
    ]
)
"""First words of functions that answer yes or no."""
_GIVES: Final = frozenset(["get", "my", "current", "user", "auth", "fetch", "caller"])
_OF_ROLES: Final = frozenset(
    [
        "admin",
        "admins",
        "administrator",
        "superadmin",
        "superuser",
        "staff",
        "role",
        "roles",
        "permission",
        "permissions",
        "privilege",
        "privileges",
        "manager",
        "moderator",
    ]
)
_OF_MEMBERS: Final = frozenset(
    ["owner", "member", "membership", "access", "belongs", "owns", "allowed", "authorized", "authorised", "participant"]
)
_RIGHTS: Final = frozenset({"can", "may"})
_OF_SOMETHING_ELSE: Final = frozenset(
    [
        "email",
        "username",
        "slug",
        "name",
        "names",
        "exists",
        "exist",
        "taken",
        "available",
        "limit",
        "quota",
        "feature",
        "features",
        "plan",
        "subscription",
        "expired",
        "code",
        "token",
        "count",
        "id",
        "ids",
        "any",
        "last",
    ]
)
"""Words of functions about an address, a limit or whether there is anybody at all."""
_REFUSE: Final = frozenset({"assert", "require", "ensure", "enforce"})
"""First words of functions that raise an error for whoever may not."""
_PERSON: Final = re.compile(r"user|uid|profile|person|member_?id|email|account_?id|auth_?id", re.IGNORECASE)


@lru_cache(maxsize=2000)
def _words(function: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORD.findall(function.rpartition(".")[2]))


def asks_about_caller(function: str) -> bool:
    """It answers, by its name, whether whoever asks is or may something."""
    words = _words(function)
    if len(words) < 2 or words[0] not in _YES_OR_NO or _OF_SOMETHING_ELSE & set(words):  # noqa: PLR2004 - the question and what it is about
        return False
    return words[0] in {*_RIGHTS, "owns", "belongs"} or bool((_OF_ROLES | _OF_MEMBERS) & set(words[1:]))


def asks_role(function: str) -> bool:
    """Its yes is a role, and no membership alone: ``is_admin``, ``has_permission``."""
    words = _words(function)
    return asks_about_caller(function) and (words[0] in _RIGHTS or bool(_OF_ROLES & set(words[1:])))


def gives_role(function: str) -> bool:
    """Its answer is the name of a role: ``get_my_role``, ``current_user_role``, ``auth.role``."""
    words = _words(function)
    return len(words) > 1 and words[0] in _GIVES and words[-1] in {"role", "roles"}


def refuses(function: str) -> bool:
    """It ends with an error for whoever may not, and answers everybody else."""
    return asks_about_caller(function) and _words(function)[0] in _REFUSE


def of_somebody_named(conditions: Iterable[Filter]) -> bool:
    """It is asked about a person whom the request names."""
    return any(
        _PERSON.search(each.column) and any(origin.kind is OriginKind.REQUEST for origin in each.origins)
        for each in conditions
    )
