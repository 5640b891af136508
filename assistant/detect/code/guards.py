"""Guards of an entry: which of them count, what they prove, and whether they let only administrators through."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.domain.code import ActKind, EntryKind, Guard, GuardKind, Origin, OriginKind, TieKind, Weakness


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.domain.code import Entry, Query

PERSONS: Final = frozenset(
    {GuardKind.SESSION, GuardKind.API_KEY, GuardKind.ROLE, GuardKind.MEMBERSHIP, GuardKind.OWNER}
)
"""Guards that know who is calling."""
MACHINES: Final = frozenset({GuardKind.SIGNATURE, GuardKind.SECRET, GuardKind.ENVIRONMENT})
"""Guards that let only trusted senders in, or nobody in production."""
PROVING: Final = frozenset(
    {GuardKind.MEMBERSHIP, GuardKind.OWNER, GuardKind.ROLE, GuardKind.SIGNATURE, GuardKind.CAPABILITY}
)
"""Guards that prove an id of the request, or a row."""
EQUALS: Final = frozenset({"eq", "in", "is", "match"})
"""Operators of a condition that finds the rows of one value."""
NOT_RUN_BY_PEOPLE: Final = frozenset({EntryKind.JOB, EntryKind.MIDDLEWARE})
_ADMINS: Final = frozenset(
    {
        "admin",
        "admins",
        "administrator",
        "administrators",
        "superadmin",
        "superadmins",
        "superuser",
        "superusers",
        "super",
        "staff",
        "root",
        "moderator",
        "operator",
        "support",
        "system",
        "internal",
        "sysadmin",
        "backoffice",
        "administrador",
        "administradora",
        "administrateur",
        "amministratore",
    }
)
_DEVELOPERS: Final = words.named("developer developers dev devs desarrollador desenvolvedor entwickler")
"""Who builds the application, where they have a folder of their own: everywhere else a developer may be a customer's."""
_THEIR_FOLDERS: Final = _DEVELOPERS | words.named("monitoring observability diagnostics telemetry devtools debug")


_EVERYBODYS: Final = words.named(
    "user users member members customer customers client clients guest viewer basic free subscriber buyer student patient tenant"
)
"""Roles of whoever the application is for: a list that has one of them beside administrators lets everybody in."""
_RUNS_IT: Final = re.compile(r"(?:platform|super|system|site|global)[_ -]?admin|^platform$|superuser", re.IGNORECASE)
PLATFORM: Final = _ADMINS - words.named(
    "admin admins administrator administrators administrador administradora administrateur amministratore"
)
"""Words for whoever runs the whole application, whichever tenant somebody is of."""

_LACKS: Final = "not "
_UNSET: Final = " when it is not set"
"""Among the roles of a list that a variable holds: what it holds where nobody set it."""
_FROM_INSIDE: Final = frozenset({"internal", "system"})
"""Words among those for administrators that also stand for calls of the application to itself."""
_ASKING: Final = words.named("require check assert ensure verify guard with must only validate authorize authenticate")
_GIVING: Final = words.named("get load fetch find handle current use")
"""First words of functions that give something: ``getAdmin`` gives the administrator who is there, ``getAdminPermissions`` what nobody has asked yet."""
_SOMEBODY: Final = words.named(
    "user session account auth context ctx profile identity actor me id from request req or throw redirect fail by caller current server client supabase action route handler"
)
"""What may follow in the name of a function that gives an administrator."""
_ADMIN_COLUMNS: Final = words.named(
    "is_admin is_superadmin is_super_admin is_staff is_platform_admin is_superuser super_admin"
)
_ADMIN_PATH: Final = words.named("admin superadmin backoffice staff")


_PROVEN: Final = f"proven {OriginKind.REQUEST} "
_COUNTING: Final = PERSONS | MACHINES | {GuardKind.CAPABILITY}
_KNOWN = {
    "caller": GuardKind.SESSION,
    "role": GuardKind.ROLE,
    "office": GuardKind.ROLE,
    "secret": GuardKind.SECRET,
    "signed": GuardKind.SIGNATURE,
}


def about_caller(guard: Guard) -> bool:
    """Something of the caller was looked at."""
    return any(subject.kind is OriginKind.CALLER for subject in guard.subjects)


def machine_among(guards: Iterable[Guard], kinds: frozenset[GuardKind]) -> bool:
    """One of these guards lets a machine in: a signature, a secret, and not that by which the application signs its own sessions, which says who calls."""
    strong = tuple(guards)
    sessions = {guard.place for guard in strong if guard.kind is GuardKind.SESSION}
    return any(guard.kind in kinds and guard.place not in sessions for guard in strong)


def skipped_when_unset(guard: Guard) -> bool:
    """A list of the environment that is asked only where it is not empty: ``if (list.length > 0 && !list.includes(me))``."""
    return guard.kind is GuardKind.ROLE and guard.weakness is Weakness.ONE_BRANCH and _UNSET in guard.roles


def of_row_alone(guard: Guard) -> bool:
    """A row said that it is active or shared: that is no caller."""
    return guard.kind is GuardKind.OWNER and " of the row" in guard.says


