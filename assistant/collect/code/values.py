"""What an expression can come to when code is followed without being run.

The follower in ``assistant.collect.code.follow`` makes these; recognisers (clients, queries, identity, checks, acts) read them.
A library object is a ``Chain``: the import it grew from and every attribute and call since then, so that
``createClient(url, key).from("chats").select("*").eq("id", id)`` is one value that a recogniser can read from the root to the last call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, final

from assistant.domain.code import Origin, OriginKind
from assistant.domain.syntax import Class, Function


class Part:
    """What all values share: two are equal when what they are made of is.

    Plain classes and not named tuples, because a compiled follower makes and reads them without asking the interpreter.
    """

    __slots__ = ()

    def made_of(self) -> tuple[object, ...]:
        """The parts in the order in which they are given to the class; each kind has its own."""
        return ()

    def __eq__(self, other: object) -> bool:
        """The same kind, made of the same."""
        return type(self) is type(other) and isinstance(other, Part) and self.made_of() == other.made_of()

    def __hash__(self) -> int:
        """By what it is made of."""
        return hash(self.made_of())

    def __repr__(self) -> str:
        """As it is made."""
        return f"{type(self).__name__}({', '.join(repr(one) for one in self.made_of())})"


@final
class Constant(Part):
    """A value written in the code."""

    __slots__ = ("value",)

    def __init__(self, value: str | float | bool | None) -> None:  # noqa: FBT001 - a value of the code, no switch
        """Of a string, number, boolean or nothing."""
        self.value = value

    def made_of(self) -> tuple[object, ...]:
        """See ``Part``."""
        return (self.value,)


@final
class Known(Part):
    """A value of which only the origins are known: ``session.user.id``, ``params.id``, a row."""

    __slots__ = ("origins",)

    def __init__(self, origins: frozenset[Origin]) -> None:
        """Of those origins."""
        self.origins = origins

    def made_of(self) -> tuple[object, ...]:
        """See ``Part``."""
        return (self.origins,)


@final
class Closure(Part):
    """A function of the repository with the scope it was made in."""

    __slots__ = ("bound", "function", "method", "module", "scope")

    def __init__(
        self, function: Function, module: str, scope: Any, bound: Value | None = None, *, method: bool = False
    ) -> None:
        """A function of a module.

        Args:
            function: its node.
            module: path of the module it stands in.
            scope: scope of the follower; opaque to recognisers.
            bound: what ``this`` is; None when nothing was bound.
            method: True when it is bound to the object it is read from.
        """
        self.function = function
        self.module = module
        self.scope = scope
        self.bound = bound
        self.method = method

    def made_of(self) -> tuple[object, ...]:
        """See ``Part``."""
        return (self.function, self.module, self.scope, self.bound, self.method)

    def bound_to(self, value: Value) -> Closure:
        """The same function with ``this`` bound."""
        return Closure(self.function, self.module, self.scope, value)

    def freed(self) -> Closure:
        """The same function, bound to nothing: Python's ``self`` is its first argument then."""
        return Closure(self.function, self.module, self.scope)

    def as_method(self) -> Closure:
        """The same function, to be bound to the object it is read from."""
        return Closure(self.function, self.module, self.scope, self.bound, method=True)


@final
class Blueprint(Part):
    """A class of the repository."""

    __slots__ = ("klass", "module", "scope")

    def __init__(self, klass: Class, module: str, scope: Any) -> None:
        """A class of the module at that path."""
        self.klass = klass
        self.module = module
        self.scope = scope

    def made_of(self) -> tuple[object, ...]:
        """See ``Part``."""
        return (self.klass, self.module, self.scope)


@final
class Shape(Part):
    """An object of which the fields are known."""

    __slots__ = ("fields", "rest")

    def __init__(self, fields: Mapping[str, Value], rest: tuple[Value, ...] = ()) -> None:
        """An object.

        Args:
            fields: known fields; methods are closures.
            rest: spread in, or added under computed keys: any other field may come from them.
        """
        self.fields = fields
        self.rest = rest

    def made_of(self) -> tuple[object, ...]:
        """See ``Part``."""
        return (self.fields, self.rest)


