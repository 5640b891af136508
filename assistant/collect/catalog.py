"""Reads a database's own description of itself: some twenty set-based queries, the same on 3 tables and on 3,000.

Only ``pg_catalog`` and the bucket list are read, never a customer's row, and any role may do it. Everything comes back
sorted. Schemas of the platform are left out, except ``auth.users`` and ``storage.objects``; functions of extensions and of
their stand-ins are left out of ``Catalog.functions`` but followed when a policy calls them.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from assistant.collect import catalog_functions as build
from assistant.collect import catalog_queries as ask
from assistant.collect.catalog_tables import Assembly, Rows
from assistant.collect.reads import Depend, Reader
from assistant.collect.settings import sort_settings
from assistant.domain.catalog import Catalog, Grant, Platform, PlatformKind
from assistant.domain.names import PLATFORM_SCHEMAS, Name


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import psycopg

    from assistant.domain.catalog import Function, Table


Row = tuple[Any, ...]
_INHERIT_OPTION_SINCE: Final = 160000
_ROLES: Final[Mapping[PlatformKind, tuple[str | None, str, str | None, str | None]]] = {
    PlatformKind.SUPABASE: ("anon", "authenticated", "service_role", "request.jwt.claims"),
    PlatformKind.NEON: ("anonymous", "authenticated", None, "request.jwt.claims"),
    PlatformKind.PLAIN: (None, "application", None, None),
}
"""Guest, user and service role, and the claims setting; a role that the cluster lacks is replaced or dropped."""


def read_catalog(
    connection: psycopg.Connection[Any],
    platform: PlatformKind,
    *,
    text_subject: bool = False,
    exposed_schemas: Sequence[str] = ("public",),
) -> Catalog:
    """The whole catalog of the connected database.

    Args:
        connection: any role; its search path is the one under which predicates and types are printed.
        platform: who hosts the database.
        text_subject: the caller's subject is not a uuid (third-party tokens).
        exposed_schemas: schemas the API serves (see ``api_schemas``).
    """
    with connection.cursor() as cursor:
        found = _ask(cursor, connection.info.server_version)
    assembly = Assembly(found.relations)
    tables, views = assembly.tables(), assembly.views()
    functions = build.functions(found.functions, found.relations.grants)
    depends = _depends(tables, assembly.names, functions, found.relations.policies, found.depends)
    reader = Reader(relations=[*tables, *views], views=views, functions=functions.values(), search_path=found.path)
    own_functions = _own(functions.values())
    roles = build.roles(found.roles, found.members)
    settings = sort_settings(
        {setting for depend in depends for setting in reader.settings(depend)},
        [
            text
            for table in tables.values()
            for policy in table.policies
            for text in (policy.using, policy.check)
            if text
        ],
    )
    objects = tables.get(Name("storage", "objects"))
    return Catalog(
        platform=replace(
            _platform(platform, {role.name for role in roles}),
            user_settings=settings.user,
            tenant_settings=settings.tenant,
            text_subject=text_subject,
            exposed_schemas=tuple(exposed_schemas),
        ),
        tables=tables,
        views=views,
        functions=own_functions,
        sequences=build.sequences(found.sequences, found.relations.grants),
        publications=build.publications(found.publications),
        buckets=build.buckets(found.buckets, objects.policies if objects else ()),
        roles=roles,
        default_privileges=build.default_privileges(found.defaults, found.relations.grants),
        reads=_reads(reader, depends, own_functions),
        search_path=found.path,
    )


_INHERIT_OF_MEMBER: Final = "(SELECT r.rolinherit FROM pg_roles r WHERE r.oid = m.member)"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answers:
    """What the server said, before anything is made of it."""

    relations: Rows
    functions: list[Row]
    sequences: list[Row]
    defaults: list[Row]
    depends: list[Row]
    roles: list[Row]
    members: list[Row]
    publications: list[Row]
    buckets: list[Row]
    path: tuple[str, ...]


def _ask(cursor: psycopg.Cursor[Any], server_version: int) -> _Answers:
    """Put every question once."""
    hidden = {"hidden": sorted({*PLATFORM_SCHEMAS, "pg_catalog", "pg_toast"})}

    def rows(query: str, values: Mapping[str, object] = hidden) -> list[Row]:
        return cursor.execute(query, values).fetchall()

    relations, columns, functions = rows(ask.RELATIONS), rows(ask.COLUMNS), rows(ask.FUNCTIONS)
    sequences, defaults = rows(ask.SEQUENCES), rows(ask.DEFAULT_PRIVILEGES)
    acls = _acls((relations, 7), (columns, 10), (functions, 19), (sequences, 2), (defaults, 3))
    inherits = "m.inherit_option" if server_version >= _INHERIT_OPTION_SINCE else _INHERIT_OF_MEMBER
    return _Answers(
        relations=Rows(
            relations=relations,
            columns=columns,
            types=rows(ask.TYPES),
            constraints=rows(ask.CONSTRAINTS),
            domain_checks=rows(ask.DOMAIN_CHECKS),
            indexes=rows(ask.INDEXES),
            policies=rows(ask.POLICIES),
            triggers=rows(ask.TRIGGERS),
            view_reads=rows(ask.VIEW_READS),
            grants=_grants(rows(ask.ACLS, {"acls": acls})),
        ),
        functions=functions,
        sequences=sequences,
        defaults=defaults,
        depends=rows(ask.POLICY_DEPENDS),
        roles=rows(ask.ROLES),
        members=rows(ask.ROLE_MEMBERS.format(inherits=inherits)),
        publications=rows(ask.PUBLICATIONS),
        buckets=rows(ask.BUCKETS) if rows(ask.BUCKETS_READABLE)[0][0] else [],
        path=tuple(rows("SELECT current_schemas(false)::text[]")[0][0]) or ("public",),
    )


def api_schemas(config: str) -> tuple[str, ...]:
    """Schemas served by the API according to the text of ``supabase/config.toml``; ``("public",)`` when it does not say.

    The GraphQL schema is left out: it serves the tables of the others. A file that is no TOML says nothing.
    """
    try:
        listed = tomllib.loads(config).get("api", {}).get("schemas")
    except (tomllib.TOMLDecodeError, AttributeError):
        return ("public",)
    if not isinstance(listed, list):
        return ("public",)
    return tuple(str(schema) for schema in listed if str(schema) not in PLATFORM_SCHEMAS) or ("public",)


def _acls(*sources: tuple[Iterable[Row], int]) -> list[str]:
    """Every distinct ACL as text: a thousand tables share a handful of them."""
    return sorted({row[at] for found, at in sources for row in found if row[at]})


def _grants(exploded: Iterable[Row]) -> dict[str, tuple[Grant, ...]]:
    """Rows of ``ACLS`` by ACL text."""
    found: dict[str, list[Grant]] = defaultdict(list)
    for acl, grantee, privilege, grantable in exploded:
        found[acl].append(Grant(grantee=grantee, privilege=privilege, grantable=grantable))
    return {acl: tuple(grants) for acl, grants in found.items()}


def _platform(kind: PlatformKind, roles: set[str]) -> Platform:
    guest, user, service, claims = _ROLES[kind]
    return Platform(
        kind=kind,
        guest_role=guest if guest in roles else "anon" if kind is PlatformKind.NEON and "anon" in roles else None,
        user_role=user,
        service_role=service if service in roles else None,
        claims_setting=claims,
    )


def _own(functions: Iterable[Function]) -> dict[Name, Function]:
    return {
        function.name: function
        for function in functions
        if function.extension is None and function.name.schema not in PLATFORM_SCHEMAS
    }


def _depends(
    tables: Mapping[Name, Table],
    names: Mapping[int, Name],
    functions: Mapping[int, Function],
    policies: Iterable[Row],
    depends: Iterable[Row],
) -> list[Depend]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in depends:
        found[row[0]].append(row)
    by_name = {(policy.table, policy.name): policy for table in tables.values() for policy in table.policies}
    return [
        Depend(
            policy=by_name[names[row[1]], row[2]],
            relations=tuple(names[oid] for _, kind, oid in found[row[0]] if kind == "relation" and oid in names),
            functions=tuple(
                (functions[oid].name.schema, functions[oid].name.name)
                for _, kind, oid in found[row[0]]
                if kind == "function" and oid in functions
            ),
        )
        for row in policies
    ]


def _reads(
    reader: Reader, depends: Iterable[Depend], functions: Mapping[Name, Function]
) -> dict[str, tuple[Name, ...]]:
    found = {f"{depend.policy.table}: {depend.policy.name}": reader.policy(depend) for depend in depends}
    found |= {str(name): reader.function(function) for name, function in functions.items()}
    return {key: names for key, names in sorted(found.items()) if names}
