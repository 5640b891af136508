"""The ownership map in words: what an entry says, and what an edit changes, before anything is saved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from assistant.domain.ownership import Confidence, OwnerKind


if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.domain.catalog import Catalog, Table
    from assistant.domain.names import Name
    from assistant.domain.ownership import Ownership, OwnershipMap

SURE: Final = {Confidence.HIGH: "sure", Confidence.MEDIUM: "likely", Confidence.LOW: "doubtful"}
"""How sure, as the column says it."""

ASKS: Final[Mapping[OwnerKind, str]] = {
    OwnerKind.SELF: "Which column is the user's own id?",
    OwnerKind.USER: "Which columns name the users who own a row? Separate several with commas.",
    OwnerKind.TENANT: "Which column names the tenant?",
    OwnerKind.VIA: "Which column points to the parent that owns the row?",
    OwnerKind.MEMBERSHIP: "Which columns name the user and the tenant, in this order, separated by a comma?",
    OwnerKind.CONDITIONAL: "When may everyone read a row? Write SQL over the row, such as: is_public",
    OwnerKind.PUBLIC: "Why may everyone read it? The reason is kept in stanch.toml.",
    OwnerKind.SERVICE: "Why does no user read or write it? The reason is kept in stanch.toml.",
}
"""What an edit has to ask for each kind; unknown asks nothing."""


def says(entry: Ownership) -> str:
    """One sentence: who owns a row."""
    columns = " or ".join(entry.columns) or "?"
    match entry.kind:
        case OwnerKind.SELF:
            return f"The row is the user: {columns} is their id."
        case OwnerKind.USER:
            return f"Only the user in {columns} reads and writes a row."
        case OwnerKind.TENANT:
            through = f", known through {entry.membership}" if entry.membership else ""
            return f"Only members of the tenant in {columns}{through}."
        case OwnerKind.VIA:
            return f"Whoever owns the row of {entry.parent or '?'} that {columns} points to."
        case OwnerKind.MEMBERSHIP:
            return f"Says who belongs to which tenant ({', '.join(entry.columns)}): nobody may write themselves in."
        case OwnerKind.PUBLIC:
            return f"Everyone reads it, only the server writes it. {entry.why}".strip()
        case OwnerKind.CONDITIONAL:
            return (
                f"Everyone reads a row while {entry.condition or '?'}; otherwise as {entry.base or '?'} in {columns}."
            )
        case OwnerKind.SERVICE:
            return f"The server only: no user reads or writes it. {entry.why}".strip()
        case OwnerKind.UNKNOWN:
            return "Nobody knows yet: stanch does not judge it until you say."


def change(before: Ownership, after: Ownership) -> str:
    """What an edit changes, for the dialog that asks whether to keep it."""
    return f"Now: {says(before)}\nThen: {says(after)}\nThe attacks on {after.name} are judged by this from the next run on."


def edited(
    entry: Ownership, kind: OwnerKind, answer: str, table: Table | None, ownership: OwnershipMap
) -> Ownership | str:
    """The entry as the operator said, or one sentence that says why it cannot be.

    Args:
        entry: the entry as it stands.
        kind: the kind chosen.
        answer: the answer to ``ASKS[kind]``.
        table: the table of the catalog, None for a view or a bucket.
        ownership: the map, for the memberships and parents it knows.
    """
    plain = replace(
        entry,
        kind=kind,
        confidence=Confidence.HIGH,
        confirmed=True,
        evidence=("said by the operator",),
        condition=None,
        base=None,
        why="",
    )
    if kind is OwnerKind.UNKNOWN:
        return replace(plain, confidence=Confidence.LOW, columns=())
    if kind in {OwnerKind.PUBLIC, OwnerKind.SERVICE}:
        return replace(plain, why=answer, columns=())
    if kind is OwnerKind.CONDITIONAL:
        if entry.kind in {OwnerKind.SELF, OwnerKind.USER, OwnerKind.TENANT, OwnerKind.VIA}:
            return replace(plain, base=entry.kind, condition=answer)
        if entry.kind is OwnerKind.CONDITIONAL:
            return replace(plain, base=entry.base, condition=answer)
        return "Say first who owns a row (self, user, tenant or via), then when everyone may read it."
    columns = tuple(part.strip() for part in answer.split(",") if part.strip())
    wrong = _wrong_columns(kind, columns, table)
    if wrong:
        return wrong
    return _pointed(replace(plain, columns=columns), table, ownership)


def _wrong_columns(kind: OwnerKind, columns: Sequence[str], table: Table | None) -> str:
    wanted = {OwnerKind.MEMBERSHIP: 2, OwnerKind.TENANT: 1, OwnerKind.SELF: 1}.get(kind)
    if wanted is not None and len(columns) != wanted:
        return f"Name {'two columns, user first' if wanted == 2 else 'one column'}."  # noqa: PLR2004 - user and tenant
    if table is not None:
        unknown = [column for column in columns if table.column(column) is None]
        if unknown:
            return f"{table.name} has no column {', '.join(unknown)}; it has {', '.join(column.name for column in table.columns)}."
    return ""


def _pointed(entry: Ownership, table: Table | None, ownership: OwnershipMap) -> Ownership | str:
    target, keys = _target(entry.columns, table)
    if entry.kind is OwnerKind.VIA:
        if target is None:
            return (
                f"No foreign key of {entry.name} starts at {', '.join(entry.columns)}; choose another kind or column."
            )
        return replace(entry, parent=target, parent_columns=keys)
    if entry.kind is OwnerKind.TENANT:
        through = next((m for m in ownership.memberships if target is None or m.tenant == target), None)
        if through is None:
            return "stanch knows no table through which users belong to that tenant; mark the membership table first."
        return replace(entry, tenant=through.tenant, membership=None if through.pointer else through.table)
    if entry.kind is OwnerKind.MEMBERSHIP:
        return replace(entry, tenant=_target(entry.columns[1:], table)[0])
    return entry


def _target(columns: Sequence[str], table: Table | None) -> tuple[Name | None, tuple[str, ...]]:
    for key in table.foreign_keys if table is not None else ():
        if key.columns == tuple(columns):
            return key.target, key.target_columns
    return None, ()


def with_entry(ownership: OwnershipMap, entry: Ownership) -> OwnershipMap:
    """The map with one entry replaced."""
    return replace(ownership, entries={**ownership.entries, entry.name: entry})


def table_of(catalog: Catalog, entry: Ownership) -> Table | None:
    """The table an entry is about."""
    return catalog.tables.get(entry.name)
