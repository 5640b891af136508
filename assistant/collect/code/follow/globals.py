"""Calls of the languages' own libraries: what passes a value on, what makes one, what waits for several."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.collect.code.follow.gathered import KEPT, is_pair, paired
from assistant.collect.code.follow.scope import either
from assistant.collect.code.follow.settling import guards_within
from assistant.collect.code.origins import is_yes_or_no, origins_of
from assistant.collect.code.values import (
    NOTHING,
    UNKNOWN,
    Chain,
    Closure,
    Constant,
    Known,
    Listed,
    Promise,
    Shape,
    Test,
    Value,
    text_of,
)
from assistant.domain.code import Origin, OriginKind, Weakness


if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.collect.code.follow.facts import Facts
    from assistant.collect.code.follow.run import Run

    Handler = Callable[[Run, str, tuple[Value, ...]], Value]

_PASSES = (
    "Number String parseInt parseFloat BigInt Array.from Array.of structuredClone encodeURIComponent decodeURIComponent Object.freeze "
    "int str float list tuple set dict uuid.UUID UUID Buffer.from Uint8Array atob btoa "
    "Readonly Request"
)
_NAMES_MADE = frozenset({"nanoid", "nanoid/non-secure", "@paralleldrive/cuid2", "cuid", "ulid", "ulidx", "short-uuid"})
_CRYPTO = frozenset({"crypto", "node:crypto"})
_VERSION = re.compile(r"\bv[1467]\b")
"""Kinds of UUIDs that say nothing of what somebody wrote; those of versions 3 and 5 are made from a name."""
_RANDOM = frozenset({"randomBytes", "randomInt", "randomUUID"})
LIBRARIES = frozenset({"global", "uuid", "os", "datetime", "asyncio"})
"""What comes with the language: calls of it are known here."""
_MAKERS = frozenset({"customAlphabet", "customRandom", "init", "monotonicFactory"})
_MAKES = "crypto.randomUUID Math.random Date.now performance.now uuid.uuid4 uuid4 datetime.now datetime.utcnow"
_ASKS = "Array.isArray Number.isNaN isNaN Number.isInteger Number.isFinite isinstance hasattr"


def made_up(chain: Chain) -> Value | None:
    """``nanoid()``, ``customAlphabet(letters, 7)()``, ``createId()``, ``randomBytes(32)``: a new name that nobody guesses."""
    last = chain.last
    if chain.source in _CRYPTO and last is not None and last.arguments is not None:
        name = last.name or chain.name
        return Known(frozenset({Origin(OriginKind.GENERATED, name)})) if name in _RANDOM else None
    if chain.source.partition("/")[0] == "uuid" and last is not None and last.arguments is not None:
        version = _VERSION.search(f"{chain.source} {last.name or chain.name}")
        return Known(frozenset({Origin(OriginKind.GENERATED, f"uuid.{version[0]}")})) if version is not None else None
    if chain.source not in _NAMES_MADE or last is None or last.arguments is None or last.name:
        return None
    if chain.name in _MAKERS and len(chain.steps) < 2:  # noqa: PLR2004 - the first call makes the maker
        return None
    return Known(frozenset({Origin(OriginKind.GENERATED, chain.name)}))


def global_call(run: Run, chain: Chain, arguments: tuple[Value, ...]) -> Value | None:
    """What a call of the language's own library comes to; None for anything else."""
    name = chain.dotted.replace("()", "")
    handler = _HANDLERS.get(name)
    return handler(run, name, arguments) if handler is not None else None


def _first(arguments: tuple[Value, ...]) -> Value:
    return arguments[0] if arguments else NOTHING


def _passed(_run: Run, _name: str, arguments: tuple[Value, ...]) -> Value:
    first = _first(arguments)
    return Known(first.origins) if isinstance(first, Known) else first


def _keyed(run: Run, name: str, arguments: tuple[Value, ...]) -> Value:
    if arguments:
        return paired(_passed(run, name, arguments))
    return _made(run, KEPT if run.quiet else name, arguments)  # made when its module was: it outlives the request


