"""What the rules of a table come to for one role and one command: grants, row-level security, permissive and restrictive policies together.

Two schemas are compared by what a role may do, not by the text of their policies: a policy that was renamed, split in two or written
in another spelling leaves the same access.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final

from assistant.sql.truth import Caller, Surroundings
from assistant.sql.ways import Way, covered, ways_in


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.domain.catalog import Catalog, Grant, Platform, PolicyRow, Table

COMMANDS: Final = ("select", "insert", "update", "delete")
_MOST_WAYS: Final = 256
EVERYTHING: Final[Way] = frozenset()
"""The way that asks nothing."""


@dataclass(frozen=True, slots=True)
class Who:
    """A role that requests arrive with."""

    role: str
    """Its name."""
    caller: Caller
    """What is known about whoever uses it."""
    says: str
    """For sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a role may do with a table by one command."""

    rows: frozenset[Way] = frozenset()
    """Ways to reach rows that are there (for INSERT: always everything)."""
    writes: frozenset[Way] = frozenset()
    """Ways to leave a row behind (SELECT and DELETE: always everything)."""
    columns: frozenset[str] | None = frozenset()
    """Columns that are granted; None for all."""

    @property
    def none(self) -> bool:
        """True when the command is of no use to the role."""
        return self.columns == frozenset() or not self.rows or not self.writes

    @property
    def open(self) -> bool:
        """True when it asks nothing."""
        return not self.none and EVERYTHING in self.rows and EVERYTHING in self.writes

    def more_than(self, before: Access) -> bool:
        """True when something is possible that was not."""
        if self.none:
            return False
        if before.none:
            return True
        columns = before.columns is not None and (self.columns is None or not self.columns <= before.columns)
        return (
            columns
            or not all(covered(way, before.rows) for way in self.rows)
            or not all(covered(way, before.writes) for way in self.writes)
        )


def people(platform: Platform) -> tuple[Who, ...]:
    """Guests first."""
    guest = [Who(platform.guest_role, Caller.GUEST, "anybody, without signing in,")] if platform.guest_role else []
    return (*guest, Who(platform.user_role, Caller.SIGNED_IN, "any signed-in user"))


def access(catalog: Catalog, table: Table, who: Who, command: str) -> Access:
    """What ``who`` may do with ``table`` by ``command``."""
    columns = _granted(table.grants, roles_of(catalog, who.role), command.upper())
    if not table.rls:
        everything = frozenset([EVERYTHING])
        return Access(rows=everything, writes=everything, columns=columns)
    around = Surroundings(
        never_null=frozenset(column.name for column in table.columns if column.not_null), bodies=_bodies(catalog)
    )
    mine = [one for one in table.policies if applies(one, catalog, who, command)]

    def combined(predicates: Iterable[tuple[bool, str | None]]) -> frozenset[Way]:
        found = [(permissive, ways_in(text, who.caller, around)) for permissive, text in predicates]
        ways = frozenset(way for permissive, some in found if permissive for way in some)
        for permissive, some in found:
            if not permissive:
                ways = frozenset(left | right for left, right in list(product(ways, some))[:_MOST_WAYS])
        return ways

    everything = frozenset([EVERYTHING])
    rows = everything if command == "insert" else combined((one.permissive, one.using) for one in mine)
    writes = everything
    if command in {"insert", "update"}:
        writes = combined((one.permissive, one.check if one.check is not None else one.using) for one in mine)
    return Access(rows=rows, writes=writes, columns=columns)


def applies(policy: PolicyRow, catalog: Catalog, who: Who, command: str) -> bool:
    """True when a policy has a say about a command of a role."""
    return policy.command in {"all", command} and bool(roles_of(catalog, who.role) & set(policy.roles))


def roles_of(catalog: Catalog, role: str) -> frozenset[str]:
    """A role with everything it is a member of, and PUBLIC."""
    above = next((one.member_of for one in catalog.roles if one.name == role), ())
    return frozenset({role, "public", *above})


def may_execute(grants: Iterable[Grant], catalog: Catalog, who: Who) -> bool:
    """True when one of the grants lets the role call it."""
    return any(one.privilege == "EXECUTE" and one.grantee in roles_of(catalog, who.role) for one in grants)


def _granted(grants: Iterable[Grant], roles: frozenset[str], privilege: str) -> frozenset[str] | None:
    """The columns that some role of ``roles`` may use; None for the whole table."""
    found: set[str] = set()
    for grant in grants:
        if grant.privilege == privilege and grant.grantee in roles:
            if not grant.columns:
                return None
            found.update(grant.columns)
    return None if privilege == "DELETE" and found else frozenset(found)


def _bodies(catalog: Catalog) -> dict[str, str]:
    return {
        f"{function.name.schema}.{function.name.name}": function.body
        for function in catalog.functions.values()
        if function.language == "sql"
    }
