"""What equality and membership teach: a row that belongs to the caller, an id that is proven, a shared secret, a role."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.collect.code.follow.appointed import KNOWN_TO_ALL, named_by_operator, opened_by_operator
from assistant.collect.code.follow.facts import NONE, NOTHING_LEARNED, RUNS_IT, Learned, Lesson, both, role_of
from assistant.collect.code.follow.fallback import EMPTY, is_variable
from assistant.collect.code.follow.kinds import CONSTANT, ENVIRONMENT, PERSONS, REQUEST, ROW
from assistant.collect.code.follow.limits import leads_home, limits, looked_at, written_down
from assistant.collect.code.follow.rights import names_rights
from assistant.collect.code.follow.trust import (
    CREDENTIAL,
    ROLE,
    alike_by_chance,
    bound,
    carried,
    consequences,
    editable,
    is_single,
    read_along,
    says_role,
    some_of,
    tells_shared,
    trusted,
    vouched,
)
from assistant.collect.code.follow.weight import weigh
from assistant.collect.code.follow.words import Words
from assistant.collect.code.origins import ordered, origins_of
from assistant.collect.code.values import Chain, Constant, Known
from assistant.domain.code import ClientKind, GuardKind, Origin, Weakness


if TYPE_CHECKING:
    from assistant.collect.code.follow.facts import Fact, Facts
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.values import Value

_OWNERISH: Final = Words(r"user|owner|email|author|member|tenant|team|org|workspace|account|customer|profile")

IDS: Final = Words(r"(?:^|[._])(?:id|uuid|ID)$|[a-z](?:Id|ID|Uuid|UUID)$", cased=True)
"""Columns that name a row."""
_OFFICES = re.compile(r"(?:super|platform|system|site)?[_ -]?admin(?:istrator)?$|staff$|superuser$", re.IGNORECASE)
"""Values that name an administrator."""
_SORT = re.compile(r"(?:^|[._])(?:type|kind|tenantType|tenant_type|org_?type|level)$", re.IGNORECASE)
"""Columns that say of which sort a tenant or an account is."""
_NAMES = ("email", "wallet", "address")
"""By what the code names one person that may: ``session.address === OWNER_WALLET``."""
_MIXED = 40
"""Origins of one value that are compared one by one: one that may be so many things is equal to nothing in particular."""
_NAMED = 3
"""Values of the caller by which a list is said to be theirs: each proves the same of it."""
_GIVEN = frozenset({"SUPABASE_SERVICE_ROLE_KEY", "SUPABASE_ANON_KEY", "SUPABASE_DB_URL"})
"""Variables that Supabase itself sets for every edge function."""
_SECRETS: Final = Words(r"SECRET|TOKEN|PASSW|(?:^|_)KEYS?(?:$|_)")
"""Variables that hold a list of secrets: whoever sends one of them may come in."""


def learn_same(run: Run, left: Value, right: Value, *, same: bool) -> Learned:
    """The two are equal, or are not."""
    from assistant.collect.code.follow.learn import learn

    for value, other in ((left, right), (right, left)):
        if isinstance(other, Constant) and not isinstance(value, Constant):
            if other.value is None or other.value is False:
                return learn(run, value, not same)
            if other.value is True:
                return learn(run, value, same)
            if other.value in ("", 0) and is_variable(value):
                return learn(run, value, not same)  # ``secret !== ""``, ``secret.length === 0``
            added_up = mixed(value) if other.value == 0 and same else None
            if added_up is not None:
                return added_up
            if other.value == 0 and _tells_number(run, value):
                return nothing_left(run, value) if same else _existing(run, value, some=True)
            found = _constant(run, value, other, same=same)
            looked = looked_at(value)
            return both([found, Learned(looked)]) if looked else found
    if not same:
        return Learned(looked_at(left) | looked_at(right))
    at_home = Learned(leads_home(left, right) | leads_home(right, left) | looked_at(left) | looked_at(right))
    return both([_pair(run, left, right), _pair(run, right, left), at_home])


def mixed(value: Value) -> Learned | None:
    """A hand-written compare of a secret, byte by byte: the differences add up to nothing."""
    found = ordered(value)
    names = [one.path for one in found if one.kind is ENVIRONMENT and one.path != "NODE_ENV"]
    sent = tuple(sorted(one for one in found if one.kind is REQUEST))
    if not names or not sent:
        return None
    return Learned(frozenset({("secret",)}), (Lesson(GuardKind.SECRET, f"{sent[0].path} = {names[0]}", sent),))


_FEW: tuple[int, ...] = (1, 2)
"""How many rows somebody asks for one by one; a text of twelve bytes is no row."""


def _counts(value: Value) -> bool:
    return any(o.path.rpartition(".")[2].lower() in {"length", "count", "size", "_count"} for o in origins_of(value))


def _is_count(run: Run, value: Value) -> bool:
    """What a query answered that only counts: ``await prisma.note.count({ where })``."""
    rows = [origin.row for origin in origins_of(value) if origin.kind is ROW]
    known = run.ledger.queries
    return bool(rows) and all(0 <= row < len(known) and known[row].reads and known[row].columns == () for row in rows)


def _tells_number(run: Run, value: Value) -> bool:
    return _counts(value) or _is_count(run, value)


def nothing_left(run: Run, value: Value) -> Learned:
    """``strangers.length === 0``, or ``> 0`` that came out false: no row passed the filter's test."""
    from assistant.collect.code.follow.learn import learn

    meaning = run.meaning(value)
    return learn(run, meaning, False) if meaning is not None and meaning.kind != "implied" else NOTHING_LEARNED


