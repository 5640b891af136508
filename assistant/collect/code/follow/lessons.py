"""Guards for what a call found out when nothing more precise was said of it, and for the row of a member."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.code.follow.facts import NONE, NOTHING_LEARNED, Learned, Lesson, role_of
from assistant.collect.code.follow.kinds import CLAIMED, CONSTANT, PERSONS, REQUEST, ROW
from assistant.collect.code.follow.trust import RANK, ROLE, asks_right, carried, consequences, editable, trusted
from assistant.collect.code.origins import ordered, origins_of
from assistant.collect.code.recognise.chains import argument, at_path
from assistant.collect.code.recognise.own_answers import asks_role
from assistant.collect.code.recognise.own_session import own_session
from assistant.domain.code import GuardKind, Origin, OriginKind, Weakness


if TYPE_CHECKING:
    from assistant.collect.code.follow.facts import Fact, Facts
    from assistant.collect.code.follow.query_record import QueryRecord
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Chain, Value

LESSON_OF = {
    "caller": GuardKind.SESSION,
    "proven": GuardKind.MEMBERSHIP,
    "tied": GuardKind.OWNER,
    "role": GuardKind.ROLE,
    "secret": GuardKind.SECRET,
    "signed": GuardKind.SIGNATURE,
}
"""The kind of guard behind each kind of fact."""


def lessons_of(facts: Facts | set[Fact], known: list[Lesson], of: Value | None = None) -> tuple[Lesson, ...]:
    """Guards for facts that a call brought along, when nothing more precise was said.

    ``of`` is what the call gave: an object made of claims that nobody verified (``{ user: { id: jwtDecode(cookie).sub } }``) is no session.
    """
    kinds = {lesson.kind for lesson in known}
    persons = {origin.kind for origin in origins_of(of)} & PERSONS
    weak = Weakness.GET_SESSION if persons == {CLAIMED} else None
    out: dict[GuardKind, Lesson] = {}
    for fact in sorted(facts, key=str):
        kind = LESSON_OF.get(str(fact[0]))
        if kind is not None and kind not in kinds and kind not in out:
            roles = _variables(facts) if kind is GuardKind.ROLE else ()
            out[kind] = Lesson(kind, "", _about(fact), roles, weak if kind is GuardKind.SESSION else None)
    return tuple(out.values())


def _variables(facts: Facts | set[Fact]) -> tuple[str, ...]:
    """Variables of the environment that name who may: ``ADMIN_EMAILS``."""
    return tuple(sorted(one[1] for one in facts if one[0] == "role" and isinstance(one[1], str) and one[1].isupper()))


def _about(fact: Fact) -> tuple[Origin, ...]:
    if fact[0] == "proven" and isinstance(fact[1], Origin):
        return (fact[1],)
    return (Origin(ROW, "", fact[1]),) if fact[0] == "tied" and isinstance(fact[1], int) else ()


def of_member(record: QueryRecord, origin: Origin, facts: Facts) -> Learned:
    """The caller's own row, or their row in what was asked for, is there; with the role that the query asked for itself."""
    asked = any(each.kind in {REQUEST, ROW} for each in record.compared())
    extra: set[Fact] = set() if asked else {("caller",)}
    kind = GuardKind.MEMBERSHIP if asked else GuardKind.SESSION
    offices = roles_asked(record)
    lessons = [Lesson(kind, f"row of {record.table or 'a query'}", (origin,), offices)]
    if offices:
        extra.add(("role", ",".join(offices)))
        lessons.append(Lesson(GuardKind.ROLE, f"row of {record.table} with a role", (origin,), offices))
    return Learned(frozenset(facts | extra), tuple(lessons))


_OF_ROWS = frozenset({GuardKind.MEMBERSHIP, GuardKind.OWNER, GuardKind.ROLE})


def of_list(learned: Learned) -> Learned:
    """``const rows = await members.findMany(…); if (!rows) refuse``: a list is there when nothing is in it."""
    meant = (lesson for lesson in learned.lessons if lesson.kind in _OF_ROWS)
    return Learned(NONE, tuple(lesson._replace(weakness=Weakness.EMPTY_LIST) for lesson in meant))


def of_identity(origin: Origin) -> Learned:
    """Something of the caller is there: somebody is signed in, or has a role."""
    weak = Weakness.GET_SESSION if origin.kind is CLAIMED else None
    path = origin.path.lstrip("!")
    if editable(origin):
        return Learned(NONE, (Lesson(GuardKind.ROLE, path, (origin,), weakness=Weakness.USER_METADATA),))
    if ROLE.search(path) and not RANK.search(path):
        return Learned(role_of(path) | {("caller",)}, (Lesson(GuardKind.ROLE, path, (origin,), (path,), weak),))
    return Learned(frozenset({("caller",)}), (Lesson(GuardKind.SESSION, path, (origin,), weakness=weak),))


def of_key(record: QueryRecord, origin: Origin, facts: Facts) -> Learned:
    """A row that was found by a key of the headers: its holder calls, with the office that the row says they have."""
    path = origin.path.lstrip("!")
    key = Lesson(GuardKind.API_KEY, record.table, (origin,))
    if not ROLE.search(path) or RANK.search(path):
        return Learned(facts | {("caller",)}, (key,))
    return Learned(facts | {("caller",)} | role_of(path), (key, Lesson(GuardKind.ROLE, path, (origin,), (path,))))


def of_role(record: QueryRecord, origin: Origin, facts: Facts) -> Learned:
    """A yes of the caller's own row (``is_admin``) is a role; of a role or a list of permissions only that there is one, and not which."""
    path = origin.path.lstrip("!")
    if RANK.search(path):
        return of_member(record, origin, facts)
    return Learned(role_of(path) | facts, (Lesson(GuardKind.ROLE, path, (origin,), (path,)),))