def strong_guards(entry: Entry) -> Iterator[Guard]:
    """Guards that count."""
    for guard in entry.guards:
        if guard.weakness is None and guard.kind in _COUNTING:
            yield guard


def roles_before_answer(entry: Entry, query: Query) -> Iterator[Guard]:
    """Roles that are asked for after a query and before anything is answered: whoever lacks one does not see what was read."""
    answered = [act.order for act in entry.acts if act.kind is ActKind.RESPOND]
    for guard in strong_guards(entry):
        later = guard.kind is GuardKind.ROLE and guard.order > query.order
        if later and not any(query.order < order < guard.order for order in answered):
            yield guard


def of_branch(entry: Entry, query: Query, found: Iterable[Guard]) -> Iterator[Guard]:
    """What was known on the query's own branch and no single guard says: a session of one branch, an API key of the other."""
    kinds = {guard.kind for guard in found}
    for fact in query.known:
        word, _, said = fact.partition(" ")
        kind = _KNOWN.get(word)
        if word == "office":
            said = "platform"
        elif kind in kinds or (kind is GuardKind.SESSION and kinds & PERSONS):
            continue
        if kind is None:
            continue
        roles = (said,) if kind is GuardKind.ROLE and said else ()
        yield Guard(kind=kind, says=f"{word} on every branch", place=entry.place, order=query.order, roles=roles)


def proven_on_way(query: Query) -> frozenset[Origin]:
    """Request values that were proven on the query's own way, whichever test did it."""
    said = (fact.removeprefix(_PROVEN) for fact in query.known if fact.startswith(_PROVEN))
    return frozenset(Origin(OriginKind.REQUEST, path) for path in said)


_WHO: Final = ("header.authorization", "header.cookie", "cookie")
"""What says who is calling: proving it proves no other id."""


def proven_by(entry: Entry, guards: Iterable[Guard]) -> frozenset[Origin]:
    """Request values that these guards prove: what they looked at, and what found the caller's row that they looked at."""
    found: set[Origin] = set()
    rows: list[int] = []
    some: set[int] = set()
    every: set[int] = set()
    for guard in guards:
        if guard.kind in PROVING:
            found |= {one for one in guard.subjects if one.kind is OriginKind.REQUEST and not one.path.startswith(_WHO)}
            looked = [subject.row for subject in guard.subjects if subject.kind is OriginKind.ROW]
            rows += looked
            there = guard.kind is GuardKind.MEMBERSHIP and guard.says.startswith("row of ")
            (some if there else every).update(looked)
    queries = {query.id: query for query in entry.queries}
    seen: set[int] = set()
    while rows:
        query = queries.get(rows.pop())
        if query is None or query.id in seen:
            continue
        seen.add(query.id)
        for condition in query.filters:
            if condition.operator == "in" and query.id in some - every:
                continue  # that one of the listed rows is there says nothing of the others
            if condition.operator in EQUALS:
                found |= {
                    origin
                    for origin in condition.origins
                    if origin.kind is OriginKind.REQUEST and not origin.path.startswith(("header.", "cookie"))
                }
                rows += [origin.row for origin in condition.origins if origin.kind is OriginKind.ROW]
    return frozenset(found)


_PERMISSION: Final = re.compile(r"^[a-z]\w*[.:]\w+$|^[a-z]+_\w+$")
_OVER_OTHERS: Final = frozenset(
    {"manage", "admin", "administer", "all", "any", "review", "approve", "moderate", "verify", "assign", "configure"}
)


def is_administrative(guards: Iterable[Guard], entry: Entry | None = None, *, one_house: bool = False) -> bool:
    """A role of the application (not of a tenant that the request names) is demanded.

    It is named so, by the role, the guard or a function on the way to it; or any role is, below an admin path; or the caller's own row
    was asked whether they are one. In ``one_house``, where nobody has a tenant, a permission over other people's rows is as good.
    """
    found = tuple(guards)
    if one_house and any(map(holds_permission, found)):
        return True
    for guard in found:
        if guard.kind not in PERSONS or any(subject.kind is OriginKind.REQUEST for subject in guard.subjects):
            continue
        if (
            guard.kind is GuardKind.ROLE
            and (runs_it(guard) or not (_of_tenant(found) or _in_named_tenant(guard, entry)))
            and (_names_administrators(guard) or (entry is not None and _has_their_folder(guard, entry)))
        ):
            return True
        if guard.kind is not GuardKind.ROLE and _named_for_administrators((*guard.chain, guard.says)):
            return True
    return entry is not None and asks_own_role(entry)


def holds_permission(guard: Guard) -> bool:
    """A permission over other people's rows is demanded, and not only a role: ``volunteers.manage_shifts``, ``reports:review_all``."""
    held = holds(guard) if guard.kind is GuardKind.ROLE else ()
    return bool(held) and all(_PERMISSION.search(one) and _OVER_OTHERS & set(words.words(one)) for one in held)


