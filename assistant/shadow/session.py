"""One connection that runs the operator's statements one by one and survives each of them.

Speaks the simple protocol through libpq, because a statement of a migration is run once: preparing it would cost more than running
it. Rows that come back are dropped as they come. Inside a transaction that a file opened itself each statement gets a savepoint, so that
one that fails takes nothing else with it.
"""

from __future__ import annotations

import re
import select
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import pq

from assistant.domain.errors import ShadowError


if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from psycopg.pq.abc import PGresult

    from assistant.shadow.database import Shadow
    from assistant.shadow.watchdog import Watchdog


_CONTROL: Final = re.compile(
    r"(?:begin|start\s+transaction|commit|end|rollback|abort|savepoint|release|prepare\s+transaction)\b", re.IGNORECASE
)
_OPEN: Final = (pq.TransactionStatus.INTRANS, pq.TransactionStatus.INERROR)
_FINE: Final = (
    pq.ExecStatus.COMMAND_OK,
    pq.ExecStatus.TUPLES_OK,
    pq.ExecStatus.SINGLE_TUPLE,
    pq.ExecStatus.EMPTY_QUERY,
)
_COPYING: Final = (pq.ExecStatus.COPY_IN, pq.ExecStatus.COPY_OUT, pq.ExecStatus.COPY_BOTH)
_GONE: Final = "57P01"
_MOST_NOTICES: Final = 1_000
_LONGEST: Final = 500
"""Bytes of a message that are kept: an unterminated string of 50 MB is quoted whole by the server."""
SEARCH_PATH: Final = '"$user", public, extensions'
"""What a session starts with, as on the hosting platforms."""


@dataclass(slots=True)
class Outcome:
    """What became of one statement."""

    sqlstate: str = ""
    """The server's code; empty when it succeeded."""
    message: str = ""
    """The server's sentence."""
    notices: list[str] = field(default_factory=list)
    """Codes of the notices that came with it."""
    lost: bool = False
    """The connection did not survive it."""

    @property
    def succeeded(self) -> bool:
        """True when the server did it."""
        return not self.sqlstate


