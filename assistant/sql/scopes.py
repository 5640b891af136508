"""Which relation each column of a predicate really belongs to, the way PostgreSQL resolves it.

A column written without its table inside a sub-select belongs to the innermost query that has such a column: that is how
``where organization_id = organization_id`` comes to compare a row with itself. Where a relation's columns are not known, the
nearest candidate is taken, as PostgreSQL would have refused the statement otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from assistant.domain.names import Name


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ROW = 0
"""Depth of the guarded row itself; sub-selects count from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relations:
    """The columns of every table and view, and the path on which bare names are looked up."""

    columns: Mapping[Name, frozenset[str]] = field(default_factory=dict)
    """Column names by relation."""
    search_path: tuple[str, ...] = ("public", "extensions")
    """Schemas in order."""

    def find(self, schema: str, name: str) -> Name | None:
        """The relation meant by a possibly bare name (empty schema); a bare name nobody knows is taken to be in public."""
        if schema:
            return Name(schema, name)
        for candidate in (*self.search_path, "public"):
            if Name(candidate, name) in self.columns:
                return Name(candidate, name)
        return Name("public", name)


@dataclass(frozen=True, slots=True)
class Use:
    """One mention of a column."""

    node: exp.Column
    """Where it stands."""
    relation: Name | None
    """Whose column it is; None for the output of a function or a derived table."""
    depth: int
    """0 for the guarded row, 1 and more for sub-selects."""
    alias: str
    """Alias under which the relation is read: two aliases of one table are two rows."""

    @property
    def column(self) -> str:
        """Column name; ``*`` for a whole row."""
        return self.node.name or "*"

    @property
    def of_row(self) -> bool:
        """True when it is a column of the guarded row."""
        return self.depth == ROW


@dataclass(frozen=True, slots=True)
class Source:
    """A relation in a FROM clause (or the guarded row)."""

    alias: str
    relation: Name | None
    columns: frozenset[str] | None
    depth: int


@dataclass(slots=True)
class Resolved:
    """A predicate with its names resolved."""

    expression: exp.Expr
    """The predicate."""
    uses: dict[int, Use] = field(default_factory=dict)
    """Column mentions by ``id()`` of their node."""
    reads: dict[int, Name] = field(default_factory=dict)
    """Relations read in sub-selects by ``id()`` of their node."""

    def within(self, node: exp.Expr) -> Iterator[Use]:
        """Mentions inside one node, in order."""
        for column in node.find_all(exp.Column, bfs=False):
            use = self.uses.get(id(column))
            if use is not None:
                yield use

    def relations(self, node: exp.Expr | None = None) -> tuple[Name, ...]:
        """Relations read inside a node (the whole predicate by default), in order, once each."""
        tables = (node or self.expression).find_all(exp.Table, bfs=False)
        return tuple(dict.fromkeys(self.reads[id(table)] for table in tables if id(table) in self.reads))


def resolve(expression: exp.Expr, row: Name | None, relations: Relations) -> Resolved:
    """Resolve every column of a predicate over ``row`` (None: a function body without a row)."""
    resolved = Resolved(expression)
    scopes: list[list[Source]] = []
    if row is not None:
        scopes.append([Source(row.name, row, relations.columns.get(row), ROW)])
    else:
        scopes.append([])
    _walk(expression, scopes, {}, resolved, relations)
    return resolved


def _walk(
    node: exp.Expr,
    scopes: list[list[Source]],
    named: Mapping[str, frozenset[str] | None],
    out: Resolved,
    relations: Relations,
) -> None:
    if isinstance(node, exp.Select):
        _select(node, scopes, named, out, relations)
        return
    if isinstance(node, exp.Column):
        out.uses[id(node)] = _use(node, scopes)
        return
    for child in node.iter_expressions():
        _walk(child, scopes, named, out, relations)


def _select(
    select: exp.Select,
    scopes: list[list[Source]],
    named: Mapping[str, frozenset[str] | None],
    out: Resolved,
    relations: Relations,
) -> None:
    """Open a scope for a SELECT: first its FROM (whose sub-queries see only what lies outside), then the rest."""
    named = dict(named)
    with_ = select.args.get("with_")
    for table in with_.expressions if with_ else ():
        named[table.alias] = _outputs(table.this)
        _walk(table.this, scopes, named, out, relations)
    inner: list[Source] = []
    below = [*scopes, inner]
    for source in _from(select):
        _source(source, inner, below, named, out, relations)
    skip = {"with_", "from_", "joins"}
    for key, value in select.args.items():
        if key in skip:
            continue
        for child in value if isinstance(value, list) else (value,):
            if isinstance(child, exp.Expr):
                _walk(child, below, named, out, relations)
    for condition in _conditions(select):
        _walk(condition, below, named, out, relations)


