"""What a recogniser reads from a chain, before the values in it were looked at: a query, an identity, a check, another deed."""

from __future__ import annotations

from typing import NamedTuple

from assistant.collect.code.values import Value
from assistant.domain.code import OriginKind


WHOLE = "="
"""Before the path of a relation in ``Draft.below`` that is one row and no list: that it is there says enough."""


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
    many: bool = False
    """True when it surely yields a list: that is there, and true, when no row was found."""
    may_be_empty: bool = False
    """No error tells that there was no row: ``error`` of ``maybeSingle()``, or of a list."""
    wraps: tuple[str, ...] = ()
    """Path to the rows in what the call resolves to: ``("data",)`` for Supabase, ``("rows",)`` for pg, ``()`` when it is the row or the list itself."""
    lazy: bool = False
    """True when further calls may still add conditions: it runs when it is awaited, returned or dropped."""
    text: str = ""
    """Raw SQL with ``$n``."""
    below: tuple[tuple[str, str, str, Value], ...] = ()
    """Conditions on rows that are read along: path of the relation, column, operator, compared value."""
    filled: tuple[str, ...] = ()
    """Columns that are never empty, as far as the code defines the table."""


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
