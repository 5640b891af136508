"""Which privileges each role of the API really has, asked of the server in one query: inheritance and PUBLIC included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.attack.trial import Step, Trial
from assistant.domain.names import Name
from assistant.sql.names import literal


if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.attack.session import Session
    from assistant.domain.catalog import Platform

_TABLE = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
_BY_COLUMN = ("SELECT", "INSERT", "UPDATE")


@dataclass(frozen=True, slots=True)
class Privileges:
    """What the server answered."""

    whole: Mapping[tuple[Name, str], frozenset[str]]
    """Privileges on a whole relation, by relation and role; empty when the schema itself is shut."""
    columns: Mapping[tuple[Name, str, str], frozenset[str]]
    """Columns with a privilege of their own, by relation, role and privilege, where the whole relation has none."""

    def may(self, name: Name, role: str, privilege: str) -> bool:
        """True when the role has the privilege on the relation or on some of its columns."""
        return privilege in self.whole.get((name, role), frozenset()) or bool(self.columns.get((name, role, privilege)))

    def only(self, name: Name, role: str, privilege: str) -> frozenset[str] | None:
        """The columns the privilege is limited to; None when it covers all."""
        if privilege in self.whole.get((name, role), frozenset()):
            return None
        return self.columns.get((name, role, privilege), frozenset())


def read_privileges(session: Session, platform: Platform) -> Privileges:
    """Ask for every relation and every role a request can arrive with."""
    roles = sorted({role for role in (platform.guest_role, platform.user_role, platform.service_role) if role})
    wanted = ", ".join(literal(role) for role in roles)
    checks = ", ".join(f"has_table_privilege(r.oid, c.oid, '{privilege}')" for privilege in _TABLE)
    by_column = ", ".join(
        f"'{privilege}', case when not has_table_privilege(r.oid, c.oid, '{privilege}')"
        f" and has_any_column_privilege(r.oid, c.oid, '{privilege}')"
        f" then (select jsonb_agg(a.attname order by a.attnum) from pg_attribute a where a.attrelid = c.oid"
        f" and a.attnum > 0 and not a.attisdropped and has_column_privilege(r.oid, c.oid, a.attnum, '{privilege}')) end"
        for privilege in _BY_COLUMN
    )
    sql = (
        "select coalesce(jsonb_agg(jsonb_build_array(n.nspname, c.relname, r.rolname,"
        f" jsonb_build_array({checks}), jsonb_build_object({by_column}))), '[]')::text"
        " from pg_class c join pg_namespace n on n.oid = c.relnamespace cross join pg_roles r"
        f" where c.relkind in ('r', 'p', 'v', 'm', 'f') and r.rolname in ({wanted})"
        " and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')"
        " and has_schema_privilege(r.oid, n.oid, 'USAGE')"
    )
    (outcome,) = session.run([Trial(steps=(Step(sql=sql, asks=True),))])[0]
    import json

    whole: dict[tuple[Name, str], frozenset[str]] = {}
    columns: dict[tuple[Name, str, str], frozenset[str]] = {}
    for schema, relation, role, flags, limited in json.loads(outcome.text or "[]"):
        name = Name(schema, relation)
        whole[name, role] = frozenset(privilege for privilege, has in zip(_TABLE, flags, strict=True) if has)
        for privilege, names in limited.items():
            if names:
                columns[name, role, privilege] = frozenset(names)
    return Privileges(whole, columns)
