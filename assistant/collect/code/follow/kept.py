"""What outlives a request: a ``Map``, an object or a variable at the top of a module, and functions that say ``use cache``.

A server answers many people with one copy of its modules, so whatever a request puts there is found by the next one, of whoever sends it.
Noted are the key, what is put there, and what comes back. Collections that a function makes for itself are none, and neither are tables
that are written down in the code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.follow.gathered import KEPT
from assistant.collect.code.origins import ordered, origins_of
from assistant.collect.code.values import Chain, Closure, Constant, Known, Shape, Value, unwrapped
from assistant.collect.code.walking import nodes_of
from assistant.domain.code import ActKind, ActPart, Origin, OriginKind
from assistant.domain.syntax import (
    Assign,
    Attribute,
    Binary,
    Call,
    Conditional,
    Declare,
    If,
    Literal,
    Name,
    Record,
    Unary,
)


if TYPE_CHECKING:
    from assistant.collect.code.follow.run import Run
    from assistant.collect.code.follow.scope import Scope
    from assistant.domain.syntax import Expression

_METHODS = {"get": ("read", 1), "has": ("read", 1), "set": ("fill", 2)}
_GLOBALS = frozenset({"globalThis", "global"})
_PRIVATE = "use cache: private"


def collection_of(run: Run, node: Expression, scope: Scope) -> str:
    """``Map``, ``object`` or ``variable`` when a name stands for something that a module keeps and fills; empty for all else."""
    if not isinstance(node, Name) or scope.module.endswith(".py") or scope.find(node.id) is not None:
        return ""
    return run.world.keeps(scope.module, node.id)


def kind_of(declared: object) -> str:
    """What a declaration at the top of a module keeps: an empty ``Map``, an empty object, a variable without a value."""
    if not isinstance(declared, Declare) or not isinstance(declared.pattern, Name):
        return ""
    value = declared.value
    if isinstance(value, Call) and value.new and isinstance(value.callee, Name) and not value.arguments:
        return "Map" if value.callee.id == "Map" else ""
    if isinstance(value, Record):
        empty = any(isinstance(one.value, Literal) and one.value.value is None for one in value.entries)
        return "object" if not value.entries else "state" if empty else ""
    return "variable" if value is None or (isinstance(value, Literal) and value.value is None) else ""


def used(run: Run, node: Name, call: Call, name: str, arguments: tuple[Value, ...], scope: Scope) -> Value | None:
    """``kept.get(key)``, ``kept.has(key)``, ``kept.set(key, rows)`` of a map; the value of ``get``, None for the others."""
    how, count = _METHODS.get(name, ("", 0))
    if not how or len(arguments) != count or collection_of(run, node, scope) != "Map":
        return None
    _note(run, f"{node.id}.{name}", how, arguments, scope.module, (call.at, call.end))
    return found(arguments[0]) if name == "get" else None


def held(
    run: Run, of: Known, name: str, arguments: tuple[Value, ...], module: str, at: tuple[int, int]
) -> Value | None:
    """The same of a map in a field of an object that its module made: ``this.store.get(key)``."""
    how, count = _METHODS.get(name, ("", 0))
    if not how or len(arguments) != count or not any(one.path == KEPT for one in of.origins):
        return None
    if how == "fill" and not _holds_rows(arguments[1]):
        return None
    _note(run, f"map.{name}", how, arguments, module, at)
    return found(arguments[0]) if name == "get" else None


def found(key: Value) -> Value:
    """What is kept under a key: nobody knows what it is, only what it was asked for by."""
    return Known(origins_of(key) | {Origin(OriginKind.UNKNOWN, "kept")})


def indexed(
    run: Run, node: Expression, key: Value, at: tuple[int, int], scope: Scope, value: Value | None = None
) -> bool:
    """``kept[key]`` and ``kept[key] = rows`` of an object; False when it is no such object, or when no row is put there."""
    if not isinstance(node, Name):
        return held_in_field(run, node, key, at, scope, value)
    if collection_of(run, node, scope) != "object":
        return False
    if value is not None and not _holds_rows(value):
        return False
    how = "read" if value is None else "fill"
    _note(run, node.id, how, (key,) if value is None else (key, value), scope.module, at)
    return True


def assigned(run: Run, node: Expression, value: Value, at: tuple[int, int], scope: Scope) -> None:
    """``kept = rows`` of a variable at the top of the module."""
    value = unwrapped(value)
    if not _holds_rows(value):
        return  # clients and settings that are made once
    if isinstance(node, Name) and collection_of(run, node, scope) == "variable":
        _note(run, node.id, "keep", (Constant(node.id), value), scope.module, at)
    elif isinstance(node, Attribute) and _outlives(run, node, scope):
        _note(run, node.name, "keep", (Constant(node.name), value), scope.module, at)


def _outlives(run: Run, node: Attribute, scope: Scope) -> bool:
    """A field of an object that a module keeps, of one of a class that is made once and asks for it first, or of ``globalThis``."""
    if collection_of(run, node.of, scope) == "state":
        return True
    if not isinstance(node.of, Name | Attribute):
        return False
    of = unwrapped(run.evaluate(node.of, scope))
    if isinstance(of, Chain):
        return of.source == "global" and of.name in _GLOBALS and not of.steps
    return isinstance(of, Shape) and run.world.made_once.get(id(of)) is of and _asked_first(of, node.name)


def _asked_first(of: Shape, name: str) -> bool:
    """``if (this.rows) return this.rows``, ``this.rows ??= await load()``: what was put there is given to whoever comes next."""
    for closure in of.fields.values():
        for node in nodes_of(closure.function.body) if isinstance(closure, Closure) else ():
            if isinstance(node, If | Conditional) and _names(node.test, name):
                return True
            if isinstance(node, Binary) and node.operator in {"??", "||"} and _names(node.left, name):
                return True
            if isinstance(node, Assign) and node.operator in {"??=", "||="} and _names(node.target, name):
                return True
    return False


def _names(node: object, name: str) -> bool:
    """A field of that name is looked at."""
    if isinstance(node, Attribute):
        return node.name == name
    if isinstance(node, Unary):
        return _names(node.operand, name)
    return isinstance(node, Binary) and (_names(node.left, name) or _names(node.right, name))


def held_in_field(
    run: Run, node: Expression, key: Value, at: tuple[int, int], scope: Scope, value: Value | None = None
) -> bool:
    """``this.store[key]`` and ``this.store[key] = rows`` of an object that is made once; False for all else."""
    if not isinstance(node, Attribute) or not isinstance(node.of, Name):
        return False
    of = unwrapped(run.evaluate(node.of, scope))
    if not isinstance(of, Shape) or run.world.made_once.get(id(of)) is not of:
        return False
    if value is not None and not _holds_rows(value):
        return False
    how = "read" if value is None else "fill"
    _note(run, node.name, how, (key,) if value is None else (key, value), scope.module, at)
    return True


def made_at_top(run: Run, chain: Chain) -> bool:
    """``const client = new QueryClient()`` at the top of a module, or put into a variable of it once: what it keeps outlives the request."""
    made = chain.steps[0] if chain.steps else None
    module = run.world.program.module(made.module) if made is not None and made.new else None
    if made is None or module is None:
        return False
    for one in module.body:
        if isinstance(one, Declare) and isinstance(one.value, Call) and one.value.at == made.at:
            return True
    return any(
        isinstance(node, Assign)
        and isinstance(node.value, Call)
        and node.value.at == made.at
        and isinstance(node.target, Name)
        and run.world.keeps(made.module, node.target.id) == "variable"
        for node in nodes_of(module.body)
    )


def declared(run: Run, closure: Closure, arguments: tuple[Value, ...]) -> None:
    """A function whose results are kept for everybody: its key is made of its arguments and of what it closes over."""
    function = closure.function
    directives = function.directives
    top = closure.scope is not None and closure.scope.parent is None
    if top and not directives and function.is_async:
        module = run.world.program.modules.get(closure.module)
        directives = module.directives if module is not None else ()
    said = next((one for one in directives if one.startswith("use cache")), "")
    if not said or said == _PRIVATE:
        return
    outer: set[Origin] = set()
    for node in nodes_of(function.body) if not top else ():
        if isinstance(node, Name) and (value := closure.scope.find(node.id)) is not None:
            outer |= origins_of(value)
    key = frozenset(outer).union(*(origins_of(one) for one in arguments))
    part = ActPart("key", tuple(sorted(key)), f"the arguments of {function.name or 'the function'}")
    place = run.place(closure.module, function.at, function.name or None)
    run.ledger.act(ActKind.CACHE, said, place, part, detail="declare", at=(function.at, function.end))


def _holds_rows(value: Value) -> bool:
    return not isinstance(value, Chain) and any(origin.kind is OriginKind.ROW for origin in origins_of(value))


def _note(run: Run, name: str, how: str, parts: tuple[Value, ...], module: str, at: tuple[int, int]) -> None:
    key = origins_of(parts[0])
    spoken = ", ".join(origin.path for origin in sorted(key))[:120]
    said = [ActPart("key", tuple(sorted(key)), spoken)]
    said += [ActPart("value", ordered(unwrapped(one)), "") for one in parts[1:]]
    run.ledger.act(ActKind.CACHE, name, run.place(module, at[0], run.symbol()), *said, detail=how, at=at)
