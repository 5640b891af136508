"""What a run may leave behind in a cluster beside its databases, and how it is taken back.

Roles, their attributes, memberships and settings are cluster-wide, and migrations change them. A snapshot is taken when
the cluster is made; ``clean`` goes back to it and then compares: what it could not undo, it says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row


if TYPE_CHECKING:
    from psycopg import Connection


State = dict[str, list[list[Any]]]
"""One list of rows a kind of thing; plain JSON."""

_KINDS: Final = {
    "roles": """SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication,
        rolconnlimit, rolbypassrls, rolpassword, rolvaliduntil::text FROM pg_authid ORDER BY rolname""",
    "members": """SELECT r.rolname, m.rolname, g.rolname, a.admin_option, a.inherit_option, a.set_option
        FROM pg_auth_members a JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
        JOIN pg_roles g ON g.oid = a.grantor ORDER BY 1, 2, 3""",
    "settings": """SELECT coalesce(d.datname, ''), coalesce(r.rolname, ''), s.setconfig FROM pg_db_role_setting s
        LEFT JOIN pg_database d ON d.oid = s.setdatabase LEFT JOIN pg_roles r ON r.oid = s.setrole ORDER BY 1, 2""",
    "databases": """SELECT datname, pg_get_userbyid(datdba), datallowconn, datconnlimit, datistemplate, datacl::text
        FROM pg_database ORDER BY datname""",
    "parameters": "SELECT parname, paracl::text FROM pg_parameter_acl ORDER BY parname",
    "comments": "SELECT classoid::regclass::text, description FROM pg_shdescription ORDER BY 1, 2",
    "tablespaces": "SELECT spcname, spcacl::text FROM pg_tablespace ORDER BY spcname",
    "subscriptions": "SELECT subname FROM pg_subscription ORDER BY subname",
}


def snapshot(connection: Connection[Any]) -> State:
    """Everything cluster-wide that SQL can change, as JSON values."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        return {kind: [list(row) for row in cursor.execute(query).fetchall()] for kind, query in _KINDS.items()}


def clean(connection: Connection[Any], made: State) -> bool:
    """Drop databases and roles that are not in ``made``, undo the rest; True when the cluster is as it was made."""
    drop_databases(connection, {row[0] for row in made["databases"]})
    now = snapshot(connection)
    if now == made:
        return True
    try:
        _undo(connection, now, made)
    except psycopg.Error:
        return False
    return snapshot(connection) == made


def drop_databases(connection: Connection[Any], kept: set[str]) -> None:
    """Drop every database but these, ending whoever is connected to them."""
    for (name,) in connection.execute("SELECT datname FROM pg_database ORDER BY datname").fetchall():
        if name not in kept:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _undo(connection: Connection[Any], now: State, made: State) -> None:
    with connection.transaction():
        for row in now["members"]:
            if row not in made["members"]:
                connection.execute(
                    sql.SQL("REVOKE {} FROM {} GRANTED BY {} CASCADE").format(*map(sql.Identifier, row[:3]))
                )
        for row in now["roles"]:
            if row[0] not in {role[0] for role in made["roles"]}:
                connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(sql.Identifier(row[0])))
                connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(row[0])))
        for row in made["roles"]:
            if row not in now["roles"]:
                connection.execute(
                    "UPDATE pg_authid SET (rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication,"
                    " rolconnlimit, rolbypassrls, rolpassword, rolvaliduntil)"
                    " = (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) WHERE rolname = %s",
                    [*row[1:], row[0]],
                )
        if now["settings"] != made["settings"]:
            connection.execute("DELETE FROM pg_db_role_setting")
            for database, role, values in made["settings"]:
                connection.execute(
                    "INSERT INTO pg_db_role_setting VALUES (coalesce((SELECT oid FROM pg_database WHERE datname = %s), 0),"
                    " coalesce((SELECT oid FROM pg_roles WHERE rolname = %s), 0), %s)",
                    [database, role, values],
                )
