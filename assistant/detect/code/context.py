"""What rules about code look at: the code map, and what the database half knows of each table, with the look-ups every rule needs.

Nothing here decides. It answers whose the rows of a table are, what the attack showed of it, which column names the owner, what the
operator said is public, and which queries and guards of an entry count.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Final

from assistant.detect.code import words
from assistant.detect.code.cells import got_nowhere, speaks_of
from assistant.detect.code.central import central_places
from assistant.detect.code.layouts import layout_before
from assistant.detect.code.linked import Linked
from assistant.detect.code.named_columns import (
    columns_named,
    housed,
    read_by_colleagues,
    tables_that_name,
    versioned,
)
from assistant.detect.code.secret_columns import KnownSecrets
from assistant.domain.code import (
    ActKind,
    ClientKind,
    Decisions,
    Entry,
    EntryKind,
    GuardKind,
    OriginKind,
    Query,
    TieKind,
)
from assistant.domain.code_words import is_callers
from assistant.domain.matrix import Actor, Cell, Verb, Verdict
from assistant.domain.ownership import OwnerKind


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assistant.detect.code.access import Access
    from assistant.domain.catalog import Catalog, Table
    from assistant.domain.code import CodeMap, Origin
    from assistant.domain.findings import Finding
    from assistant.domain.matrix import Matrix
    from assistant.domain.names import Name
    from assistant.domain.ownership import Ownership, OwnershipMap

WRITES: Final = frozenset({"insert", "update", "delete", "upsert", "upload"})
READS: Final = frozenset({"select", "vector", "call", "sign", "admit"})
ATTACKERS: Final = frozenset({Actor.GUEST, Actor.SIGNED_IN, Actor.OTHER_TENANT, Actor.TEAMMATE, Actor.FORGED_CLAIMS})
_VERBS: Final[Mapping[str, tuple[Verb, ...]]] = {
    "select": (Verb.SELECT,),
    "insert": (Verb.INSERT,),
    "update": (Verb.UPDATE,),
    "delete": (Verb.DELETE,),
    "upsert": (Verb.INSERT, Verb.UPDATE),
    "call": (Verb.EXECUTE,),
    "vector": (Verb.EXECUTE, Verb.SELECT),
}


class Whose(StrEnum):
    """Whose the rows of a table are."""

    CUSTOMERS = "customers"
    """Each row is one customer's."""
    EVERYONES = "everyone's"
    """Meant for everyone to read."""
    SERVERS = "the server's"
    """No user reads or writes it: event logs of webhooks, locks, queues."""
    UNKNOWN = "unknown"
    """Nothing says so."""


