"""Library calls that matter: queries, identities, checks and other acts are noted with what is known at that point."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.collect.code.drafts import Draft, Identity
from assistant.collect.code.follow.fallback import demanded
from assistant.collect.code.follow.handed_over import listeners
from assistant.collect.code.follow.kept import made_at_top
from assistant.collect.code.follow.kinds import PERSONS, REQUEST, ROW, SIGNED
from assistant.collect.code.follow.ledger import Earned
from assistant.collect.code.follow.limits import LISTED, held
from assistant.collect.code.follow.query_record import QueryRecord
from assistant.collect.code.follow.schemas import keeps, limited, narrowed, offered, required
from assistant.collect.code.follow.settings import RULED, told_rules
from assistant.collect.code.follow.stop import Stopped
from assistant.collect.code.follow.trust import bound, consequences, editable, tie_of, trusted
from assistant.collect.code.origins import ordered, origins_of
from assistant.collect.code.recognise.asking import DECRYPTS, Seen, check_of, deeds_of, identity_of, query_of
from assistant.collect.code.recognise.caches import CLIENTS
from assistant.collect.code.recognise.own_answers import gives_role
from assistant.collect.code.values import NOTHING, UNKNOWN, Chain, Closure, Known, Listed, Shape, Test, Value, unwrapped
from assistant.domain.code import (
    ActKind,
    ActPart,
    ClientKind,
    Filter,
    Guard,
    GuardKind,
    Origin,
    Weakness,
    Written,
)


if TYPE_CHECKING:
    from assistant.collect.code.drafts import Check, Deed
    from assistant.collect.code.follow.run import Run

_THROWS = ("OrThrow", "OrFail", "OrReject", "_or_404", "orFail")
"""Reads that never come back without a row."""
_FETCHES = frozenset({"fetchone", "fetchall", "fetchmany", "fetchval"})
"""How a cursor of Python hands out what the statement before found."""
CLEAR = "decrypted"
"""Last word of the path of what was decrypted."""
_SELLERS = frozenset({"stripe", "paddle", "polar", "lemonsqueezy", "dodo", "razorpay", "chargebee", "paypal"})
"""Providers that are told a price."""
_BY_NAME = " (by name only)"


def asked(run: Run, chain: Chain) -> Value | None:
    """What the last call of a chain comes to; None when nobody knows it, or when it may still grow."""
    last = chain.last
    if last is None:
        return None
    if last.name in _FETCHES and (fetched := run.fetched.get(_cursor(chain))) is not None:
        return fetched
    seen = _seen(run, last.module)
    told_rules(run, chain)
    draft = query_of(chain, seen)
    if draft is not None:
        return None if draft.lazy else noted(run, chain, draft)
    identity = identity_of(chain, seen)
    if identity is not None:
        return _identified(run, chain, identity)
    check = check_of(chain, seen)
    if check is not None:
        return _checked(run, chain, check)
    clear: Value | None = None
    for deed in deeds_of(chain, seen):
        if deed.name.startswith(CLIENTS) and not made_at_top(run, chain):
            continue
        _done(run, chain, deed)
        if deed.kind == ActKind.DECRYPT and deed.parts:
            clear = _in_clear(tuple(value for _, value, _ in deed.parts))
    return clear


def finished(run: Run, chain: Chain) -> Value | None:
    """The result of a query that was only being built."""
    last = chain.last
    if last is None:
        return None
    draft = query_of(chain, _seen(run, last.module))
    return noted(run, chain, draft) if draft is not None and draft.lazy else None


def _client(run: Run, draft: Draft) -> ClientKind:
    """As whom: rules of the database decide once they were told who asks."""
    return ClientKind.USER if draft.client == "pool" and RULED in run.facts else ClientKind(draft.client)


def _seen(run: Run, module: str) -> Seen:
    return Seen(module=module, client_module=run.is_client(module), server=True, run=run.closure_called)


def _origins(value: Value) -> tuple[Origin, ...]:
    return ordered(unwrapped(value))


def _answers(record: QueryRecord) -> str:
    """What a function of the database gives, where its name says it: a role."""
    return record.table if record.verb == "call" and gives_role(record.table) else ""


def _row(run: Run, record: QueryRecord, draft: Draft) -> Value:
    """What was found; a list is remembered, because it is there when nothing was."""
    row = Known(frozenset({Origin(ROW, _answers(record), record.id)}))
    if draft.many:
        run.lists[id(row)] = row
    return row


def noted(run: Run, chain: Chain, draft: Draft) -> Value:
    """Note a query and give the value it resolves to."""
    last = chain.last
    assert last is not None
    ledger = run.ledger
    record = QueryRecord(
        id=len(ledger.queries),
        place=run.place(last.module, last.end - 1 if last.end else last.at, run.symbol()),
        reached_at=run.reached(last.module, last.at),
        via=run.via(),
        engine=draft.engine,
        client=_client(run, draft),
        verb=draft.verb,
        table=draft.table,
        at=(last.at, last.end),
        columns=draft.columns,
        filters=tuple(Filter(column=c, operator=o, origins=_origins(v)) for c, o, v in draft.filters),
        written=_columns(run, draft),
        order=ledger.next(),
        told_caller=_told(run),
        branch=bool(run.conditions),
        at_start=run.starting,
        text=draft.text[:2000],
        facts=run.facts,
        under=run.stack(),
        single=draft.single,
        may_be_empty=draft.may_be_empty,
        filled=draft.filled or (run.world.filled(draft.table) if draft.engine == "prisma" else ()),
        below=tuple((path, Filter(column=c, operator=o, origins=_origins(v))) for path, c, o, v in draft.below),
    )
    ledger.heard.append((len(run.frames), run.facts))
    twin = _twin(run, record)
    if twin is None:
        ledger.queries.append(record)
        record.tie = tie_of(run, record)
        _bound_by_metadata(run, chain, record)
    else:
        if twin.client is ClientKind.UNKNOWN:
            twin.client = record.client
        twin.at_start = twin.at_start and run.starting
        record = twin
    if last.name.endswith(_THROWS) and bound(run, record.id):
        run.facts |= consequences(run, record.id)
        if not any(each.is_async for each in run.running[1:]):  # settle says it when the promise is awaited
            ledger.earned.append(Earned(run.facts, run.stack(), thrown=True))
    row = _row(run, record, draft)
    if last.name == "execute" and last.module.endswith(".py"):
        run.fetched[_cursor(chain)] = row
    if not draft.wraps:
        return row
    value: Value = row
    for name in draft.wraps[::-1]:
        value = Shape(
            {
                name: value,
                "error": Known(frozenset({Origin(ROW, "!", record.id)})),
                "count": Known(frozenset({Origin(ROW, "count", record.id)})),
            }
        )
    return value


def _bound_by_metadata(run: Run, chain: Chain, record: QueryRecord) -> None:
    """``where org_id = user.user_metadata.org_id``: a condition that looks like the caller's, and that the caller writes."""
    for each in record.filters:
        written = [one for one in each.origins if one.kind in PERSONS and editable(one)]
        if record.tie is None and written and each.operator in {"eq", "in"}:
            says = f"{each.column} = {written[0].path}"
            guard = guard_at(run, GuardKind.OWNER, says, chain, Weakness.USER_METADATA)
            run.ledger.guard(replace(guard, order=record.order - 1))  # what it was meant to guard is the query itself


