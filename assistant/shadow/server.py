"""The rehearsal server: the embedded PostgreSQL on a leased cluster, or a scratch server of the operator's.

A server hands out databases (``Shadow``) and takes them back. Its superuser works in a maintenance database only: SQL
that came from a repository is never run, called or evaluated by a superuser.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import threading
import time
from typing import TYPE_CHECKING, Any, Final, Protocol

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

from assistant.domain.catalog import PlatformKind
from assistant.domain.errors import ShadowError
from assistant.shadow.cluster import Cluster, no_space
from assistant.shadow.database import Shadow
from assistant.shadow.lease import lease
from assistant.shadow.reset import State, snapshot
from assistant.shadow.scratch import Scratch
from assistant.shadow.template import TEMPLATE


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


_LARGE: Final = 32 * 1024 * 1024  # 1,000 tables: 0.6 s by WAL, 4 s by copying files; small ones are the other way round
_DISCONNECT_SECONDS: Final = 3.0
_RECOVERY_SECONDS: Final = 20.0
_RECOVERS: Final = re.compile(r"recovery|starting up|not yet accepting|terminated abnormally|closed the connection")
_numbers = itertools.count(1)


class Backing(Protocol):
    """Who runs the PostgreSQL: ``Cluster`` (embedded) or ``Scratch`` (the operator's)."""

    @property
    def where(self) -> str:
        """Its place, for messages."""

    @property
    def owner(self) -> str:
        """The role that replays."""

    def connect(self) -> psycopg.Connection[Any]:
        """A superuser connection to the maintenance database."""

    def parameters(self, user: str, database: str) -> dict[str, Any]:
        """Connection parameters of a role and a database."""

    def restore(self) -> bool:
        """Take back what SQL did to roles."""

    def is_full(self) -> bool:
        """Whether its disk is known to have no room for another database."""

    def close(self) -> None:
        """Stop it, or let it go."""


class Server:
    """A running PostgreSQL that this run alone uses. Made by ``open_server``."""

    def __init__(self, backing: Backing, platform: PlatformKind) -> None:
        """Take a started server; ``open_server`` closes it."""
        self.platform = platform
        self._backing = backing
        self._alive: set[str] = set()
        self._lock = threading.RLock()
        self._connection: psycopg.Connection[Any] | None = None

    @property
    def owner(self) -> str:
        """The role that replays and owns the databases: ``postgres``, or ``stanch_owner`` where that name is taken."""
        return self._backing.owner

    # -- databases ----------------------------------------------------------------------------------------------------

    def create(self) -> Shadow:
        """A fresh database with the platform shim (about 0.1 s); the caller drops it."""
        return self._copy(TEMPLATE, "file_copy")

    def clone(self, shadow: Shadow) -> Shadow:
        """A copy of a shadow with its data, grants and settings; connections to the original are ended first."""
        self.disconnect(shadow.name)
        strategy = "wal_log" if self.size(shadow.name) > _LARGE else "file_copy"
        return self._copy(shadow.name, strategy)

    def drop(self, name: str) -> None:
        """Drop a database, ending whoever is connected; a server that is gone already is no error."""
        with self._lock:
            self._alive.discard(name)
            with contextlib.suppress(psycopg.OperationalError):
                self.disconnect(name)
                self.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def restore(self) -> None:
        """Take back what SQL did to roles and their settings. Only while no shadow is in use.

        Raises:
            ShadowError: shadows are in use, or the roles cannot be brought back.
        """
        with self._lock:
            if self._alive:
                raise ShadowError("the roles of the shadow server are in use.", "Drop its databases first.")
            if not self._backing.restore():
                raise ShadowError("the roles of the shadow server cannot be restored.", "Open the server again.")

    def state(self, *, but: Sequence[str] = ()) -> State:
        """Everything cluster-wide that SQL can change, the databases named in ``but`` left out."""
        with self._lock:
            seen = snapshot(self._maintenance())
        return {**seen, "databases": [row for row in seen["databases"] if row[0] not in but]}

    def databases(self) -> frozenset[str]:
        """Names of the shadows in use: every other database was made by SQL."""
        return frozenset(self._alive)

    def size(self, name: str) -> int:
        """Bytes of a database on disk."""
        row = self.fetch("SELECT pg_database_size(%s)", [name])
        return int(row[0][0])

    def disconnect(self, name: str) -> None:
        """End every connection to a database and wait until they are gone (DROP … FORCE would wait in steps of 0.1 s)."""
        deadline = time.monotonic() + _DISCONNECT_SECONDS
        ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        while self.fetch(ends, [name]) and time.monotonic() < deadline:
            time.sleep(0.002)

    def _copy(self, template: str, strategy: str) -> Shadow:
        for last in (False, True):
            name = f"stanch_{os.getpid()}_{next(_numbers)}"
            try:
                self._create(name, template, strategy)
            except psycopg.Error as error:
                if isinstance(error, psycopg.errors.DiskFull) or self._backing.is_full():
                    raise no_space(self._backing.where) from error
                if isinstance(error, psycopg.OperationalError) and not last:
                    continue  # a backend crashed at this moment, and the server ended all others with it
                raise ShadowError(
                    f"the shadow server could not make a database: {error.diag.message_primary or 'it is gone'}.",
                    "Run the command again; if it stays, delete the stanch folder in your cache.",
                ) from error
            return Shadow(self, name)
        raise AssertionError

    def _create(self, name: str, template: str, strategy: str) -> None:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY {} OWNER {}").format(
            sql.Identifier(name), sql.Identifier(template), sql.SQL(strategy), sql.Identifier(self.owner)
        )
        with self._lock:
            self.execute(statement)
            self._alive.add(name)
            if template != TEMPLATE:
                self._copy_settings(template, name)

    def _copy_settings(self, source: str, copy: str) -> None:
        """CREATE DATABASE copies neither ALTER DATABASE … SET nor GRANT … ON DATABASE: both decide what a role may do."""
        self.execute(
            "INSERT INTO pg_db_role_setting SELECT n.oid, s.setrole, s.setconfig FROM pg_db_role_setting s"
            " JOIN pg_database o ON o.oid = s.setdatabase AND o.datname = %s"
            " JOIN pg_database n ON n.datname = %s",
            [source, copy],
        )
        self.execute(
            "UPDATE pg_database SET datacl = (SELECT datacl FROM pg_database WHERE datname = %s) WHERE datname = %s",
            [source, copy],
        )

    # -- connections --------------------------------------------------------------------------------------------------

    def parameters(self, user: str, database: str) -> dict[str, Any]:
        """Connection parameters for a role of this server and one of its databases."""
        return self._backing.parameters(user, database)

    def superuser_connection(self) -> psycopg.Connection[Any]:
        """A new superuser connection to the maintenance database: for the watchdog, never for SQL of the operator's."""
        return self._backing.connect()

    def execute(self, statement: str | sql.Composed, arguments: list[Any] | None = None) -> None:
        """Run one statement as superuser in the maintenance database."""
        with self._lock:
            self._maintenance().execute(statement, arguments)

    def fetch(self, statement: str, arguments: list[Any]) -> list[tuple[Any, ...]]:
        """Rows of one query as superuser in the maintenance database."""
        with self._lock, self._maintenance().cursor(row_factory=tuple_row) as cursor:
            return cursor.execute(statement, arguments).fetchall()

    def _maintenance(self) -> psycopg.Connection[Any]:
        """The one superuser connection; a new one after a crash of some backend made the server end them all."""
        if self._connection is not None and not self._connection.closed:
            try:
                self._connection.execute("SELECT")
            except psycopg.OperationalError:
                self._connection.close()
            else:
                return self._connection
        deadline = time.monotonic() + _RECOVERY_SECONDS
        while True:
            try:
                self._connection = self.superuser_connection()
            except psycopg.OperationalError as error:
                if not _RECOVERS.search(str(error)) or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                return self._connection

    def close(self) -> None:
        """Drop what is left and stop the server."""
        with self._lock, contextlib.suppress(psycopg.Error, ShadowError):
            for name in sorted(self._alive):
                self.drop(name)
            self._backing.restore()
        if self._connection is not None:
            self._connection.close()
        self._backing.close()


@contextlib.contextmanager
def open_server(
    url: str | None = None,
    *,
    platform: PlatformKind = PlatformKind.SUPABASE,
    on_progress: Callable[[str], None] | None = None,
) -> Iterator[Server]:
    """Lease, start and finally stop a shadow server.

    Args:
        url: a scratch server of the operator's to use instead of the embedded one.
        platform: whose roles and schemas its databases start with.
        on_progress: told one sentence when something takes seconds.

    Raises:
        ShadowError: no server can be had; says why and what to do.
    """
    with contextlib.ExitStack() as stack:
        backing: Backing
        if url is not None:
            backing = Scratch(url, platform)
        else:
            backing = Cluster.start(stack.enter_context(lease(platform)), platform, on_progress)
        server = Server(backing, platform)
        stack.callback(server.close)
        yield server