def holds(guard: Guard) -> tuple[str, ...]:
    """Roles that whoever gets past it has; ``not ADMIN``, behind a door of administrators, is none."""
    return tuple(role for role in guard.roles if not role.startswith(_LACKS))


def _names_administrators(guard: Guard) -> bool:
    held = holds(guard)
    if (guard.roles and not held) or (len(held) > 1 and any(role.lower() in _EVERYBODYS for role in held)):
        return False
    if any("@" in role for role in guard.roles):
        return True  # people of the house, written down by their addresses
    named = {part for said in (*guard.roles, guard.says, *guard.chain) for part in words.words(said)}
    return bool(named & _ADMINS) or "platform" in named or any(_of_environment(role) for role in guard.roles)


def _has_their_folder(guard: Guard, entry: Entry) -> bool:
    """A role that is demanded below ``/admin``; below ``/dev`` that of a developer."""
    if in_administration(entry):
        return True
    held = {part for role in holds(guard) for part in words.words(role)}
    return bool(held & _DEVELOPERS) and bool(_segments(entry) & _THEIR_FOLDERS)


def runs_it(guard: Guard) -> bool:
    """The role is that of whoever runs the application, whichever tenant they are of."""
    return bool(guard.roles) and all(_RUNS_IT.search(role) and not role.startswith(_LACKS) for role in guard.roles)


def speaks_of_headquarters(guard: Guard) -> bool:
    """A role of whoever runs the application is asked for, alone or as one of several ways in."""
    return guard.weakness is None and (runs_it(guard) or bool(_RUNS_IT.search(guard.says)))


def _of_environment(role: str) -> bool:
    """``OWNER_EMAILS``: the people who run the application, by a variable."""
    return role.isupper() and "_" in role and bool({"owner", "owners", "founder", "founders"} & set(words.words(role)))


def _of_tenant(guards: Iterable[Guard]) -> bool:
    return any(guard.kind is GuardKind.MEMBERSHIP for guard in guards)


def _in_named_tenant(guard: Guard, entry: Entry | None) -> bool:
    """The role stands in a row that was found by an id of the request: a member's role in the team that was asked for."""
    rows = {subject.row for subject in guard.subjects if subject.kind is OriginKind.ROW}
    return any(
        origin.kind is OriginKind.REQUEST and not origin.path.startswith(("header.", "cookie"))
        for query in (entry.queries if entry is not None else ())
        if query.id in rows
        for condition in query.filters
        for origin in condition.origins
    )


@lru_cache(maxsize=4096)
def _named_for_administrators(chain: tuple[str, ...]) -> bool:
    """``requireAdmin``, ``assertStaff``, ``getAdminUser``: a function on the way, outermost first, lets administrators through by its name; ``isAdmin`` only says so.

    ``checkHybridAuth`` that also takes what ``verifyInternalToken`` knows has other ways in: a call from inside is one of them.
    """
    others = False
    for name in chain:
        parts = words.words(name)
        if not parts or parts[0] not in _ASKING | _GIVING:
            continue
        named = _lets_through(parts)
        if named - _FROM_INSIDE or (named and not others):
            return True
        others = others or (parts[0] in _ASKING and parts[0] != "with")
    return False


def _lets_through(parts: tuple[str, ...]) -> frozenset[str]:
    """The words for administrators in the name of a function that asks for them, or gives the one who is there."""
    named = _ADMINS.intersection(parts)
    if named and parts[0] in _GIVING:
        last = max(number for number, part in enumerate(parts) if part in _ADMINS)
        return named if set(parts[last + 1 :]) <= _SOMEBODY else frozenset()
    return named


def asks_own_role(entry: Entry) -> bool:
    """The caller's own row was read for ``is_admin``, or for a role below an admin path."""
    for query in entry.queries:
        if query.verb != "select" or query.tie is None or query.tie.kind is not TieKind.FILTER:
            continue
        named = {words.snake(column) for column in (*(query.columns or ()), *(part.column for part in query.filters))}
        if named & _ADMIN_COLUMNS or (named & {"role", "roles", "user_role"} and in_administration(entry)):
            return True
    return False


def in_administration(entry: Entry) -> bool:
    """The path, or the folder, says that it is for administrators."""
    folders = {part.strip("()[]").lower() for part in entry.place.file.split("/")[:-1]}
    return bool(_ADMIN_PATH & (_segments(entry) | folders))


def _segments(entry: Entry) -> frozenset[str]:
    fixed = (part for part in entry.path.split("/") if not part.startswith(("[", ":")))
    return frozenset(word for part in fixed for word in words.words(part))


def half_signed(query: Query, guards: Iterable[Guard]) -> bool:
    """A signature is checked on some ways to a query, and on others what was sent is believed as it came."""
    if {"signed", "secret"} & set(query.known) or not any(guard.kind is GuardKind.SIGNATURE for guard in guards):
        return False
    said = (*(part.origins for part in query.filters), *(part.origins for part in query.written))
    return any(
        origin.kind is OriginKind.REQUEST and origin.path.partition(".")[0] in {"body", "form"}
        for origins in said
        for origin in origins
    )
