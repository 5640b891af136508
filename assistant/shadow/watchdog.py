"""Ends what runs away in a shadow: a statement that takes too long, a database that grows too large.

``statement_timeout`` is no guard, because SQL can set it to zero or catch it; a terminated connection is gone. The watchdog
is a superuser connection to another database, in a thread that lives exactly as long as its ``with`` block.
"""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg.rows import tuple_row


if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from assistant.shadow.database import Shadow


_EVERY_SECONDS: Final = 0.1
_MEGABYTE: Final = 1024 * 1024

_LATE: Final = """
    SELECT pid, extract(epoch FROM clock_timestamp() - query_start)::float8, wait_event_type, left(query, 120),
        query_start
    FROM pg_stat_activity
    WHERE datname = %s AND pid <> pg_backend_pid() AND backend_type = 'client backend'
      AND state IN ('active', 'fastpath function call') AND clock_timestamp() - query_start > make_interval(secs => %s)
"""
_SIZE: Final = """
    SELECT coalesce(sum(pg_database_size(oid)), 0)::bigint FROM pg_database
    WHERE datname = %s OR (datname <> ALL(%s) AND datname <> 'postgres' AND datname !~ '^template' AND NOT datistemplate
        AND pg_get_userbyid(datdba) <> current_user)
"""
_BUSY: Final = """
    SELECT pid, left(query, 120), query_start FROM pg_stat_activity
    WHERE datname = %s AND pid <> pg_backend_pid() AND backend_type = 'client backend'
      AND (state <> 'idle' OR xact_start IS NOT NULL)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """One connection that was ended, and why."""

    pid: int
    """Its backend (``connection.info.backend_pid``)."""
    reason: str
    """``stopped after 10 s: it did not end by itself``; fits into a ``Skipped``."""
    statement: str
    """The first 120 characters of what it was running."""


class Watchdog:
    """Watches one shadow from ``__enter__`` to ``__exit__``; limits hold for each of its connections.

    The connection that was ended raises ``psycopg.OperationalError`` at its user, who then asks ``stopped(pid)``.
    """

    def __init__(self, shadow: Shadow, *, statement_seconds: float = 10.0, megabytes: int = 1024) -> None:
        """Set the limits: seconds for one statement, megabytes for the database and those its SQL makes."""
        self._shadow = shadow
        self._seconds = statement_seconds
        self._bytes = megabytes * _MEGABYTE
        self._ended: dict[int, Stopped] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="stanch-watchdog", daemon=True)
        self._connection: psycopg.Connection[Any] | None = None

    def __enter__(self) -> Self:
        """Start watching."""
        self._connection = self._shadow.server.superuser_connection()
        self._connection.row_factory = tuple_row
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop watching; nothing is ended any more when this returns."""
        self._over.set()
        self._thread.join()
        if self._connection is not None:
            self._connection.close()

    def stopped(self, pid: int) -> Stopped | None:
        """Why that connection was ended, or None when it was not ended by the watchdog."""
        return self._ended.get(pid)

    @property
    def ended(self) -> tuple[Stopped, ...]:
        """Every connection ended so far, in order."""
        return tuple(self._ended.values())

    def _watch(self) -> None:
        assert self._connection is not None
        with contextlib.suppress(psycopg.OperationalError):  # the server is gone, and with it what we watched
            while not self._over.wait(_EVERY_SECONDS):
                self._end_late(self._connection)
                with contextlib.suppress(psycopg.ProgrammingError):  # a database was dropped while it was measured
                    self._end_large(self._connection)

    def _end_late(self, connection: psycopg.Connection[Any]) -> None:
        for pid, seconds, waits_for, statement, since in connection.execute(
            _LATE, [self._shadow.name, self._seconds]
        ).fetchall():
            why = "it waited for a lock" if waits_for == "Lock" else "it did not end by itself"
            self._end(connection, pid, since, f"stopped after {seconds:.0f} s: {why}", statement)

    def _end_large(self, connection: psycopg.Connection[Any]) -> None:
        size = connection.execute(_SIZE, [self._shadow.name, list(self._shadow.server.databases())]).fetchone()
        if size is None or size[0] <= self._bytes:
            return
        for pid, statement, since in connection.execute(_BUSY, [self._shadow.name]).fetchall():
            says = f"stopped at {size[0] // _MEGABYTE} MB: a shadow may hold {self._bytes // _MEGABYTE} MB"
            self._end(connection, pid, since, says, statement)

    def _end(self, connection: psycopg.Connection[Any], pid: int, since: object, reason: str, statement: str) -> None:
        # noted first: the user of the connection may ask before pg_terminate_backend returns
        self._ended[pid] = Stopped(pid=pid, reason=reason, statement=" ".join(statement.split()))
        # asked again, because that statement may have ended and the next one is innocent
        found = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = %s AND query_start = %s", [pid, since]
        )
        if found.fetchone() is None:
            del self._ended[pid]
