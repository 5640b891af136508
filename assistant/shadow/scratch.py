"""A scratch server of the operator's (``--shadow URL``): another major version, or extensions that only the original can be.

It must be empty, so that a production server is never taken for one. What stanch makes there is named ``stanch_…`` or carries
the comment "made by stanch", and is dropped afterwards; what a killed run left is dropped by the next.
"""

from __future__ import annotations

import contextlib
import secrets
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from assistant.domain.errors import ShadowError
from assistant.shadow.reset import clean, drop_databases, snapshot
from assistant.shadow.template import TEMPLATE, fill_template, make_roles
from assistant.shadow.unreachable import said


if TYPE_CHECKING:
    from assistant.domain.catalog import PlatformKind
    from assistant.shadow.reset import State


_OLDEST: Final = 150000
_LOCK: Final = 7826374910
_MARK: Final = "made by stanch"
_EMPTY: Final = "Give the address of an empty server that may be thrown away, as its superuser."


class Scratch:
    """An operator's server, taken for one run; the counterpart of ``assistant.shadow.cluster.Cluster``."""

    def __init__(self, url: str, platform: PlatformKind) -> None:
        """Check the server, take it, and make the platform's roles and template on it.

        Raises:
            ShadowError: it does not answer, is not empty, is too old, or the role is no superuser.
        """
        try:
            self._parameters = conninfo_to_dict(url)
            self._connection = psycopg.connect(**self._asked(), autocommit=True)
        except psycopg.Error as error:
            raise ShadowError(
                f"the scratch server does not answer: {said(error, url)}.", "Check the address given with --shadow."
            ) from None
        self.platform = platform
        self._before: State | None = None
        try:
            self._check()
            self._drop_leftovers()
            self._before = snapshot(self._connection)
            self.owner = "stanch_owner" if self._exists("postgres") else "postgres"
            self._password = secrets.token_urlsafe(24)
            self._make()
        except psycopg.Error as error:
            self.close()
            raise ShadowError(f"the scratch server refused: {said(error, url)}.", _EMPTY) from None
        except BaseException:
            self.close()
            raise

    @property
    def where(self) -> str:
        """The server's name for messages."""
        return "the scratch server"

    def connect(self, database: str | None = None) -> psycopg.Connection[Any]:
        """A superuser connection in autocommit, to the database of the address unless another is named."""
        asked = self._asked() | ({"dbname": database} if database else {})
        return psycopg.connect(**asked, autocommit=True)

    def parameters(self, user: str, database: str) -> dict[str, Any]:
        """Connection parameters for a role that stanch made and a database of this server."""
        name = self.owner if user == "postgres" else user
        return self._asked() | {"user": name, "password": self._password, "dbname": database}

    def restore(self) -> bool:
        """Roles belong to the whole run here: nothing is taken back between databases."""
        return True

    def is_full(self) -> bool:
        """Its disk is not ours to look at."""
        return False

    def close(self) -> None:
        """Drop what was made and let the server go."""
        with contextlib.suppress(psycopg.Error):
            if self._before is not None:
                clean(self._connection, self._before)
        self._connection.close()

    def _asked(self) -> dict[str, Any]:
        return {"connect_timeout": 10, **self._parameters, "application_name": "stanch"}

    def _exists(self, role: str) -> bool:
        return bool(self._connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone())

    def _check(self) -> None:
        if self._connection.info.server_version < _OLDEST:
            raise ShadowError("the scratch server is older than PostgreSQL 15.", _EMPTY)
        row = self._connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        if row is None or not row[0]:
            raise ShadowError("the role in the address of the scratch server is no superuser.", _EMPTY)
        others = self._connection.execute(
            "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname NOT IN ('postgres', current_database())"
            " AND datname NOT LIKE 'stanch\\_%' ORDER BY 1"
        ).fetchall()
        tables = self._connection.execute(
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
        ).fetchone()
        if others or (tables and tables[0]):
            holds = f"a database named {others[0][0]}" if others else f"{tables[0] if tables else 0} tables"
            raise ShadowError(f"the scratch server is in use: it holds {holds}.", _EMPTY)
        taken = self._connection.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK]).fetchone()
        if taken is None or not taken[0]:
            raise ShadowError("another run uses this scratch server.", "Wait for it to end, or give another server.")

    def _drop_leftovers(self) -> None:
        names = self._connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'stanch\\_%'").fetchall()
        kept = {name for (name,) in self._connection.execute("SELECT datname FROM pg_database").fetchall()}
        drop_databases(self._connection, kept - {name for (name,) in names})
        ours = self._connection.execute(
            "SELECT r.rolname FROM pg_roles r JOIN pg_shdescription d ON d.objoid = r.oid AND d.classoid = 'pg_authid'::regclass"
            " WHERE d.description = %s",
            [_MARK],
        ).fetchall()
        for (name,) in ours:
            self._connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(sql.Identifier(name)))
        for (name,) in ours:
            self._connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))

    def _make(self) -> None:
        assert self._before is not None
        with self._connection.transaction():
            make_roles(self._connection, self.platform, self.owner)
            known = {row[0] for row in self._before["roles"]}
            for (name,) in self._connection.execute("SELECT rolname FROM pg_roles").fetchall():
                if name not in known:
                    self._connection.execute(
                        sql.SQL("COMMENT ON ROLE {} IS {}").format(sql.Identifier(name), sql.Literal(_MARK))
                    )
            for role in (self.owner, "stanch_admin"):
                password = sql.Literal(self._password)
                self._connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), password))
                self._connection.execute(f"ALTER ROLE {role} SET temp_file_limit = '256MB'")
            if self._connection.info.server_version >= 160000:  # noqa: PLR2004 - the setting came with PostgreSQL 16
                self._connection.execute(f"ALTER ROLE {self.owner} SET createrole_self_grant = 'set, inherit'")
        self._connection.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0 ENCODING 'UTF8'")
        self._connection.execute(f"REVOKE ALL ON DATABASE {TEMPLATE} FROM PUBLIC")
        with self.connect(TEMPLATE) as connection:
            fill_template(connection, self.platform, self.owner)
