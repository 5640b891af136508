"""How an object of the database is called, everywhere in the program and on every screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """A schema-qualified name; ``str()`` gives the form that people and the JSON contract see."""

    schema: str
    """Schema, unquoted and in the case the catalog stores."""
    name: str
    """Object name, unquoted and in the case the catalog stores."""
    args: str | None = None
    """For functions the identity arguments as ``oidvectortypes`` prints them without blanks (``vector,integer``)."""

    def __str__(self) -> str:
        """``public.chats`` or ``public.match_documents(vector,integer)``; never quoted, so never SQL."""
        bare = f"{self.schema}.{self.name}"
        return bare if self.args is None else f"{bare}({self.args})"


PLATFORM_SCHEMAS: Final = frozenset(
    {
        "auth",
        "cron",
        "extensions",
        "graphql",
        "graphql_public",
        "information_schema",
        "net",
        "pgbouncer",
        "pgmq",
        "pgsodium",
        "realtime",
        "storage",
        "supabase_functions",
        "supabase_migrations",
        "vault",
    }
)
"""Schemas that the hosting platform owns: never judged as the operator's tables (``storage`` objects have their own attack)."""