def _existing(run: Run, value: Value, *, some: bool = False) -> Learned:
    """There are such rows; that some were found says nothing where there was one look-up for each id."""
    from assistant.collect.code.follow.learn import learn

    counted = [origin for origin in origins_of(value) if origin.kind is ROW]
    if some and any(origin.path == "length" and is_single(run, origin) for origin in counted):
        return NOTHING_LEARNED
    rows = frozenset(origin if read_along(run, origin) else Origin(ROW, "", origin.row) for origin in counted)
    return learn(run, Known(rows), True) if rows else NOTHING_LEARNED


def every(run: Run, size: Origin, other: Value) -> Learned:
    """``rows.length === ids.length``: as many rows were found as ids were listed, so every one of them was."""
    found = _existing(run, Known(frozenset({size})))
    record = run.ledger.record(size.row)
    if record is None or not any(one.kind is REQUEST for one in ordered(other)):
        return NOTHING_LEARNED if is_single(run, size) else found
    lessons = tuple(
        one._replace(says=f"every {one.says}") if one.kind is GuardKind.MEMBERSHIP else one for one in found.lessons
    )
    bound_rows = any(fact[0] == "tied" for fact in found.facts)
    return Learned(found.facts | (some_of(run, record) if bound_rows else NONE), lessons)


def _constant(run: Run, value: Value, constant: Constant, *, same: bool) -> Learned:
    """``role === "admin"``, ``status !== "public"``, ``rows.length === 1``."""
    out: list[Learned] = [_present(run, value)] if same and constant.value else []
    for origin in ordered(value):
        along = read_along(run, origin) if same and constant.value else set()
        out.append(_along(origin, along))
        if same and origin.kind is REQUEST:
            out.append(Learned(limits(origin), () if vouched(run, origin) else written_down(origin, constant)))
        mine = trusted(run, origin) or bool(along)
        if mine and same and constant.value and origin.kind is ROW:
            out.append(Learned(_found_one(run, origin.row)))  # a row that is not there equals nothing
        if editable(origin) and origin.kind in PERSONS:
            out.append(
                Learned(NONE, (Lesson(GuardKind.ROLE, origin.path, (origin,), weakness=Weakness.USER_METADATA),))
            )
        elif mine and (
            says_role(run, origin) or (same and (_office(constant, origin) or origin.path.lower().endswith(_NAMES)))
        ):
            said = str(constant.value) if same else f"not {constant.value}"
            out.append(
                Learned(
                    role_of(said) | (NONE if same else _last_role(run, origin, constant)),
                    (Lesson(GuardKind.ROLE, f"{origin.path} = {said}", (origin,), (said,)),),
                )
            )
        elif origin.kind is ROW and not mine and tells_shared(origin, constant, same=same):
            says = f"{origin.path} of the row {'=' if same else 'is not'} {constant.value}"
            out.append(Learned(frozenset({("tied", origin.row)}), (Lesson(GuardKind.OWNER, says, (origin,)),)))
        elif same and constant.value in _FEW and _counts(Known(frozenset({origin}))):
            out.append(_existing(run, Known(frozenset({origin}))))
    return both(out)


