"""A predicate taken apart: the ways in which a row can be admitted, and what ties each of them to the caller.

``a OR (b AND c)`` has two branches. A branch is *bound* when one of its conditions holds only for rows that belong to the caller:
a column compared with the caller's id, a helper function asked about the row, a sub-select that mentions both. A branch that
mentions the row alone publishes rows; one that mentions the caller alone opens every row to some callers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from assistant.sql.calls import Call, calls_in, json_path
from assistant.sql.expression import bare, read_shared, spoken
from assistant.sql.scopes import Relations, Resolved, resolve


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assistant.domain.names import Name

MAX_BRANCHES: Final = 64
COMPARES: Final = (exp.EQ, exp.In, exp.NEQ, exp.GTE, exp.GT, exp.LTE, exp.LT)
USER_WRITTEN: Final = frozenset({"user_metadata", "raw_user_meta_data"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """What is known about a function that predicates call."""

    asks_caller: bool = True
    """It looks at who is calling (itself or through another function)."""
    definer: bool = False
    """It reads with its owner's rights."""
    reads: tuple[Name, ...] = ()
    """Relations it mentions."""
    user_metadata: bool = False
    """It trusts what users write into their own metadata."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """The names a predicate may use."""

    relations: Relations = field(default_factory=Relations)
    """Tables and views with their columns."""
    helpers: Mapping[str, Helper] = field(default_factory=dict)
    """The operator's functions by name (``public.is_member`` and, for those in public, ``is_member``)."""

    def helper(self, call: Call) -> Helper | None:
        """The operator's function behind a call; None for PostgreSQL's and the platform's own."""
        return self.helpers.get(str(call))


@dataclass(frozen=True, slots=True, kw_only=True)
class Atom:
    """One condition without AND and OR on its outside."""

    node: exp.Expr
    """The condition itself, shared: look, do not change."""
    row: tuple[str, ...]
    """Columns of the guarded row it mentions."""
    caller: bool
    """It mentions who is calling."""
    forged: bool
    """What it knows of the caller is what the caller wrote (user_metadata)."""
    helper: bool
    """It calls one of the operator's own functions."""
    reads: tuple[Name, ...]
    """Relations its sub-selects read."""
    sub_select: bool
    """It holds a sub-select with a FROM."""
    linked: bool
    """Its sub-select is tied to the row, by a column inside it or by what is compared with its result."""
    gate: bool
    """Its sub-select asks for more than the caller's own row: ``role = 'admin'``, ``is_staff``."""
    captured: tuple[str, ...]
    """Comparisons inside a sub-select that compare the inner table with itself."""
    itself: bool
    """It compares a column of the row with itself."""
    null_test: tuple[str, ...]
    """Row columns of which it only asks IS NULL."""
    negative: bool
    """``<>``, NOT IN, NOT: it says what the row is not."""

    @property
    def text(self) -> str:
        """Its SQL, for people; made when asked for, as most conditions are sound and never shown."""
        return spoken(self.node)

    @property
    def binds(self) -> bool:
        """True when it holds only for rows that belong to the caller (or hang on a row the caller may see)."""
        if self.negative or self.forged or self.itself or self.null_test:
            return False
        if self.sub_select:
            return self.linked
        return bool(self.row) and self.caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Conditions that admit a row together."""

    atoms: tuple[Atom, ...]
    """In order of writing."""

    @property
    def bound(self) -> bool:
        """True when some condition ties the row to the caller."""
        return any(atom.binds for atom in self.atoms)

    @property
    def bound_columns(self) -> frozenset[str]:
        """Row columns that are tied to the caller."""
        return frozenset(column for atom in self.atoms if atom.binds for column in atom.row)

    @property
    def text(self) -> str:
        """The conditions joined again."""
        return " AND ".join(atom.text for atom in self.atoms)


def branches(text: str | None, row: Name, surface: Surface) -> tuple[Branch, ...]:
    """The branches of a predicate over ``row``; none when it is absent or cannot be read."""
    expression = read_shared(text)
    if expression is None:
        return ()
    resolved = resolve(expression, row, surface.relations)
    return tuple(
        Branch(atoms=tuple(_atom(node, resolved, surface, negated=negated) for node, negated in nodes))
        for nodes in _alternatives(expression, negated=False)
    )


def _alternatives(node: exp.Expr, *, negated: bool) -> list[list[tuple[exp.Expr, bool]]]:
    """Disjunctive normal form, as lists of (condition, negated); too wide a product keeps the first alternatives' outline."""
    node = bare(node) if isinstance(node, exp.Paren) else node
    if isinstance(node, exp.Not) and isinstance(bare(node.this), (exp.And, exp.Or, exp.Not)):
        return _alternatives(bare(node.this), negated=not negated)
    either, both = (exp.And, exp.Or) if negated else (exp.Or, exp.And)
    if isinstance(node, either):
        return _alternatives(node.this, negated=negated) + _alternatives(node.expression, negated=negated)
    if isinstance(node, both):
        left, right = _alternatives(node.this, negated=negated), _alternatives(node.expression, negated=negated)
        if len(left) * len(right) > MAX_BRANCHES:
            return [[(node, negated)]]
        return [one + other for one in left for other in right]
    return [[(node, negated)]]


