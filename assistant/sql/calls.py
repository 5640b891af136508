"""Function calls in a predicate, and which of them say who the caller is.

A caller is named by the platform (``auth.uid()``, ``auth.jwt()``), by a setting (``current_setting('app.user_id')``) or by the
database role. ``user_metadata`` is not among them: the user writes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from assistant.sql.expression import bare


if TYPE_CHECKING:
    from collections.abc import Iterator

AUTH_FUNCTIONS: Final = frozenset({"uid", "jwt", "role", "email", "user_id", "session"})
"""Functions of schema ``auth`` that say who calls (Supabase, Neon)."""
BARE_CALLERS: Final = frozenset({"current_setting", "current_role", "current_user", "session_user", "user"})
"""The same without a schema."""


@dataclass(frozen=True, slots=True)
class Call:
    """One function call."""

    node: exp.Expr
    """The call, with its schema."""
    schema: str
    """Schema as written, empty when bare."""
    name: str
    """Function name: folded to lower case unless it was quoted."""
    arguments: tuple[exp.Expr, ...]
    """Arguments in order."""

    @property
    def names_caller(self) -> bool:
        """True when the platform itself answers who is calling."""
        return (self.schema == "auth" and self.name in AUTH_FUNCTIONS) or (
            not self.schema and self.name in BARE_CALLERS
        )

    def __str__(self) -> str:
        """``auth.uid`` or ``is_member``."""
        return f"{self.schema}.{self.name}" if self.schema else self.name


def calls_in(expression: exp.Expr) -> Iterator[Call]:
    """Every function call of a predicate, outermost first; operators do not count."""
    for node in expression.walk(bfs=False):
        call = as_call(node)
        if call is not None:
            yield call


def as_call(node: exp.Expr) -> Call | None:
    """The node as a call, or None when it is none (or the inner half of a schema-qualified one)."""
    if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Func):
        schema = node.this.name if isinstance(node.this, (exp.Identifier, exp.Column)) else ""
        name, arguments = _func(node.expression)
        return Call(node, schema, name, arguments)
    if isinstance(node, exp.Table) and isinstance(node.this, exp.Func):
        name, arguments = _func(node.this)
        return Call(node, node.db, name, arguments)
    if isinstance(node.parent, exp.Dot) and node.parent.expression is node:
        return None
    if isinstance(node.parent, exp.Table) and node.parent.this is node:
        return None
    if isinstance(node, (exp.CurrentUser, exp.SessionUser)):
        return Call(node, "", "current_user" if isinstance(node, exp.CurrentUser) else "session_user", ())
    if isinstance(node, exp.Column) and not node.table and node.name in {"current_role", "user"}:
        return Call(node, "", node.name, ())
    if isinstance(node, exp.Func) and not isinstance(
        node, (exp.Connector, exp.Cast, exp.Exists, exp.Case, exp.Any, exp.Array)
    ):
        name, arguments = _func(node)
        return Call(node, "", name, arguments)
    return None


def _func(node: exp.Expr) -> tuple[str, tuple[exp.Expr, ...]]:
    if isinstance(node, exp.Anonymous):
        quoted = isinstance(node.this, exp.Identifier) and node.this.quoted
        name = node.name if quoted else node.name.lower()
        return name, tuple(node.expressions)
    arguments = tuple(child for child in node.iter_expressions() if not isinstance(child, exp.DataType))
    name = node.sql_name().lower() if isinstance(node, exp.Func) else node.key
    return name, arguments


def json_path(node: exp.Expr) -> tuple[exp.Expr, tuple[str, ...]]:
    """A chain of ``->``, ``->>``, ``#>`` and ``#>>`` as its source and the keys taken, outermost key last."""
    keys: list[str] = []
    node = bare(node)
    while isinstance(node, (exp.JSONExtract, exp.JSONExtractScalar, exp.JSONBExtract, exp.JSONBExtractScalar)):
        keys[:0] = _keys(node.expression)
        node = bare(node.this)
    return node, tuple(keys)


def _keys(step: exp.Expr) -> list[str]:
    step = bare(step)
    if isinstance(step, exp.JSONPath):
        return [
            str(part.this) for part in step.expressions if isinstance(part, (exp.JSONPathKey, exp.JSONPathSubscript))
        ]
    if isinstance(step, exp.Literal) and step.is_string:
        text = step.name
        return [part.strip('" ') for part in text[1:-1].split(",")] if text.startswith("{") else [text]
    return ["?"]
