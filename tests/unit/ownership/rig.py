"""Catalogs in shorthand, so that a test reads like the schema it is about and needs no server.

One line a table: ``name: column …``. A column is ``name[:type][!][>target[.column]][~c|~n]``: ``!`` NOT NULL, ``>`` a foreign key,
``~c`` ON DELETE CASCADE, ``~n`` SET NULL; the type is uuid unless given; ``=label,label`` after the type lists what a CHECK allows.
Lines below it say more: ``unique a,b``, ``key a,b`` (default ``id``), ``select <using>``, ``write <check>``, ``off`` (no row
security; it is on otherwise), ``default column <expression>``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from assistant.domain.catalog import (
    Bucket,
    Catalog,
    Check,
    Column,
    ForeignKey,
    Grant,
    Key,
    Platform,
    PlatformKind,
    PolicyRow,
    Table,
    View,
)
from assistant.domain.names import Name
from assistant.ownership.infer import infer


USERS = Name("auth", "users")
_COLUMN = re.compile(
    r"(?P<name>\w+)(?::(?P<type>\w+))?(?:=(?P<labels>[\w,]+))?(?P<not_null>!)?(?:>(?P<target>[\w.]+))?(?:~(?P<on>[cn]))?$"
)
_GRANTS = tuple(
    Grant(grantee=role, privilege=privilege)
    for role in ("anon", "authenticated", "service_role")
    for privilege in ("DELETE", "INSERT", "SELECT", "UPDATE")
)


def catalog(
    text, *, views=(), buckets=(), objects=(), kind=PlatformKind.SUPABASE, text_subject=False, tenant_settings=()
):
    """A catalog with ``auth.users`` and the tables of ``text``; ``views`` are (name, reads, columns), ``buckets`` (id, public)."""
    api = kind is not PlatformKind.PLAIN
    tables = {table.name: table for table in _tables(text, grants=_GRANTS if api else ())}
    if kind is PlatformKind.SUPABASE:
        tables[USERS] = Table(
            name=USERS, kind="table", owner="supabase_auth_admin", rls=True, columns=(_plain("id"),), keys=(_key("id"),)
        )
        name = Name("storage", "objects")
        policies = tuple(_policy(name, "select", using, at) for at, using in enumerate(objects))
        tables[name] = Table(name=name, kind="table", owner="supabase_storage_admin", rls=True, policies=policies)
    return Catalog(
        platform=Platform(
            kind=kind,
            guest_role="anon" if api else None,
            user_role="authenticated",
            service_role="service_role" if api else None,
            claims_setting="request.jwt.claims" if api else None,
            text_subject=text_subject,
            tenant_settings=tenant_settings,
        ),
        tables={name: tables[name] for name in sorted(tables)},
        views={name_of(view): _view(view, reads, columns) for view, reads, columns in views},
        buckets=tuple(Bucket(id=identity, public=public) for identity, public in buckets),
    )


def owners(text, **more):
    """The inferred map of a schema in shorthand."""
    return infer(catalog(text, **more))


def said(ownership, name):
    """An entry in one line: ``user user_id``, ``via chats``, ``conditional user user_id if is_public``."""
    entry = ownership.entries[name_of(name)]
    kind = entry.base or entry.kind
    rest = entry.parent.name if kind == "via" and entry.parent else ",".join(entry.columns)
    line = f"{kind.value} {rest}".strip()
    return f"conditional {line} if {entry.condition}" if entry.base else line


def name_of(text):
    """``chats`` is ``public.chats``."""
    schema, dot, name = text.partition(".")
    return Name(schema, name) if dot else Name("public", schema)


def _tables(text, grants):
    drafts = []
    for line in filter(None, map(str.strip, text.splitlines())):
        word, _, rest = line.partition(" ")
        if word.endswith(":"):
            drafts.append(_Draft(name_of(word[:-1]), [_COLUMN.match(column) for column in rest.split()]))
            assert all(drafts[-1].columns), line
        elif word == "key":
            drafts[-1].key = tuple(rest.split(","))
        else:
            drafts[-1].says.append((word, rest))
    keys = {draft.name: draft.key for draft in drafts} | {USERS: ("id",)}
    return [_table(draft, keys, grants) for draft in drafts]


@dataclass
class _Draft:
    name: Name
    columns: list
    key: tuple = ("id",)
    says: list = field(default_factory=list)


def _table(draft, keys, grants):
    name, parsed, key, says = draft.name, draft.columns, draft.key, draft.says
    defaults = dict(value.partition(" ")[::2] for word, value in says if word == "default")
    columns = tuple(
        Column(
            name=found["name"],
            type=found["type"] or "uuid",
            base=found["type"] or "uuid",
            not_null=bool(found["not_null"]) or found["name"] in key,
            default=defaults.get(found["name"]),
            position=at,
        )
        for at, found in enumerate(parsed, 1)
    )
    return Table(
        name=name,
        kind="table",
        owner="postgres",
        rls=("off", "") not in says,
        columns=columns,
        keys=(
            Key(name="pkey", columns=key, primary=True),
            *(_key(*value.split(","), primary=False) for word, value in says if word == "unique"),
        ),
        foreign_keys=tuple(_foreign(found, keys) for found in parsed if found["target"]),
        checks=tuple(_check(found) for found in parsed if found["labels"]),
        policies=tuple(
            _policy(name, word, value, at) for at, (word, value) in enumerate(says) if word in ("select", "write")
        ),
        grants=grants,
    )


def _foreign(found, keys):
    target = found["target"]
    parts = target.split(".")
    table = Name(parts[0], parts[1]) if parts[0] == "auth" else name_of(parts[0])
    column = parts[-1] if len(parts) > 1 and parts[0] != "auth" else keys[table][0]
    on = {"c": "cascade", "n": "set null", None: "no action"}[found["on"]]
    return ForeignKey(
        name=f"{found['name']}_fkey", columns=(found["name"],), target=table, target_columns=(column,), on_delete=on
    )


def _check(found):
    labels = ", ".join(f"'{label}'::text" for label in found["labels"].split(","))
    return Check(
        name=f"{found['name']}_check",
        columns=(found["name"],),
        definition=f"CHECK (({found['name']} = ANY (ARRAY[{labels}])))",
    )


def _policy(table, word, text, at):
    return PolicyRow(
        table=table,
        name=f"{word} {at}",
        command="select" if word == "select" else "all" if word == "all" else "insert",
        permissive=True,
        roles=("public",),
        using=text if word == "select" else None,
        check=None if word == "select" else text,
    )


def _key(*columns, primary=True):
    return Key(name="_".join(columns), columns=columns, primary=primary)


def _plain(name):
    return Column(name=name, type="uuid", base="uuid", not_null=True, position=1)


def _view(name, reads, columns):
    return View(
        name=name_of(name),
        kind="view",
        owner="postgres",
        security_invoker=False,
        columns=tuple(_plain(column) for column in columns.split()),
        reads=tuple(name_of(read) for read in reads.split()),
    )
