"""Whom a value belongs to: the caller, somebody who proved it, or whoever sent the request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.collect.code.drafts import WHOLE
from assistant.collect.code.follow.kinds import CALLER, PERSONS, REQUEST, ROW, SIGNED
from assistant.collect.code.follow.words import Words
from assistant.collect.code.recognise.own_answers import asks_about_caller, gives_role, of_somebody_named
from assistant.domain.code import ClientKind, Origin, Tie, TieKind
from assistant.domain.code_words import is_preference


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.collect.code.follow.facts import Fact
    from assistant.collect.code.follow.query_record import QueryRecord
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Constant

_TRAITS: Final = Words(
    r"(?:^|[._])(?:time_?zone|tz|locale|lang|currency|theme|gender|age|status|(?:\w+_?)?(?:language|style|subject|goal|skill|interest|hobby|hobbie)s?)$"
)
"""What many people have alike, and which says of no row whose it is."""
CREDENTIAL: Final = Words(
    r"(?:token|secret|passw|hash|digest|signature|otp|nonce|api_?key|(?<!pub)(?<!public)(?<!pub_)(?<!public_)key$|credential|jwt|bearer|code$|pin$|verif)"
)
"""Names of what only its holder knows; a public key is told to everybody."""
_CHOSEN = re.compile(r"(?:^|_)new_?(?:pass|pin|secret)", re.IGNORECASE)
"""What somebody wants from now on proves nothing: ``new_password``."""
_CARRIER: Final = Words(r"^(?:header\.(?:authori|x-?api|api|.*(?:token|key|secret|signature))|cookie)")
_SELECTED: Final = Words(
    r"^cookie.*(?:[._-]|current|active|selected)(?:org|organi[sz]ation|tenant|workspace|team|company|store|shop|clinic|gym|school|project|business|branch)(?:[_-]?(?:id|slug))?$"
)
"""A cookie in which a browser keeps the house that its user chose."""
_SESSIONS: Final = Words(r"(?:^|[._])(?:auth|user|login|app|web)?_?sessions?$")
"""Tables of sessions that an application keeps by itself."""
ROLE: Final = Words(
    r"(?:^|[._])(?:is_?)?(?:role|roles|admin|staff|super|agency|operator|owner$|moderator|permission|rights$|scope|can[A-Z_]|privileg|account_?type|user_?type)|[a-z](?:Role|Admin)$|is[A-Z]\w*(?:Admin|Owner|Staff|Member)|(?:^|[._])is_?(?:office|manager|support|employee|dispatcher)$"
)
RANK: Final = Words(
    r"(?:^|[._])(?:[a-z]+_)?(?:roles?|permissions?|scopes?|rights|privileges?|(?:account|user)_?types?)(?:\.length)?$|[a-z](?:Roles?|Permissions?)(?:\.length)?$"
)
"""Which role somebody has, or which permissions: that there is one says nothing before it is asked which."""
_GROUPS: Final = Words(r"(?:^|[._])(?:[a-z]+_)?(?:groups|affiliations|committees|authorities|capabilities)$")
"""Groups that the caller is known to be in: one that the code names is an office."""
_HELD: Final = Words(r"[a-z](?:Permission|Privilege)s?(?:Set|List|Map|Key|Name)?s?(?:\.|$)", cased=True)
"""What the caller may do, under a longer name: ``session.givenPermissionSets``, ``user.effectivePermissions``."""
_RIGHTS: Final = Words(
    r"permission|privilege|entitlement|(?:access|user|role)_?rights|(?:^|[._])(?:user|member|account)?_?roles?$"
)
"""Tables whose rows say what somebody may do."""
SHARED: Final = Words(
    r"(?:^|[._])(?:is_?)?(?:public|published|shared|visibility|sharing|share_?mode|status|enabled|active|privacy)\w*$|(?:^|[._])is_?(?:global|system|built_?in|share|shareable)$"
    r"|(?:badge|embed|widget|shar(?:e|ing)|public\w*)_?enabled$|(?:profile|page|card|portfolio|wish_?list)_?(?:is_?)?(?:public|published|shared|visible)$"
)
_KEYS = re.compile(r"(?:^|[._])id$|[a-z]Id$|_id$")
_PROGRESS = re.compile(r"status\w*$", re.IGNORECASE)
_STANDING = re.compile(
    r"(?:subscription|account|payment|billing|plan|trial|user|member(?:ship)?|order|invoice|kyc)_?status\w*$",
    re.IGNORECASE,
)
"""How somebody's account stands, which shows it to nobody else."""
_OPEN = re.compile(r"publi|shar|live|open|visib|anyone|link|approv|activ|enabl", re.IGNORECASE)
_EDITABLE: Final = Words(r"user_?metadata|unsafe_?metadata|raw_user_meta")
COUNTERS: Final = Words(r"rate_?limit|throttl")
"""Tables and functions that count requests: whoever is below the limit is still nobody."""
_EQUALS = frozenset({"eq", "in", "match", "is"})


