"""The catalog seen as a graph: which table refers to which, by foreign key or by a name that can mean nothing else."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.domain.catalog import PlatformKind
from assistant.ownership.words import singulars, words


if TYPE_CHECKING:
    from assistant.domain.catalog import Catalog, Column, ForeignKey, PolicyRow, Table
    from assistant.domain.names import Name
    from assistant.domain.ownership import CodeHints


_TEXT = frozenset({"text", "varchar", "bpchar", "citext"})


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Link:
    """One table refers to another."""

    position: int
    """``attnum`` of the first column: earlier ones matter more."""
    table: Name
    columns: tuple[str, ...]
    target: Name
    target_columns: tuple[str, ...]
    not_null: bool
    """Every column is NOT NULL."""
    on_delete: str
    hard: bool = True
    """A foreign key; False when only the name says it."""

    @property
    def column(self) -> str:
        """The first column, the only one in all but composite keys."""
        return self.columns[0]


class Survey:
    """Everything the rules ask of the catalog, indexed once."""

    def __init__(self, catalog: Catalog, hints: CodeHints) -> None:
        """Index links and keys; partitions are left out, they follow their parent."""
        self.catalog = catalog
        self.hints = hints
        self.tables: dict[Name, Table] = {
            table.name: table for table in catalog.own_tables() if table.parent not in catalog.tables
        }
        self._links = {name: self._links_of(table) for name, table in self.tables.items()}
        self._free = {name: self._free_of(table) for name, table in self.tables.items()}
        self._carriers = Counter(column.name for free in self._free.values() for column in free)
        self._by_words: dict[tuple[str, ...], list[Table]] = defaultdict(list)
        for table in self.tables.values():
            self._by_words[singulars(table.name.name)].append(table)
        self._into: dict[Name, list[Link]] = defaultdict(list)
        for links in self._links.values():
            for link in links:
                self._into[link.target].append(link)

        self._degrees = {target: len({link.table for link in links} - {target}) for target, links in self._into.items()}

    def links(self, table: Name) -> tuple[Link, ...]:
        """Foreign keys of a table in column order."""
        return self._links.get(table, ())

    def into(self, target: Name) -> tuple[Link, ...]:
        """Foreign keys that refer to a table."""
        return tuple(self._into.get(target, ()))

    def degree(self, target: Name) -> int:
        """How many other tables refer to it."""
        return self._degrees.get(target, 0)

    def linked_columns(self, table: Name) -> frozenset[str]:
        """Columns that are a foreign key by themselves."""
        return frozenset(link.column for link in self.links(table) if len(link.columns) == 1)

    def free_columns(self, table: Name) -> tuple[Column, ...]:
        """Columns that no foreign key of their own explains; one that is half of a composite key may still need a name."""
        return self._free[table]

    def carriers(self, column: str) -> int:
        """How many tables have a free column of that name."""
        return self._carriers[column]

    def rows_named(self, column: str) -> tuple[Table, ...]:
        """Tables whose row a column is called after: ``organization_id`` gives ``organizations``."""
        if words(column)[-1:] != ("id",):
            return ()
        return tuple(self._by_words.get(singulars(column)[:-1], ()))

    def unique_sets(self, table: Name) -> tuple[frozenset[str], ...]:
        """Column sets of the primary key and the unique keys."""
        return tuple(frozenset(key.columns) for key in self.tables[table].keys)

    def key(self, table: Table) -> str | None:
        """The one column other rows name it by: its primary key, or ``id`` where a dump lost the key; None when composite."""
        if len(table.primary_key) == 1:
            return table.primary_key[0]
        return "id" if not table.keys and table.column("id") else None

    def alone_unique(self, table: Name, column: str) -> bool:
        """Whether no two rows share a value of that one column."""
        return frozenset({column}) in self.unique_sets(table)

    @cached_property
    def subject_types(self) -> frozenset[str]:
        """Types a column that holds the caller's subject can have."""
        platform = self.catalog.platform
        if platform.kind is PlatformKind.SUPABASE and not platform.text_subject:
            return frozenset({"uuid", *_TEXT})
        return frozenset({"uuid", "int4", "int8", *_TEXT})

    @cached_property
    def api_roles(self) -> frozenset[str]:
        """Roles that requests from outside arrive with."""
        platform = self.catalog.platform
        return frozenset(role for role in (platform.guest_role, platform.user_role) if role)

    def policies(self, table: Name, *, write: bool) -> tuple[PolicyRow, ...]:
        """Permissive policies that let an outside role write (or read): those for the server alone do not count."""
        wanted = {"all", "insert", "update", "delete"} if write else {"all", "select"}
        return tuple(
            policy
            for policy in self.tables[table].policies
            if policy.permissive and policy.command in wanted and self._outside(policy)
        )

    def writable(self, table: Name) -> bool:
        """Whether an outside role may write some row: by a policy, or by a grant where row security is off."""
        found = self.tables[table]
        granted = any(
            grant.privilege in ("INSERT", "UPDATE", "DELETE") and grant.grantee in (*self.api_roles, "public")
            for grant in found.grants
        )
        return granted and (not found.rls or bool(self.policies(table, write=True)))

    def readable(self, table: Name) -> bool:
        """Whether an outside role may read some row."""
        found = self.tables[table]
        granted = any(
            grant.privilege == "SELECT" and grant.grantee in (*self.api_roles, "public") for grant in found.grants
        )
        return granted and (not found.rls or bool(self.policies(table, write=False)))

    def _free_of(self, table: Table) -> tuple[Column, ...]:
        linked = self.linked_columns(table.name)
        return tuple(column for column in table.columns if column.name not in linked)

    def _outside(self, policy: PolicyRow) -> bool:
        if not ({*self.api_roles, "public"} & set(policy.roles)):
            return False
        text = f"{policy.using or ''} {policy.check or ''}".strip().lower()
        server_only = "'service_role'" in text and " or " not in text
        return text not in ("false", "false false") and not server_only

    def _links_of(self, table: Table) -> tuple[Link, ...]:
        return tuple(sorted(self._link(table, key) for key in table.foreign_keys))

    def _link(self, table: Table, key: ForeignKey) -> Link:
        found = [column for name in key.columns if (column := table.column(name))]
        return Link(
            position=min((column.position for column in found), default=0),
            table=table.name,
            columns=key.columns,
            target=key.target,
            target_columns=key.target_columns,
            not_null=all(column.not_null for column in found),
            on_delete=key.on_delete,
        )
