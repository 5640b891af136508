"""Statements as the text of a migration file: comments that cannot become SQL, a header with the proof, a digest to know it by."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.domain.fixes import Fix, Proof, Statement

MARK: Final = "-- stanch:"
"""Starts the line with the digest of a file's statements."""
_WIDTH: Final = 110


def comment(text: str) -> str:
    """Each line of the text as an SQL comment; PostgreSQL ends a comment at a line feed or a carriage return, so both count."""
    lines = re.split(r"[\r\n]+", text.strip("\r\n"))
    return "".join(f"-- {line}".rstrip() + "\n" for line in lines)


def statement_text(statement: Statement, end: str = ";\n") -> str:
    """One statement with its comment and semicolon."""
    said = comment(statement.comment) if statement.comment else ""
    return f"{said}{statement.sql}{end}"


def digest(statements: Iterable[Statement]) -> str:
    """What a set of statements is known by, whatever file it stands in: 16 hexadecimal digits."""
    joined = "\x1e".join(statement.sql for statement in statements)
    return hashlib.sha256(joined.encode()).hexdigest()[:16]


def header(kind: str, proof: Proof, fixes: tuple[Fix, ...], undo: str | None, mark: str) -> str:
    """What the file is for, what was shown, and where the way back lies."""
    before, after = proof.before, proof.after
    closed = len(proof.comparison.closed)
    lines = [f"Written by stanch: {kind}"]
    if fixes:
        lines += _wrapped("; ".join(fix.title for fix in fixes) + ".")
    lines.append(
        f"Rehearsed on a copy of this schema: {plural(before.get('leaks', 0), 'leak')} before, {after.get('leaks', 0)} after;"
        f" {plural(len(proof.comparison.locked_out), 'owner')} locked out; {closed} closed by attack, {plural(after.get('unknown', 0), 'cell')} untested."
    )
    if proof.verdict.value != "holds":
        lines.append(f"NOT PROVEN ({proof.verdict.value}): {proof.reason}.")
    if undo is not None:
        lines.append(f"Undo (re-opens the leaks): {undo}")
    return "".join(comment(line) for line in lines) + f"{MARK} {mark}\n"


def section(fix: Fix) -> str:
    """The heading of one fix inside a migration."""
    lines = [f"{fix.id} ({fix.applies.value}): {fix.title}."]
    if fix.risk:
        lines += _wrapped(fix.risk.rstrip(".") + ".")
    return "\n" + "".join(comment(line) for line in lines)


def marks_in(text: str) -> set[str]:
    """Digests that a file declares."""
    return {line[len(MARK) :].strip() for line in text.splitlines() if line.startswith(MARK)}


def _wrapped(text: str) -> list[str]:
    import textwrap

    return textwrap.wrap(re.sub(r"\s+", " ", text), _WIDTH, break_long_words=False, break_on_hyphens=False) or [""]