def _atom(node: exp.Expr, resolved: Resolved, surface: Surface, *, negated: bool) -> Atom:
    uses = list(resolved.within(node))
    row = tuple(dict.fromkeys(use.column for use in uses if use.of_row))
    calls = list(calls_in(node))
    helpers = [helper for helper in map(surface.helper, calls) if helper is not None]
    selects = [select for select in node.find_all(exp.Select) if select.args.get("from_")]
    forged = _reads_user_metadata(node) or any(helper.user_metadata for helper in helpers)
    return Atom(
        node=node,
        row=row,
        caller=any(call.names_caller for call in calls) or any(helper.asks_caller for helper in helpers),
        forged=forged,
        helper=bool(helpers),
        reads=resolved.relations(node),
        sub_select=bool(selects),
        linked=bool(selects) and bool(row),
        gate=any(_asks_more(select) for select in selects)
        or (isinstance(bare(node), COMPARES) and _constant_outside(bare(node))),
        captured=tuple(_captured(selects, resolved, linked=bool(row))),
        itself=_itself(node, resolved),
        null_test=_null_test(node, resolved, negated=negated),
        negative=_negative(node) != negated,
    )


def _negative(node: exp.Expr) -> bool:
    inner = bare(node)
    if isinstance(inner, exp.Not):
        # NOT (x IS DISTINCT FROM y) says what the row is
        return not isinstance(bare(inner.this), (exp.NullSafeNEQ, exp.NEQ))
    return isinstance(inner, (exp.NEQ, exp.NullSafeNEQ))


def _null_test(node: exp.Expr, resolved: Resolved, *, negated: bool) -> tuple[str, ...]:
    inner = bare(node)
    if not isinstance(inner, exp.Is) or not isinstance(inner.expression, exp.Null):
        return ()
    if bool(inner.args.get("negate")) != negated or not isinstance(bare(inner.this), exp.Column):
        return ()
    return tuple(use.column for use in resolved.within(inner) if use.of_row)


def _itself(node: exp.Expr, resolved: Resolved) -> bool:
    """``x = x`` over the row."""
    inner = bare(node)
    if not isinstance(inner, (exp.EQ, exp.GTE, exp.LTE, exp.NullSafeEQ)):
        return False
    left = _one(bare(inner.this), resolved)
    return left is not None and left == _one(bare(inner.expression), resolved)


def _one(node: exp.Expr, resolved: Resolved) -> tuple[int, str, str] | None:
    use = resolved.uses.get(id(node))
    return None if use is None else (use.depth, use.alias, use.column)


def _captured(selects: list[exp.Select], resolved: Resolved, *, linked: bool) -> Iterator[str]:
    """Comparisons of an inner table with itself: the same column twice, or (with no tie to the row) two of its columns."""
    seen: set[int] = set()
    for select in selects:
        for node in select.find_all(exp.EQ):
            left, right = _one(bare(node.this), resolved), _one(bare(node.expression), resolved)
            if id(node) in seen or left is None or right is None or left[:2] != right[:2] or left[0] == 0:
                continue
            seen.add(id(node))
            if left == right or not linked:
                yield spoken(node)


def _asks_more(select: exp.Select) -> bool:
    """True when a condition compares with a constant or takes a boolean column as it is."""
    where = select.args.get("where")
    pending = [] if where is None else [bare(where.this)]
    for condition in pending:
        if isinstance(condition, exp.And):
            pending += [bare(part) for part in condition.flatten()]
        elif isinstance(condition, (exp.Column, exp.Is)) or (
            isinstance(condition, COMPARES) and _constant_outside(condition)
        ):
            return True
    return False


def _constant_outside(node: exp.Expr) -> bool:
    """True when a comparison names a constant itself, not only in a sub-select or a call."""
    sides = [bare(node.this), *map(bare, node.args.get("expressions") or [])]
    other = node.args.get("expression")
    if other is not None:
        inner = bare(other.this) if isinstance(other, exp.Any) else bare(other)
        sides += inner.expressions if isinstance(inner, exp.Array) else [inner]
    return any(isinstance(bare(side), (exp.Literal, exp.Boolean)) for side in sides)


def _reads_user_metadata(node: exp.Expr) -> bool:
    for column in node.find_all(exp.Column):
        if column.name in USER_WRITTEN:
            return True
    extracts = node.find_all(exp.JSONExtract, exp.JSONExtractScalar, exp.JSONBExtract, exp.JSONBExtractScalar)
    return any(USER_WRITTEN & set(json_path(extract)[1]) for extract in extracts)
