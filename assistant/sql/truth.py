"""Is a predicate true for a given caller whatever the row says? An evaluation with unknowns.

Three answers: true, false (or NULL, which admits nobody either), open. Rows are open; who calls is known. A column compared with
itself counts as true, a NOT NULL column is not null, a helper function that only selects a constant is that constant.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from assistant.sql.calls import Call, as_call, json_path
from assistant.sql.expression import bare, read_shared, write


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Caller(StrEnum):
    """Who asks."""

    GUEST = "guest"
    """No session: the guest role, no subject."""
    SIGNED_IN = "signed-in"
    """Some user with a subject."""
    UNSET = "unset"
    """Signed in, and every claim and setting that a policy could read is NULL."""
    EMPTY = "empty"
    """Likewise, and every setting is the empty string (a pooled session after a local SET)."""


class Open:
    """A value nobody knows; two of them are never equal."""

    def __init__(self, *, null: bool = True) -> None:
        """Remember whether it may be NULL."""
        self.null = null


Value = bool | str | int | float | None | Open
UNKNOWN: Final = Open()
PRESENT: Final = Open(null=False)
SUBJECT: Final = Open(null=False)
MAX_DEPTH: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is known about the row and about helper functions."""

    never_null: frozenset[str] = frozenset()
    """Columns of the row that are NOT NULL."""
    bodies: Mapping[str, str] = field(default_factory=dict)
    """Bodies of SQL functions, by name without arguments, with schema (``public.is_ok``)."""


NOWHERE: Final = Surroundings()


def admits(text: str | None, caller: Caller, around: Surroundings = NOWHERE) -> bool | None:
    """True: every row is admitted for this caller; False: none is; None: it depends (or the text cannot be read)."""
    expression = read_shared(text)
    if expression is None:
        return None
    value = _Evaluation(caller, around).of(expression)
    if isinstance(value, Open):
        return None
    return value is True or value in {"true", "t"}


