"""Copy the schema of the operator's live database into a shadow: read once, in a read-only session, and never written.

What leaves the server is what ``pg_dump --schema-only`` prints, the names of its roles, and the policies and triggers that the
operator put on tables of the platform; no row of anybody's. The text then goes through the same replay as a repository.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace as with_changes
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import tuple_row

from assistant.domain.errors import UnreachableError
from assistant.domain.names import PLATFORM_SCHEMAS
from assistant.domain.replay import Replay, Source
from assistant.shadow.binaries import installation
from assistant.shadow.replay import replay
from assistant.shadow.unreachable import said


if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection

    from assistant.shadow.database import Shadow


_CONNECT_SECONDS: Final = 8
_STATEMENT_SECONDS: Final = 30
_DUMP_SECONDS: Final = 120.0
_READ_ONLY: Final = f"-c default_transaction_read_only=on -c statement_timeout={_STATEMENT_SECONDS}s -c lock_timeout=5s"
_CHECK: Final = "Check the address given with --database-url, or hand over a file made by pg_dump --schema-only."
_POOLER: Final = "Give the direct address of the database (port 5432), not that of its connection pooler."

_ROLE: Final = """
    SELECT rolsuper, EXISTS (
        SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
          AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE'))
    FROM pg_roles WHERE rolname = current_user
"""
_ROLES: Final = r"SELECT rolname, rolbypassrls, rolinherit FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY rolname"
_MEMBERS: Final = r"""
    SELECT r.rolname, m.rolname FROM pg_auth_members a JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
    WHERE r.rolname !~ '^pg_' AND m.rolname !~ '^pg_' ORDER BY 1, 2
"""
_POLICIES: Final = """
    SELECT schemaname, tablename, policyname, permissive, roles, cmd, qual, with_check FROM pg_policies
    WHERE schemaname = ANY(%s) ORDER BY 1, 2, 3
"""
_TRIGGERS: Final = """
    SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_proc f ON f.oid = t.tgfoid JOIN pg_namespace fn ON fn.oid = f.pronamespace
    WHERE NOT t.tgisinternal AND n.nspname = ANY(%s) AND fn.nspname <> ALL(%s) ORDER BY n.nspname, c.relname, t.tgname
"""
_DEFAULTS: Final = """
    SELECT DISTINCT d.defaclobjtype, n.nspname, CASE x.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(x.grantee) END
    FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace, aclexplode(d.defaclacl) x
    WHERE pg_get_userbyid(d.defaclrole) = current_user
      AND (n.nspname IS NOT NULL OR x.grantee NOT IN (0, d.defaclrole)) -- the owner's and PUBLIC's are PostgreSQL's own
    ORDER BY 1, 2, 3
"""
_KINDS: Final = {"r": "TABLES", "S": "SEQUENCES", "f": "FUNCTIONS", "T": "TYPES", "n": "SCHEMAS"}


def copy_schema(url: str, shadow: Shadow, *, on_progress: Callable[[int, int], None] | None = None) -> Replay:
    """Rebuild in ``shadow`` what the database at ``url`` holds, without its rows.

    Returns:
        The replay of its dump. ``notes`` has a sentence when the role could have written there.

    Raises:
        UnreachableError: it does not answer, not in time, or refuses; the message holds no password.
    """
    try:
        with _read_only(url) as connection:
            name = connection.info.dbname
            notes = _warnings(connection)
            roles, platform_parts = _roles(connection, shadow), _on_platform_tables(connection)
    except psycopg.Error as error:
        raise _unreachable(error, url) from None
    text = _dump(url)
    _forget_default_privileges(shadow)
    where = f"database {name}"
    sources = [
        Source(path=f"{where}: roles", text=roles),
        Source(path=where, text=text),
        Source(path=f"{where}: policies on platform tables", text=platform_parts),
    ]
    outcome = replay(shadow, [source for source in sources if source.text], on_progress=on_progress)
    return with_changes(outcome, notes=(*outcome.notes, *notes))


def _read_only(url: str) -> Connection[Any]:
    """A session that the server itself keeps from writing."""
    ours = {"options": _READ_ONLY, "application_name": "stanch", "connect_timeout": _CONNECT_SECONDS}
    asked: dict[str, Any] = {**conninfo_to_dict(url), **ours}
    connection = psycopg.connect(**asked, autocommit=True, row_factory=tuple_row)
    shown = connection.execute("SHOW default_transaction_read_only").fetchone()
    if shown != ("on",):  # a pooler threw the options away
        connection.execute("SET default_transaction_read_only = on")
        connection.execute(f"SET statement_timeout = '{_STATEMENT_SECONDS}s'")
    return connection


def _warnings(connection: Connection[Any]) -> tuple[str, ...]:
    row = connection.execute(_ROLE).fetchone()
    if row is None or not any(row):
        return ()
    could = "is a superuser" if row[0] else "may write"
    return (
        f"The role {connection.info.user} {could}; its session was read-only and wrote nothing, but a role that may only read is safer.",
    )


def _roles(connection: Connection[Any], shadow: Shadow) -> str:
    """CREATE ROLE and GRANT for the roles that grants of the dump will name and the shadow does not have."""
    with shadow.connect() as own:
        known = {name for (name,) in own.execute("SELECT rolname FROM pg_roles").fetchall()}
    there = connection.execute(_ROLES).fetchall()
    statements = [
        sql.SQL("CREATE ROLE {} NOLOGIN{}{};").format(
            sql.Identifier(name), sql.SQL(" BYPASSRLS" * bypass), sql.SQL(" NOINHERIT" * (not inherit))
        )
        for name, bypass, inherit in there
        if name not in known
    ]
    made = {name for name, _, _ in there} - known
    statements += [
        sql.SQL("GRANT {} TO {};").format(sql.Identifier(role), sql.Identifier(member))
        for role, member in connection.execute(_MEMBERS).fetchall()
        if {role, member} & made and "postgres" not in {role, member}
    ]
    return "".join(statement.as_string() + "\n" for statement in statements)


def _on_platform_tables(connection: Connection[Any]) -> str:
    """Policies and triggers of the operator's on tables of the platform, which the dump leaves out."""
    schemas = sorted(PLATFORM_SCHEMAS)
    statements = []
    for schema, table, name, permissive, roles, command, using, check in connection.execute(
        _POLICIES, [schemas]
    ).fetchall():
        to = sql.SQL(", ").join(sql.SQL("PUBLIC") if role == "public" else sql.Identifier(role) for role in roles)
        head = sql.SQL("CREATE POLICY {} ON {} AS {} FOR {} TO {}").format(
            sql.Identifier(name), sql.Identifier(schema, table), sql.SQL(permissive), sql.SQL(command), to
        )
        # both expressions are the server's own print of what it stored
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        statements.append(head.as_string() + clauses + ";\n")
    statements += [f"{made};\n" for (made,) in connection.execute(_TRIGGERS, [schemas, schemas]).fetchall()]
    return "".join(statements)


def _dump(url: str) -> str:
    """The text of ``pg_dump --schema-only``: grants and default privileges with it, owners and platform schemas not."""
    asked = {name: value for name, value in conninfo_to_dict(url).items() if value is not None}
    password = asked.pop("password", None)
    address = make_conninfo("", **{**asked, "application_name": "stanch", "connect_timeout": _CONNECT_SECONDS})
    command = [
        str(installation() / "bin" / "pg_dump"),
        "--schema-only",
        "--no-owner",
        "--no-tablespaces",
        "--no-subscriptions",
    ]
    command += ["--no-security-labels", "--lock-wait-timeout=5s", "--quote-all-identifiers", f"--dbname={address}"]
    command += [f"--exclude-schema={schema}" for schema in sorted(PLATFORM_SCHEMAS - {"information_schema"})]
    environment = {**os.environ, "PGOPTIONS": _READ_ONLY, "LC_MESSAGES": "C"}
    if password is not None:
        environment["PGPASSWORD"] = str(password)  # not in the arguments: those are everybody's to read
    try:
        done = subprocess.run(command, check=False, capture_output=True, env=environment, timeout=_DUMP_SECONDS)
    except subprocess.TimeoutExpired:
        raise UnreachableError(
            f"the database did not hand over its schema within {_DUMP_SECONDS:.0f} s.",
            "Try again at a quieter time, or hand over a file made by pg_dump --schema-only.",
        ) from None
    if done.returncode:
        raise _unreachable(done.stderr.decode("utf-8", "replace"), url)
    return done.stdout.decode("utf-8", "replace")


def _forget_default_privileges(shadow: Shadow) -> None:
    """Take the platform's default privileges back: the dump says itself what each object grants, and ends with its own."""
    with shadow.connect() as connection:
        for kind, schema, grantee in connection.execute(_DEFAULTS).fetchall():
            place = sql.SQL(" IN SCHEMA {}").format(sql.Identifier(schema)) if schema else sql.SQL("")
            role = sql.Identifier(grantee) if grantee else sql.SQL("PUBLIC")
            connection.execute(
                sql.SQL("ALTER DEFAULT PRIVILEGES{} REVOKE ALL ON {} FROM {}").format(
                    place, sql.SQL(_KINDS[kind]), role
                )
            )


def _unreachable(error: psycopg.Error | str, url: str) -> UnreachableError:
    message = said(error, url)
    if "startup parameter" in message or "unsupported startup" in message:
        return UnreachableError(f"the database refused a read-only session: {message}.", _POOLER)
    if "timeout" in message or "timed out" in message:
        return UnreachableError(f"the database did not answer in time: {message}.", _CHECK)
    return UnreachableError(f"the database does not answer: {message}.", _CHECK)