def _object(_run: Run, _name: str, arguments: tuple[Value, ...]) -> Value:
    given = _first(arguments)
    if not isinstance(given, Listed) or not all(is_pair(one) for one in given.items):
        return given
    pairs = [one.items for one in given.items if isinstance(one, Listed)]
    named = {key: value for first, value in pairs if (key := text_of(first)) is not None}
    return Shape(named, tuple(value for first, value in pairs if text_of(first) is None))


_JARS = frozenset({"cookie", "header"})


def _laid_out(run: Run, name: str, arguments: tuple[Value, ...]) -> Value:
    """``Object.entries(changes)`` of an object whose fields are known; what came along under other names goes under a name that nobody knows."""
    given = _first(arguments)
    if name == "Object.keys" and isinstance(given, Known) and all(one.path in _JARS for one in given.origins):
        return UNKNOWN  # what cookies and headers are called is in none of them
    if not isinstance(given, Shape) or not isinstance(given.fields, dict):
        return _passed(run, name, arguments)
    pairs: list[tuple[Value, Value]] = [(Constant(key), value) for key, value in given.fields.items()]
    pairs += [(Known(one.origins) if isinstance(one, Known) else UNKNOWN, one) for one in given.rest]
    if name == "Object.entries":
        return Listed(tuple(Listed(pair) for pair in pairs))
    return Listed(tuple(key if name == "Object.keys" else value for key, value in pairs))


def _made_or_passed(run: Run, name: str, arguments: tuple[Value, ...]) -> Value:
    return _passed(run, name, arguments) if arguments else _made(run, name, arguments)


def _made(_run: Run, name: str, _arguments: tuple[Value, ...]) -> Value:
    return Known(frozenset({Origin(OriginKind.GENERATED, name)}))


def _asked(_run: Run, _name: str, _arguments: tuple[Value, ...]) -> Value:
    return UNKNOWN


def _truth(_run: Run, _name: str, arguments: tuple[Value, ...]) -> Value:
    return Test("truthy", (_first(arguments),))


def _spelled_out(value: Value) -> frozenset[Origin]:
    """What stands in the text of an object; of ``{ hasKey: Boolean(key) }`` that is yes or no."""
    if is_yes_or_no(value):
        return frozenset()
    if isinstance(value, Shape) and isinstance(value.fields, dict):
        return frozenset().union(*map(_spelled_out, (*value.fields.values(), *value.rest)))
    return origins_of(value)


def _text(run: Run, _name: str, arguments: tuple[Value, ...]) -> Value:
    written = Known(_spelled_out(_first(arguments)))
    run.written[id(written)] = (written, _first(arguments))
    return written


def _parsed(run: Run, name: str, arguments: tuple[Value, ...]) -> Value:
    """``JSON.parse(JSON.stringify(data))`` is the same object again."""
    found = run.written.get(id(_first(arguments)))
    return found[1] if found is not None and found[0] is _first(arguments) else _passed(run, name, arguments)


_BELOW = re.compile(r"/(?!/)")


def _address(run: Run, _name: str, arguments: tuple[Value, ...]) -> Value:
    """``new URL(`/items/${id}`, base)``: what begins with a slash stays at the host of the second."""
    url = Origin(OriginKind.REQUEST, "url")
    found = frozenset(url if one == url else one for one in origins_of(_first(arguments)))
    spelled = run.spelled(_first(arguments))
    text = spelled.last.text if isinstance(spelled, Chain) and spelled.last is not None else ""
    base = origins_of(arguments[1]) if len(arguments) > 1 else frozenset()
    if _BELOW.match(text_of(_first(arguments)) or ""):
        # of what the server was reached by nothing is said: it is its own address
        return Known(found | {one for one in base if not one.path.startswith(("url", "nextUrl"))})
    return Known(found | base) if _BELOW.match(text) else Known(found)