@dataclass(frozen=True)
class CodeContext:
    """Everything a rule about code may know."""

    map: CodeMap
    """What the code says."""
    catalog: Catalog | None = None
    """The database; None for a code-only repository."""
    ownership: OwnershipMap | None = None
    """Who owns each row; None without a database."""
    matrix: Matrix | None = None
    """What the attack showed; None when there was none."""
    decisions: Decisions = field(default_factory=Decisions)
    """What the operator decided."""
    findings: tuple[Finding, ...] = ()
    """Filled in once the rules ran: what verdicts tell."""
    accesses: dict[tuple[int, int], Access] = field(default_factory=dict, compare=False, repr=False)
    """What was found out about each query so far, by the identity of entry and query."""
    rows_used: dict[int, Mapping[int, tuple[int, ...]]] = field(default_factory=dict, compare=False, repr=False)
    """Queries of an entry whose rows are used, and when, by the identity of the entry."""

    # --- tables -----------------------------------------------------------------------------------------------------

    @cached_property
    def _names(self) -> Mapping[str, tuple[Name, ...]]:
        """Tables, views and functions of the database under the one spelling of their name; ``public`` first."""
        found: dict[str, list[Name]] = defaultdict(list)
        known: set[Name] = set(self.ownership.entries if self.ownership is not None else ())
        if self.catalog is not None:
            known |= {*self.catalog.tables, *self.catalog.views, *self.catalog.functions}
        for name in sorted(known, key=lambda name: (name.schema != "public", str(name))):
            found[words.table_key(name.name)].append(name)
        return {key: tuple(names) for key, names in found.items()}

    def name_of(self, table: str) -> Name | None:
        """The object of the database that the code means by a model, a variable or a table name."""
        names = self._names.get(words.table_key(table), ())
        schema = table.replace('"', "").rpartition(".")[0]
        return next((name for name in names if name.schema == schema), names[0] if names else None)

    def owner_of(self, table: str) -> Ownership | None:
        """The ownership map's entry; None when there is none or it says nothing."""
        name = self.name_of(table)
        if name is None or self.ownership is None:
            return None
        entry = self.ownership.entries.get(name)
        return entry if entry is not None and entry.kind is not OwnerKind.UNKNOWN else None

    def columns_of(self, table: str) -> tuple[str, ...]:
        """Columns by the catalog; empty when it does not know the table."""
        found = self._table(table)
        return tuple(column.name for column in found.columns) if found is not None else ()

    @cached_property
    def harmless(self) -> frozenset[str]:
        """Tables whose columns the code's own schema lists, and no secret among them."""
        listed = (one for one in self.map.models if not words.holds_secrets(one.name, one.columns))
        return frozenset(words.table_key(one.name) for one in listed)

    def _table(self, table: str) -> Table | None:
        name = self.name_of(table)
        return self.catalog.tables.get(name) if name is not None and self.catalog is not None else None

    def whose(self, table: str, engine: str = "") -> Whose:
        """Whose the rows are: the ownership map says, then how the rest of the code treats them, then the name."""
        key = (table, engine)
        if key not in self._whose:
            self._whose[key] = self._ask_whose(table, engine)
        return self._whose[key]

    @cached_property
    def _whose(self) -> dict[tuple[str, str], Whose]:
        return {}

    def _ask_whose(self, table: str, engine: str) -> Whose:
        entry = self.owner_of(table)
        if entry is not None:
            if entry.kind is OwnerKind.PUBLIC:
                return Whose.EVERYONES
            if entry.kind is OwnerKind.SERVICE and not words.sounds_private(table):
                return Whose.SERVERS
            return Whose.CUSTOMERS
        if words.sounds_servers(table, owned=bool(self.owner_columns(table))):
            return Whose.SERVERS
        if words.sounds_shared(table):
            return Whose.EVERYONES
        if (engine in _PROVIDERS and not words.sounds_public(table)) or self.owner_columns(table):
            return Whose.CUSTOMERS
        if words.sounds_public(table) and not self.linked.of_some_people(table):
            return Whose.EVERYONES
        if words.sounds_private(table) or any(words.names_owner(column) for column in self.columns_of(table)):
            return Whose.CUSTOMERS
        return Whose.UNKNOWN

    @cached_property
    def _owner_columns(self) -> Mapping[str, tuple[str, ...]]:
        """Columns that the code itself compares with, or fills from, the caller; commonest first."""
        counted: dict[str, Counter[str]] = defaultdict(Counter)
        for table, columns in self.map.owner_columns.items():
            counted[words.table_key(table)].update(columns)
        for entry in self.map.entries:
            for query in entry.queries:
                key = words.table_key(query.table)
                for column in _caller_columns(query):
                    counted[key][column] += 1
        return {
            key: tuple(name for name, _ in sorted(columns.items(), key=lambda item: (-item[1], item[0])))
            for key, columns in counted.items()
        }

    def owner_columns(self, table: str) -> tuple[str, ...]:
        """Columns that name the owner or the tenant of a row: by the map, then by the code's own filters; best first."""
        entry = self.owner_of(table)
        declared = entry.columns if entry is not None and entry.kind is not OwnerKind.VIA else ()
        return tuple(dict.fromkeys((*declared, *self._owner_columns.get(words.table_key(table), ()))))

    def of_tenants(self, table: str) -> bool:
        """Rows of the table belong to a tenant: by its columns in the catalog, or by those the code names anywhere."""
        named = (*self.owner_columns(table), *self.columns_of(table))
        return any(map(words.names_house, named)) or words.table_key(table) in self._tenants

    @cached_property
    def _tenants(self) -> frozenset[str]:
        """Tables of which some query names a tenant's column."""
        return tables_that_name(self.map.entries, words.names_house)

    @cached_property
    def one_house(self) -> bool:
        """No query names a tenant: everybody works in one and the same house."""
        return not self._tenants

    def for_colleagues(self, table: str) -> bool:
        """In one house, rows that nothing but their author is known of, and that most handlers show to every colleague."""
        held = self.owner_columns(table)
        return (
            self.one_house and words.table_key(table) in self._read_by_colleagues and all(map(words.names_author, held))
        )

    @cached_property
    def _read_by_colleagues(self) -> frozenset[str]:
        return read_by_colleagues(self.map.entries, _by_caller)

    @cached_property
    def peopled(self) -> frozenset[str]:
        """Tables of which some query names a person's column, whoever says which person."""
        return tables_that_name(self.map.entries, words.names_person)

    @cached_property
    def _housed(self) -> Mapping[str, frozenset[frozenset[str]]]:
        return housed(self.map.entries, _by_caller)

    def tenants_office(self, table: str, roles: frozenset[str]) -> bool:
        """The rows are tenants', and whoever holds one of these roles, and no other, is held to their own tenant elsewhere."""
        if words.table_key(table) not in self._housed:
            return False
        return any(held and held <= roles for sets in self._housed.values() for held in sets)

    def referred(self, table: str, column: str) -> str:
        """The table that a column refers to by its foreign key; empty when neither the catalog nor the code's schema says."""
        found = self._table(table)
        wanted = words.snake(column)
        for link in found.foreign_keys if found is not None else ():
            if any(words.snake(own) == wanted for own in link.columns):
                return link.target.name
        return self.linked.referred(table, column)

    @cached_property
    def linked(self) -> Linked:
        """Keys of the code's own schema."""
        return Linked(self.map.links, lambda table: bool(self.owner_columns(table)))

    def grows(self, table: str) -> bool:
        """Several rows share one ``id``, as versions of a document do: an insert under a known id adds to somebody's rows."""
        found = self._table(table)
        if found is not None and found.primary_key:
            return "id" in found.primary_key and len(found.primary_key) > 1
        return words.table_key(table) in self._versioned

    @cached_property
    def _versioned(self) -> frozenset[str]:
        """Tables of which the code selects by ``id`` and a time together."""
        return versioned(self.map.entries)

    @cached_property
    def central(self) -> frozenset[tuple[str, int]]:
        """Places of look-ups that many entries share on the way to their handler and that know the caller: the repository's own guard.

        When such a look-up was not understood, every handler behind it would be accused; what it found is believed instead.
        """
        return central_places(self.map.entries)

    def owner_column(self, table: str) -> str:
        """The column a filter on the caller belongs to; empty when nothing says so."""
        named = (column for column in self.columns_of(table) if words.names_owner(column))
        return next(iter(self.owner_columns(table)), "") or next(named, "")

    def names_owner(self, table: str, column: str) -> bool:
        """Does the column say whose the row is: by the map, the code or its name?"""
        last = column.rpartition(".")[2]
        return words.names_owner(last) or last in self.owner_columns(table)

    @cached_property
    def _known_secrets(self) -> KnownSecrets:
        return KnownSecrets(self.map)

    def secrets_of(self, query: Query) -> tuple[str, ...]:
        """Secret columns that the query reads: those it asks for, or those that the catalog, or other queries, know of a whole row."""
        return self._known_secrets.read_by(query, self.columns_of(query.table))

    @cached_property
    def named(self) -> Mapping[str, frozenset[str]]:
        """Table to the columns that the code itself names."""
        return columns_named(self.map.entries)

    # --- what the database lets through -----------------------------------------------------------------------------

    @cached_property
    def _cells(self) -> Mapping[str, tuple[Cell, ...]]:
        found: dict[str, list[Cell]] = defaultdict(list)
        for cell in self.matrix.cells if self.matrix is not None else ():
            found[cell.object].append(cell)
        return {name: tuple(cells) for name, cells in found.items()}

    def leaking_cells(self, query: Query, *, guest: bool = False) -> tuple[Cell, ...]:
        """Attacks that succeeded on the query's table with the query's verb; ``guest`` for those that need no session."""
        name = self.name_of(query.table)
        if name is None:
            return ()
        wanted = _VERBS.get(query.verb, ())
        return tuple(
            cell
            for cell in self._cells.get(str(name), ())
            if cell.verdict is Verdict.LEAKS
            and cell.verb in wanted
            and speaks_of(cell, query)
            and (cell.actor is Actor.GUEST if guest else cell.actor in ATTACKERS)
        )

    def attacked(self, query: Query) -> bool:
        """True when the matrix knows the query's table at all."""
        return str(self.name_of(query.table)) in self._cells

    def refused(self, query: Query) -> bool:
        """What the query does was tried on somebody else's row, and got nowhere."""
        tried, wanted = self._cells.get(str(self.name_of(query.table)), ()), _VERBS.get(query.verb, ())
        return not self.leaking_cells(query) and any(one.verb in wanted and got_nowhere(one) for one in tried)

    def bypasses(self, query: Query) -> bool:
        """Nothing but the code decides: the service role, a pool user or a provider; or rules that the attack showed to leak."""
        return query.client.bypasses or bool(self.leaking_cells(query))

    def covered_by_rules(self, query: Query) -> bool:
        """Row-level security decides, and no attack showed that it leaks."""
        by_rules = query.client in {ClientKind.USER, ClientKind.ANON, ClientKind.BROWSER}
        return by_rules and not self.leaking_cells(query)

    # --- entries ----------------------------------------------------------------------------------------------------

    def entries(self, *kinds: EntryKind) -> Iterator[Entry]:
        """Entries that can be reached from outside; actions that Next built away are not."""
        for entry in self.map.entries:
            if entry.exposed is not False and (not kinds or entry.kind in kinds):
                yield entry

    @cached_property
    def middleware_asks(self) -> bool:
        """Some middleware or proxy looks at who is calling: what it covers is not open to everybody, only thinly guarded."""
        asking = {GuardKind.SESSION, GuardKind.ROLE, GuardKind.API_KEY, GuardKind.NAME}
        return any(
            any(guard.kind in asking for guard in entry.guards)
            or any(act.kind is ActKind.REDIRECT for act in entry.acts)
            for entry in self.map.entries
            if entry.kind is EntryKind.MIDDLEWARE
        )

    def layout_of(self, entry: Entry) -> Entry | None:
        """The layout that asks who is calling before this page is shown."""
        return layout_before(entry, self._layouts)

    @cached_property
    def _layouts(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.map.entries if entry.is_layout)

    def reason_public(self, entry: Entry) -> str:
        """Why the operator says that it needs no session; empty when they did not."""
        return self.decisions.public.get(entry.id) or self.decisions.public.get(entry.group) or ""

    def said_private(self, entry: Entry) -> bool:
        """The operator was asked and said that it must not be public."""
        return bool({entry.id, entry.group} & self.decisions.private)