class _Evaluation:
    """One predicate, one caller."""

    def __init__(self, caller: Caller, around: Surroundings) -> None:
        self.caller = caller
        self.around = around
        self.depth = 0

    def of(self, node: exp.Expr) -> Value:
        self.depth += 1
        try:
            return UNKNOWN if self.depth > MAX_DEPTH else self._of(node)
        finally:
            self.depth -= 1

    def _of(self, node: exp.Expr) -> Value:
        node = bare(node)
        call = as_call(node)
        if call is not None and (isinstance(node, (exp.Dot, exp.Anonymous)) or call.names_caller):
            return self._call(call)
        for kind, rule in RULES.items():
            if isinstance(node, kind):
                return rule(self, node)
        return UNKNOWN

    def _call(self, call: Call) -> Value:
        known = call.schema == "auth" or not call.schema
        anonymous = self.caller is Caller.GUEST
        if call.names_caller and known:
            if call.name == "current_setting":
                return self._setting(call)
            if call.name in {"role", "current_user", "current_role", "user"}:
                return "anon" if anonymous else "authenticated"
            if call.name in {"jwt", "session_user", "session"}:
                return None if self.caller in {Caller.UNSET, Caller.EMPTY} and call.name == "jwt" else PRESENT
            return SUBJECT if self.caller is Caller.SIGNED_IN else None
        body = self.around.bodies.get(str(call)) or self.around.bodies.get(
            f"public.{call.name}" if not call.schema else ""
        )
        constant = read_shared(body.strip().rstrip(";")) if body and body.strip()[:6].lower() == "select" else None
        return UNKNOWN if constant is None else self.of(constant)

    def _setting(self, call: Call) -> Value:
        name = call.arguments[0] if call.arguments else None
        text = bare(name).name if name is not None else ""
        if text in {"role", "request.jwt.claim.role"}:
            return "anon" if self.caller is Caller.GUEST else "authenticated"
        if self.caller is Caller.UNSET:
            return None
        if self.caller is Caller.EMPTY:
            return ""
        if text == "request.jwt.claim.sub":
            return None if self.caller is Caller.GUEST else SUBJECT
        return PRESENT if text.startswith("request.") else UNKNOWN

    def json(self, node: exp.Expr) -> Value:
        source, keys = json_path(node)
        value = self.of(source)
        if value is None or value == "":
            return None
        call = as_call(source)
        if call is not None and call.names_caller and keys:
            if keys == ("role",):
                return "anon" if self.caller is Caller.GUEST else "authenticated"
            if keys == ("sub",):
                return None if self.caller is Caller.GUEST else SUBJECT
        return UNKNOWN

    def query(self, node: exp.Expr) -> Value:
        select = node.this if isinstance(node, exp.Subquery) else node
        if not isinstance(select, exp.Select) or select.args.get("from_") or len(select.expressions) != 1:
            return UNKNOWN
        only = select.expressions[0]
        return self.of(only.this if isinstance(only, exp.Alias) else only)

    def exists(self, node: exp.Expr) -> Value:
        select = node.this
        if isinstance(select, exp.Select) and not select.args.get("from_"):
            where = select.args.get("where")
            return True if where is None else self.of(where.this) is True or UNKNOWN
        return PRESENT

    def column(self, node: exp.Expr) -> Value:
        return PRESENT if node.name in self.around.never_null else UNKNOWN

    def both(self, node: exp.Expr) -> Value:
        left, right = self.of(node.this), self.of(node.expression)
        if left is False or right is False:
            return False
        if left is True and right is True:
            return True
        return UNKNOWN if isinstance(left, Open) or isinstance(right, Open) else None

    def either(self, node: exp.Expr) -> Value:
        left, right = self.of(node.this), self.of(node.expression)
        if left is True or right is True or _opposite(bare(node.this), bare(node.expression)):
            return True
        if isinstance(left, Open) or isinstance(right, Open):
            return UNKNOWN
        return False if left is False and right is False else None

    def negated(self, node: exp.Expr) -> Value:
        value = self.of(node.this)
        return not value if isinstance(value, bool) else value if value is None else UNKNOWN

    def is_(self, node: exp.Expr) -> Value:
        value = self.of(node.this)
        wanted = bare(node.expression)
        answer: Value = UNKNOWN
        if isinstance(wanted, exp.Null):
            answer = (value is None) if not isinstance(value, Open) else UNKNOWN if value.null else False
        elif isinstance(wanted, exp.Boolean) and not isinstance(value, Open):
            answer = value is bool(wanted.this)
        return (not answer) if node.args.get("negate") and isinstance(answer, bool) else answer

    def equal(self, node: exp.Expr) -> Value:
        if isinstance(bare(node.expression), exp.Any):
            return self.among(node)
        left, right = self.of(node.this), self.of(node.expression)
        if left is None or right is None:
            return left is right if isinstance(node, exp.NullSafeEQ) and not isinstance(left, Open | None) else None
        if left is SUBJECT and right is SUBJECT:
            return True
        if isinstance(left, Open) or isinstance(right, Open):
            return True if _same(self.settled(node.this), self.settled(node.expression)) else UNKNOWN
        return left == right

    def settled(self, node: exp.Expr) -> exp.Expr:
        """A COALESCE without the leading options that are NULL for this caller: ``tenant = coalesce(setting, tenant)``."""
        node = bare(node)
        if not isinstance(node, exp.Coalesce):
            return node
        options = [option for option in (node.this, *node.expressions) if self.of(option) is not None]
        return bare(options[0]) if options else node

    def different(self, node: exp.Expr) -> Value:
        value = self.equal(node)
        return not value if isinstance(value, bool) else value

    def ordered(self, node: exp.Expr) -> Value:
        left, right = bare(node.this), bare(node.expression)
        if isinstance(node, (exp.GTE, exp.LTE)) and _same(left, right):
            return True
        low, high = (right, left) if isinstance(node, (exp.GT, exp.GTE)) else (left, right)
        zero = (
            isinstance(low, exp.Literal)
            and low.name in {"0", "-1"}
            and (isinstance(node, (exp.GTE, exp.LTE)) or low.name == "-1")
        )
        return True if zero and isinstance(high, exp.Length) else UNKNOWN

    def among(self, node: exp.Expr) -> Value:
        """``x IN (a, b)`` and ``x = ANY (ARRAY[a, b])``."""
        array = bare(bare(node.expression).this) if isinstance(node, exp.EQ) else None
        options = array.expressions if isinstance(array, exp.Array) else node.args.get("expressions") or []
        value = self.of(node.this)
        if value is None or not options:
            return None if value is None else UNKNOWN
        answers = [self.of(option) for option in options]
        if not isinstance(value, Open) and value in [answer for answer in answers if not isinstance(answer, Open)]:
            return True
        return UNKNOWN if isinstance(value, Open) or any(isinstance(answer, Open) for answer in answers) else False

    def like(self, node: exp.Expr) -> Value:
        pattern = self.of(node.expression)
        if self.of(node.this) is None:
            return None
        return (
            True
            if isinstance(pattern, str) and pattern and not pattern.strip("%") and not node.args.get("negate")
            else UNKNOWN
        )

    def first_present(self, node: exp.Expr) -> Value:
        for option in (node.this, *node.expressions):
            value = self.of(option)
            if value is not None:
                return value
        return None

    def null_if(self, node: exp.Expr) -> Value:
        left, right = self.of(node.this), self.of(node.expression)
        if isinstance(left, Open):
            return UNKNOWN
        return None if left == right else left

    def case(self, node: exp.Expr) -> Value:
        if node.this is not None:
            return UNKNOWN
        values: list[Value] = []
        for branch in node.args["ifs"]:
            when = self.of(branch.this)
            if when is True:
                values.append(self.of(branch.args["true"]))
                break
            if isinstance(when, Open):
                values.append(self.of(branch.args["true"]))
        else:
            default = node.args.get("default")
            values.append(None if default is None else self.of(default))
        first = values[0]
        return (
            first
            if not isinstance(first, Open) and all(value is first or value == first for value in values)
            else UNKNOWN
        )