@final
class Listed(Part):
    """An array of which the items are known."""

    __slots__ = ("items",)

    def __init__(self, items: tuple[Value, ...]) -> None:
        """Of those items."""
        self.items = items

    def made_of(self) -> tuple[object, ...]:
        """See ``Part``."""
        return (self.items,)


@final
class Step(Part):
    """One attribute or call on a library object."""

    __slots__ = ("arguments", "at", "end", "module", "name", "new", "text")

    def __init__(
        self,
        name: str,
        arguments: tuple[Value, ...] | None,
        new: bool,  # noqa: FBT001 - the parts of a step are given in order
        module: str,
        at: int,
        end: int,
        text: str = "",
    ) -> None:
        """A step.

        Args:
            name: attribute or method; empty when the value itself is called: ``auth()``.
            arguments: None for an attribute that is only read.
            new: True for ``new X()``.
            module: module in which the step is written.
            at: byte at which the expression up to this step begins.
            end: byte after it.
            text: for a tagged template: the text with ``$1``, ``$2`` in place of its values, which are ``arguments``.
        """
        self.name = name
        self.arguments = arguments
        self.new = new
        self.module = module
        self.at = at
        self.end = end
        self.text = text

    def made_of(self) -> tuple[object, ...]:
        """See ``Part``."""
        return (self.name, self.arguments, self.new, self.module, self.at, self.end, self.text)

    def named(self, name: str) -> Step:
        """The same step under another name."""
        return Step(name, self.arguments, self.new, self.module, self.at, self.end, self.text)

    def given(self, arguments: tuple[Value, ...]) -> Step:
        """The same step with other arguments."""
        return Step(self.name, arguments, self.new, self.module, self.at, self.end, self.text)


@final
class Chain(Part):
    """A library object and what was done with it."""

    __slots__ = ("name", "source", "steps")

    def __init__(self, source: str, name: str, steps: tuple[Step, ...] = ()) -> None:
        """A library object.

        Args:
            source: module it was imported from as written (``@supabase/supabase-js``, ``next/headers``); ``global`` for globals;
                ``parameter`` for a parameter nobody supplied; ``unresolved`` for imports not found.
            name: exported name (``createClient``, ``default``, ``*``), global (``process``, ``Deno``, ``Response``), or parameter.
            steps: attributes and calls since.
        """
        self.source = source
        self.name = name
        self.steps = steps

    def made_of(self) -> tuple[object, ...]:
        """See ``Part``."""
        return (self.source, self.name, self.steps)

    def through(self, steps: tuple[Step, ...]) -> Chain:
        """The same root with other steps."""
        return Chain(self.source, self.name, steps)

    @property
    def dotted(self) -> str:
        """Names from root to last step without arguments: ``createClient().auth.getUser()``."""
        out = self.name
        for step in self.steps:
            if step.name:
                out += f".{step.name}"
            if step.arguments is not None:
                out += "()"
        return out

    @property
    def last(self) -> Step | None:
        """The last step."""
        return self.steps[-1] if self.steps else None


@final
class Promise(Part):
    """What an async function of the repository returns before it is awaited."""

    __slots__ = ("facts", "guards", "value")

    def __init__(self, value: Value, facts: frozenset[Any] = frozenset(), guards: frozenset[Any] = frozenset()) -> None:
        """Of a value; ``facts`` are known, and ``guards`` hold somebody up, once it was awaited: a check that nobody awaits teaches nothing."""
        self.value = value
        self.facts = facts
        self.guards = guards

    def made_of(self) -> tuple[object, ...]:
        """See ``Part``."""
        return (self.value, self.facts)


