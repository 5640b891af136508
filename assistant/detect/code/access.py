"""One query seen from one entry: who may run it, what the outside chooses of it, and what is wrong with that, if anything.

Every access rule reports one kind of fault; the kinds exclude each other, so that one mistake is one finding. What silences a query is
said here once: a tie, an administrator, a verified sender, a secret, a public table, rules of the database that hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.detect.code import words
from assistant.detect.code.conditions import (
    by_header,
    constants,
    is_capability,
    is_client_secret,
    named_by_code,
    of_caller,
    written_out,
)
from assistant.detect.code.context import WRITES, Whose
from assistant.detect.code.guards import (
    EQUALS,
    MACHINES,
    NOT_RUN_BY_PEOPLE,
    PERSONS,
    PROVING,
    about_caller,
    half_signed,
    in_administration,
    is_administrative,
    machine_among,
    of_branch,
    of_row_alone,
    proven_by,
    proven_on_way,
    roles_before_answer,
    strong_guards,
)
from assistant.detect.code.housekeeping import keeps_house
from assistant.detect.code.tenants_office import of_one_tenant
from assistant.detect.code.uses import (
    changes,
    compared_first,
    just_added,
    makes_new,
    notes_only,
    stores_figures,
    used_only_after,
    uses_of,
)
from assistant.domain.code import ClientKind, EntryKind, GuardKind, OriginKind, TieKind, Weakness


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import Entry, Filter, Guard, Origin, Query

__all__ = (
    "EQUALS",
    "MACHINES",
    "NOT_RUN_BY_PEOPLE",
    "PERSONS",
    "PROVING",
    "Access",
    "access_to",
    "accesses",
    "in_administration",
    "is_administrative",
    "proven_by",
    "strong_guards",
)


@dataclass(frozen=True)
class Access:
    """A query, its entry, and what is known of both."""

    context: CodeContext
    entry: Entry
    query: Query

    # --- who --------------------------------------------------------------------------------------------------------

    @cached_property
    def strong(self) -> tuple[Guard, ...]:
        """Guards that count and run before the query."""
        page = self.entry.kind is EntryKind.PAGE and not self.writes  # shown when every check was passed, or not at all
        left = self.query.passed_by
        found = tuple(
            guard
            for guard in strong_guards(self.entry)
            if (guard.order not in left if guard.order <= self.query.order else page)
        )
        return (*found, *of_branch(self.entry, self.query, found))

    @cached_property
    def somewhere_before(self) -> tuple[Guard, ...]:
        """Guards that count and stand before the query, on its own branch or on another."""
        return tuple(guard for guard in strong_guards(self.entry) if guard.order <= self.query.order)

    @cached_property
    def weak(self) -> tuple[Guard, ...]:
        """Guards that were meant to count and do not."""
        return tuple(guard for guard in self.entry.guards if guard.weakness is not None)

    @cached_property
    def knows_caller(self) -> bool:
        """Somebody is signed in, if only by a session nobody verified, or this query or one before it is bound to the caller."""
        if any(
            (guard.kind in PERSONS and not of_row_alone(guard)) or self._is_callers_key(guard) for guard in self.strong
        ):
            return True
        claimed = (guard for guard in self.weak if guard.weakness is Weakness.GET_SESSION)
        if any(guard.order <= self.query.order for guard in claimed):
            return True
        left = {"caller"} - set(self.query.known)  # what was asked on a branch that was left says nothing here
        return any(of_caller(q) and not left & set(q.known) for q in self.entry.queries if q.order <= self.query.order)

    @cached_property
    def trusted_sender(self) -> bool:
        """A signature, a secret or the environment keeps the public out; a secret beside somebody who is signed in is one of two ways in."""
        signed_in = any(guard.kind is GuardKind.SESSION and about_caller(guard) for guard in self.strong)
        other = ({GuardKind.SECRET} if signed_in else set()) | ({GuardKind.SIGNATURE} if self.half_signed else set())
        return machine_among(self.strong, MACHINES - other) or self._asked_for_its_secret

    @cached_property
    def half_signed(self) -> bool:
        """A signature is checked on some ways to it, and on others what was sent is believed as it came."""
        return half_signed(self.query, self.somewhere_before)

    @cached_property
    def _asked_for_its_secret(self) -> bool:
        """The row is only looked up for the secret that the sender is asked for next: nothing else is done with it before."""
        if self.writes or self.query.returned:
            return False
        later = (guard.order for guard in strong_guards(self.entry) if guard.kind in MACHINES)
        at = min((order for order in later if order > self.query.order), default=None)
        if at is None:
            return False
        return used_only_after(self.context, self.entry, self.query.id, at)

    @cached_property
    def by_capability(self) -> bool:
        """Found by something that nobody guesses."""
        if self.query.tie is not None and self.query.tie.kind is TieKind.CAPABILITY:
            return True
        if any(guard.kind is GuardKind.CAPABILITY and not self._is_callers_key(guard) for guard in self.strong):
            return True
        asked = (each for each in self.asked if not (self.knows_caller and is_client_secret(each)))
        return any(is_capability(condition) for condition in asked)

    def _is_callers_key(self, guard: Guard) -> bool:
        """A key of the headers that was compared with its own row says who calls, and not which other rows are theirs."""
        rows = {subject.row for subject in guard.subjects if subject.kind is OriginKind.ROW} - {self.query.id}
        return guard.kind is GuardKind.CAPABILITY and any(
            by_header(condition) for row in rows if row in self.queries for condition in self.queries[row].filters
        )

    @cached_property
    def administrator(self) -> bool:
        """Only administrators of the whole application get here: any row is theirs to see."""
        held = self.strong if self.writes else (*self.strong, *roles_before_answer(self.entry, self.query))
        return is_administrative(held, self.entry, one_house=self.context.one_house) and not of_one_tenant(self)

    # --- what -------------------------------------------------------------------------------------------------------

    @cached_property
    def asked(self) -> tuple[Filter, ...]:
        """Conditions whose value the outside chooses and nobody proved, also through a row that was found that way."""
        return tuple(
            condition for condition in self.query.filters if any(self.loose(origin) for origin in condition.origins)
        )

    def loose(self, origin: Origin) -> bool:
        """Chosen outside and proven by nobody, directly or through a row that was found that way."""
        if origin.kind is OriginKind.REQUEST:
            return origin not in self.proven and not self._part_proven(origin)
        if origin.kind is not OriginKind.ROW or origin.row in self._proven_rows or origin.row == self.query.id:
            return False
        source = self.queries.get(origin.row)
        if source is None or source.order >= self.query.order or makes_new(source):
            return False
        found = access_to(self.context, self.entry, source)
        return bool(found.asked) and not found.tied and not found.settled and not found.by_capability

    def _part_proven(self, name: Origin) -> bool:
        """Of the name of a room, what a pattern took out of it was looked at: ``channel.match(/^private-chat-(.+)$/)[1]``."""
        parts = (one.path.rpartition(".") for one in self.proven if self.query.verb == "admit")
        return any(number.isdigit() and whole == name.path for whole, _, number in parts)

    @cached_property
    def followed_row(self) -> bool:
        """Found through a row of another query, which is judged itself."""
        return any(origin.kind is OriginKind.ROW for condition in self.query.filters for origin in condition.origins)

    @cached_property
    def queries(self) -> dict[int, Query]:
        """The entry's queries by number."""
        return {query.id: query for query in self.entry.queries}

    @cached_property
    def _proven_rows(self) -> frozenset[int]:
        return frozenset(
            subject.row
            for guard in self.strong
            if guard.kind in PROVING
            for subject in guard.subjects
            if subject.kind is OriginKind.ROW
        )

    @cached_property
    def settled(self) -> bool:
        """The row it read was compared with the caller before anything else was done with it."""
        return not self.writes and compared_first(self.entry, self.query)

    @cached_property
    def has_membership(self) -> bool:
        """Some id of the request was proven to be the caller's."""
        asking = {GuardKind.MEMBERSHIP, GuardKind.OWNER, GuardKind.ROLE}
        return bool(proven_by(self.entry, (guard for guard in self.strong if guard.kind in asking)))

    @cached_property
    def known_private(self) -> bool:
        """The ownership map or the code's own filters say that the rows are somebody's, not the name alone."""
        return self.whose is Whose.CUSTOMERS and (
            self.context.owner_of(self.query.table) is not None or bool(self.context.owner_columns(self.query.table))
        )

    @cached_property
    def addressable(self) -> bool:
        """Rows of unknown tables that are only looked up are not accused."""
        return self.writes or self.query.verb == "admit" or self.whose is Whose.CUSTOMERS or bool(self.query.returned)

    @cached_property
    def proven(self) -> frozenset[Origin]:
        """Request values that a guard which counts has checked, by themselves or through the row they found."""
        found = proven_by(self.entry, self.strong) | proven_on_way(self.query)
        if not self._central_rows:
            return found
        asked = (
            origin
            for row in self._central_rows
            for condition in self.queries[row].filters
            for origin in condition.origins
            if origin.kind is OriginKind.REQUEST and self.queries[row].order <= self.query.order
        )
        return found | frozenset(asked)

    @cached_property
    def _central_rows(self) -> frozenset[int]:
        """Look-ups of this entry that the whole repository shares."""
        places = self.context.central
        if not places:
            return frozenset()
        return frozenset(each.id for each in self.entry.queries if (each.place.file, each.place.line) in places)

    @cached_property
    def _run_again(self) -> bool:
        """The same query of the code runs a second time, bound: the first run was an exception of the wrapper's."""
        if self.tied or "outside" in self.query.known:
            return False  # the request itself left the condition out
        for other in self.entry.queries:
            same = other.place == self.query.place and other.at == self.query.at and other.verb == self.query.verb
            if same and other.order > self.query.order:
                again = access_to(self.context, self.entry, other)
                if again.tied or (again.knows_caller and not self.knows_caller):
                    return True
        return False

    @property
    def own_note(self) -> bool:
        """A row that a function further down adds of what happened, or in which nothing was said by the request, the caller or another row."""
        return notes_only(self.entry, self.query)

    @property
    def writes(self) -> bool:
        """The query changes rows."""
        return self.query.verb in WRITES

    @cached_property
    def whose(self) -> Whose:
        """Whose the rows are."""
        return self.context.whose(self.query.table, self.query.engine)

    @cached_property
    def used(self) -> bool:
        """What was read goes somewhere: into the answer, another query, a provider, a prompt."""
        shown = changes(self.query) or bool(self.query.returned) or self.query.verb == "admit"
        return shown or self.query.id in uses_of(self.context, self.entry)

    @cached_property
    def tied(self) -> bool:
        """Something binds it to the caller."""
        tie = self.query.tie
        if tie is not None and tie.kind is not TieKind.RULES:
            return True
        return any(
            origin.kind is OriginKind.ROW and origin.row in self._central_rows and origin.row != self.query.id
            for condition in self.query.filters
            for origin in condition.origins
        )

    @cached_property
    def only_published(self) -> bool:
        """It reads what its owner made public: ``is_public = true``, ``status = 'published'``."""
        return any(words.says_public(condition.column, constants(condition)) for condition in self.query.filters)

    @cached_property
    def derived(self) -> bool:
        """An update stores only what other queries counted or read, or when something was last used."""
        return stores_figures(self.query)

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """Columns that the outside finds the rows by, followed back to the query that took the value from the request."""
        found: dict[str, None] = {}
        for condition in self.asked:
            for origin in condition.origins:
                if origin.kind is OriginKind.REQUEST:
                    found[condition.column] = None
                elif origin.kind is OriginKind.ROW and origin.row in self.queries and self.loose(origin):
                    source = access_to(self.context, self.entry, self.queries[origin.row])
                    found |= dict.fromkeys(source.roots)
        return tuple(found)

    @cached_property
    def handed(self) -> bool:
        """The caller was handed to the function the query stands in, and the query does not use it."""
        held = [condition.origins for condition in self.query.filters] + [each.origins for each in self.query.written]
        used = any(
            origin.kind is OriginKind.CALLER or (origin.kind is OriginKind.ROW and self._of_caller_row(origin.row))
            for origins in held
            for origin in origins
        )
        return self.query.told_caller and not used

    def _of_caller_row(self, row: int) -> bool:
        source = self.queries.get(row)
        return source is not None and source.tie is not None and source.tie.kind is TieKind.FILTER

    @cached_property
    def sure(self) -> bool:
        """The whole chain was resolved."""
        return not self.entry.unresolved and not self.entry.truncated and bool(self.query.table)

    @cached_property
    def matters(self) -> bool:
        """Only the code decides, people reach it, and the rows are somebody's."""
        if self.entry.kind in NOT_RUN_BY_PEOPLE or not self.context.bypasses(self.query):
            return False
        if (
            (self.tied and self.query.verb != "vector")
            or self.trusted_sender
            or self.administrator
            or self.context.reason_public(self.entry)
        ):
            return False
        made = self.query.client is ClientKind.PROVIDER and self.query.verb == "insert"
        if self.own_note or self.whose is Whose.SERVERS or made or keeps_house(self.query):
            return False  # what is made at a provider is nobody's yet: rules about payments look at it
        sold = self.query.client is ClientKind.PROVIDER and not self.writes
        if (sold and written_out(self.query)) or named_by_code(self.query):
            return False
        if self.query.id in self._central_rows or self._run_again:
            return False
        if self.writes:
            return not (self.derived or just_added(self.query, self.queries))
        if self.query.verb == "select" and self.query.columns == ():
            return False  # a count shows no row
        return self.whose is not Whose.EVERYONES and self.used and not self.only_published


def accesses(context: CodeContext, *kinds: EntryKind) -> Iterator[Access]:
    """Every query of every entry."""
    for entry in context.entries(*kinds):
        for query in entry.queries:
            yield access_to(context, entry, query)


def access_to(context: CodeContext, entry: Entry, query: Query) -> Access:
    """A query of an entry of the map; every rule is given the same, so that what one found out need not be found out again."""
    key = (id(entry), id(query))
    found = context.accesses.get(key)
    if found is None:
        found = context.accesses[key] = Access(context=context, entry=entry, query=query)
    return found