def _resolved(_run: Run, _name: str, arguments: tuple[Value, ...]) -> Value:
    return Promise(_first(arguments))


def _all(run: Run, name: str, arguments: tuple[Value, ...]) -> Value:
    """All of them at once: none knows what another finds out, and what they find out is known once all were awaited."""
    first = _first(arguments)
    many = isinstance(first, Listed) or name == "asyncio.gather"
    items = first.items if isinstance(first, Listed) else arguments if many else (first,)
    before, earned = run.facts, len(run.ledger.earned)
    done, gained = _beside(run, items)
    keys = frozenset().union(*(guards_within(item) for item in items))
    if name == "Promise.allSettled":
        run.facts = before
        del run.ledger.earned[earned:]
        run.ledger.let_go(keys, Weakness.NO_EXIT)
        return Promise(Listed(tuple(Shape({"status": UNKNOWN, "value": item, "reason": UNKNOWN}) for item in done)))
    run.ledger.beside(keys)
    return Promise(Listed(done) if many else done[0], gained, keys)


def _beside(run: Run, items: tuple[Value, ...]) -> tuple[tuple[Value, ...], Facts]:
    """What each comes to, starting from what was known before; and what all of them found out."""
    before, gained = run.facts, run.facts
    done = []
    for item in items:
        run.facts = before
        done.append(run.settle(item))
        gained |= run.facts
    run.facts = before
    return tuple(done), gained


def _any(run: Run, _name: str, arguments: tuple[Value, ...]) -> Value:
    """The first of several: what the others throw, or find out, comes too late."""
    first = _first(arguments)
    items = first.items if isinstance(first, Listed) else (first,)
    earned = len(run.ledger.earned)
    done, _ = _beside(run, items)
    if len(items) > 1:
        del run.ledger.earned[earned:]
        run.ledger.let_go(frozenset().union(*(guards_within(item) for item in items)), Weakness.NO_EXIT)
    return Promise(either(UNKNOWN, *done))


def _assigned(run: Run, _name: str, arguments: tuple[Value, ...]) -> Value:
    fields: dict[str, Value] = {}
    rest: list[Value] = []
    for one in arguments:
        if isinstance(one, Shape):
            fields.update(one.fields)
            rest.extend(one.rest)
        else:
            rest.append(one)
    made = Shape(fields, tuple(rest))
    target = _first(arguments)
    if isinstance(target, Closure):
        return either(target, made)  # ``Object.assign(async (request) => …, { schema })`` is still that function
    if isinstance(target, Known):
        run.become(target, made)
    return made


def _variable(run: Run, _name: str, arguments: tuple[Value, ...]) -> Value:
    return run.world.variable(text_of(_first(arguments)) or "")


def _length(_run: Run, _name: str, arguments: tuple[Value, ...]) -> Value:
    return Known(
        frozenset(
            one._replace(path=f"{one.path}.length") if one.kind is OriginKind.ROW else one
            for one in origins_of(_first(arguments))
        )
    )


_HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(_PASSES.split(), _passed),
    **dict.fromkeys(("Date", "Set", "Headers", "URLSearchParams"), _made_or_passed),
    **dict.fromkeys(_MAKES.split(), _made),
    **dict.fromkeys(_ASKS.split(), _asked),
    **dict.fromkeys(("Boolean", "bool"), _truth),
    **dict.fromkeys(("JSON.stringify", "escape"), _text),
    **dict.fromkeys(("Promise.all", "Promise.allSettled", "asyncio.gather"), _all),
    **dict.fromkeys(("Promise.race", "Promise.any"), _any),
    **dict.fromkeys(("Deno.env.get", "os.getenv", "os.environ.get"), _variable),
    **dict.fromkeys(("Object.keys", "Object.values", "Object.entries"), _laid_out),
    "Map": _keyed,
    "Object.fromEntries": _object,
    "JSON.parse": _parsed,
    "URL": _address,
    "Promise.resolve": _resolved,
    "Reflect.get": _passed,
    "Object.assign": _assigned,
    "len": _length,
}