@final
class Test(Part):
    """A condition."""

    __slots__ = ("kind", "operands")

    def __init__(self, kind: str, operands: tuple[Value, ...]) -> None:
        """A condition on operands.

        Args:
            kind: ``truthy`` (one operand), ``equal``, ``differ``, ``more`` (left > right, >=), ``less``, ``in`` (left in right;
                includes/has), ``some`` (a test that one of a list passes), ``not``, ``all`` (&&), ``any`` (||), ``is`` (instanceof, ``in`` of a key: left is such an object).
            operands: what it is about.
        """
        self.kind = kind
        self.operands = operands

    def made_of(self) -> tuple[object, ...]:
        """See ``Part``."""
        return (self.kind, self.operands)

    def of(self, operands: tuple[Value, ...]) -> Test:
        """The same condition on other operands."""
        return Test(self.kind, operands)


@final
class Either(Part):
    """One of several, after branches joined; at most eight."""

    __slots__ = ("facts", "values")

    def __init__(self, values: tuple[Value, ...], facts: tuple[frozenset[Any], ...] = ()) -> None:
        """Of those values; ``facts``, for the paths of a call, is what was known on each, and empty when they did not come from one call."""
        self.values = values
        self.facts = facts

    def made_of(self) -> tuple[object, ...]:
        """See ``Part``."""
        return (self.values, self.facts)


@final
class Native(Part):
    """A function that the follower supplies: ``next`` of a middleware."""

    __slots__ = ("call", "name")

    def __init__(self, name: str, call: Callable[[tuple[Value, ...]], Value]) -> None:
        """Called ``name``."""
        self.name = name
        self.call = call

    def made_of(self) -> tuple[object, ...]:
        """See ``Part``."""
        return (self.name, self.call)


Value: TypeAlias = Constant | Known | Closure | Blueprint | Shape | Listed | Chain | Promise | Test | Either | Native

UNKNOWN = Known(frozenset({Origin(OriginKind.UNKNOWN)}))
"""Nothing is known of it."""
_MOST_PARTS = 400
NOTHING = Constant(None)
"""null, undefined, None."""


def request(path: str) -> Known:
    """A value that the outside chooses: ``request("body.userId")``."""
    return Known(frozenset({Origin(OriginKind.REQUEST, path)}))


def caller(path: str) -> Known:
    """A verified identity: ``caller("session.user.id")``."""
    return Known(frozenset({Origin(OriginKind.CALLER, path)}))


def parts_of(value: Value) -> Sequence[Value]:
    """The values a value is made of, one level down."""
    if isinstance(value, Shape):
        return (*value.fields.values(), *value.rest)
    if isinstance(value, Listed):
        return value.items
    if isinstance(value, Promise):
        return (value.value,)
    if isinstance(value, Test):
        return value.operands
    if isinstance(value, Either):
        return value.values
    if isinstance(value, Chain):
        return [one for step in value.steps if step.arguments for one in step.arguments]
    return ()


def holds(value: Value, part: Value) -> bool:
    """Whether a value is made of another one, however deep; of what is too large to look through it is believed."""
    seen: set[int] = set()
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if one is part or len(seen) > _MOST_PARTS:
            return True
        module = isinstance(one, Shape) and not isinstance(
            one.fields, dict
        )  # its exports are made when they are asked for
        if id(one) not in seen and not module:
            seen.add(id(one))
            waiting.extend(parts_of(one))
    return False


def unwrapped(value: Value) -> Value:
    """A promise's value; anything else as it is."""
    while isinstance(value, Promise):
        value = value.value
    return value


def field_of(value: Value | None, name: str) -> Value | None:
    """A known field of an object literal; None when it is no such object or has no such field."""
    return value.fields.get(name) if isinstance(value, Shape) else None


def text_of(value: Value | None) -> str | None:
    """A constant string; None for anything else."""
    return value.value if isinstance(value, Constant) and isinstance(value.value, str) else None
