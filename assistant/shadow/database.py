"""One shadow database: the operator's schema with synthetic rows, in a server of its own.

Two roles work in it. ``owner`` is ``postgres`` as hosting platforms have it: it owns the database, passes row-level security
by, and is no superuser; migrations are replayed by it. ``admin`` may read and write every row and switch triggers off; it
is no superuser either, because a column default or a trigger of hostile SQL runs with the rights of whoever touches it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

import psycopg
from psycopg.conninfo import make_conninfo

from assistant.domain.errors import ShadowError


if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from assistant.domain.catalog import PlatformKind


RoleKind = Literal["owner", "admin"]

OWNER: Final = "postgres"
ADMIN: Final = "stanch_admin"


class Host(Protocol):
    """The server a shadow lives on (``assistant.shadow.server.Server``)."""

    platform: PlatformKind

    @property
    def owner(self) -> str:
        """The role that replays."""

    def parameters(self, user: str, database: str) -> dict[str, Any]:
        """Connection parameters."""

    def clone(self, shadow: Shadow) -> Shadow:
        """Copy a database."""

    def drop(self, name: str) -> None:
        """Drop a database."""

    def size(self, name: str) -> int:
        """Bytes on disk."""

    def databases(self) -> frozenset[str]:
        """Names of the shadows in use."""

    def superuser_connection(self) -> psycopg.Connection[Any]:
        """To the maintenance database."""


class Shadow:
    """One database of a shadow server; a context manager that drops it at the end."""

    def __init__(self, server: Host, name: str) -> None:
        """Name an existing database; ``Server.create`` and ``Shadow.clone`` make them."""
        self.server = server
        self.name = name

    @property
    def platform(self) -> PlatformKind:
        """Whose roles and schemas it started with."""
        return self.server.platform

    @property
    def owner_role(self) -> str:
        """The role that replays: ``postgres``, or another name on a scratch server where that one is a superuser."""
        return self.server.owner

    @property
    def owner_dsn(self) -> str:
        """Connection string of the role that replays migrations; usable from another process of this run."""
        return make_conninfo("", **{**self.server.parameters(OWNER, self.name), "application_name": "stanch"})

    @property
    def admin_dsn(self) -> str:
        """Connection string of the role that seeds and looks at rows; not a superuser."""
        return make_conninfo("", **{**self.server.parameters(ADMIN, self.name), "application_name": "stanch"})

    def connect(self, role: RoleKind = "owner", *, autocommit: bool = True) -> psycopg.Connection[Any]:
        """A new connection; the caller closes it.

        Raises:
            ShadowError: the server is gone or refuses.
        """
        dsn = self.owner_dsn if role == "owner" else self.admin_dsn
        try:
            return psycopg.connect(dsn, autocommit=autocommit)
        except psycopg.OperationalError as error:
            said = str(error).strip().splitlines()[-1].split("FATAL:")[-1].strip()
            raise ShadowError(f"the shadow database does not answer: {said}.", "Run the command again.") from error

    def clone(self) -> Shadow:
        """A copy with the same objects, rows, grants and settings. Connections to this one are ended by it."""
        return self.server.clone(self)

    def drop(self) -> None:
        """Drop the database; twice is fine."""
        self.server.drop(self.name)

    def size(self) -> int:
        """Bytes on disk."""
        return self.server.size(self.name)

    def __enter__(self) -> Self:
        """The shadow itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Drop the database."""
        self.drop()