def _found_one(run: Run, row: int) -> Facts:
    """One of the rows is there; of ids that were listed, nobody knows which."""
    record = run.ledger.record(row)
    return frozenset(consequences(run, row) - (some_of(run, record) if record is not None else set()))


def _last_role(run: Run, origin: Origin, constant: Constant) -> Facts:
    """``else`` behind ``role === "doctor"`` and ``role === "patient"``, where three roles were let in: the third."""
    listed = next((fact[2] for fact in run.facts if fact[0] == "among" and fact[1] == origin), None)
    if not isinstance(listed, tuple):
        return NONE
    gone = {constant.value, *(str(fact[1]).removeprefix("not ") for fact in run.facts if fact[0] == "role")}
    left = [role for role in listed if role not in gone]
    return role_of(left[0]) if len(left) == 1 and RUNS_IT.search(left[0]) else NONE


def _office(constant: Constant, origin: Origin) -> bool:
    """``tier === "admin"``: the value says that it is an administrator, whatever the column is called; ``org.type === "platform"``: whoever runs it."""
    if not isinstance(constant.value, str):
        return False
    return bool(_OFFICES.match(constant.value)) or (constant.value == "platform" and bool(_SORT.search(origin.path)))


def _along(origin: Origin, facts: set[Fact]) -> Learned:
    """A row of a relation that was read for the caller is there."""
    if not facts:
        return NOTHING_LEARNED
    return Learned(
        frozenset(facts), (Lesson(GuardKind.MEMBERSHIP, f"{origin.path} of the row", (origin, *asked_along(facts))),)
    )


def asked_along(facts: set[Fact]) -> tuple[Origin, ...]:
    """The ids of the request by which a row of a relation was found."""
    return tuple(sorted(fact[1] for fact in facts if fact[0] == "proven" and isinstance(fact[1], Origin)))


def _present(run: Run, value: Value) -> Learned:
    """What is equal to a constant is there: ``members.find(isMe)?.role === "admin"``."""
    from assistant.collect.code.follow.learn import learn

    meaning = run.meaning(value)
    return learn(run, meaning, True) if meaning is not None else NOTHING_LEARNED


def _pair(run: Run, mine: Value, other: Value) -> Learned:
    """What ``other`` gains from being equal to ``mine``."""
    left, right = ordered(mine), ordered(other)
    weigh(run, len(left) + len(right))
    secret = _secret(run, mine, other)
    if secret is not None:
        return secret
    edited = [origin for origin in left if editable(origin)]
    if edited:
        gained = both(_gain(run, origin, edited[0]) for origin in right)
        weak = Lesson(GuardKind.OWNER, "user_metadata", tuple(sorted(left)), weakness=Weakness.USER_METADATA)
        return Learned(gained.facts, (weak,))
    counted = [one for one in left if one.kind is ROW and _tells_number(run, Known(frozenset({one})))]
    if counted:
        return both(every(run, one, other) for one in counted)
    owners = [origin for origin in left if trusted(run, origin)]
    listed = [one for one in owners if _names_somebody(run, one)]
    named = [one.path for one in right if one.kind is ENVIRONMENT and one.path != "NODE_ENV"]
    if listed and named and len(named) == len(there(other)):
        return named_by_operator(listed[0], named[0])
    if owners:
        return both(_gain(run, origin, owners[0]) for origin in right)
    opened = opened_by_operator(left, right)
    if opened:
        return Learned(opened)
    sent, rows = [o for o in left if o.kind is REQUEST][:_MIXED], [o for o in right if o.kind is ROW][:_MIXED]
    return both([*(_claimed(run, one, row) for one in sent for row in rows), _alike(mine, other)])