def _told(run: Run) -> bool:
    """True when the function that asks was given something that belonged to the caller when it was called."""
    frame = run.frame
    if frame.told is None:
        given, known = frame.given
        now, run.facts = run.facts, known
        frame.told = any(
            trusted(run, origin) for one in given for origin in origins_of(one) if origin.kind is not REQUEST
        )
        run.facts = now
    return frame.told


def _cursor(chain: Chain) -> tuple[object, ...]:
    """The object that a method is called on, told apart by where it was made."""
    return (chain.source, chain.name, *((step.name, step.module, step.at) for step in chain.steps[:-1]))


def opened(run: Run, name: str, arguments: tuple[Value, ...], module: str, at: int) -> Value | None:
    """What a function of the repository gives that says by its name that it decrypts; None for all others."""
    if not DECRYPTS.match(name):
        return None
    parts = (ActPart(str(n), _origins(one), "") for n, one in enumerate(arguments))
    run.ledger.act(ActKind.DECRYPT, name, run.place(module, at, run.symbol()), *parts, at=(at, at))
    return _in_clear(arguments)


def _in_clear(values: tuple[Value, ...]) -> Value | None:
    """The content of columns in clear: ``encryptedKey.decrypted``; None for cookies and tokens, which say who somebody is."""
    found = frozenset().union(*(origins_of(unwrapped(one)) for one in values))
    if not any(one.kind is ROW and one.path for one in found):
        return None
    return Known(
        frozenset(one._replace(path=f"{one.path}.{CLEAR}") if one.kind is ROW and one.path else one for one in found)
    )


def _twin(run: Run, record: QueryRecord) -> QueryRecord | None:
    """The same query through another branch of its client (``globalThis.prisma ?? new PrismaClient()``)."""
    for known in run.ledger.queries[:-7:-1]:
        if (
            known.at == record.at
            and (known.table == record.table or not (known.table and record.table))
            and known.place == record.place
            and known.filters == record.filters
            and known.written == record.written
            and known.via == record.via
            and known.facts == record.facts
        ):
            return known
    return None


def _identified(run: Run, chain: Chain, identity: Identity) -> Value:
    by_name = identity.says.endswith(_BY_NAME)
    says = identity.says.removesuffix(_BY_NAME)
    if identity.throws:
        run.facts |= {("caller",)}
        kind = GuardKind.NAME if by_name else GuardKind.SESSION
        run.note_guard(kind, says, chain, weakness=Weakness(identity.weakness) if identity.weakness else None)
    value: Value = Known(frozenset({Origin(identity.kind, identity.path)}))
    for name in identity.wraps[::-1]:
        value = Shape({name: value, "error": Known(frozenset({Origin(identity.kind, "!error")}))}, ())
    last = chain.last
    for argument in last.arguments or () if last else ():
        if isinstance(argument, Closure):  # auth((request) => ...): the handler runs with the identity on its request
            return chain
    return value