def of_own_answer(record: QueryRecord, origin: Origin, facts: Facts) -> Learned:
    """The database said yes of whoever asks: to their role, or to their place in what was asked for."""
    says, known = f"{record.table}()", facts | {("caller",)}
    asked = tuple(one for one in record.compared() if one.kind in {REQUEST, ROW})
    named = {one.path.strip("'") for one in record.compared() if one.kind is CONSTANT}
    if asks_role(record.table) and not any(_EVERYBODYS.match(one) for one in named):
        roles = tuple(sorted(named)) or (record.table,)
        held = frozenset().union(*(role_of(one) for one in roles))
        return Learned(known | held, (Lesson(GuardKind.ROLE, says, (origin, *asked), roles),))
    kind = GuardKind.MEMBERSHIP if asked else GuardKind.SESSION
    return Learned(known, (Lesson(kind, says, (origin, *asked)),))


_EVERYBODYS = re.compile(
    r"(?:member|user|viewer|guest|reader|basic|default|employee|customer|student)s?$", re.IGNORECASE
)
"""Roles that nobody is given for."""


def roles_asked(record: QueryRecord) -> tuple[str, ...]:
    """``where: { orgId, userId, role: { in: ["ADMIN", "OWNER"] } }``: the roles of a membership that is looked for; none when every member has one of them."""
    asked = (each for each in record.filters if each.operator in {"eq", "in"} and asks_right(record, each.column))
    said = {one.path.strip("'") for each in asked for one in each.origins if one.kind is CONSTANT}
    if not any(one.kind in PERSONS for one in record.compared()):
        return ()  # how many owners there are is asked of no caller
    return () if any(_EVERYBODYS.match(one) for one in said) else tuple(sorted(said))[:6]


def of_fetched_session(chain: Chain) -> Learned | None:
    """``(await fetch(`${AUTH_URL}/verify`, { headers: { authorization } })).ok``; None for any other answer."""
    if chain.last is None or chain.last.name != "ok":
        return None
    found = own_session(chain)
    return Learned(frozenset({("caller",)}), (Lesson(GuardKind.SESSION, found.says),)) if found is not None else None


_OF_MEMBERS = frozenset(
    {"hasPermission", "getFullOrganization", "getActiveMember", "listMembers", "setActiveOrganization"}
)
"""What Better Auth answers to members of an organization alone."""
_CHOSEN_HOUSE = Origin(OriginKind.CALLER, "session.session.activeOrganizationId")
"""What it is asked about where no organization is named: a proof of that one, and of no id that was sent."""


def of_organization(chain: Chain) -> Learned | None:
    """``(await auth.api.hasPermission({ headers, body: { organizationId } })).success``; None for any other answer."""
    if chain.source != "better-auth":
        return None
    step = next((one for one in chain.steps if one.name in _OF_MEMBERS and one.arguments), None)
    if step is None:
        return None
    given = [at_path(argument(step, 0), part) for part in ("body", "query")]
    asked = {one for part in given for one in origins_of(part) if one.kind is REQUEST}
    facts: set[Fact] = {("caller",), *(("proven", one) for one in asked)}
    about = tuple(sorted(asked)) or (_CHOSEN_HOUSE,)
    return Learned(frozenset(facts), (Lesson(GuardKind.MEMBERSHIP, f"{step.name}()", about),))


_OF_TEXT = re.compile(
    r"(?:some|every|find\w*|filter|map|reduce|includes|startsWith|endsWith|match\w*|test|exec|trim\w*|split|join|slice|replace\w*|parse\w*|safeParse|stringify|"
    r"format\w*|diff\w*|compare\w*|is(?:Valid|Empty|Nil|Null|Equal|String|Number|Array|Object|Date|After|Before|Same|Between|Past|Future|URL|Email|UUID)\w*)$"
)
"""Answers of libraries about texts, lists and dates: no library says by these whether somebody may do something."""


_IDENTIFIES = re.compile(r"auth(?!or(?!iz))|session|token|jwt|identity|api_?key", re.IGNORECASE)


def _of_credential(chain: Chain, asked: list[Origin]) -> Learned:
    """``authService.userOf(request.headers.authorization)`` of a service that nobody saw being made: who asks is named, and not known."""
    spelled = (chain.name, *(step.name for step in chain.steps))
    if not any(carried(one) for one in asked) or not any(_IDENTIFIES.search(one) for one in spelled):
        return NOTHING_LEARNED
    name = (chain.last.name if chain.last is not None else "") or chain.name
    return Learned(frozenset({("caller",)}), (Lesson(GuardKind.NAME, f"{name}()", ()),))


def of_unknown(run: Run, chain: Chain) -> Learned:
    """An answer of code that is not in the repository, asked about the caller and something else."""
    belongs = of_organization(chain) or of_fetched_session(chain)
    if belongs is not None:
        return belongs
    if chain.last is None or chain.last.arguments is None:
        return NOTHING_LEARNED
    found = ordered(chain)
    callers = [origin for origin in found if trusted(run, origin)]
    asked = [origin for origin in found if origin.kind in {REQUEST, ROW} and origin not in callers]
    if not callers:
        return _of_credential(chain, asked)
    facts: set[Fact] = set()
    for origin in asked:
        facts |= {("proven", origin)} if origin.kind is REQUEST else consequences(run, origin.row)
    name = chain.last.name or chain.name
    if _OF_TEXT.match(name):
        return NOTHING_LEARNED
    if not asked and not ROLE.search(name):
        return NOTHING_LEARNED
    return Learned(frozenset(facts or {("role", name)}), (Lesson(GuardKind.NAME, f"{name}()", tuple(sorted(asked))),))