_HIDDEN = frozenset({"private", "draft", "hidden", "restricted", "internal"})


def is_shared(origin: Origin, constant: Constant) -> bool:
    """True when being equal to the constant says that a row is for others too; ``status === "completed"`` does not."""
    if not SHARED.search(origin.path) or _STANDING.search(origin.path):
        return False
    return not (_PROGRESS.search(origin.path) and isinstance(constant.value, str)) or bool(_OPEN.search(constant.value))


def tells_shared(origin: Origin, constant: Constant, *, same: bool) -> bool:
    """True when being equal (or not) to the constant says that a row is for others too: public, or not private."""
    hidden = str(constant.value).lower() in _HIDDEN
    if same:
        return not hidden and is_shared(origin, constant)
    return hidden and SHARED.search(origin.path)


def editable(origin: Origin) -> bool:
    """True for metadata that the user can edit."""
    return _EDITABLE.search(origin.path)


def carried(origin: Origin) -> bool:
    """True for a credential that came with the request: an API key, a bearer token, a session cookie."""
    return origin.kind is REQUEST and _CARRIER.search(origin.path) and not _SELECTED.search(origin.path)


def trusted(run: Run, origin: Origin) -> bool:
    """True when the value says who the caller is, or belongs to rows that are bound to the caller."""
    if origin.path.startswith("!"):
        return False
    if origin.kind in PERSONS:
        return not editable(origin)
    if origin.kind is SIGNED:
        return True
    if origin.kind is ROW:
        return bound(run, origin.row)
    return origin.kind is REQUEST and (("proven", origin) in run.facts or vouched(run, origin))


def says_role(run: Run, origin: Origin) -> bool:
    """True when the value says what somebody may do: by its name, or because it stands in a row of a table of rights."""
    if ROLE.search(origin.path) or (
        origin.kind is CALLER and (_GROUPS.search(origin.path) or _HELD.search(origin.path))
    ):
        return True
    record = run.ledger.record(origin.row) if origin.kind is ROW and origin.path else None
    return record is not None and _RIGHTS.search(record.table) and not _KEYS.search(origin.path)


def asks_right(record: QueryRecord, column: str) -> bool:
    """True when a column that a query compares says what somebody may do: ``role``, or the name of a right in a table of rights."""
    return ROLE.search(column) or (_RIGHTS.search(record.table) and not _KEYS.search(column))


def vouched(run: Run, origin: Origin) -> bool:
    """True for what a token says whose signature was looked at: ``payload.sub`` of a session cookie."""
    return any(
        fact[0] == "vouched" and (origin.path == fact[1] or origin.path.startswith(f"{fact[1]}.")) for fact in run.facts
    )


def bound(run: Run, row: int) -> bool:
    """True when the rows of a query belong to the caller."""
    if ("tied", row) in run.facts:
        return True
    record = run.ledger.record(row)
    return record is not None and record.tie is not None and record.tie.kind is not TieKind.RULES


def own_row(run: Run, row: object) -> bool:
    """True when a query looked by the caller's own id."""
    record = run.ledger.record(row) if isinstance(row, int) else None
    return record is not None and record.tie is not None and record.tie.kind is TieKind.FILTER


def asks_itself(record: QueryRecord) -> bool:
    """The caller's own client asks the database who the caller is: ``rpc("is_admin")``."""
    if record.verb != "call" or record.client is not ClientKind.USER or of_somebody_named(record.filters):
        return False
    return asks_about_caller(record.table) or gives_role(record.table)


def by_rules(run: Run, record: QueryRecord) -> bool:
    """The caller's own client looked for one row: the rules of the database decided whether it is there."""
    return record.client is ClientKind.USER and record.verb == "select" and record.single and ("caller",) in run.facts


