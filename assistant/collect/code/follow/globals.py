"""Calls of the languages' own libraries: what passes a value on, what makes one, what waits for several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.gathered import is_pair, paired
from assistant.collect.code.follow.scope import either
from assistant.collect.code.origins import origins_of
from assistant.collect.code.values import (
    NOTHING,
    UNKNOWN,
    Chain,
    Constant,
    Known,
    Listed,
    Promise,
    Shape,
    Test,
    Value,
    text_of,
)
from assistant.domain.code import Origin, OriginKind


if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.collect.code.follow.run import Run

    Handler = Callable[[Run, str, tuple[Value, ...]], Value]

_PASSES = (
    "Number String parseInt parseFloat BigInt Array.from Array.of JSON.parse structuredClone encodeURIComponent decodeURIComponent Object.freeze "
    "int str float list tuple set dict uuid.UUID UUID Buffer.from Uint8Array atob btoa "
    "Readonly Request"
)
_MAKES = "crypto.randomUUID Math.random Date.now performance.now uuid.uuid4 uuid4 datetime.now datetime.utcnow"
_ASKS = "Array.isArray Number.isNaN isNaN Number.isInteger Number.isFinite isinstance hasattr"


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
    return paired(_passed(run, name, arguments)) if arguments else _made(run, name, arguments)


def _object(_run: Run, _name: str, arguments: tuple[Value, ...]) -> Value:
    given = _first(arguments)
    if not isinstance(given, Listed) or not all(is_pair(one) for one in given.items):
        return given
    pairs = [one.items for one in given.items if isinstance(one, Listed)]
    named = {key: value for first, value in pairs if (key := text_of(first)) is not None}
    return Shape(named, tuple(value for first, value in pairs if text_of(first) is None))


def _laid_out(run: Run, name: str, arguments: tuple[Value, ...]) -> Value:
    """``Object.entries(changes)`` of an object whose fields are known; what came along under other names goes under a name that nobody knows."""
    given = _first(arguments)
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


def _text(_run: Run, _name: str, arguments: tuple[Value, ...]) -> Value:
    return Known(origins_of(_first(arguments)))


def _address(_run: Run, _name: str, arguments: tuple[Value, ...]) -> Value:
    url = Origin(OriginKind.REQUEST, "url")
    return Known(frozenset(url if one == url else one for one in origins_of(_first(arguments))))


def _resolved(_run: Run, _name: str, arguments: tuple[Value, ...]) -> Value:
    return Promise(_first(arguments))


def _all(run: Run, name: str, arguments: tuple[Value, ...]) -> Value:
    first = _first(arguments)
    many = isinstance(first, Listed) or name == "asyncio.gather"
    items = first.items if isinstance(first, Listed) else arguments if many else (first,)
    done = tuple(run.settle(item) for item in items)
    if name == "Promise.allSettled":
        done = tuple(Shape({"status": UNKNOWN, "value": item, "reason": UNKNOWN}) for item in done)
    return Promise(Listed(done) if many else done[0])


def _any(run: Run, _name: str, arguments: tuple[Value, ...]) -> Value:
    first = _first(arguments)
    items = first.items if isinstance(first, Listed) else (first,)
    return Promise(either(UNKNOWN, *(run.settle(item) for item in items)))


def _assigned(_run: Run, _name: str, arguments: tuple[Value, ...]) -> Value:
    fields: dict[str, Value] = {}
    rest: list[Value] = []
    for one in arguments:
        if isinstance(one, Shape):
            fields.update(one.fields)
            rest.extend(one.rest)
        else:
            rest.append(one)
    return Shape(fields, tuple(rest))


def _variable(_run: Run, _name: str, arguments: tuple[Value, ...]) -> Value:
    return Known(frozenset({Origin(OriginKind.ENVIRONMENT, text_of(_first(arguments)) or "")}))


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
    "URL": _address,
    "Promise.resolve": _resolved,
    "Reflect.get": _passed,
    "Object.assign": _assigned,
    "len": _length,
}