def _by_caller(origins: tuple[Origin, ...]) -> bool:
    return bool(origins) and all(origin.kind is OriginKind.CALLER for origin in origins)


_BINDING: Final = frozenset({TieKind.FILTER, TieKind.CHILD, TieKind.PROVEN, TieKind.CREATED})
_PROVIDERS: Final = words.named(
    "stripe paddle lemonsqueezy trigger github polar dodo razorpay disk liveblocks pusher livekit ably stream daytona e2b vercel own"
)
"""External services whose objects are customers': subscriptions, runs, rooms, machines; the server's own disk, and sessions that the application signs."""


def _caller_columns(query: Query) -> Iterator[str]:
    """Columns of a query that hold the caller, or what was proven to be theirs."""
    for condition in query.filters:
        if condition.operator in {"eq", "in"} and any(map(is_callers, condition.origins)):
            yield condition.column.rpartition(".")[2]
    for written in query.written:
        keeps = words.names_self(written.column) or words.names_tenant(written.column)
        if keeps and any(map(is_callers, written.origins)):
            yield written.column  # ``created_by`` says who wrote it down and not whose it is
    if query.tie is not None and query.tie.kind in _BINDING:
        column = query.tie.says.partition(" = ")[0].rpartition(".")[2]
        noted = query.tie.kind is TieKind.CREATED and words.sounds_public(query.table)
        if words.names_owner(column) and not (
            noted and not words.names_self(column) and not words.names_tenant(column)
        ):
            yield column  # who wrote an announcement down is not whose it is
