"""Everyday methods of arrays, strings, maps, requests and promises, on values of which only the origins are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.addressed import fitting
from assistant.collect.code.follow.attributes import attribute
from assistant.collect.code.follow.kinds import CALLER, CONSTANT, REQUEST, ROW
from assistant.collect.code.follow.limits import is_path_pattern, looked_at, of_listed_keys, stays_here
from assistant.collect.code.follow.loops import as_found
from assistant.collect.code.follow.requested import requested_part
from assistant.collect.code.follow.scope import either
from assistant.collect.code.follow.settling import guards_within
from assistant.collect.code.follow.stop import Stopped
from assistant.collect.code.follow.tagged import joined_texts
from assistant.collect.code.follow.trust import bound, is_single
from assistant.collect.code.origins import origins_of
from assistant.collect.code.values import (
    NOTHING,
    UNKNOWN,
    Chain,
    Closure,
    Constant,
    Either,
    Known,
    Listed,
    Native,
    Promise,
    Test,
    Value,
    text_of,
)
from assistant.domain.code import Weakness
from assistant.domain.syntax import SequencePattern


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run

_LENGTHENS = frozenset({"push", "unshift", "append", "add", "concat", "extend"})
"""What puts into a list: a function that is put into one is not called by that."""
_JOINS = frozenset({"concat", "extend"})  # ``pairs.push([key, value])`` puts one pair there
_CALLED = (Closure, Native)
_KEEPS = frozenset(
    [
        "toString",
        "trim",
        "toLowerCase",
        "toUpperCase",
        "split",
        "slice",
        "replace",
        "replaceAll",
        "substring",
        "substr",
        "at",
        "concat",
        "flat",
        "reverse",
        "sort",
        "join",
        "pop",
        "shift",
        "valueOf",
        "toISOString",
        "normalize",
        "padStart",
        "keys",
        "values",
        "entries",
        "data_get",
        "strip",
        "lower",
        "upper",
        "decode",
        "encode",
        "dict",
        "model_dump",
        "copy",
        "items",
        "first",
        "all",
        "toJSON",
        "getTime",
    ]
)
_CUTS = frozenset({"slice", "substring", "substr", "at"})
_NEVER = Constant(value=False)
_EACH = frozenset({"map", "forEach", "flatMap", "mapAsync"})
_PICK = frozenset({"find", "filter", "findLast"})
_SOME = frozenset({"some", "every", "findIndex"})
_FOLDS = frozenset({"reduce", "reduceRight"})
_BEGINS = frozenset({"startsWith", "startswith"})
_MATCHES = frozenset({"match", "matchAll"})
_LOOKED_AT = 12
"""Items of a list for which a callback is called."""
_LISTS = frozenset({"lodash", "lodash-es", "underscore", "radash", "remeda", "es-toolkit"})
"""Libraries whose functions take the list first."""
_MOST = 60
"""Items that one call adds to a list."""


def known_method(run: Run, value: Known, name: str, arguments: tuple[Value, ...], module: str, at: int) -> Value:
    """``value.name(arguments)`` where only the origins of ``value`` are known."""
    callback = _callback(name, arguments)
    if callback is not None:
        return over(run, (value,), value, name, callback, arguments, module, at)
    if name in {"includes", "has", "contains", "indexOf", "includesSome"} and arguments:
        return Test("in", (arguments[0], value))
    if name in {"equals", "localeCompare", "compare", "isEqual"} and arguments:
        return Test("equal", (value, arguments[0]))
    here = run.begins(arguments[0], value) if name in _BEGINS and arguments else None
    if here is not None:
        return Constant(here)
    if stays_here(value, name, arguments):
        return run.mean(Known(UNKNOWN.origins), Test("in", (value, arguments[0])))
    if name in _BEGINS and arguments and _of_somebody(arguments[0]):
        return Test("equal", (value, arguments[0]))  # ``path.startsWith(`${orgId}/`)``: the caller's own folder
    if name in _MATCHES:
        return matched(value)
    if name in {"startsWith", "endsWith", "test", "hasOwnProperty", "startswith", "endswith"}:
        run.facts |= looked_at(value)
        return UNKNOWN
    if name in _CUTS and any(one.path.endswith(".decrypted") for one in value.origins):
        return UNKNOWN  # "••••" and the last four characters
    requested = requested_part(run, value, name, arguments, module, at)
    if requested is not None:
        return requested
    if name in _KEEPS or not arguments:
        return Known(value.origins)
    extra = frozenset().union(*(origins_of(one) for one in arguments))
    carried = frozenset(origin for origin in extra if origin.kind is not CONSTANT)
    return Known(value.origins | carried) if carried else Known(value.origins)


def _callback(name: str, arguments: tuple[Value, ...]) -> Closure | Native | None:
    """What is called for each item; ``Boolean`` asks whether it is there."""
    first = arguments[0] if arguments else None
    if name in _PICK | _SOME and isinstance(first, Chain) and (first.source, first.name) == ("global", "Boolean"):
        return Native("Boolean", lambda given: Test("truthy", given[:1]))
    return next((one for one in arguments if isinstance(one, _CALLED)), None)


def matched(text: Value) -> Value:
    """What a pattern found in a text that came with the request: ``/^Bearer (.+)$/.exec(header)`` is a part of it."""
    found = frozenset(one for one in origins_of(text) if one.kind is not CONSTANT)
    return Known(found) if found and all(one.kind is REQUEST for one in found) else UNKNOWN


def _of_somebody(prefix: Value) -> bool:
    """A beginning that holds an id of the caller or of a row, and nothing that the request says."""
    kinds = {origin.kind for origin in origins_of(prefix)}
    return bool(kinds & {CALLER, ROW}) and kinds <= {
        CALLER,
        ROW,
        CONSTANT,
    }


def over(
    run: Run,
    items: tuple[Value, ...],
    whole: Value,
    name: str,
    callback: Closure | Native,
    arguments: tuple[Value, ...],
    module: str,
    at: int,
) -> Value:
    """A method that calls back for each item."""
    if name in {"then", "finally", "catch"}:
        return _then(run, whole, name, arguments, module, at)
    if name in _FOLDS and all(isinstance(one, _CALLED) for one in items):
        return _folded(run, items[:: 1 if name == "reduce" else -1], callback, arguments, module, at)
    if name == "reduce":
        first = arguments[1] if len(arguments) > 1 else UNKNOWN
        return either(first, *(run.call(callback, (first, item), module, at) for item in items))
    if isinstance(callback, Closure) and callback.function.is_async and name in {*_PICK, *_SOME}:
        _hasty(run, callback, items[:_LOOKED_AT], module, at)
        return UNKNOWN if name in _SOME else whole
    most = _MOST if run.whole_path and name in _SOME else _LOOKED_AT  # middleware goes by lists of addresses
    results = _called_back(run, callback, items[:most], module, at)
    if len(items) > most and all(one == _NEVER for one in results):
        results = (*results, UNKNOWN)  # one of the others may be it
    if name in _EACH:
        if name == "forEach":
            run.ledger.let_go(guards_within(Listed(results)), Weakness.NOT_AWAITED)
        if name == "flatMap":
            results = _flat(results)
        return Listed(results) if name != "forEach" else NOTHING
    tests = tuple(one.value if isinstance(one, Promise) else one for one in results)
    meaning = tests[0] if len(tests) == 1 else Test("any", tests)
    if name == "some" and isinstance(meaning, Test) and _is_list_of_rows(run, whole):
        return Test("some", (meaning, whole))
    if name in _SOME:
        return meaning if isinstance(meaning, Test) else Test("truthy", (meaning,))
    if name in _PICK:
        many = name == "filter"
        by_keys = many and _asks_listed_keys(callback, meaning)
        return of_listed_keys(whole) if by_keys else run.picked(whole, items, meaning, many=many)
    return Known(origins_of(whole) | frozenset().union(*(origins_of(one) for one in results)))


def _asks_listed_keys(callback: Closure | Native, meaning: Value) -> bool:
    """``Object.entries(input).filter(([key]) => ALLOWED.includes(key))``."""
    given = callback.function.parameters if isinstance(callback, Closure) else ()
    if not given or not isinstance(given[0].pattern, SequencePattern):
        return False
    if not isinstance(meaning, Test) or meaning.kind != "in" or len(meaning.operands) < 2:  # noqa: PLR2004 - the key and the list
        return False
    listed = origins_of(meaning.operands[1])
    return bool(listed) and all(one.kind is CONSTANT for one in listed)


def _flat(items: tuple[Value, ...]) -> tuple[Value, ...]:
    """Lists in a list are one list."""
    return tuple(one for item in items for one in (item.items if isinstance(item, Listed) else (item,)))[:_MOST]


def _folded(
    run: Run, items: tuple[Value, ...], callback: Closure | Native, arguments: tuple[Value, ...], module: str, at: int
) -> Value:
    """``wrappers.reduceRight((inner, wrap) => wrap(inner), handler)``: each wrapper around what came out before it."""
    if len(arguments) < 2 and not items:  # noqa: PLR2004 - the function and where it begins
        return UNKNOWN
    done, left = (arguments[1], items) if len(arguments) > 1 else (items[0], items[1:])
    for item in left[:_LOOKED_AT]:
        done = run.call(callback, (done, item), module, at)
    return done


def _is_list_of_rows(run: Run, value: Value) -> bool:
    """Rows that a query found, whoever they belong to, or ids that the request lists."""
    if isinstance(value, Listed):  # one look-up for each id
        found = [one for item in value.items if isinstance(item, Known) for one in item.origins]
        return bool(found) and all(is_single(run, one) for one in found)
    return isinstance(value, Known) and all(
        one.kind is REQUEST or (one.kind is ROW and not one.path and (not bound(run, one.row) or is_single(run, one)))
        for one in value.origins
    )


def _hasty(run: Run, callback: Closure, items: tuple[Value, ...], module: str, at: int) -> None:
    """An async test of a filter: its promise is true whatever it says.

    A role that an earlier check may have let in (``administrator or owner``) is forgotten meanwhile, or nothing new would be left of the test.
    """
    known, run.facts = run.facts, frozenset(fact for fact in run.facts if fact[0] != "role")
    tests = _called_back(run, callback, items, module, at)
    run.warn(tests, Weakness.ASYNC_FILTER, module, at)
    run.facts = known


def _called_back(
    run: Run, callback: Closure | Native, items: tuple[Value, ...], module: str, at: int
) -> tuple[Value, ...]:
    """What a callback gives for each item; items of which the same is known are one."""
    seen: dict[Value, Value] = {}
    results: list[Value] = []
    for item in items:
        alike = item if isinstance(item, Known) else None
        if alike is None:
            results.append(run.call(callback, (item, UNKNOWN), module, at))
            continue
        if alike not in seen:
            seen[alike] = run.call(callback, (item, UNKNOWN), module, at)
        results.append(seen[alike])
    return tuple(results)


def _then(run: Run, whole: Value, name: str, arguments: tuple[Value, ...], module: str, at: int) -> Value:
    """What a promise comes to behind ``then``, ``catch`` and ``finally``: what it finds out is known once that was awaited."""
    before, keys, earned = run.facts, guards_within(whole), len(run.ledger.earned)
    settled = run.settle(whole)
    if name == "then":
        settled = run.settle(run.call(arguments[0], (settled,), module, at))
    found, run.facts = run.facts, before
    caught = arguments if name == "catch" else arguments[1:] if name == "then" else ()
    if caught and not _ends(run, caught, module, at):
        run.ledger.drop(keys)  # whoever was refused goes on: what the value says is looked at behind it, or nothing is
        del run.ledger.earned[earned:]
        return Promise(settled)
    if name == "finally":
        _ends(run, arguments, module, at)
    return Promise(settled, found, keys)


def _ends(run: Run, arguments: tuple[Value, ...], module: str, at: int) -> bool:
    """Whether a handler never comes back."""
    before = run.facts
    try:
        for one in arguments:
            run.call(one, (UNKNOWN,), module, at)
    except Stopped:
        return True
    finally:
        run.facts = before
    return False


def listed_method(run: Run, value: Listed, name: str, arguments: tuple[Value, ...], module: str, at: int) -> Value:
    """A method of an array whose items are known."""
    callback = _callback(name, arguments) if name not in _LENGTHENS else None
    if callback is not None:
        return over(run, value.items, value, name, callback, arguments, module, at)
    if name == "includes" and arguments and arguments[0] == NOTHING and value.items:
        gaps = tuple(Test("not", (Test("truthy", (item,)),)) for item in value.items[:_LOOKED_AT])
        return Test("some", (gaps[0] if len(gaps) == 1 else Test("any", gaps), value))
    if name in {"includes", "indexOf", "has"} and arguments:
        elsewhere = run.elsewhere(value, arguments[0])
        return Test("in", (arguments[0], value)) if elsewhere is None else Constant(not elsewhere)
    if name in _LENGTHENS:
        extra = _joined(arguments) if name in _JOINS else arguments[:_MOST]
        extra = as_found(run, extra)
        run.append(value, extra)
        return Listed((value.items + extra)[:_MOST])
    if name in {"pop", "shift", "at"}:
        return either(*value.items) if value.items else NOTHING
    if name == "join":
        return joined_texts(run, value.items, arguments[0] if arguments else UNKNOWN, value, module, at)
    return Listed(_flat(value.items)) if name == "flat" else value


def _joined(arguments: tuple[Value, ...]) -> tuple[Value, ...]:
    return tuple(item for one in arguments for item in (one.items if isinstance(one, Listed) else (one,)))[:_MOST]


def constant_method(run: Run, of: Value, name: str, arguments: tuple[Value, ...]) -> Value:
    """A method of something that is written in the code: a pattern is looked for in a text."""
    first = arguments[0] if arguments else None
    if name == "exec" and first is not None and isinstance(of, Constant):
        return matched(first)
    if name == "test" and first is not None:
        run.facts |= looked_at(first)
    here = fitting(run, of, first) if name == "test" and first is not None else None
    if here is not None:
        return here
    if name == "test" and isinstance(first, Known | Either) and is_path_pattern(of):
        return run.mean(Known(UNKNOWN.origins), Test("in", (first, Constant("/"))))
    return of if name in {"toString", "trim"} else _respelled(of, name, arguments) or UNKNOWN


def _respelled(of: Value, name: str, arguments: tuple[Value, ...]) -> Value | None:
    """``SITE.replace("https://", "")``: another text of the code; None where a pattern decides."""
    text, said = text_of(of), [text_of(one) for one in arguments]
    if text is not None and name in {"toLowerCase", "toUpperCase"}:
        return Constant(text.lower() if name == "toLowerCase" else text.upper())
    if text is None or name not in {"replace", "replaceAll"} or len(said) != 2:  # noqa: PLR2004 - what, and by what
        return None
    what, by = said
    if not what or by is None or what.startswith("/") or "$" in by:
        return None
    return Constant(text.replace(what, by, 1 if name == "replace" else -1))


def of_list_library(run: Run, chain: Chain) -> Value | None:
    """``_.map(rows, tell)`` of a library for lists is ``rows.map(tell)``, and ``map(rows, "teamId")`` takes that field of each."""
    last = chain.last
    name = _of_lists(chain, last.name) if last is not None else ""
    if last is None or not name or len(last.arguments or ()) < 2:  # noqa: PLR2004 - the list and a function
        return None
    items, told, *rest = last.arguments or ()
    if isinstance(items, Either):  # of no list at all they make an empty one
        there = [one for one in items.values if not isinstance(one, Constant)]
        items = there[0] if len(there) == 1 else items
    field = text_of(told) if name == "map" else None
    if field:
        told = Native(field, lambda given: attribute(run, given[0], field, last.module, last.at, last.end))
    if not isinstance(items, Known | Listed) or not isinstance(told, Closure | Native):
        return None
    return run.call_method(items, name, (told, *rest), last.module, last.at, last.end)


def _of_lists(chain: Chain, called: str) -> str:
    """The function's name: of the whole library, or of ``lodash/map``."""
    if chain.source in _LISTS:
        return called or chain.name
    library, _, name = chain.source.partition("/")
    return name if library in _LISTS else ""
