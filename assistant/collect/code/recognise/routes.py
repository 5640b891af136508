"""Which recognisers can know a package at all: asked once for each import, because every call of a repository passes here."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from assistant.collect.code.recognise import (
    disk,
    drizzle,
    files,
    firestore,
    kysely,
    live,
    mongo,
    orm,
    prisma,
    providers,
    python,
    rawsql,
    supabase,
    vectors,
)
from assistant.collect.code.recognise.chains import NOBODYS, Seen, package_of
from assistant.collect.code.recognise.providers_known import PROVIDERS


if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.collect.code.drafts import Draft
    from assistant.collect.code.values import Chain

    Reader = Callable[[Chain, Seen], Draft | None]

_ALL: tuple[Reader, ...] = (
    supabase.query,
    prisma.query,
    drizzle.query,
    kysely.query,
    vectors.query,
    files.query,
    firestore.query,
    rawsql.query,
    orm.query,
    mongo.query,
    python.query,
    providers.query,
)
"""Asked in this order where a name and a shape are all there is."""
_OF_PYTHON: tuple[Reader, ...] = (
    supabase.query,
    vectors.query,
    files.query,
    firestore.query,
    mongo.query,
    python.query,
    providers.query,
)
"""The same for a file of Python: ``db.execute(sql)`` gives no ``{ rows }`` there."""
_OWNERS: tuple[tuple[Reader, tuple[str, ...]], ...] = (
    (supabase.query, ("@supabase/", "@nuxtjs/supabase", "#supabase/", "supabase", "@supabase-cache-helpers/")),
    (prisma.query, ("@prisma/", ".prisma/", "prisma", "@zenstackhq/")),
    (rawsql.query, ("@prisma/", ".prisma/", "prisma", "kysely", "knex", "typeorm", "sequelize")),
    (drizzle.query, ("drizzle-orm",)),
    (kysely.query, ("kysely", "@kysely/")),
    (vectors.query, ("@pinecone-database/", "pinecone", "weaviate", "@qdrant/", "qdrant", "chroma", "@upstash/vector", "@turbopuffer/", "@zilliz/", "pymilvus", "@langchain/", "langchain", "llamaindex", "llama_index")),
    (files.query, ("@aws-sdk/", "aws-sdk", "boto3", "minio", "aioboto3", "@vercel/blob", "@google-cloud/storage", "firebase-admin", "google.cloud", "uploadthing")),
    (disk.query, disk.PACKAGES),
    (live.query, live.PACKAGES),
    (firestore.query, ("firebase", "@firebase/", "@google-cloud/firestore", "google.cloud")),
    (rawsql.query, (*rawsql.PACKAGES,)),
    (orm.query, ("typeorm", "@nestjs/typeorm", "@mikro-orm/", "sequelize", "@sequelize/", "knex", "objection")),
    (mongo.query, ("mongoose", "mongodb", "pymongo", "motor", "@typegoose/", "beanie", "mongoengine", "odmantic")),
    (python.query, ("sqlalchemy", "sqlmodel", "flask_sqlalchemy", "django", "psycopg", "asyncpg", "sqlite3", "aiosqlite", "pymysql", "MySQLdb", "aiomysql", "databases", "duckdb", "mysql.connector", "tortoise", "peewee")),
    (python.query, ("fastapi", "starlette", "flask", "quart", "sanic", "litestar")),  # what an application keeps: app.state.pool, g.db
    (providers.query, tuple(prefix for one in PROVIDERS for prefix in one.packages)),
)  # fmt: skip
_PRIVATE = re.compile(
    r"^@[^/]+/(?:.*[-/])?(?:db|database|prisma|drizzle|supabase|kysely|orm|data|backend)(?:-?client)?s?$"
)
"""Packages of the same company that are not in the repository."""
_UNKNOWN_PREFIXES = ("@/", "~/", "./", "../", "#", ".")


@lru_cache(maxsize=4096)
def readers_of(source: str, *, is_python: bool = False) -> tuple[Reader, ...]:
    """Recognisers of queries to ask about an import; none for most libraries."""
    package = package_of(source)
    if source in NOBODYS or package.startswith(_UNKNOWN_PREFIXES):
        return _OF_PYTHON if is_python else _ALL
    found = [reader for reader, prefixes in _OWNERS if package.startswith(prefixes)]
    if not found and _PRIVATE.search(package):
        return (supabase.query, prisma.query, drizzle.query, kysely.query)
    return tuple(dict.fromkeys(found))
