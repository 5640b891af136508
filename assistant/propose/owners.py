"""The predicate "this row is the caller's", written from the ownership map and never from the operator's policies.

Shapes follow what was measured on a million rows: ``= ANY (ARRAY(SELECT …))`` and a wrapped scalar cost what a hand-written
WHERE costs; IN, EXISTS and a call per row do not. An owner that the map does not name is a ``Gap`` with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.domain.ownership import OwnerKind
from assistant.propose.caller import subject, tenant_setting
from assistant.propose.ground import sql_type
from assistant.propose.workshop import Helper, singular
from assistant.sql.names import ident, literal, qualified


if TYPE_CHECKING:
    from assistant.domain.catalog import Column
    from assistant.domain.names import Name
    from assistant.domain.ownership import Membership, Ownership
    from assistant.propose.ground import Ground
    from assistant.propose.workshop import Workshop

_DEEPEST = 8
"""Parents of parents followed before the map is called circular."""


class Gap(Exception):  # noqa: N818 - not an error: "I could not, because …", turned into a NoFix by whoever asked
    """The map does not say enough to write a predicate; the text is the reason a person can act on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicate:
    """A condition over a row, with what it stands on."""

    sql: str
    """SQL text; an OR inside stands in parentheses already."""
    helpers: tuple[Helper, ...] = ()
    """Helper functions it calls."""
    columns: tuple[str, ...] = ()
    """Columns of the row it filters on, which want an index."""


def all_of(*parts: Predicate | None) -> Predicate:
    """Every part holds."""
    return _joined(" and ", parts)


def any_of(*parts: Predicate | None) -> Predicate:
    """At least one part holds."""
    joined = _joined(" or ", parts)
    several = len([part for part in parts if part is not None]) > 1
    return Predicate(sql=f"({joined.sql})" if several else joined.sql, helpers=joined.helpers, columns=joined.columns)