def _same(left: exp.Expr, right: exp.Expr) -> bool:
    """The same expression over the row, written twice; calls do not count, they may answer differently."""
    left, right = bare(left), bare(right)
    return left == right and write(left) == write(right) and not any(as_call(node) for node in left.walk())


def _opposite(left: exp.Expr, right: exp.Expr) -> bool:
    """``x`` and ``NOT x``, or ``x IS NULL`` and ``x IS NOT NULL``."""
    if isinstance(left, exp.Not):
        left, right = right, left
    if isinstance(right, exp.Not) and write(bare(right.this)) == write(left):
        return True
    nulls = isinstance(left, exp.Is) and isinstance(right, exp.Is) and left.expression == right.expression
    return (
        nulls
        and bool(left.args.get("negate")) != bool(right.args.get("negate"))
        and write(left.this) == write(right.this)
    )


def _number(node: exp.Expr) -> Value:
    if node.is_string:
        return node.name
    return int(node.name) if node.name.isdigit() else UNKNOWN


RULES: Final[dict[type[exp.Expr], Callable[[_Evaluation, exp.Expr], Value]]] = {
    exp.Boolean: lambda _, node: bool(node.this),
    exp.Null: lambda _, __: None,
    exp.Literal: lambda _, node: _number(node),
    exp.And: _Evaluation.both,
    exp.Or: _Evaluation.either,
    exp.Not: _Evaluation.negated,
    exp.Is: _Evaluation.is_,
    exp.NullSafeEQ: _Evaluation.equal,
    exp.EQ: _Evaluation.equal,
    exp.NEQ: _Evaluation.different,
    exp.GT: _Evaluation.ordered,
    exp.GTE: _Evaluation.ordered,
    exp.LT: _Evaluation.ordered,
    exp.LTE: _Evaluation.ordered,
    exp.In: _Evaluation.among,
    exp.Like: _Evaluation.like,
    exp.ILike: _Evaluation.like,
    exp.Coalesce: _Evaluation.first_present,
    exp.Nullif: _Evaluation.null_if,
    exp.Case: _Evaluation.case,
    exp.Exists: _Evaluation.exists,
    exp.Subquery: _Evaluation.query,
    exp.Select: _Evaluation.query,
    exp.Column: _Evaluation.column,
    exp.JSONExtract: _Evaluation.json,
    exp.JSONExtractScalar: _Evaluation.json,
    exp.JSONBExtract: _Evaluation.json,
    exp.JSONBExtractScalar: _Evaluation.json,
}
"""What each kind of node means."""