def _from(select: exp.Select) -> Iterator[exp.Expr]:
    """The relations of a FROM clause; PostgreSQL prints joins in parentheses, which nest."""
    from_ = select.args.get("from_")
    pending: list[exp.Expr] = [from_.this] if from_ is not None else []
    pending += [join.this for join in select.args.get("joins") or ()]
    while pending:
        source = pending.pop(0)
        pending[:0] = [join.this for join in source.args.get("joins") or ()]
        if _is_join(source):
            pending.insert(0, source.this)
        else:
            yield source


def _is_join(source: exp.Expr) -> bool:
    """``(a JOIN b ON …)``: parentheses around relations, not a query."""
    return (
        isinstance(source, (exp.Subquery, exp.Paren)) and not isinstance(source.this, exp.Query | exp.Subquery)
    ) or (isinstance(source, exp.Subquery) and isinstance(source.this, exp.Subquery) and not source.alias)


def _conditions(select: exp.Select) -> Iterator[exp.Expr]:
    """ON conditions of all joins, in parentheses or not."""
    from_ = select.args.get("from_")
    pending: list[exp.Expr] = [select] if from_ is None else [select, from_.this]
    while pending:
        node = pending.pop(0)
        for join in node.args.get("joins") or ():
            if join.args.get("on") is not None:
                yield join.args["on"]
            pending.append(join.this)
        if _is_join(node):
            pending.append(node.this)


def _source(
    source: exp.Expr,
    inner: list[Source],
    below: list[list[Source]],
    named: Mapping[str, frozenset[str] | None],
    out: Resolved,
    relations: Relations,
) -> None:
    depth = len(below) - 1
    alias = source.alias_or_name
    if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
        if not source.db and source.name in named:
            inner.append(Source(alias, None, named[source.name], depth))
            return
        relation = relations.find(source.db, source.name)
        columns = None if relation is None else relations.columns.get(relation)
        if relation is not None:
            out.reads[id(source)] = relation
        inner.append(Source(alias, relation, columns, depth))
        return
    columns = _alias_columns(source)
    if isinstance(source, exp.Subquery):
        columns = columns or _outputs(source.this)
        _walk(source.this, below[:-1], named, out, relations)
    elif isinstance(source, exp.Lateral):
        _walk(source.this, below, named, out, relations)
    else:
        for child in source.iter_expressions():
            if not isinstance(child, exp.TableAlias):
                _walk(child, below, named, out, relations)
    inner.append(Source(alias, None, columns, depth))


def _alias_columns(source: exp.Expr) -> frozenset[str] | None:
    alias = source.args.get("alias")
    names = frozenset(column.name for column in alias.columns) if isinstance(alias, exp.TableAlias) else frozenset()
    return names or None


def _outputs(query: exp.Expr) -> frozenset[str] | None:
    """Output columns of a query; None when a star hides them."""
    if not isinstance(query, exp.Query) or any(item.is_star for item in query.selects):
        return None
    return frozenset(item.alias_or_name for item in query.selects)


def _use(node: exp.Column, scopes: Iterable[list[Source]]) -> Use:
    inside_out = list(reversed(list(scopes)))
    if node.table:
        for sources in inside_out:
            for source in sources:
                if source.alias == node.table and (
                    not node.db or source.relation is None or source.relation.schema == node.db
                ):
                    return Use(node, source.relation, source.depth, source.alias)
        return Use(node, None, len(inside_out), node.table)
    unsure: Source | None = None
    for sources in inside_out:
        for source in sources:
            if source.columns is None:
                unsure = unsure or source
            elif node.name in source.columns:
                return Use(node, source.relation, source.depth, source.alias)
    if unsure is not None:
        return Use(node, unsure.relation, unsure.depth, unsure.alias)
    return Use(node, None, ROW if len(inside_out) == 1 else len(inside_out), "")
