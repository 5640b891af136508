"""What rules look at: the catalog, the map, the matrix and the replay, with the look-ups every rule needs.

Nothing here decides; it answers "who reaches this", "which policies count for this verb", "where does it stand", once each.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Final

from assistant.domain.facts import Place, Subject
from assistant.domain.matrix import Cell, Verb
from assistant.domain.names import Name
from assistant.domain.ownership import OwnerKind, Ownership
from assistant.sql import body
from assistant.sql.branches import Branch, Helper, Surface, branches
from assistant.sql.scopes import Relations
from assistant.sql.truth import Caller, Surroundings, admits


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from assistant.domain.catalog import Catalog, Function, Grant, PolicyRow, Table, View
    from assistant.domain.matrix import Matrix
    from assistant.domain.ownership import OwnershipMap
    from assistant.domain.replay import Replay

STORAGE_OBJECTS: Final = Name("storage", "objects")
AUTH_USERS: Final = Name("auth", "users")
WRITES: Final = (Verb.INSERT, Verb.UPDATE, Verb.DELETE)
ROW_VERBS: Final = (Verb.SELECT, *WRITES)


class Exposure(IntEnum):
    """Who reaches something, worst first."""

    GUEST = 0
    SIGNED_IN = 1
    NOBODY = 2


@dataclass(frozen=True)
class Context:
    """Everything a rule may know."""

    catalog: Catalog
    """The database."""
    ownership: OwnershipMap
    """Who owns each row."""
    matrix: Matrix | None
    """What the attack showed; None when there was none."""
    replay: Replay
    """Where each object was last set."""
    claimed: frozenset[tuple[str, str, str, str, str]] = frozenset()
    """Leaking cells that earlier rules have explained; only the catch-all looks."""

    # --- roles and grants -------------------------------------------------------------------------------------------

    @cached_property
    def guest_roles(self) -> frozenset[str]:
        """Every role whose rights a guest has; empty where the platform has no guests."""
        return self._closure(self.catalog.platform.guest_role)

    @cached_property
    def user_roles(self) -> frozenset[str]:
        """Every role whose rights a signed-in user has."""
        return self._closure(self.catalog.platform.user_role)

    def _closure(self, role: str | None) -> frozenset[str]:
        if role is None:
            return frozenset()
        rights = {entry.name: entry.member_of for entry in self.catalog.roles}
        found, pending = {"public"}, [role]
        while pending:
            name = pending.pop()
            if name not in found:
                found.add(name)
                pending += rights.get(name, ())
        return frozenset(found)

    def exposure_of(self, roles: Iterable[str]) -> Exposure:
        """Who is meant by a list of roles (of a policy or of grants)."""
        named = set(roles)
        if named & self.guest_roles:
            return Exposure.GUEST
        return Exposure.SIGNED_IN if named & self.user_roles else Exposure.NOBODY

    def reach(self, grants: Iterable[Grant], *privileges: str) -> Exposure:
        """Who holds one of the privileges, on the object or on a column of it."""
        return self.exposure_of(grant.grantee for grant in grants if grant.privilege in privileges)

    def columns_granted(self, table: Table, privilege: str, exposure: Exposure) -> frozenset[str]:
        """Columns on which this kind of caller holds the privilege."""
        roles = self.guest_roles if exposure is Exposure.GUEST else self.user_roles
        granted: set[str] = set()
        for grant in table.grants:
            if grant.privilege == privilege and grant.grantee in roles:
                granted.update(grant.columns or (column.name for column in table.columns))
        return frozenset(granted)

    def served(self, name: Name) -> bool:
        """True when the API serves the object's schema (on plain Postgres every schema of the operator's counts)."""
        return name.schema in self.catalog.platform.exposed_schemas or self.catalog.platform.guest_role is None

    # --- tables and policies ----------------------------------------------------------------------------------------

    def tables(self) -> Iterator[Table]:
        """The operator's tables that the API serves."""
        return (table for table in self.catalog.own_tables() if self.served(table.name))

    def table_reach(self, table: Table, *verbs: Verb) -> Exposure:
        """Who may try one of the verbs on the table at all, by its grants."""
        return self.reach(table.grants, *(verb.value.upper() for verb in verbs or ROW_VERBS))

    def api_policies(self, table: Table, *, permissive: bool = True) -> Iterator[PolicyRow]:
        """Policies that count for guests or signed-in users: one ``TO service_role`` does not."""
        for policy in table.policies:
            if policy.permissive is permissive and self.exposure_of(policy.roles) is not Exposure.NOBODY:
                yield policy

    def policy_reach(self, table: Table, policy: PolicyRow) -> Exposure:
        """Who the policy is for *and* may try its verbs by grant."""
        return max(self.exposure_of(policy.roles), self.table_reach(table, *verbs_of(policy)))

    def predicate_reach(self, table: Table, policy: PolicyRow) -> Exposure:
        """Like :meth:`policy_reach`, and not guests where the predicate admits no row for a caller without a subject."""
        found = self.policy_reach(table, policy)
        texts = [text for text in (policy.using, policy.check) if text is not None]
        if found is Exposure.GUEST and texts and all(self.admits(table, text, Caller.GUEST) is False for text in texts):
            return max(found, self.exposure_of(self.user_roles & set(policy.roles)), Exposure.SIGNED_IN)
        return found

    def tamed(self, table: Table, policy: PolicyRow) -> bool:
        """True when a restrictive policy for the same callers ties every row to its caller."""
        for other in self.api_policies(table, permissive=False):
            same_verbs = other.command in {"all", policy.command}
            if same_verbs and set(other.roles) >= set(policy.roles) | ({"public"} & set(other.roles)):
                ways = self.branches(table.name, other.using or other.check)
                if ways and all(way.bound for way in ways):
                    return True
        return False

    def branches(self, table: Name, text: str | None) -> tuple[Branch, ...]:
        """The predicate taken apart."""
        key = (table, text)
        if key not in self._branches:
            self._branches[key] = branches(text, table, self.surface)
        return self._branches[key]

    @cached_property
    def _branches(self) -> dict[tuple[Name, str | None], tuple[Branch, ...]]:
        return {}

    @cached_property
    def surface(self) -> Surface:
        """Columns of all relations and what helper functions look at."""
        columns = {
            name: frozenset(column.name for column in table.columns) for name, table in self.catalog.tables.items()
        }
        columns |= {
            name: frozenset(column.name for column in view.columns) for name, view in self.catalog.views.items()
        }
        helpers: dict[str, Helper] = {}
        for function in self.catalog.functions.values():
            helper = Helper(
                asks_caller=self.asks_caller(function),
                definer=function.definer,
                reads=self.read_by(function),
                user_metadata=body.reads_user_metadata(function.body),
            )
            for key in spellings(function.name):
                helpers.setdefault(key, helper)
        return Surface(relations=Relations(columns=columns, search_path=self.catalog.search_path), helpers=helpers)

    def around(self, table: Table) -> Surroundings:
        """What is known about a row of the table when its predicates are evaluated."""
        found = self._around.get(table.name)
        if found is None:
            never_null = frozenset(column.name for column in table.columns if column.not_null)
            found = self._around[table.name] = Surroundings(never_null=never_null, bodies=self._constants)
        return found

    @cached_property
    def _around(self) -> dict[Name, Surroundings]:
        return {}

    @cached_property
    def _constants(self) -> dict[str, str]:
        return {
            f"{function.name.schema}.{function.name.name}": function.body
            for function in self.catalog.functions.values()
            if function.language == "sql"
        }

    def admits(self, table: Table, text: str | None, caller: Caller) -> bool | None:
        """Is the predicate true (False: never) for the caller whatever the row says?"""
        key = (table.name, text, caller)
        if key not in self._admitted:
            self._admitted[key] = admits(text, caller, self.around(table))
        return self._admitted[key]

    @cached_property
    def _admitted(self) -> dict[tuple[Name, str | None, Caller], bool | None]:
        return {}

    # --- functions and views ----------------------------------------------------------------------------------------

    @cached_property
    def _asking(self) -> frozenset[str]:
        """Bare names of functions that look at the caller, themselves or through one they call."""
        functions = list(self.catalog.functions.values())
        asking = {function.name.name for function in functions if body.names_caller(function.body)}
        grew = True
        while grew:
            more = {
                function.name.name
                for function in functions
                if function.name.name not in asking
                and any(call.rpartition(".")[2] in asking for call in body.called(function.body))
            }
            asking |= more
            grew = bool(more)
        return frozenset(asking)

    def asks_caller(self, function: Function) -> bool:
        """True when the function looks at who is calling; languages that cannot be read count as looking."""
        return function.name.name in self._asking or function.language not in {"sql", "plpgsql"}

    def read_by(self, function: Function) -> tuple[Name, ...]:
        """Relations the function mentions."""
        if function.name not in self._read_by:
            self._read_by[function.name] = self._relations_of(function)
        return self._read_by[function.name]

    @cached_property
    def _read_by(self) -> dict[Name, tuple[Name, ...]]:
        return {}

    def _relations_of(self, function: Function) -> tuple[Name, ...]:
        relations = (*self.catalog.tables, *self.catalog.views)
        return tuple(
            dict.fromkeys(
                (*self.catalog.reads.get(str(function.name), ()), *body.relations_in(function.body, relations))
            )
        )

    def private(self, names: Iterable[Name]) -> tuple[Name, ...]:
        """Those of the relations whose rows are not meant for everyone; views count as what they read."""
        found: dict[Name, None] = {}
        pending = list(names)
        seen: set[Name] = set()
        while pending:
            name = pending.pop(0)
            if name in seen:
                continue
            seen.add(name)
            view = self.catalog.views.get(name)
            if view is not None:
                pending += view.reads
            elif name == AUTH_USERS or self.owner(name).kind is not OwnerKind.PUBLIC:
                found[name] = None
        return tuple(found)

    def views(self, kind: str) -> Iterator[View]:
        """Views (``view``) or materialized views (``matview``) that the API serves."""
        return (view for name, view in self.catalog.views.items() if view.kind == kind and self.served(name))

    # --- map and matrix ---------------------------------------------------------------------------------------------

    def owner(self, name: Name) -> Ownership:
        """The map's entry, or an ``unknown`` one."""
        return self.ownership.entries.get(name) or Ownership(name=name, kind=OwnerKind.UNKNOWN)

    @cached_property
    def asked(self) -> frozenset[Name]:
        """Objects of the "readable by everyone: intended?" questions."""
        questions = self.matrix.questions if self.matrix is not None else ()
        return frozenset(name for question in questions for name in question.objects)

    @cached_property
    def _cells(self) -> Mapping[str, list[Cell]]:
        found: dict[str, list[Cell]] = defaultdict(list)
        for cell in self.matrix.cells if self.matrix is not None else ():
            found[cell.object].append(cell)
        return found

    def cells(self, name: Name | str) -> tuple[Cell, ...]:
        """All cells of one object."""
        return tuple(self._cells.get(str(name), ()))

    # --- places -----------------------------------------------------------------------------------------------------

    def where(self, *subjects: Subject, symbol: str | None = None) -> Place | None:
        """The line of the first subject that has one, with a symbol to show."""
        for subject in subjects:
            place = self.replay.provenance.get(str(subject))
            if place is None and subject.kind == "function":
                place = self._overload(subject)
            if place is not None:
                return replace(
                    place, symbol=symbol or place.symbol or f"{subject.kind} {subject.name.partition('.')[2]}"
                )
        return None

    def _overload(self, subject: Subject) -> Place | None:
        """A function under another spelling of its arguments."""
        return self._by_stem.get(f"function {subject.name.partition('(')[0]}")

    @cached_property
    def _by_stem(self) -> dict[str, Place]:
        """Functions without their arguments; of several overloads the last."""
        provenance = self.replay.provenance
        return {key.partition("(")[0]: place for key, place in provenance.items() if key.startswith("function ")}

    def table_place(self, table: Table) -> Place | None:
        """Where the table was created, or where its row-level security was switched off later."""
        made, switched = Subject(kind="table", name=str(table.name)), Subject(kind="rls", name=str(table.name))
        order = (made, switched) if table.rls else (switched, made)
        return self.where(*order, symbol=f"table {table.name.name}")

    def policy_place(self, policy: PolicyRow) -> Place | None:
        """Where the policy was last set."""
        table = Subject(kind="table", name=str(policy.table))
        return self.where(Subject(kind="policy", name=f"{policy.table}: {policy.name}"), table)

    def column_place(self, table: Name, column: str) -> Place | None:
        """Where the column was added, or its table created."""
        subjects = (Subject(kind="column", name=f"{table}.{column}"), Subject(kind="table", name=str(table)))
        return self.where(*subjects, symbol=f"{table.name}.{column}")

    def function_place(self, function: Function) -> Place | None:
        """Where the function was last set."""
        return self.where(Subject(kind="function", name=str(function.name)))


def spellings(name: Name) -> tuple[str, ...]:
    """How a function is called in a predicate: with its schema, and bare when it stands in public."""
    qualified = f"{name.schema}.{name.name}"
    return (qualified, name.name) if name.schema == "public" else (qualified,)


def verbs_of(policy: PolicyRow) -> tuple[Verb, ...]:
    """The verbs a policy counts for."""
    return ROW_VERBS if policy.command == "all" else (Verb(policy.command),)


def new_row_predicate(policy: PolicyRow) -> str | None:
    """What a written row must satisfy: WITH CHECK, or USING where it serves for both."""
    if policy.command in {"select", "delete"}:
        return None
    return policy.check if policy.check is not None else policy.using
