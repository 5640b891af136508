"""Default privileges that hand every future object of a schema to guests or users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.context import Exposure
from assistant.detect.judge import lint, report
from assistant.detect.rule import Example, Rule
from assistant.domain.catalog import PlatformKind
from assistant.domain.facts import Subject
from assistant.domain.matrix import Severity


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.catalog import DefaultPrivilege
    from assistant.domain.findings import Finding

RULE = Rule(
    id="default-privileges",
    title="New tables are granted to everyone by default",
    why="Every table that is created later is open to guests or users until somebody remembers to enable row-level security on it.",
    remedy="ALTER DEFAULT PRIVILEGES … REVOKE ALL ON TABLES FROM anon, authenticated; then grant table by table.",
    docs="https://www.postgresql.org/docs/current/sql-alterdefaultprivileges.html",
    lint=True,
)

EXAMPLES = (
    Example(
        setup="create schema api_private;",
        leak="alter default privileges in schema api_private grant all on tables to anon;",
        mend="alter default privileges in schema api_private revoke all on tables from anon;",
    ),
)

PLATFORM_DEFAULT: Final = frozenset({"public", "graphql_public", "graphql", "storage", "realtime", "extensions"})
"""Schemas in which Supabase itself grants by default: reported only once a table shows why it matters."""


def find(context: Context) -> Iterator[Finding]:
    """Schemas whose future tables are granted to guests or users."""
    by_schema: dict[str, list[DefaultPrivilege]] = {}
    if context.catalog.guards_nothing:
        return  # rls-off says it once
    for default in context.catalog.default_privileges:
        if (
            default.object == "table"
            and context.reach(default.grants, "SELECT", "INSERT", "UPDATE", "DELETE") is not Exposure.NOBODY
        ):
            by_schema.setdefault(default.schema or "every schema", []).append(default)
    for schema, defaults in sorted(by_schema.items()):
        platforms_own = context.catalog.platform.kind is PlatformKind.SUPABASE and schema in PLATFORM_DEFAULT
        bitten = any(not table.rls for table in context.tables() if table.name.schema == schema)
        if platforms_own and not (schema == "public" and bitten):
            continue
        exposure = min(context.reach(default.grants, "SELECT", "INSERT", "UPDATE", "DELETE") for default in defaults)
        who = "guests" if exposure is Exposure.GUEST else "signed-in users"
        yield report(
            RULE,
            Subject(kind="schema", name=schema),
            f"Every new table in {schema} is granted to {who} by default.",
            lint(Severity.INFO if platforms_own or not bitten else Severity.LOW),
            context.where(Subject(kind="schema", name=schema)),
            detail="A table that is created without row-level security is open from its first row on.",
        )
