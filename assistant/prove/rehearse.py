"""Applying fixes to a clone, the way a migration tool would: each fix in a transaction, as the role that owns the tables.

A statement that PostgreSQL refuses takes its fix back and is reported; what needs no transaction is run after the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import psycopg

from assistant.domain.errors import ShadowError
from assistant.propose.assembly import assemble


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.domain.fixes import Fix, Statement
    from assistant.shadow.database import Shadow

_SECONDS: Final = 30
"""The longest a single statement may take on the shadow, whose tables are small."""


@dataclass(slots=True)
class Rehearsed:
    """What came of it."""

    refused: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By id of the fix: the statement and the server's message."""


def apply_fixes(shadow: Shadow, fixes: Iterable[Fix]) -> Rehearsed:
    """Apply fixes to the shadow in order.

    Raises:
        ShadowError: the shadow is gone.
    """
    ordered = sorted(fixes, key=lambda fix: (fix.order, fix.id))
    done = Rehearsed()
    with shadow.connect() as connection:
        connection.execute(f"set statement_timeout = '{_SECONDS}s'")
        for fix in ordered:
            _apply(connection, fix, [one for one in fix.statements if not one.own_file], done, together=True)
        for fix in ordered:
            if fix.id not in done.refused:
                _apply(connection, fix, [one for one in fix.statements if one.own_file], done, together=False)
    return done


def undo_fixes(shadow: Shadow, fixes: Iterable[Fix]) -> str:
    """Run the undo of several fixes as one; the server's message when it refuses, empty when it went well."""
    with shadow.connect(autocommit=False) as connection:
        for statement in assemble(fixes).undo:
            said = _said(connection, statement)
            if said:
                return f"{said} ({_short(statement)})"
        connection.commit()
    return ""


def _apply(
    connection: psycopg.Connection[Any], fix: Fix, statements: list[Statement], done: Rehearsed, *, together: bool
) -> None:
    if together:
        connection.execute("begin")
    for statement in statements:
        said = _said(connection, statement)
        if said:
            done.refused[fix.id] = (_short(statement), said)
            break
    if together:
        connection.execute("rollback" if fix.id in done.refused else "commit")


def _said(connection: psycopg.Connection[Any], statement: Statement) -> str:
    """Run one statement; the server's message in one line when it refuses."""
    try:
        connection.execute(statement.sql.encode())
    except psycopg.OperationalError as error:
        if connection.broken:
            raise ShadowError("the shadow ended while a fix was rehearsed.", "Run the command again.") from error
        return str(error).splitlines()[0]
    except psycopg.Error as error:
        return str(error).splitlines()[0]
    return ""


def _short(statement: Statement) -> str:
    return " ".join(statement.sql.split())[:120]