def tie_of(run: Run, record: QueryRecord) -> Tie | None:
    """What binds a query at the moment it runs; rows that count requests are somebody's only where they are looked for by who is calling."""
    if COUNTERS.search(record.table):
        by_caller = _by_filters(run, record)
        return by_caller if by_caller is not None and by_caller.kind is TieKind.FILTER else None
    found = _by_filters(run, record) or _by_written(run, record)
    if found is not None:
        return found
    if asks_itself(record):
        return Tie(kind=TieKind.FILTER, says=f"{record.table}() answers about whoever asks", order=record.order)
    if record.client in {ClientKind.USER, ClientKind.BROWSER}:
        return Tie(kind=TieKind.RULES, says="row-level security decides", order=record.order)
    return None


def _by_filters(run: Run, record: QueryRecord) -> Tie | None:
    for each in record.filters:
        if each.operator not in _EQUALS:
            continue
        for origin in each.origins:
            if origin.kind is ROW and _made_or_sent(run, record, each.column, origin.row):
                continue
            kind = _kind(run, origin, each.column)
            if kind is None and _is_session_of_cookie(origin, record):
                kind = TieKind.CAPABILITY
            if kind is not None:
                return Tie(
                    kind=kind, says=f"{each.column or 'condition'} = {origin.path or origin.kind}", order=record.order
                )
    return _by_each_way(run, record)


def _made_or_sent(run: Run, record: QueryRecord, column: str, row: int) -> bool:
    """``id: made ? made.id : body.sectionId``: a row is only made where no id was sent, and whichever was sent is believed.

    So it is with all rows of the caller, which are listed where none was sent: ``if (body.listId) where.listId = body.listId; else where.listId = { $in: mine }``.
    """
    made = run.ledger.record(row)
    if made is None or not (made.verb == "insert" or _lists_own(run, made)):
        return False
    sent = (one for each in record.filters if each.column == column for one in each.origins if one.kind is REQUEST)
    known = ("proven",) if made.verb == "insert" else ("proven", "held", "given")
    return any(all((fact, one) not in run.facts for fact in known) for one in sent)


def _lists_own(run: Run, record: QueryRecord) -> bool:
    """All rows of the caller, of which the request says nothing."""
    said = {origin.kind for each in record.filters for origin in each.origins}
    return record.verb == "select" and not record.single and REQUEST not in said and own_row(run, record.id)


def _by_each_way(run: Run, record: QueryRecord) -> Tie | None:
    """Each way here proved an id, and the rows are found by all of those."""
    compared = {origin for each in record.filters if each.operator in _EQUALS for origin in each.origins}
    if len(compared) > 1:
        for name, *ways in run.facts:
            if name == "one of" and all(isinstance(way, frozenset) and way & compared for way in ways):
                return Tie(kind=TieKind.PROVEN, says="proven on each way", order=record.order)
    return None


def _is_session_of_cookie(origin: Origin, record: QueryRecord) -> bool:
    """The id of a session of the application's own, as its cookie holds it."""
    return carried(origin) and origin.path.startswith("cookie") and _SESSIONS.search(record.table)


def _kind(run: Run, origin: Origin, column: str) -> TieKind | None:
    if origin.kind in PERSONS and trusted(run, origin):
        return None if is_preference(origin.path) else TieKind.FILTER
    if origin.kind is SIGNED:
        return TieKind.SIGNED
    if origin.kind is ROW and bound(run, origin.row):
        return TieKind.CHILD
    if origin.kind is REQUEST:
        if ("proven", origin) in run.facts:
            return TieKind.PROVEN
        if vouched(run, origin):
            return TieKind.FILTER
        if carried(origin) and CREDENTIAL.search(column or origin.path):
            return TieKind.CAPABILITY
        told = ("caller",) in run.facts and column.lower().endswith(
            "secret"
        )  # whoever is signed in needs no client secret
        if is_capability(column, origin) and not told:
            return TieKind.CAPABILITY
    return None


def is_capability(column: str, origin: Origin) -> bool:
    """True when rows are found by a secret that the request carries: a share token, a reset code, an invitation's token."""
    name = column.rpartition(".")[2]
    if _CHOSEN.search(name):
        return False
    return (CREDENTIAL.search(name) and not re.search(r"code$|^key$", name, re.IGNORECASE)) or bool(
        re.search(r"(?:token|secret)$", name + "|" + origin.path, re.IGNORECASE) and name != "id"
    )


def _by_written(run: Run, record: QueryRecord) -> Tie | None:
    if record.verb not in {"insert", "upsert", "upload", "call"}:
        return None
    if record.verb == "upsert" and _chosen(run, record):
        return None  # a row that is there already is changed, whoever made it
    for each in record.written:
        for origin in each.origins:
            kind = _kind(run, origin, "")
            if kind not in {None, TieKind.CAPABILITY} and _says_owner(origin):
                return Tie(
                    kind=TieKind.CREATED, says=f"{each.column} = {origin.path or origin.kind}", order=record.order
                )
    return None


