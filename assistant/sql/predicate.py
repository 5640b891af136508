"""What detectors ask of a predicate: does it admit everyone, whom does it name, which columns and calls does it use.

Truth is decided by evaluating the predicate for an abstract caller (see ``assistant.sql.truth``), so that every spelling of
"true" counts, not the word alone. Text that cannot be read answers "no" to every question: a suspicion needs a reason.
"""

from __future__ import annotations

from functools import lru_cache

from sqlglot import exp
from sqlglot.optimizer.simplify import simplify

from assistant.sql.expression import DIALECT, bare, read, read_shared, write


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
