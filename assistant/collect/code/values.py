"""What an expression can come to when code is followed without being run.

The follower in ``assistant.collect.code.follow`` makes these; recognisers (clients, queries, identity, checks, acts) read them.
A library object is a ``Chain``: the import it grew from and every attribute and call since then, so that
``createClient(url, key).from("chats").select("*").eq("id", id)`` is one value that a recogniser can read from the root to the last call.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from assistant.domain.code import Origin, OriginKind


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from assistant.domain.syntax import Class, Function


class Constant(NamedTuple):
    """A value written in the code."""

    value: str | int | float | bool | None


class Known(NamedTuple):
    """A value of which only the origins are known: ``session.user.id``, ``params.id``, a row."""

    origins: frozenset[Origin]


class Closure(NamedTuple):
    """A function of the repository with the scope it was made in."""

    function: Function
    module: str
    """Path of the module it stands in."""
    scope: Any
    """Scope of the follower; opaque to recognisers."""
    bound: Value | None = None
    """What ``this`` is; None when nothing was bound."""


class Blueprint(NamedTuple):
    """A class of the repository."""

    klass: Class
    module: str
    scope: Any


class Shape(NamedTuple):
    """An object of which the fields are known."""

    fields: Mapping[str, Value]
    """Known fields; methods are closures."""
    rest: tuple[Value, ...] = ()
    """Spread in, or added under computed keys: any other field may come from them."""


class Listed(NamedTuple):
    """An array of which the items are known."""

    items: tuple[Value, ...]


class Step(NamedTuple):
    """One attribute or call on a library object."""

    name: str
    """Attribute or method; empty when the value itself is called: ``auth()``."""
    arguments: tuple[Value, ...] | None
    """None for an attribute that is only read."""
    new: bool
    """True for ``new X()``."""
    module: str
    """Module in which the step is written."""
    at: int
    """Byte range of the expression up to this step."""
    end: int
    text: str = ""
    """For a tagged template: the text with ``$1``, ``$2`` in place of its values, which are ``arguments``."""


class Chain(NamedTuple):
    """A library object and what was done with it."""

    source: str
    """Module it was imported from as written (``@supabase/supabase-js``, ``next/headers``); ``global`` for globals; ``parameter`` for a parameter nobody supplied; ``unresolved`` for imports not found."""
    name: str
    """Exported name (``createClient``, ``default``, ``*``), global (``process``, ``Deno``, ``Response``), or parameter."""
    steps: tuple[Step, ...] = ()

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


class Promise(NamedTuple):
    """What an async function of the repository returns before it is awaited."""

    value: Value
    facts: frozenset[Any] = frozenset()
    """What is known once it was awaited; a check that nobody awaits teaches nothing."""


class Test(NamedTuple):
    """A condition."""

    kind: str
    """``truthy`` (one operand), ``equal``, ``differ``, ``more`` (left > right, >=), ``less``, ``in`` (left in right; includes/has), ``not``, ``all`` (&&), ``any`` (||), ``is`` (instanceof, ``in`` of a key: left is such an object)."""
    operands: tuple[Value, ...]


class Either(NamedTuple):
    """One of several, after branches joined; at most eight."""

    values: tuple[Value, ...]
    facts: tuple[frozenset[Any], ...] = ()
    """For the paths of a call: what was known on each; empty when the values did not come from one call."""


class Native(NamedTuple):
    """A function that the follower supplies: ``next`` of a middleware."""

    name: str
    call: Callable[[tuple[Value, ...]], Value]


Value: TypeAlias = Constant | Known | Closure | Blueprint | Shape | Listed | Chain | Promise | Test | Either | Native

UNKNOWN = Known(frozenset({Origin(OriginKind.UNKNOWN)}))
"""Nothing is known of it."""
_DEEPEST = 6
_NO_ORIGINS: frozenset[Origin] = frozenset()
_SILENT: frozenset[type] = frozenset((Closure, Blueprint, Native))
NOTHING = Constant(None)
"""null, undefined, None."""


def request(path: str) -> Known:
    """A value that the outside chooses: ``request("body.userId")``."""
    return Known(frozenset({Origin(OriginKind.REQUEST, path)}))


def caller(path: str) -> Known:
    """A verified identity: ``caller("session.user.id")``."""
    return Known(frozenset({Origin(OriginKind.CALLER, path)}))


class Draft(NamedTuple):
    """A query that a recogniser read from a chain, before its values were looked at."""

    engine: str
    """See ``Query.engine``."""
    client: str
    """Value of a ``ClientKind``."""
    verb: str
    """See ``Query.verb``."""
    table: str
    """As written, empty when unreadable."""
    columns: tuple[str, ...] | None = None
    """None for whole rows."""
    filters: tuple[tuple[str, str, Value], ...] = ()
    """Column, operator, compared value."""
    written: tuple[tuple[str, Value], ...] = ()
    """Column (``*`` for a whole object), value."""
    single: bool = False
    """True when it yields one row or none."""
    wraps: tuple[str, ...] = ()
    """Path to the rows in what the call resolves to: ``("data",)`` for Supabase, ``("rows",)`` for pg, ``()`` when it is the row or the list itself."""
    lazy: bool = False
    """True when further calls may still add conditions: it runs when it is awaited, returned or dropped."""
    text: str = ""
    """Raw SQL with ``$n``."""
    below: tuple[tuple[str, str, str, Value], ...] = ()
    """Conditions on rows that are read along: path of the relation, column, operator, compared value."""


class Identity(NamedTuple):
    """A call that says who the caller is."""

    kind: OriginKind
    """``caller`` or ``claimed``."""
    path: str
    """What the result is called: ``session``, ``user``, ``claims``, ``auth``."""
    wraps: tuple[str, ...]
    """Path to the identity in what the call resolves to: ``("data", "user")`` for ``supabase.auth.getUser()``; the rest is null or an error."""
    throws: bool
    """True when the call itself stops a stranger (``auth.protect()``, ``requireUser``)."""
    says: str
    """For the guard chain: ``supabase.auth.getUser``."""
    weakness: str = ""
    """Value of a ``Weakness``: ``get-session``."""


class Check(NamedTuple):
    """A call that checks something other than the session."""

    kind: str
    """Value of a ``GuardKind``: signature, secret, rate, validation, role."""
    says: str
    """``stripe.webhooks.constructEvent``."""
    throws: bool
    """True when the call itself stops the request; False when its result must be looked at."""
    result: str
    """``signed`` when it returns the verified message, ``input`` when it returns its (validated) argument, ``boolean`` when it returns yes or no."""
    about: Value | None = None
    """What it checks."""


class Deed(NamedTuple):
    """Another thing worth knowing, before its values were looked at."""

    kind: str
    """Value of an ``ActKind``."""
    name: str
    """Normalised name."""
    parts: tuple[tuple[str, Value, str], ...] = ()
    """Name, value, text."""
    detail: str = ""
    """See ``Act.detail``."""


def origins_of(value: Value | None, depth: int = 0) -> frozenset[Origin]:
    """Every origin that a value carries; empty for functions and library objects without request data in their arguments."""
    kind = type(value)
    if kind is Known:
        return value.origins if depth <= _DEEPEST else _NO_ORIGINS  # type: ignore[union-attr]
    if value is None or depth > _DEEPEST or kind in _SILENT:
        return _NO_ORIGINS
    if kind is Constant:
        return _written(value.value)  # type: ignore[union-attr]
    found: set[Origin] = set()
    _gather(value, depth, found)
    return frozenset(found)


@lru_cache(maxsize=4096, typed=True)
def _written(value: str | float | bool | None) -> frozenset[Origin]:  # noqa: FBT001 - a value of the code, no switch
    return frozenset({Origin(OriginKind.CONSTANT, repr(value)[:40])})


def _gather(value: Value, depth: int, found: set[Origin]) -> None:
    """What ``origins_of`` does, for the millions of values that are asked: into one set, each type looked at once."""
    if depth >= _DEEPEST:
        return
    for part in parts_of(value):
        kind = type(part)
        if kind is Known:
            found |= part.origins  # type: ignore[union-attr]
        elif kind is Constant:
            found |= _written(part.value)  # type: ignore[union-attr]
        elif kind not in _SILENT:
            _gather(part, depth + 1, found)


def ordered(value: Value | None) -> tuple[Origin, ...]:
    """The origins of a value in a fixed order: what is said about them must not depend on a hash."""
    found = origins_of(value)
    return tuple(sorted(found)) if len(found) > 1 else tuple(found)


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
