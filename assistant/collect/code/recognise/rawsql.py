"""Statements written as text: pg, postgres.js, Neon, Vercel, mysql2, SQLite and libSQL, D1, Bun, Prisma's and Sequelize's raw queries."""

from __future__ import annotations

import re

from assistant.collect.code.drafts import Draft
from assistant.collect.code.recognise.chains import (
    NOBODYS,
    Seen,
    argument,
    at_path,
    belongs,
    items_of,
    package_of,
    template_of,
)
from assistant.collect.code.recognise.drizzle_tables import named
from assistant.collect.code.recognise.sqlscan import statement
from assistant.collect.code.recognise.texts import given_to
from assistant.collect.code.values import UNKNOWN, Chain, Listed, Shape, Step, Value


_TAGS: dict[str, tuple[str, ...]] = {
    "postgres": (),
    "@neondatabase/serverless": (),
    "@vercel/postgres": ("rows",),
    "bun": (),
    "slonik": ("rows",),
    "sql-template-strings": (),
    "sql-template-tag": (),
    "@databases/": (),
    "@nearform/sql": (),
    "kysely": ("rows",),
    "@prisma/client/sql": (),
    "pg-template-tag": (),
    "@planetscale/database": ("rows",),
}
_POOLS = (
    "pg",
    "@neondatabase/serverless",
    "@vercel/postgres",
    "postgres",
    "mysql2",
    "mysql",
    "better-sqlite3",
    "@libsql/",
    "sqlite3",
    "sqlite",
    "bun:sqlite",
    "sqlite:",
    "pg-promise",
    "@planetscale/database",
    "slonik",
    "serverless-mysql",
    "mariadb",
    "mssql",
    "@electric-sql/pglite",
    "postgres-js",
    "deno-postgres",
    "sql.js",
    "expo-sqlite",
    "@clickhouse/client",
    "@google-cloud/bigquery",
    "snowflake-sdk",
    "@duckdb/",
    "@cloudflare/next-on-pages",
    "@opennextjs/cloudflare",
    "duckdb",
)
PACKAGES: tuple[str, ...] = (*_TAGS, *_POOLS)
"""Packages whose clients take statements as text."""
_CALLS: dict[str, tuple[str, ...]] = {
    "query": ("rows",),
    "execute": ("rows",),
    "queryObject": ("rows",),
    "queryArray": ("rows",),
    "raw": ("rows",),
    "unsafe": (),
    "one": (),
    "oneOrNone": (),
    "oneFirst": (),
    "maybeOne": (),
    "many": (),
    "any": (),
    "none": (),
    "manyOrNone": (),
    "all": (),
    "get": (),
    "run": (),
    "exec": (),
    "values": (),
    "first": (),
    "each": (),
    "prepare": (),
}
_SINGLE = frozenset({"one", "oneOrNone", "maybeOne", "get", "first", "fetchrow", "oneFirst"})
_PREPARED = frozenset({"get", "all", "run", "first", "iterate", "raw", "pluck", "values", "each"})
_MYSQL = ("mysql2", "mysql", "mariadb")
_PRISMA = {"$queryRaw": (), "$executeRaw": (), "$queryRawUnsafe": (), "$executeRawUnsafe": (), "$queryRawTyped": ()}
_BEGINS = re.compile(
    r"^\s*(?:--[^\n]*\n|/\*.*?\*/|\(|\s)*(?:select|insert|update|delete|with|call|merge|replace|truncate|explain)\b",
    re.IGNORECASE | re.DOTALL,
)


def query(chain: Chain, seen: Seen) -> Draft | None:
    """A statement that the last call runs; None for anything else."""
    last = chain.last
    if last is None or last.arguments is None or last.new:
        return None
    package = package_of(chain.source)
    del seen
    if last.name in _PRISMA:
        return _prisma(last)
    if last.text and last.name in {"", "sql", "query", "rows", "one", "begin", "unsafe"}:
        return _tagged(chain, package, last)
    if last.name == "execute" and package == "kysely" and len(chain.steps) > 1 and chain.steps[-2].text:
        return _tagged(chain, package, chain.steps[-2])
    owned = belongs(package, _POOLS)
    if (
        not owned
        and chain.source not in NOBODYS
        and not package.startswith(("@/", "~/", ".", "#", "knex", "typeorm", "sequelize"))
    ):
        return None
    if last.name in _PREPARED and len(chain.steps) > 1:
        prepared = next(
            (step for step in chain.steps[-2::-1] if step.name in {"prepare", "query", "prepared"} and step.arguments),
            None,
        )
        if prepared is not None:
            return _prepared(chain, prepared, last)
    if not last.name and owned and len(chain.steps) > 1 and chain.steps[0].arguments is not None:
        return _called(last, ())
    if last.name not in _CALLS or last.name == "prepare":
        return None
    wraps = ("0",) if package.startswith(_MYSQL) else _CALLS[last.name]
    return _called(last, wraps, owned=owned)


