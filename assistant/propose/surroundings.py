"""The fixes around tables: default privileges that open what is created tomorrow, and publications that send rows to everyone.

A published table that policies guard stays published: Realtime asks them for every subscriber. One that is the server's alone
leaves the publication.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.domain.catalog import PlatformKind
from assistant.domain.fixes import Applies, Fix, NoFix, Statement
from assistant.propose.draft import REOPENS, Draft, no_fix, slug
from assistant.sql.names import ident, literal, qualified
from assistant.sql.policy import role_list


if TYPE_CHECKING:
    from assistant.domain.catalog import DefaultPrivilege, Table
    from assistant.propose.evidence import Case
    from assistant.propose.ground import Ground

_PLURAL: Final = {
    "table": "TABLES",
    "sequence": "SEQUENCES",
    "function": "FUNCTIONS",
    "type": "TYPES",
    "schema": "SCHEMAS",
}


def fix_default_privileges(ground: Ground, subject: str, case: Case) -> tuple[Fix | NoFix, ...]:
    """Future objects of the owner grant nothing to clients by themselves."""
    if ground.platform.kind is PlatformKind.PLAIN:
        return no_fix(
            case, "on plain PostgreSQL the application's own role is meant to reach what is created: nothing to close"
        )
    draft = Draft()
    ours = {table.owner for table in ground.catalog.own_tables()} | {"postgres"}
    for default in ground.catalog.default_privileges:
        # the platform's own roles cannot be altered by the role that runs migrations
        if default.owner in ours and _concerns(default, case):
            draft.add(_taken_back(ground, default))
    if not draft.forward:
        return no_fix(
            case, "these default privileges belong to a role of the platform: only its dashboard changes them"
        )
    return (
        Fix(
            id=f"defaults-{slug(subject)}",
            title="Let new tables and functions start closed",
            findings=case.fingerprints,
            applies=Applies.REVIEW,
            statements=tuple(draft.forward),
            undo=tuple(draft.undo),
            risk="What later migrations create is out of reach for clients until it is granted by name",
            objects=(subject,),
            order=70,
        ),
    )


def _concerns(default: DefaultPrivilege, case: Case) -> bool:
    words = " ".join(f"{finding.subject.name} {finding.title} {finding.detail}" for finding in case.findings).lower()
    return default.schema is None or default.schema.lower() in words


def _taken_back(ground: Ground, default: DefaultPrivilege) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    scope = f"ALTER DEFAULT PRIVILEGES FOR ROLE {ident(default.owner)}"
    if default.schema is not None:
        scope += f" IN SCHEMA {ident(default.schema)}"
    kind = _PLURAL[default.object]
    forward, undo = [], []
    for role in ("public", *ground.client_roles):
        held = sorted({grant.privilege for grant in default.grants if grant.grantee == role})
        if not held:
            continue
        listed = ", ".join(held)
        forward.append(Statement(sql=f"{scope} REVOKE {listed} ON {kind} FROM {role_list((role,))}"))
        undo.append(Statement(sql=f"{scope} GRANT {listed} ON {kind} TO {role_list((role,))}", comment=REOPENS))
    return tuple(forward), tuple(undo)


def unpublished(ground: Ground, table: Table) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """Forward and undo of taking a table out of every publication that names it; asks first, so that a second run is quiet."""
    forward, undo = [], []
    for publication in ground.catalog.publications:
        if table.name not in publication.tables or publication.all_tables:
            continue
        name, target = ident(publication.name), qualified(table.name)
        there = (
            "EXISTS (SELECT 1 FROM pg_catalog.pg_publication_tables"
            f" WHERE pubname = {literal(publication.name)} AND schemaname = {literal(table.name.schema)}"
            f" AND tablename = {literal(table.name.name)})"
        )
        drop = f"ALTER PUBLICATION {name} DROP TABLE {target}"
        forward.append(Statement(sql=_guarded(there, drop), comment="Subscribers are told of every row of it."))
        undo.append(
            Statement(sql=_guarded(f"NOT {there}", f"ALTER PUBLICATION {name} ADD TABLE {target}"), comment=REOPENS)
        )
    return tuple(forward), tuple(undo)


def _guarded(condition: str, statement: str) -> str:
    body = f"BEGIN\n  IF {condition} THEN\n    {statement};\n  END IF;\nEND"
    tag, n = "$stanch$", 1
    while tag in body:
        tag, n = f"$stanch{n}$", n + 1
    return f"DO {tag}\n{body}\n{tag}"
