"""Calls: functions of the repository are run, library objects grow by a step, callbacks are called back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.addressed import of_path
from assistant.collect.code.follow.asserted import asserted, of_context
from assistant.collect.code.follow.attributes import attribute
from assistant.collect.code.follow.called_back import called_back
from assistant.collect.code.follow.classes import instance, static
from assistant.collect.code.follow.deferred import handed
from assistant.collect.code.follow.documents import document_method
from assistant.collect.code.follow.facts import access
from assistant.collect.code.follow.gathered import gathered, remembered
from assistant.collect.code.follow.globals import LIBRARIES, global_call, made_up
from assistant.collect.code.follow.handed_on import header_method, note_answer
from assistant.collect.code.follow.handed_over import came_back, is_statement, runs_inside, with_added
from assistant.collect.code.follow.inputs import context_of_field
from assistant.collect.code.follow.invoking import invoke
from assistant.collect.code.follow.kept import held
from assistant.collect.code.follow.library import constant_method, known_method, listed_method, of_list_library, over
from assistant.collect.code.follow.passport import SIGNED_IN, signed_in
from assistant.collect.code.follow.picking import columns_laid_out, picked_fields
from assistant.collect.code.follow.rights import right_asked
from assistant.collect.code.follow.scope import Scope, either
from assistant.collect.code.follow.settings import RULED
from assistant.collect.code.follow.stand_ins import is_stand_in, stood_in_for
from assistant.collect.code.follow.stop import Stopped
from assistant.collect.code.follow.stores import context_method, stored
from assistant.collect.code.follow.streams import is_promise, is_stream, promised, streamed
from assistant.collect.code.origins import OUTSIDE, ordered, origins_of
from assistant.collect.code.values import (
    UNKNOWN,
    Blueprint,
    Chain,
    Closure,
    Constant,
    Either,
    Known,
    Listed,
    Native,
    Promise,
    Shape,
    Step,
    Test,
    Value,
    text_of,
)
from assistant.domain.code import Origin, OriginKind


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.collect.code.follow.facts import Facts
    from assistant.collect.code.follow.run import Run

_TRANSACTION = frozenset(
    {"$transaction", "transaction", "begin", "batch", "atomic", "withTransaction", "tx", "runTransaction"}
)
_LEAVING = frozenset({"next/navigation", "flask", "next/router", "unresolved", "@tanstack/react-router"})
"""Libraries whose redirects do not come back."""
_PASSES_ON = {"asyncHandler", "catchAsync"} | frozenset(
    {"cache", "memoize", "memo", "once", "lazy", "wrap", "useCallback", "debounce", "promisify"}
)
_SPELLED = frozenset({"or", "filter", "query", "unsafe", "execute", "raw", "textSearch", "select"}) | frozenset(
    {"$queryRawUnsafe", "$executeRawUnsafe", "like", "ilike", "get", "set", "setex", "mget", "del", "prepare"}
)
_ASKED_OF_LISTS = frozenset({"includes", "has"})
_SPELLED_FIELDS = frozenset({"sql", "filter", "query", "text", "key"})
_ENDS = frozenset({"redirect", "permanentRedirect", "notFound", "forbidden", "unauthorized", "abort", "rewrite"})


def call(run: Run, value: Value, arguments: tuple[Value, ...], module: str, at: int, end: int, *, new: bool) -> Value:
    """Call ``value``."""
    if isinstance(value, Either):
        spot, how = (module, at, end), (new, run.take_tail())  # whichever it is answers
        return _branches(run, value, lambda one: _one_of(run, one, arguments, spot, how), (Constant, Test))
    if isinstance(value, Closure):
        return invoke(run, value, arguments, module, at)
    if isinstance(value, Native):
        return value.call(arguments)
    if isinstance(value, Blueprint):
        return instance(run, value, arguments, module, at)
    if isinstance(value, Promise):
        return call(run, value.value, arguments, module, at, end, new=new)
    if isinstance(value, Chain):
        return _chain_called(run, value, arguments, module, at, end, new=new)
    if isinstance(value, Known):
        right = right_asked(run, value, arguments)
        if right is not None:
            return right
        given = frozenset().union(*(origins_of(one) for one in arguments))
        return Known(value.origins | frozenset(one for one in given if not one.path.endswith(".decrypted")))
    return UNKNOWN


def _one_of(
    run: Run, value: Value, given: tuple[Value, ...], spot: tuple[str, int, int], how: tuple[bool, bool]
) -> Value:
    new, tail = how
    run.leave_tail(tail)
    return call(run, value, given, *spot, new=new)


def _branches(run: Run, of: Either, ask: Callable[[Value], Value], without: tuple[type, ...] = (Constant,)) -> Value:
    """What each option gives, asked knowing what is known on its way: ``(isAdmin ? admin : client).from("notes")``."""
    before = run.facts
    told = len(of.facts) == len(of.values) and any(access(facts) - before or facts == OUTSIDE for facts in of.facts)
    known = of.facts if told else ()
    out: list[Value] = []
    after: list[Facts] = []
    kept: list[Facts] = []
    for n, one in enumerate(of.values):
        if isinstance(one, without):
            continue
        run.facts = before | known[n] if known else before
        try:
            out.append(ask(one))
        except Stopped:
            continue
        after.append(run.facts)
        kept.append(known[n] if known else before)
    if not out:
        run.facts = before
        return UNKNOWN
    run.facts = frozenset.intersection(*after)
    if known and len(out) > 1 and not any(isinstance(one, Either) for one in out):
        return Either(tuple(out), tuple(kept))
    return either(*out)


def _of_each(run: Run, of: Either, name: str, ask: Callable[[Value], Value]) -> Value:
    if name in _ASKED_OF_LISTS and of.facts and len(of.facts) == len(of.values):
        return _apart(run, of, ask)
    return _branches(run, of, ask)


def _apart(run: Run, of: Either, ask: Callable[[Value], Value]) -> Value:
    """``ids.includes(id)`` of a list that a helper made in one way or another: what was known on each way stays with its answer."""
    before = run.facts
    out: list[Value] = []
    known: list[Facts] = []
    for one, facts in zip(of.values, of.facts, strict=True):
        if isinstance(one, Constant):
            continue
        run.facts = before | facts
        try:
            out.append(ask(one))
        except Stopped:
            continue
        known.append(facts)
    run.facts = before
    if len(out) < 2 or any(isinstance(one, Either) for one in out):  # noqa: PLR2004 - one way is no choice
        return either(*out) if out else UNKNOWN
    return Either(tuple(out), tuple(known))


def _chain_called(
    run: Run, value: Chain, arguments: tuple[Value, ...], module: str, at: int, end: int, *, new: bool
) -> Value:
    last = value.last
    if new and is_stand_in(value, arguments):
        return stood_in_for(run, arguments, module, at)
    if new and is_stream(value):
        return streamed(run, arguments, module, at)
    if new and is_promise(value):
        return promised(run, arguments, module, at)
    if last is not None and last.arguments is not None and not new:
        inner = [one for one in last.arguments if isinstance(one, Closure)]
        if inner and value.source != "global":  # a wrapper of a library around functions of the repository
            run.asked(value.through((*value.steps[:-1], last)))
            return either(*(run.call(one, handed(value) or arguments, module, at) for one in inner[-1:]))
    grown = value.through((*value.steps, Step("", arguments, new, module, at, end)))
    if value.source in {"global", "uuid", "os", "datetime"} or value.name == "cache":
        known = global_call(run, grown, arguments)
        if known is not None:
            return known
    return recognised(run, grown)


_COOKIES = {"getCookie": 1, "getSignedCookie": 2}
"""Readers of one cookie, with the place of its name among the arguments."""


def recognised(run: Run, chain: Chain) -> Value:
    """What a chain comes to after a call: what recognisers say, or the chain."""
    note_answer(run, chain)
    handed = (
        made_up(chain)
        or _of_request(chain)
        or of_list_library(run, chain)
        or asserted(run, chain)
        or columns_laid_out(chain)
        or of_path(run, chain)
        or called_back(run, chain)
    )
    if handed is not None:
        return handed
    said = run.asked(chain)
    last = chain.last
    name = (last.name if last else "") or chain.name
    if said is not None:
        return said
    fewer = picked_fields(run, chain)
    if fewer is not None:
        return fewer
    if name == "rollback" and "drizzle" in chain.source:
        raise Stopped  # a transaction is left by an error
    if name in _ENDS and chain.source in _LEAVING:
        raise Stopped
    passed = last.arguments[0] if last is not None and last.arguments and name in _PASSES_ON else None
    if isinstance(passed, Closure) or (isinstance(passed, Chain) and chain.source in {"react", "util", "node:util"}):
        return passed
    return chain


def _of_request(chain: Chain) -> Value | None:
    """``headers()`` and ``cookies()`` of Next.js, ``getCookie(c, name)`` of Hono: what came with the request."""
    arguments = chain.last.arguments if chain.last is not None else None
    if chain.source == "@nestjs/graphql" and chain.last is not None and chain.last.name == "getContext":
        return context_of_field()
    if chain.source == "hono/cookie" and len(chain.steps) == 1 and arguments and chain.name in _COOKIES:
        name = arguments[_COOKIES[chain.name]] if len(arguments) > _COOKIES[chain.name] else None
        said = str(name.value) if isinstance(name, Constant) else "named"
        cookie = Known(frozenset({Origin(OriginKind.REQUEST, f"cookie.{said}")}))
        return Promise(cookie) if chain.name == "getSignedCookie" else cookie
    if chain.source == "next/headers" and len(chain.steps) == 1 and chain.name in {"headers", "cookies"}:
        return Promise(Known(frozenset({Origin(OriginKind.REQUEST, chain.name.rstrip("s"))})))
    return None


def call_method(
    run: Run, of: Value, name: str, arguments: tuple[Value, ...], module: str, at: int, end: int, *, new: bool
) -> Value:
    """Call ``of.name(arguments)``."""
    if isinstance(of, Either):
        return _of_each(run, of, name, lambda one: call_method(run, one, name, arguments, module, at, end, new=new))
    if isinstance(of, Promise):
        return _promised(run, of, name, arguments, module, at, end)
    if isinstance(of, Known | Listed):
        kept = gathered(run, of, name, arguments)
        if kept is not None:
            return kept
    if isinstance(of, Known):
        return _known_method(run, of, name, arguments, module, at, end)
    if isinstance(of, Listed):
        return listed_method(run, of, name, arguments, module, at)
    if isinstance(of, Chain):
        return _chain_method(run, of, name, arguments, module, at, end, new=new)
    if isinstance(of, Closure):
        return _function_method(run, of, name, arguments, module, at, end)
    if isinstance(of, Shape):
        return _shape_method(run, of, name, arguments, module, at, end)
    if isinstance(of, Blueprint):
        return run.call(static(run, of, name), arguments, module, at, end, new=new)
    return constant_method(run, of, name, arguments)


def _known_method(
    run: Run, of: Known, name: str, arguments: tuple[Value, ...], module: str, at: int, end: int
) -> Value:
    stored = _stored(run, of, name)
    if stored is not None:
        return run.call(stored, arguments, module, at, end)
    ended = of_context(run, of, name, arguments, module, at)
    if ended is not None:
        return ended
    named = header_method(run, of, name, arguments, module, at)
    if named is not None:
        return named
    if name == "jwtVerify" and any(origin.path == "request" for origin in of.origins):  # what a plugin of Fastify adds
        verified = Chain("@fastify/jwt", "request", (Step(name, arguments, False, module, at, end),))
        return run.asked(verified) or verified
    if name in SIGNED_IN and not arguments and any(origin.path == "request" for origin in of.origins):
        return signed_in(name)
    made = remembered(run, of, name, arguments) or held(run, of, name, arguments, module, (at, end))
    made = made or document_method(run, of, name, arguments, module, at, end)
    if made is not None:
        return made
    key = text_of(arguments[0]) if name == "get" and arguments and module.endswith(".py") else None
    if key and not any(origin.kind is OriginKind.REQUEST for origin in of.origins):
        return attribute(run, of, key, module, at, end)  # a dictionary of Python
    field = attribute(run, of, name, module, at, end)
    if isinstance(field, Chain):
        return run.call(field, arguments, module, at, end)
    return known_method(run, of, name, arguments, module, at)


def _function_method(
    run: Run, of: Closure, name: str, arguments: tuple[Value, ...], module: str, at: int, end: int
) -> Value:
    if name in {"bind", "withContext"}:
        return of
    if name not in {"call", "apply"}:
        return UNKNOWN
    listed = arguments[1] if name == "apply" and len(arguments) > 1 else None
    return run.call(of, listed.items if isinstance(listed, Listed) else arguments[1:], module, at, end)


def _stored(run: Run, of: Known, name: str) -> Value | None:
    return next((run.overlay[origin.path, name] for origin in ordered(of) if (origin.path, name) in run.overlay), None)


def _shape_method(
    run: Run, of: Shape, name: str, arguments: tuple[Value, ...], module: str, at: int, end: int
) -> Value:
    found = of.fields.get(name)
    if found is None and of.rest:
        return document_method(run, of, name, arguments, module, at, end) or either(
            *(call_method(run, one, name, arguments, module, at, end, new=False) for one in of.rest)
        )
    if found is None:
        callback = next((one for one in arguments if isinstance(one, Closure)), None)
        if callback is not None:
            return over(run, tuple(of.fields.values()), of, name, callback, arguments, module, at)
        return of if name in {"toJSON", "toObject", "json"} else UNKNOWN
    return run.call(attribute(run, of, name, module, at, end), arguments, module, at, end)


def _promised(run: Run, of: Promise, name: str, arguments: tuple[Value, ...], module: str, at: int, end: int) -> Value:
    if name in {"then", "catch", "finally"} and arguments:
        callback = arguments[0]
        if name == "catch" and isinstance(callback, Chain):  # ``check().catch(console.error)``
            callback = Native(name, lambda given: run.call(arguments[0], given, module, at))
        if isinstance(callback, Closure | Native):
            return over(run, (of,), of, name, callback, (callback, *arguments[1:]), module, at)
        return of
    return call_method(run, of.value, name, arguments, module, at, end, new=False)


def _chain_method(
    run: Run, of: Chain, name: str, arguments: tuple[Value, ...], module: str, at: int, end: int, *, new: bool
) -> Value:
    if name in {"then", "catch", "finally"} and arguments and isinstance(arguments[0], Closure | Native):
        return over(run, (of,), of, name, arguments[0], arguments, module, at)
    if of.source == "context" and not of.steps:
        special = context_method(run, name, arguments)
        if special is not None:
            return special
    along = stored(run, of, name, arguments, module, at)
    if along is not None:
        return along
    handed_over = came_back(of, name)
    if handed_over is not None:
        return run.call(handed_over[0], with_added(arguments, handed_over[1]), module, at)
    if name in _SPELLED:
        arguments = tuple(_spelled(run, one) for one in arguments)
    if arguments and (name in _TRANSACTION or runs_inside(of, name)):
        inner = _transaction(run, of, arguments, module, at)
        if inner is not None:
            return inner
    last = of.last
    head = of
    if last is not None and last.arguments is None and not last.name:
        head = of.through(of.steps[:-1])
    grown = head.through((*head.steps, Step(name, arguments, new, module, at, end)))
    known = global_call(run, grown, arguments) if of.source in LIBRARIES else None
    return known if known is not None else recognised(run, grown)


def _spelled(run: Run, value: Value) -> Value:
    """The template behind an argument, or behind the fields of one that hold statements and keys."""
    if isinstance(value, Shape) and isinstance(value.fields, dict) and not _SPELLED_FIELDS.isdisjoint(value.fields):
        fields = {name: run.spelled(one) if name in _SPELLED_FIELDS else one for name, one in value.fields.items()}
        return Shape(fields, value.rest)
    return run.spelled(value)


def _transaction(run: Run, of: Chain, arguments: tuple[Value, ...], module: str, at: int) -> Value | None:
    first = arguments[0]
    callback = next((one for one in arguments if isinstance(one, Closure)), None)
    if callback is not None:
        before = run.facts
        result = run.settle(run.call(callback, (of,), module, at))
        run.facts = run.facts - {RULED} | (before & {RULED})
        return Promise(result)
    if isinstance(first, Listed):
        return Promise(Listed(tuple(run.settle(_done(run, of, one, module, at)) for one in first.items)))
    return None


def _done(run: Run, of: Chain, one: Value, module: str, at: int) -> Value:
    """One of the things that are done together: a call that was made before, or a statement that is written as text."""
    return _chain_method(run, of, "execute", (one,), module, at, at, new=False) if is_statement(of, one) else one


def scopes_of(run: Run) -> Iterator[Scope]:
    """Scopes that are alive, with the blocks inside of functions; innermost first."""
    for frame in run.frames[::-1]:
        inner: Scope | None = frame.block
        while inner is not None:
            yield inner
            inner = inner.parent