def _checked(run: Run, chain: Chain, check: Check) -> Value | None:
    kind = GuardKind(check.kind)
    if check.throws:
        if kind is GuardKind.SIGNATURE:
            run.facts |= {("signed",)}
        elif kind is GuardKind.SECRET:
            run.facts |= {("secret",)}
        run.note_guard(kind, check.says, chain)
    if kind is GuardKind.VALIDATION:
        told = (("0", check.about or UNKNOWN, ""), ("schema", NOTHING, keeps(chain)))
        _act(run, chain, ActKind.VALIDATE, check.says, told, check.says.split(".")[0])
    last = chain.last
    given = (last.arguments if last is not None else None) or ()
    if any(isinstance(one, Closure) for one in given) or listeners(given):
        return None  # a wrapper: the handler that it is given runs behind the check
    if check.result == "signed":
        return Known(frozenset({Origin(SIGNED, "event")}))
    if check.result == "input":
        about = check.about if check.about is not None else UNKNOWN
        run.facts |= demanded(run, required(chain, about))
        run.facts |= {("limited", origin) for origin in limited(chain, about)} | offered(chain, about)
        return narrowed(chain, about)
    if check.result == "boolean" and not check.throws:
        kinds = {GuardKind.SIGNATURE: "signed", GuardKind.SECRET: "secret"}
        if kind in kinds:
            promise = run.promise_of_check(kinds[kind], check.says)
            compared = _compared(kind, chain.last.arguments or () if chain.last is not None else ())
            return run.mean(promise, Test("equal", compared)) if compared else promise
    if kind is GuardKind.RATE and not check.throws:
        run.note_guard(kind, check.says, chain)
    return None


def _compared(kind: GuardKind, arguments: tuple[Value, ...]) -> tuple[Value, ...]:
    """The two sides that a call compares: two digests, or what a key signs and what was sent."""
    if kind is GuardKind.SECRET and len(arguments) == 2:  # noqa: PLR2004 - timingSafeEqual(a, b)
        return arguments
    if kind is GuardKind.SIGNATURE and len(arguments) == 4:  # noqa: PLR2004 - subtle.verify(algorithm, key, signature, data)
        key, data = arguments[1], arguments[3]
        return (
            Listed((key, data)),
            data,
        )  # the bytes of the signature have come a long way: what they are over is known
    return ()


def _done(run: Run, chain: Chain, deed: Deed) -> None:
    _act(run, chain, ActKind(deed.kind), deed.name, deed.parts, deed.detail)
    if deed.kind == ActKind.RESPOND:
        for _, value, _ in deed.parts:
            run.show(value)
        if run.answer_ends:
            raise Stopped


def _act(
    run: Run, chain: Chain, kind: ActKind, name: str, parts: tuple[tuple[str, Value, str], ...], detail: str
) -> None:
    last = chain.last
    assert last is not None
    told = (ActPart(n, held(run, kind, _origins(v)), t[:120]) for n, v, t in parts)
    place = run.place(last.module, last.at, run.symbol())
    run.ledger.act(kind, name, place, *told, detail=detail, at=(last.at, last.end))


def _columns(run: Run, draft: Draft) -> tuple[Written, ...]:
    """The columns that are written, and what a list in the code leaves of what the request may say there."""
    lists: dict[object, tuple[str, ...]] = {}
    for fact in run.facts if draft.written else ():
        if fact[0] == "offered" and isinstance(fact[2], tuple):
            lists[fact[1]] = tuple(map(str, fact[2]))
    out = []
    for column, value in draft.written:
        origins = _origins(value)
        sent = [one for one in origins if one.kind is REQUEST]
        among = {text for one in sent for text in lists[one]} if all(one in lists for one in sent) else set()
        out.append(Written(column=column, origins=_listed(run, draft, origins), among=tuple(sorted(among))))
    return tuple(out)


def _listed(run: Run, draft: Draft, origins: tuple[Origin, ...]) -> tuple[Origin, ...]:
    """What a provider is given of a list in the code: that list decides, and not the request."""
    if draft.engine not in _SELLERS or not any(("limited", one) in run.facts for one in origins):
        return origins
    return tuple(LISTED if ("limited", one) in run.facts else one for one in origins)


def guard_at(run: Run, kind: GuardKind, says: str, chain: Chain, weakness: Weakness | None) -> Guard:
    """A guard that a library call is."""
    last = chain.last
    assert last is not None
    return Guard(
        kind=kind,
        says=says,
        place=run.place(last.module, last.at, run.symbol()),
        order=run.ledger.next(),
        chain=run.via(),
        weakness=Weakness.IN_CATCH if run.in_catch and weakness is None else weakness,
    )
