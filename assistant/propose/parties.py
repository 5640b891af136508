"""Rightful parties that a replaced policy names and the ownership map does not: the seller of a contract the map gives to the buyer.

A way in which a policy admits rows is kept beside the map's own when it ties the row to the caller by a column the map knows nothing
of. What is true for everyone, or asks for a session alone, is the leak and is never kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assistant.domain.ownership import OwnerKind
from assistant.propose.owners import Gap, Predicate, any_of
from assistant.sql.branches import branches
from assistant.sql.disjuncts import disjuncts
from assistant.sql.respelling import respelled
from assistant.sql.truth import Caller, admits


if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.domain.catalog import PolicyRow, Table
    from assistant.domain.ownership import Ownership
    from assistant.sql.branches import Branch, Surface

_PERSONAL: Final = frozenset({OwnerKind.USER, OwnerKind.SELF, OwnerKind.TENANT, OwnerKind.VIA, OwnerKind.CONDITIONAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """What the policies of one command say besides the map."""

    using: Predicate | None = None
    """Existing rows that other parties reach."""
    check: Predicate | None = None
    """New rows that other parties may write."""
    columns: tuple[str, ...] = ()
    """Columns that name them."""


NOBODY: Final = Parties()


def other_parties(
    table: Table, entry: Ownership, policies: Iterable[PolicyRow], command: str, surface: Surface
) -> Parties:
    """Who else the policies that are replaced let in, by right.

    Args:
        table: the guarded table.
        entry: its entry in the map.
        policies: policies about to be dropped.
        command: select, insert, update or delete.
        surface: the names a predicate may use.
    """
    kind = entry.base if entry.kind is OwnerKind.CONDITIONAL and entry.base else entry.kind
    if kind not in _PERSONAL:
        return NOBODY
    using: dict[str, None] = {}
    check: dict[str, None] = {}
    columns: dict[str, None] = {}
    for policy in policies:
        if policy.command not in {command, "all"}:
            continue
        # a policy without WITH CHECK checks new rows with its USING
        for text, into in ((policy.using, using), (policy.check or policy.using, check)):
            for part in disjuncts(text):
                named = _named(part, table, entry, surface)
                if named:
                    into[respelled(part, table.name, surface) or part] = None
                    columns.update(dict.fromkeys(named))
    return Parties(using=_either(using), check=_either(check), columns=tuple(columns))


def ask_who_reads(table: Table, parties: Parties) -> Gap:
    """The question where another party's way in cannot be kept without the leak."""
    listed = ", ".join(parties.columns)
    return Gap(
        f"{table.name} also names {listed}: may both sides reach its rows? Say so in stanch.toml:"
        " under columns whoever may, under authors whoever is only named"
    )


def published_by(table: Table, policies: Iterable[PolicyRow], surface: Surface) -> tuple[str, ...]:
    """Conditions on the row alone under which the policies let signed-in users read: perhaps the leak, perhaps a design."""
    found: dict[str, None] = {}
    for policy in policies:
        if policy.command not in {"select", "all"} or policy.using is None:
            continue
        for way in branches(policy.using, table.name, surface):
            if not way.bound:
                found.update(dict.fromkeys(atom.text for atom in way.atoms if atom.row and not atom.sub_select))
    return tuple(found)


def _named(part: str, table: Table, entry: Ownership, surface: Surface) -> tuple[str, ...]:
    """Columns by which every way of the part ties the row to the caller and which the map does not have; none: not to be kept."""
    ways = branches(part, table.name, surface)
    if not ways or not all(_sound(way) for way in ways) or admits(part, Caller.GUEST) is True:
        return ()
    known = {*entry.columns, *entry.authors}
    bound = {column for way in ways for column in way.bound_columns}
    return tuple(
        column.name
        for column in table.columns
        if column.name in bound - known and _leads_to_somebody(table, column.name)
    )


def _sound(way: Branch) -> bool:
    return way.bound and not any(atom.captured or atom.itself or atom.forged for atom in way.atoms)


def _leads_to_somebody(table: Table, column: str) -> bool:
    """A reference, or a column that is named like one."""
    return any(column in key.columns for key in table.foreign_keys) or column.endswith(("_id", "_by", "_uid", "email"))


def _either(texts: dict[str, None]) -> Predicate | None:
    return any_of(*(Predicate(sql=f"({text})") for text in texts)) if texts else None