def _joined(word: str, parts: tuple[Predicate | None, ...]) -> Predicate:
    given = [part for part in parts if part is not None]
    return Predicate(
        sql=word.join(dict.fromkeys(part.sql for part in given)),
        helpers=tuple(dict.fromkeys(helper for part in given for helper in part.helpers)),
        columns=tuple(dict.fromkeys(column for part in given for column in part.columns)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Owners:
    """Writes owner predicates for one database."""

    ground: Ground
    """Catalog and map."""
    workshop: Workshop
    """Where helper functions are made."""

    def rows(self, entry: Ownership, *, row: str = "", roles: tuple[str, ...] = (), depth: int = 0) -> Predicate:
        """Rows of the entry's table that are the caller's.

        Args:
            entry: the table's entry; ``conditional`` means its base.
            row: alias of the row in the query, empty inside a policy.
            roles: the caller must hold one of these in the tenant.
            depth: how many parents have been followed.

        Raises:
            Gap: the map names nobody.
        """
        kind = entry.base if entry.kind is OwnerKind.CONDITIONAL and entry.base else entry.kind
        if kind in {OwnerKind.SELF, OwnerKind.USER}:
            if not entry.columns:
                raise Gap(f"the map names no owner column of {entry.name}: add it to stanch.toml")
            return any_of(*(self.person(entry.name, column, row=row) for column in entry.columns))
        if kind is OwnerKind.TENANT and entry.columns:
            return any_of(*(self.tenant(entry, column, row=row, roles=roles) for column in entry.columns))
        if kind is OwnerKind.MEMBERSHIP and len(entry.columns) > 1:
            mine = self.person(entry.name, entry.columns[0], row=row)
            return any_of(mine, self.tenant(entry, entry.columns[1], row=row))
        if kind is OwnerKind.VIA and entry.parent is not None and depth < _DEEPEST:
            return self.child(entry, row=row, depth=depth)
        if kind is OwnerKind.UNKNOWN:
            raise Gap(f"who owns {entry.name}? Say so in stanch.toml or on the map screen")
        raise Gap(f"{entry.name} has no owner in the map ({kind.value}): say who owns a row in stanch.toml")

    def person(self, table: Name, column: str, *, row: str = "") -> Predicate:
        """The column names the caller, directly or through a table of people with keys of its own."""
        alias = self.ground.alias_of(table, column)
        there = self.ground.column(table, column)
        if there is None:
            raise Gap(f"{table} has no column {column}: correct its entry in stanch.toml")
        if alias is None:
            return Predicate(sql=f"{_ref(row, column)} = {subject(self.ground.platform, there)}", columns=(column,))
        helper = self._ids(
            ("person", str(alias.table)),
            alias.table,
            alias.key[0],
            where=self._is_me(alias.table, alias.subject_column, "t"),
            index=(alias.subject_column,),
        )
        return _among(_ref(row, column), helper, column)

    def tenant(self, entry: Ownership, column: str, *, row: str = "", roles: tuple[str, ...] = ()) -> Predicate:
        """The column names one of the caller's tenants, in which the caller holds one of the roles if any are given."""
        membership = self.ground.membership(entry)
        there = self.ground.column(entry.name, column)
        if there is None:
            raise Gap(f"{entry.name} has no column {column}: correct its entry in stanch.toml")
        setting = tenant_setting(self.ground.platform, there)
        if setting is not None:
            # server code that nobody outside can reach says which tenant the request is for
            return Predicate(sql=f"{_ref(row, column)} = {setting}", columns=(column,))
        if membership is None:
            raise Gap(f"the map does not say how users belong to the tenant of {entry.name}: name the membership table")
        helper = self.tenants(membership)
        roles = roles if membership.role_column else ()
        call = f"{_function(helper)}({_text_array(roles) if roles else ''})"
        return Predicate(sql=f"{_ref(row, column)} = any (array(select {call}))", helpers=(helper,), columns=(column,))

    def tenants(self, membership: Membership) -> Helper:
        """``private.my_<tenant>_ids(roles)``: the caller's tenants, all of them when no role is asked for."""
        table, role = membership.table, membership.role_column
        column = self.ground.column(table, membership.tenant_column)
        if column is None:
            raise Gap(f"{table} has no column {membership.tenant_column}: correct its entry in stanch.toml")
        mine = self.person(table, membership.user_column, row="m")
        body = f"select m.{ident(membership.tenant_column)} from {qualified(table)} as m where {mine.sql}"
        if role is not None:
            # $1, not a name: a column called like the argument would win
            body += f" and ($1 is null or m.{ident(role)}::text = any ($1))"
        body += self._by_root_owner(membership)
        noun = singular(membership.tenant.name if membership.tenant else membership.tenant_column.removesuffix("_id"))
        return self.workshop.make(
            ("tenants", str(table), membership.tenant_column),
            f"my_{noun}_ids",
            arguments=(("text[]", "NULL"),) if role is not None else (),
            returns=f"SETOF {sql_type(column)}",
            body=body,
            says=f"Which {noun} rows the caller belongs to, read past row-level security so that no policy recurses.",
            indexes=((table, (membership.user_column,)),),
            needs=mine.helpers,
        )

    def _by_root_owner(self, membership: Membership) -> str:
        """Whoever the tenant's own row names as its owner belongs to it even without a membership row."""
        if membership.tenant is None or membership.pointer:
            return ""
        entry = self.ground.entry(membership.tenant)
        if entry.kind is not OwnerKind.USER or not entry.columns:
            return ""
        mine = any_of(*(self.person(entry.name, column, row="t") for column in entry.columns))
        return f" union select t.{ident(membership.tenant_key)} from {qualified(entry.name)} as t where {mine.sql}"

    def child(self, entry: Ownership, *, row: str = "", depth: int = 0) -> Predicate:
        """The foreign key names one of the caller's parent rows."""
        assert entry.parent is not None
        parent = self.ground.entry(entry.parent)
        keys = entry.parent_columns or self._key_of(entry.parent)
        if len(keys) != len(entry.columns) or not keys:
            raise Gap(f"the map does not say which columns of {entry.parent} {entry.name} refers to")
        if len(keys) == 1:
            short = self._shortcut(entry, parent, keys[0], row)
            if short is not None:
                return short
        helper = self.keys_of(parent, keys, depth=depth + 1)
        if len(keys) == 1:
            return _among(_ref(row, entry.columns[0]), helper, entry.columns[0])
        left = ", ".join(_ref(row, column) for column in entry.columns)
        right = ", ".join(f"k.k{n}" for n in range(1, len(keys) + 1))
        sql = f"({left}) in (select {right} from {_function(helper)}() as k)"
        return Predicate(sql=sql, helpers=(helper,), columns=entry.columns)

    def keys_of(self, parent: Ownership, keys: tuple[str, ...], *, depth: int = 0) -> Helper:
        """``private.my_<parent>_ids()``: the caller's rows of the parent."""
        mine = self.rows(parent, row="t", depth=depth)
        return self._ids(("rows", str(parent.name), *keys), parent.name, *keys, where=mine, index=mine.columns[:1])

    def shared_keys(self, parent: Ownership, key: str) -> Helper:
        """``private.shared_<parent>_ids()``: rows of a conditional parent that everyone may read."""
        column = self._known(parent.name, key)
        return self.workshop.make(
            ("shared", str(parent.name), key),
            f"shared_{singular(parent.name.name)}_ids",
            returns=f"SETOF {sql_type(column)}",
            body=f"select t.{ident(key)} from {qualified(parent.name)} as t where ({parent.condition})",
            says=f"Which rows of {parent.name} everyone may read.",
            guests=True,
        )

    def may_use(self, target: Ownership, key: str) -> Helper:
        """``private.may_use_<target>(id)``: the caller owns that row, or everyone may read it."""
        column = self._known(target.name, key)
        shared = Predicate(sql=f"({target.condition})") if target.condition else None
        mine = any_of(shared, self.rows(target, row="t"))
        return self.workshop.make(
            ("use", str(target.name), key),
            f"may_use_{singular(target.name.name)}",
            arguments=((sql_type(column), ""),),
            returns="boolean",
            body=f"select exists (select 1 from {qualified(target.name)} as t where t.{ident(key)} = $1 and {mine.sql})",
            says=f"Whether the caller may refer to that row of {target.name}.",
            needs=mine.helpers,
        )

    def fresh_tenant(self, membership: Membership, value: str) -> Predicate:
        """``private.is_new_<tenant>(id)``: nobody belongs to it yet and, where it says so, the caller founded it."""
        column = self._known(membership.table, membership.tenant_column)
        tenant = membership.tenant
        noun = singular(tenant.name if tenant else membership.tenant_column.removesuffix("_id"))
        body = (
            f"select not exists (select 1 from {qualified(membership.table)} as m"
            f" where m.{ident(membership.tenant_column)} = $1)"
        )
        needs: tuple[Helper, ...] = ()
        if tenant is not None:
            founded = self._founded(tenant)
            needs = founded.helpers if founded else ()
            also = f" and {founded.sql}" if founded else ""
            body += (
                f" and exists (select 1 from {qualified(tenant)} as t"
                f" where t.{ident(membership.tenant_key)} = $1{also})"
            )
        helper = self.workshop.make(
            ("fresh", str(membership.table), membership.tenant_column),
            f"is_new_{noun}",
            arguments=((sql_type(column), ""),),
            returns="boolean",
            body=body,
            says=f"Whether nobody belongs to that {noun} yet, so that its founder may be the first.",
            indexes=((membership.table, (membership.tenant_column,)),),
            needs=needs,
        )
        call = f"{_function(helper)}({value})"
        return Predicate(sql=call, helpers=(helper,))

    def _founded(self, tenant: Name) -> Predicate | None:
        """The tenant's own row names the caller as owner or author."""
        entry = self.ground.entry(tenant)
        columns = entry.columns if entry.kind is OwnerKind.USER else entry.authors
        found = [self.person(tenant, column, row="t") for column in columns if self.ground.column(tenant, column)]
        return any_of(*found) if found else None

    def _known(self, table: Name, column: str) -> Column:
        found = self.ground.column(table, column)
        if found is None:
            raise Gap(f"{table} has no column {column}: correct its entry in stanch.toml")
        return found

    def _shortcut(self, entry: Ownership, parent: Ownership, key: str, row: str) -> Predicate | None:
        """Where the foreign key holds the caller's or the tenant's id itself, no parent needs to be read."""
        column = entry.columns[0]
        if parent.kind is OwnerKind.SELF and parent.columns == (key,):
            return self.person(entry.name, column, row=row)
        if parent.kind is OwnerKind.TENANT and parent.columns == (key,):
            membership = self.ground.membership(parent)
            if membership is not None:
                return _among(_ref(row, column), self.tenants(membership), column)
        return None

    def _key_of(self, table: Name) -> tuple[str, ...]:
        found = self.ground.catalog.tables.get(table)
        return found.primary_key if found else ()

    def _is_me(self, table: Name, column: str, row: str) -> Predicate:
        there = self.ground.column(table, column)
        return Predicate(sql=f"{_ref(row, column)} = {subject(self.ground.platform, there)}", columns=(column,))

    def _ids(
        self, purpose: tuple[str, ...], table: Name, *keys: str, where: Predicate, index: tuple[str, ...]
    ) -> Helper:
        columns = [self.ground.column(table, key) for key in keys]
        if None in columns:
            raise Gap(f"{table} has no column {', '.join(keys)}: correct its entry in stanch.toml")
        types = [sql_type(column) for column in columns if column is not None]
        listed = ", ".join(f"t.{ident(key)}" for key in keys)
        returns = f"SETOF {types[0]}"
        if len(types) > 1:
            returns = "TABLE(" + ", ".join(f"k{n} {kind}" for n, kind in enumerate(types, 1)) + ")"
        noun = singular(table.name)
        return self.workshop.make(
            purpose,
            f"my_{noun}_ids",
            returns=returns,
            body=f"select {listed} from {qualified(table)} as t where {where.sql}",
            says=f"Which rows of {table} are the caller's.",
            indexes=((table, index),) if index else (),
            needs=where.helpers,
        )


def _among(left: str, helper: Helper, column: str) -> Predicate:
    return Predicate(sql=f"{left} = any (array(select {_function(helper)}()))", helpers=(helper,), columns=(column,))


def _function(helper: Helper) -> str:
    return f"{ident(helper.name.schema)}.{ident(helper.name.name)}"


def _ref(row: str, column: str) -> str:
    return f"{row}.{ident(column)}" if row else ident(column)


def _text_array(values: tuple[str, ...]) -> str:
    return f"array[{', '.join(literal(value) for value in values)}]"
