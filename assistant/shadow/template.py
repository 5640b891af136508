"""What every shadow starts from: the platform's roles in the cluster, its schemas and extensions in a template database.

The statements stand in ``shims/*.sql`` and are run by a superuser once, before any SQL of a repository has been near.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from assistant.domain.catalog import PlatformKind
from assistant.shadow.stand_ins import scripts


if TYPE_CHECKING:
    from psycopg import Connection


TEMPLATE: Final = "stanch_template"
"""Database with the platform shim, copied for each shadow."""

_PREINSTALLED: Final = {
    # what a project has from the start, and what its dashboard switches on without a migration
    PlatformKind.SUPABASE: {
        "uuid-ossp": "extensions",
        "pgcrypto": "extensions",
        "pgjwt": "extensions",
        "pg_stat_statements": "extensions",
        "pg_graphql": "graphql",
        "supabase_vault": "vault",
        "pg_net": "extensions",
        "pg_cron": "extensions",
    },
    PlatformKind.NEON: {},
    PlatformKind.PLAIN: {},
}


def make_roles(connection: Connection[Any], platform: PlatformKind, owner: str = "postgres") -> None:
    """Create the roles of a platform; ``owner`` is what the role that replays is called."""
    for name in ("roles.sql", f"{platform.value}_roles.sql"):
        connection.execute(_shim(name, owner))


def fill_template(connection: Connection[Any], platform: PlatformKind, owner: str = "postgres") -> None:
    """Put schemas, tables, functions and extensions of a platform into the database that ``connection`` is in."""
    connection.execute(_shim(f"{platform.value}.sql", owner))
    available = {name for (name,) in connection.execute("SELECT name FROM pg_available_extensions").fetchall()}
    connection.execute(f"GRANT CREATE ON DATABASE {TEMPLATE} TO {owner}")
    for name, schema in _PREINSTALLED[platform].items():
        if name in available:
            connection.execute(f'SET ROLE {owner}; CREATE EXTENSION "{name}" SCHEMA {schema}')
        else:  # a scratch server of the operator's: the same objects without the extension around them
            script = scripts()[name].replace("@extschema@", schema).replace("@extowner@", owner)
            connection.execute(f"SET search_path = {schema}; {script}")
        connection.execute("RESET ROLE; RESET search_path")
    connection.execute(f"REVOKE CREATE ON DATABASE {TEMPLATE} FROM {owner}")


def described(platform: PlatformKind) -> str:
    """All of the above as one text: when it changes, a template made from it is out of date."""
    shims = [_shim(name, "postgres") for name in ("roles.sql", f"{platform.value}_roles.sql", f"{platform.value}.sql")]
    return "\n".join([*shims, repr(_PREINSTALLED[platform])])


def _shim(name: str, owner: str) -> str:
    text = files("assistant.shadow").joinpath("shims", name).read_text("utf-8")
    return text if owner == "postgres" else re.sub(r"\bpostgres\b", owner, text)