def _alike(mine: Value, other: Value) -> Learned:
    """Two rows that name the same thing by an id: what is found out later of one of them is known of the other."""
    left, right = there(mine), there(other)
    if len(left) != 1 or len(right) != 1:
        return NOTHING_LEARNED
    one, two = left[0], right[0]
    if one.kind is not ROW or two.kind is not ROW or one.row >= two.row:
        return NOTHING_LEARNED
    if not IDS.search(one.path) or not IDS.search(two.path):
        return NOTHING_LEARNED
    return Learned(frozenset({("alike", one.row, two.row)}))


def there(value: Value) -> list[Origin]:
    """The origins of a value that are not written in the code."""
    return [origin for origin in ordered(value) if origin.kind is not CONSTANT]


def _names_somebody(run: Run, owner: Origin) -> bool:
    """An address or an id of theirs, or of a house of theirs; what a provider keeps for them has ids of its own: ``item.price.id``."""
    path = owner.path.lower()
    record = run.ledger.record(owner.row) if owner.kind is ROW else None
    theirs = record is None or record.client is not ClientKind.PROVIDER
    return path.endswith(("email", "login")) or (theirs and path.endswith("id"))


def _gain(run: Run, origin: Origin, owner: Origin) -> Learned:
    says = f"{origin.path or 'row'} = {owner.path or owner.kind}"
    if origin.kind is ROW:
        if alike_by_chance(origin, owner):
            return NOTHING_LEARNED
        return Learned(frozenset(consequences(run, origin.row)), (Lesson(GuardKind.OWNER, says, (origin,)),))
    if origin.kind is REQUEST:
        return Learned(frozenset({("proven", origin)}), (Lesson(GuardKind.MEMBERSHIP, says, (origin,)),))
    return NOTHING_LEARNED


def _claimed(run: Run, sent: Origin, row: Origin) -> Learned:
    """A row compared with something that only the request says."""
    if sent.kind is not REQUEST or row.kind is not ROW or bound(run, row.row):
        return NOTHING_LEARNED
    column = row.path.rpartition(".")[2]
    if CREDENTIAL.search(column) or carried(sent):
        says = f"{row.path} = {sent.path}"
        return Learned(frozenset(consequences(run, row.row)), (Lesson(GuardKind.CAPABILITY, says, (row,)),))
    if _OWNERISH.search(column) and not sent.path.startswith("path."):
        says = f"{row.path} = {sent.path}"
        return Learned(NONE, (Lesson(GuardKind.OWNER, says, (row,), weakness=Weakness.FROM_REQUEST),))
    return NOTHING_LEARNED


def _secret(run: Run, kept: Value, sent: Value) -> Learned | None:
    """A variable of the environment compared with something that the request carries."""
    variables = [o for o in ordered(kept) if o.kind is ENVIRONMENT and o.path != "NODE_ENV"]
    incoming = [o for o in ordered(sent) if o.kind is REQUEST]
    if not variables or not incoming or all(KNOWN_TO_ALL.search(one.path) for one in variables):
        return None
    name = variables[0].path
    if KNOWN_TO_ALL.search(name):
        return None  # an issuer, an audience, an address: everybody may know it
    says = f"{incoming[0].path} = {name}"
    empty = EMPTY in origins_of(kept) and not all(("given", one) in run.facts for one in incoming)
    template = any(
        origin.kind is CONSTANT and "None" not in origin.path and origin != EMPTY for origin in origins_of(kept)
    )
    together = " | ".join(one.path for one in variables)
    unset = not {("set", name), ("set", together)} & run.facts and not name.startswith("validated.")
    unset = unset and not (name in _GIVEN and "supabase/functions/" in f"/{run.module}")
    signed = [origin for origin in ordered(kept) if origin.kind is REQUEST]
    if signed and not (empty and unset):
        return _signed(signed, name, tuple(incoming))
    if signed:  # whoever knows that it is not set signs with nothing
        lesson = Lesson(GuardKind.SIGNATURE, f"HMAC with {name}", tuple(incoming), weakness=Weakness.UNSET_SECRET)
        return Learned(NONE, (lesson,))
    credential = any(_is_credential(one) for one in incoming)
    if unset and (empty or (template and credential and not isinstance(kept, Chain))):
        return Learned(NONE, (Lesson(GuardKind.SECRET, says, tuple(incoming), weakness=Weakness.UNSET_SECRET),))
    return Learned(frozenset({("secret",)}), (Lesson(GuardKind.SECRET, says, tuple(incoming)),))