def _prisma(last: Step) -> Draft | None:
    if last.text:
        return _made(last.text, last.arguments or ())
    written = template_of(argument(last, 0))
    if written is None:
        return _unreadable(argument(last, 0))
    return _made(written[0], given_to(written[1], tuple((last.arguments or ())[1:])))


def _tagged(chain: Chain, package: str, last: Step) -> Draft | None:
    tags = next(
        (wraps for key, wraps in _TAGS.items() if package == key or (key.endswith("/") and package.startswith(key))),
        None,
    )
    if tags is None and not (chain.source in NOBODYS or package.startswith(("@/", "~/", ".", "#"))):
        return None
    if tags is None and (
        chain.name == "template" or (last.name or chain.name).lower() not in {"sql", "query", "db", "rows", "one"}
    ):
        return None
    if tags is not None and package == "kysely" and chain.last is last:
        return None
    return _made(last.text, last.arguments or (), wraps=tags or ())


def _called(last: Step, wraps: tuple[str, ...], *, owned: bool = True) -> Draft | None:
    """``query(text, params)``, ``query({ text, values })``, ``execute({ sql, args })``."""
    first = argument(last, 0)
    given: Value | None = argument(last, 1)
    if isinstance(first, Shape):
        given = next(
            (
                found
                for key in ("values", "args", "bind", "replacements", "params")
                if (found := at_path(first, key)) is not None
            ),
            given,
        )
        first = next(
            (found for key in ("text", "sql", "query", "statement") if (found := at_path(first, key)) is not None), None
        )
    elif isinstance(given, Shape):
        given = next(
            (
                found
                for key in ("replacements", "bind", "values", "params")
                if (found := at_path(given, key)) is not None
            ),
            given,
        )
    written = template_of(first)
    if written is None or not _BEGINS.match(written[0]):
        return (
            _unreadable(first)
            if owned and written is None and first is not None and last.name in {"query", "execute", "unsafe"}
            else None
        )
    holes = _spread(given, last)
    made = _made(written[0], given_to(written[1], holes), wraps=wraps, single=last.name in _SINGLE)
    return made._replace(many=wraps == ("rows",)) if made is not None else None


def _spread(given: Value | None, last: Step) -> tuple[Value, ...]:
    if given is None:
        return ()
    if isinstance(given, (Listed,)):
        return given.items
    if isinstance(given, Shape):
        return (given,)
    more = tuple(last.arguments or ())[1:]
    return more if len(more) > 1 else tuple(items_of(given))


def _prepared(chain: Chain, prepared: Step, last: Step) -> Draft | None:
    written = template_of(argument(prepared, 0))
    if written is None or not _BEGINS.match(written[0]):
        return None
    bound = next((step for step in chain.steps if step.name == "bind" and step.arguments), None)
    given = (bound or last).arguments or ()
    if len(given) == 1 and isinstance(given[0], Listed):
        given = given[0].items
    wraps = ("results",) if bound is not None and last.name == "all" else ()
    return _made(written[0], given_to(written[1], tuple(given)), wraps=wraps, single=last.name in _SINGLE)


def _made(text: str, values: tuple[Value, ...], *, wraps: tuple[str, ...] = (), single: bool = False) -> Draft | None:
    opened, known = named(text, values)
    return statement(opened, known, wraps=wraps, single=single)


def _unreadable(first: Value | None) -> Draft | None:
    """A statement that is put together at run time: nothing is known but what went into it."""
    if first is None or (isinstance(first, Chain) and first.last is not None and first.last.text):
        return None
    return Draft(
        engine="sql",
        client="pool",
        verb="select",
        table="",
        filters=(("", "match", first if first is not None else UNKNOWN),),
    )
