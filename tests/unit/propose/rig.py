"""A schema on the shadow, its map by hand, and people who try things before and after a fix."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import psycopg

from assistant.collect.catalog import read_catalog
from assistant.domain.catalog import PlatformKind
from assistant.domain.facts import Subject
from assistant.domain.findings import Finding, fingerprint
from assistant.domain.fixes import Fix, NoFix
from assistant.domain.matrix import Actor, Cell, Matrix, Seeding, Severity, Verb, Verdict
from assistant.domain.names import Name
from assistant.domain.ownership import Confidence, Membership, OwnerKind, Ownership, OwnershipMap, Principal
from assistant.propose.run import propose


ANN = "00000000-0000-4000-8000-00000000000a"
BOB = "00000000-0000-4000-8000-00000000000b"
EVE = "00000000-0000-4000-8000-00000000000e"
ACME = "10000000-0000-4000-8000-00000000000a"
BETA = "10000000-0000-4000-8000-00000000000b"
USERS = Principal(table=Name("auth", "users"), key=("id",), subject_column="id", root=True)
PEOPLE = f"insert into auth.users (id, email) values ('{ANN}', 'ann@a.test'), ('{BOB}', 'bob@b.test'), ('{EVE}', 'eve@e.test');"
ORGS = f"""
create table public.orgs (id uuid primary key default gen_random_uuid(), name text not null, plan text not null default 'free',
  created_by uuid references auth.users);
create table public.members (org_id uuid not null references public.orgs on delete cascade, user_id uuid not null references auth.users,
  role text not null default 'member', primary key (org_id, user_id));
insert into public.orgs (id, name, created_by) values ('{ACME}', 'Acme', '{ANN}'), ('{BETA}', 'Beta', '{EVE}');
insert into public.members values ('{ACME}', '{ANN}', 'owner'), ('{ACME}', '{BOB}', 'member'), ('{BETA}', '{EVE}', 'owner');
"""
MEMBERS = Membership(
    table=Name("public", "members"),
    user_column="user_id",
    user_principal=Name("auth", "users"),
    tenant_column="org_id",
    tenant=Name("public", "orgs"),
    tenant_key="id",
    role_column="role",
    roles=("owner", "admin", "member"),
)


def public(name: str) -> Name:
    return Name("public", name)


def own(name: str, kind: OwnerKind, *columns: str, **rest) -> Ownership:
    return Ownership(name=public(name), kind=kind, columns=columns, **{"confidence": Confidence.HIGH, **rest})


def tenant(name: str, column: str = "org_id", **rest) -> Ownership:
    return own(name, OwnerKind.TENANT, column, tenant=public("orgs"), membership=public("members"), **rest)


MEMBERS_ENTRY = own("members", OwnerKind.MEMBERSHIP, "user_id", "org_id", tenant=public("orgs"), role_column="role")
ORGS_ENTRY = tenant("orgs", "id", privileged=("plan",), authors=("created_by",))


def leak(object_: str, verb: str, *, kind="table", actor=Actor.OTHER_TENANT, **rest) -> Cell:
    return Cell(
        object=object_, kind=kind, verb=Verb(verb), actor=actor, verdict=Verdict.LEAKS, severity=Severity.HIGH, **rest
    )


def finding(rule: str, kind: str, name: str, **rest) -> Finding:
    subject = Subject(kind=kind, name=name)
    return Finding(
        rule=rule,
        subject=subject,
        title=f"{rule} on {name}",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        executed=rest.pop("executed", True),
        where=None,
        fingerprint=fingerprint(rule, subject),
        **rest,
    )


@dataclass
class Rig:
    shadow: object
    entries: tuple[Ownership, ...]
    memberships: tuple[Membership, ...] = ()
    principals: tuple[Principal, ...] = (USERS,)
    platform: PlatformKind = PlatformKind.SUPABASE
    cells: list[Cell] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def sql(self, text: str) -> Rig:
        with self.shadow.connect() as connection:
            connection.execute(text)
        return self

    def leaks(self, name: str, *verbs: str, rule: str = "leak", kind: str = "table", policies=(), **rest) -> Rig:
        self.cells += [leak(f"public.{name}", verb, kind=kind, **rest) for verb in verbs]
        self.findings.append(finding(rule, kind, f"public.{name}", policies=tuple(policies)))
        return self

    @property
    def catalog(self):
        with self.shadow.connect() as connection:
            return read_catalog(connection, self.platform)

    @property
    def ownership(self) -> OwnershipMap:
        return OwnershipMap(
            entries={entry.name: entry for entry in sorted(self.entries, key=lambda entry: entry.name)},
            principals=self.principals,
            memberships=self.memberships,
        )

    def propose(self, **rest) -> tuple[Fix | NoFix, ...]:
        matrix = Matrix(cells=tuple(self.cells), seeding=Seeding(tables=0, seeded=0))
        return propose(tuple(self.findings), self.catalog, self.ownership, matrix, **rest)

    def fix(self, **rest) -> tuple[Fix, ...]:
        """Propose, insist that everything is fixed, apply twice."""
        results = self.propose(**rest)
        assert [one for one in results if isinstance(one, NoFix)] == []
        for _ in range(2):
            self.run(statement.sql for fix in results for statement in fix.statements)
        return results

    def run(self, statements) -> None:
        with self.shadow.connect() as connection:
            for sql in statements:
                connection.execute(sql)

    def as_user(self, user: str | None, sql: str, first: str = "select 1"):
        """Rows, a row count, or the message of the refusal; rolled back."""
        role = "authenticated" if user else "anon"
        claims = json.dumps({"sub": user, "role": role} if user else {"role": role})
        with self.shadow.connect(autocommit=False) as connection:
            connection.execute("select set_config('request.jwt.claims', %s, true)", (claims,))
            connection.execute(f"set local role {role}")
            connection.execute(first)
            try:
                cursor = connection.execute(sql)
                return cursor.fetchall() if cursor.description else cursor.rowcount
            except psycopg.Error as error:
                return str(error).splitlines()[0]
            finally:
                connection.rollback()