def _chosen(run: Run, record: QueryRecord) -> bool:
    """It is found by an id that the request names and nobody proved."""
    return any(origin.kind is REQUEST and ("proven", origin) not in run.facts for origin in record.compared())


def _says_owner(origin: Origin) -> bool:
    """A proven id, an id of the caller, or of the caller's rows; an e-mail or a name of the caller says nothing."""
    last = origin.path.rpartition(".")[2].lower()
    return last.endswith(("id", "sub", "uid", "uuid", "slug")) or origin.kind is SIGNED or last in {"email", ""}


def read_along(run: Run, origin: Origin) -> set[Fact]:
    """What follows when a row of a relation is there that was read with a condition: ``team.members[0]``, only mine."""
    record = run.ledger.record(origin.row)
    path = origin.path.lstrip("!")
    if origin.kind is not ROW or record is None or not record.below:
        return set()
    counted = "_count." in path
    path = path.replace("_count.", "")
    held = [
        each
        for relation, each in record.below
        if each.operator in _EQUALS and _is_below(path, relation, counted=counted)
    ]
    mine = any(trusted(run, one) for each in held for one in each.origins if one.row != origin.row)
    if not mine and not bound(run, origin.row):
        return set()
    asked: set[Fact] = {("proven", one) for each in held for one in each.origins if one.kind is REQUEST}
    for one in (one for each in held if _KEYS.search(each.column) for one in each.origins):
        if one.kind is ROW and one.row != origin.row and not bound(run, one.row):
            asked |= consequences(run, one.row)  # the parent of a row that was looked up before is among the caller's
    if mine:
        return asked | consequences(run, origin.row)
    return asked


def _is_below(path: str, relation: str, *, counted: bool) -> bool:
    """A row of the relation, or how many there are; of one that is joined the row itself."""
    whole = relation.removeprefix(WHOLE)
    return path.startswith(f"{whole}.") or (path == whole and (counted or relation != whole))


def consequences(run: Run, row: int, depth: int = 0) -> set[Fact]:
    """What follows once the rows of a query are known to exist and to be the caller's: the ids that found them are proven."""
    facts: set[Fact] = {("tied", row)}
    record = run.ledger.record(row)
    if depth > 4 or record is None:  # noqa: PLR2004 - parents of parents of parents are enough
        return facts
    for each in record.filters:
        if each.operator not in _EQUALS:
            continue
        for origin in each.origins:
            if origin.kind is REQUEST:
                if not carried(origin):  # a key that names its owner is no tenant that was asked for
                    facts.add(("proven", origin))
            elif origin.kind is ROW and origin.row != row and not bound(run, origin.row):
                facts |= consequences(run, origin.row, depth + 1)
    for fact in run.facts:
        if fact[0] == "alike" and row in fact[1:]:
            other = fact[1] if fact[2] == row else fact[2]
            if isinstance(other, int) and not bound(run, other) and ("tied", other) not in facts:
                facts |= consequences(run, other, depth + 1)
    return facts


def is_single(run: Run, origin: Origin) -> bool:
    """The row of a query that finds no more than one."""
    record = run.ledger.record(origin.row) if origin.kind is ROW else None
    return record is not None and record.single


def some_of(run: Run, record: QueryRecord) -> set[Fact]:
    """What is not known when some rows were found among ids that were listed: that every one of them was.

    ``scope in [projectId, project.teamId, project.orgId]`` lists one thing and what stands above it: whichever was found is about it.
    """
    return {
        ("proven", origin)
        for each in record.filters
        if each.operator == "in" and not _one_and_above(run, each.origins)
        for origin in each.origins
        if origin.kind is REQUEST
    }


def _one_and_above(run: Run, listed: Iterable[Origin]) -> bool:
    """One id of the request, and fields of rows that were found by that very id."""
    sent = [one for one in listed if one.kind is REQUEST]
    above = [run.ledger.record(one.row) for one in listed if one.kind is ROW]
    return (
        len(sent) == 1
        and bool(above)
        and all(
            record is not None
            and any(each.operator in {"eq", "match"} and sent[0] in each.origins for each in record.filters)
            for record in above
        )
    )


def alike_by_chance(one: Origin, other: Origin) -> bool:
    """``peer.timezone === me.timezone``: two rows that say the same of two people."""
    return one.kind is ROW and other.kind is ROW and bool(_TRAITS.search(one.path)) and bool(_TRAITS.search(other.path))
