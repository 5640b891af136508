"""What detectors ask of a predicate: does it admit everyone, whom does it name, which columns and calls does it use.

Truth is decided by evaluating the predicate for an abstract caller (see ``assistant.sql.truth``), so that every spelling of
"true" counts, not the word alone. Text that cannot be read answers "no" to every question: a suspicion needs a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sqlglot import exp
from sqlglot.optimizer.simplify import simplify

from assistant.sql.calls import Call, calls_in, json_path
from assistant.sql.expression import DIALECT, bare, read, read_shared, spoken, write
from assistant.sql.truth import NOWHERE, Caller, Surroundings, admits


def parse(text: str | None) -> exp.Expr | None:
    """The predicate as an expression of your own, or None when it is absent or unreadable."""
    return read(text)


@lru_cache(maxsize=4096)
def normal(text: str) -> str:
    """One spelling for all that mean the same: parentheses, casts of literals, aliases and order of operands are folded."""
    expression = read(text)
    if expression is None:
        return " ".join(text.split())
    for cast in list(expression.find_all(exp.Cast)):
        if isinstance(cast.this, exp.Literal) and cast is not expression:
            cast.replace(cast.this.copy())
    for select in expression.find_all(exp.Select):
        if not select.args.get("from_"):
            select.set(
                "expressions", [item.this if isinstance(item, exp.Alias) else item for item in select.expressions]
            )
    return write(bare(simplify(expression, dialect=DIALECT)))


def column_names(text: str | None) -> tuple[str, ...]:
    """Names of all columns mentioned, in order of appearance, without their tables."""
    expression = read_shared(text)
    if expression is None:
        return ()
    return tuple(dict.fromkeys(column.name for column in expression.find_all(exp.Column, bfs=False)))


def calls(text: str | None) -> tuple[Call, ...]:
    """Function calls of the predicate, outermost first."""
    expression = read_shared(text)
    return () if expression is None else tuple(calls_in(expression))


def always_true(text: str | None, around: Surroundings = NOWHERE) -> bool:
    """True when the predicate admits every row for guests and signed-in users alike, in whatever spelling."""
    return admits(text, Caller.GUEST, around) is True and admits(text, Caller.SIGNED_IN, around) is True


def says_true(text: str | None) -> bool:
    """True when it is the plain word (or ``1 = 1``): nobody can have meant anything else."""
    expression = read_shared(text)
    if expression is None or any(expression.find_all(exp.Column, exp.Dot, exp.Select)):
        return False
    return admits(text, Caller.GUEST) is True


def signed_in_only(text: str | None, around: Surroundings = NOWHERE) -> bool:
    """True when being signed in is all that is asked: ``auth.uid() is not null``, ``auth.role() = 'authenticated'``."""
    return admits(text, Caller.SIGNED_IN, around) is True and admits(text, Caller.GUEST, around) is False


def admits_when_missing(text: str | None, around: Surroundings = NOWHERE) -> bool:
    """True when a caller whose claim or setting is missing sees every row, and others do not."""
    if admits(text, Caller.SIGNED_IN, around) is True:
        return False
    return any(admits(text, caller, around) is True for caller in (Caller.UNSET, Caller.EMPTY, Caller.GUEST))


@dataclass(frozen=True, slots=True)
class EmailPattern:
    """A condition that grants by the shape of the caller's address."""

    text: str
    """The condition."""
    pattern: str
    """The literal it compares with."""

    @property
    def loose(self) -> bool:
        """True when anyone can register an address that matches: the pattern does not pin a whole domain."""
        tail = self.pattern.rstrip("$").replace("\\", "")
        return "@" not in tail or tail.endswith("%") or tail.strip("%").endswith("@")


def email_patterns(text: str | None) -> tuple[EmailPattern, ...]:
    """Conditions that compare the caller's address with a pattern."""
    expression = read_shared(text)
    if expression is None:
        return ()
    found = []
    for node in expression.find_all(
        exp.Like, exp.ILike, exp.RegexpLike, exp.RegexpILike, exp.SimilarTo, exp.EQ, exp.StartsWith, exp.GT
    ):
        by_part = isinstance(node, (exp.EQ, exp.GT))
        subject, pattern = bare(node.this), node.args.get("expression")
        if by_part and subject.find(exp.SplitPart, exp.Right, exp.StrPosition, exp.Substring) is None:
            continue
        position = subject.find(exp.StrPosition)
        place = position.args["substr"] if position is not None else pattern or node
        literals = [literal.name for literal in place.find_all(exp.Literal) if literal.is_string]
        if not literals or not _callers_address(subject):
            continue
        part = isinstance(subject, exp.SplitPart)
        found.append(EmailPattern(spoken(node), f"@{literals[0]}" if part else literals[0]))
    return tuple(found)


def _callers_address(node: exp.Expr) -> bool:
    """True for ``auth.email()``, the token's email, or the address looked up for the caller."""
    names = {str(call) for call in calls_in(node)}
    if "auth.email" in names:
        return True
    extracts = node.find_all(exp.JSONExtract, exp.JSONExtractScalar, exp.JSONBExtract, exp.JSONBExtractScalar)
    if any("email" in json_path(extract)[1] for extract in extracts):
        return True
    select = node.find(exp.Select) or node.find_ancestor(exp.Select)
    if select is None or not any(call.names_caller for call in calls_in(select)):
        return False
    return any(column.name == "email" for column in node.find_all(exp.Column))