class Session:
    """The owner's connection to a shadow; a context manager."""

    def __init__(self, shadow: Shadow, watchdog: Watchdog | None = None) -> None:
        """Nothing is opened before ``__enter__``."""
        self._shadow = shadow
        self._watchdog = watchdog
        self._connection: psycopg.Connection[Any] | None = None
        self._notices: list[str] = []
        self._pid = 0
        self._locked_out = False
        self.lost = 0
        """How many connections were lost so far."""

    def __enter__(self) -> Self:
        """Connect."""
        self._connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        if self._connection is not None:
            self._connection.close()

    @property
    def in_transaction(self) -> bool:
        """True while a transaction that a file began is open."""
        return self._postgres.transaction_status in _OPEN

    @property
    def _postgres(self) -> pq.abc.PGconn:
        assert self._connection is not None
        return self._connection.pgconn

    def run(self, statement: str) -> Outcome:
        """Run one statement; an error is an outcome, and so is a lost connection."""
        if self._locked_out:
            return Outcome(_GONE, "the statements before have closed the database", lost=True)
        guarded = self.in_transaction and not _CONTROL.match(statement)
        if guarded:
            self._send("SAVEPOINT stanch_guard")
        outcome = self._send(statement)
        if outcome.lost:
            self._replace(outcome)
        elif guarded and self.in_transaction:
            if not outcome.succeeded:
                self._send("ROLLBACK TO SAVEPOINT stanch_guard")
            self._send("RELEASE SAVEPOINT stanch_guard")
        elif self._postgres.transaction_status == pq.TransactionStatus.INERROR:
            self._send("ROLLBACK")
        return outcome

    def fetch(self, question: str, *arguments: object) -> list[tuple[Any, ...]]:
        """Ask the catalog between two statements; nothing to say when it cannot be asked just now."""
        assert self._connection is not None
        if self._locked_out:
            return []
        guarded = self.in_transaction
        try:
            if guarded:
                self._connection.execute("SAVEPOINT stanch_question")
            return self._connection.execute(question, arguments or None).fetchall()
        except psycopg.Error:
            if guarded and self.in_transaction:
                self._send("ROLLBACK TO SAVEPOINT stanch_question")
            return []
        finally:
            if guarded and self.in_transaction:
                self._send("RELEASE SAVEPOINT stanch_question")

    def start_afresh(self) -> None:
        """What a new connection would have: no role, no settings, the usual search path. An open transaction is committed first."""
        if self._locked_out:
            return
        if self.in_transaction:
            self._send("COMMIT")
        # DISCARD ALL would also throw away the catalog cache of the session, which costs more than all of these together
        done = self._send(
            "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; DEALLOCATE ALL; CLOSE ALL; UNLISTEN *; DISCARD TEMP"
        )
        if not done.succeeded or not self._send(f"SET search_path = {SEARCH_PATH}").succeeded:
            self._replace(done)

    def restore(self, search_path: str, role: str) -> None:
        """Take the search path and role that another statement ran with."""
        self.fetch("SELECT set_config('search_path', %s, false), set_config('role', %s, false)", search_path, role)

    # -- the wire -----------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self._connection = self._shadow.connect("owner")
        self._connection.prepare_threshold = None  # a statement prepared here would not survive DEALLOCATE ALL
        self._connection.add_notice_handler(self._hear)
        self._pid = self._connection.info.backend_pid
        self._send(f"SET search_path = {SEARCH_PATH}")

    def _hear(self, notice: psycopg.errors.Diagnostic) -> None:
        if len(self._notices) < _MOST_NOTICES:  # RAISE NOTICE in a loop must not fill our memory
            self._notices.append(notice.sqlstate or "")

    def _replace(self, outcome: Outcome) -> None:
        """A new connection for one that is gone, and why it is gone."""
        assert self._connection is not None
        self.lost += 1
        stopped = self._watchdog.stopped(self._pid) if self._watchdog else None
        if stopped is not None:
            outcome.message = stopped.reason
        self._connection.close()
        try:
            self._connect()
        except ShadowError:  # ALTER DATABASE … ALLOW_CONNECTIONS false, and then it ended its own connection
            self._locked_out = True

    def _send(self, statement: str) -> Outcome:
        """One round trip; the first error counts."""
        self._notices = []
        outcome = Outcome()
        postgres = self._postgres
        try:
            postgres.send_query(statement.encode())
            postgres.set_single_row_mode()
            while postgres.flush():  # psycopg's connections do not block: a long statement leaves in pieces
                select.select([postgres.socket], [postgres.socket], [])
                postgres.consume_input()
            while (result := self._next(postgres)) is not None:
                self._note(postgres, result, outcome)
        except (psycopg.OperationalError, UnicodeEncodeError) as error:
            outcome.sqlstate = outcome.sqlstate or _GONE
            outcome.message = outcome.message or str(error).strip()
        outcome.notices = self._notices
        outcome.lost = postgres.status != pq.ConnStatus.OK
        if outcome.lost and not outcome.sqlstate:
            outcome.sqlstate, outcome.message = _GONE, "the connection was lost"
        return outcome

    @staticmethod
    def _next(postgres: pq.abc.PGconn) -> PGresult | None:
        """The next result; waits where Python can be interrupted."""
        while postgres.is_busy():
            select.select([postgres.socket], [], [])
            postgres.consume_input()
        return postgres.get_result()

    @staticmethod
    def _note(postgres: pq.abc.PGconn, result: PGresult, outcome: Outcome) -> None:
        if result.status in _COPYING:
            if result.status != pq.ExecStatus.COPY_OUT:
                postgres.put_copy_end(b"rows are not copied into a shadow")
            while result.status != pq.ExecStatus.COPY_IN and postgres.get_copy_data(0)[0] > 0:
                pass
        elif result.status not in _FINE and not outcome.sqlstate:
            outcome.sqlstate = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"XX000").decode("ascii", "replace")
            primary = result.error_field(pq.DiagnosticField.MESSAGE_PRIMARY) or result.error_message
            outcome.message = " ".join(primary[:_LONGEST].decode("utf-8", "replace").split())