def _is_credential(sent: Origin) -> bool:
    return carried(sent) or sent.path.startswith("header.") or CREDENTIAL.search(sent.path)


def _signed(signed: list[Origin], name: str, incoming: tuple[Origin, ...]) -> Learned:
    """The signature over something holds: a body is its sender's; a token that carries its own signature says who is calling."""
    lesson = Lesson(GuardKind.SIGNATURE, f"HMAC with {name}", incoming)
    tokens = [origin for origin in signed if carried(origin) and origin in incoming]
    # ``${time}.${body}``: the time alone came in the header
    sent = [one for one in signed if one.kind is REQUEST and not carried(one)]
    if not tokens or sent:
        return Learned(frozenset({("signed",)}), (lesson,))
    facts: set[Fact] = {("signed",), ("caller",), *(("vouched", origin.path) for origin in tokens)}
    return Learned(
        frozenset(facts), (lesson, Lesson(GuardKind.SESSION, f"{tokens[0].path} signed with {name}", incoming))
    )


def learn_member(run: Run, item: Value, group: Value) -> Learned:
    """``group.includes(item)``, ``key in group``."""
    inside, around = ordered(item), ordered(group)
    weigh(run, len(inside) + len(around))
    out: list[Learned] = []
    constants = bool(around) and all(o.kind in {CONSTANT, ENVIRONMENT} for o in around)
    if constants:
        if all(_SECRETS.search(one.path) for one in around if one.kind is ENVIRONMENT):
            out += [one for one in [_secret(run, group, item)] if one is not None]
        out.append(_present(run, item))
        texts = tuple(one.path.strip("'") for one in around if one.kind is CONSTANT)
        out += [Learned(limits(one) | {("offered", one, texts)}) for one in inside if one.kind is REQUEST]
    owners = [] if constants else [one for one in around if trusted(run, one)]
    known = 0
    for origin in inside:
        if constants:
            out.append(_along(origin, read_along(run, origin)))
            if trusted(run, origin) and origin.kind is ROW:
                out.append(Learned(frozenset(consequences(run, origin.row))))
            if trusted(run, origin) and (ROLE.search(origin.path) or _names_somebody(run, origin)):
                roles = tuple(sorted(o.path.strip("'") for o in around))[:6]
                listed = next((o.path for o in around if o.kind is ENVIRONMENT), origin.path)
                among = ("among", origin, tuple(o.path.strip("'") for o in around))
                out.append(
                    Learned(
                        role_of(listed) | {among},
                        (Lesson(GuardKind.ROLE, f"{origin.path} in a list", (origin,), roles),),
                    )
                )
            elif editable(origin):
                out.append(
                    Learned(NONE, (Lesson(GuardKind.ROLE, origin.path, (origin,), weakness=Weakness.USER_METADATA),))
                )
        elif trusted(run, origin):
            known += 1
            if known <= _NAMED:
                out.extend(_gain(run, owner, origin) for owner in around if owner.kind is not REQUEST)
        elif owners:
            out.append(_gain(run, origin, owners[0]))
    if any(says_role(run, one) for one in owners) or names_rights(inside, owners):
        said = tuple(sorted(o.path.strip("'") for o in inside))
        out.append(
            Learned(
                frozenset({("role", ",".join(said))}), (Lesson(GuardKind.ROLE, f"has {', '.join(said)}", (), said),)
            )
        )
    return both(out)
