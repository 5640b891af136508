"""Which fix is to blame when a rehearsal goes wrong.

By the object it touches; a fix that still locks somebody out or opens something, after it was written again, has to go.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from assistant.domain.matrix import Verb, Verdict
from assistant.domain.ownership import OwnerKind
from assistant.propose.entitlements import says_what_one_may_do


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assistant.domain.catalog import Catalog
    from assistant.domain.fixes import Fix
    from assistant.domain.matrix import Cell, Comparison, Matrix
    from assistant.domain.ownership import OwnershipMap
    from assistant.prove.rehearse import Rehearsed


_WRITES: Final = frozenset({Verb.INSERT, Verb.UPDATE, Verb.DELETE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Blame:
    """What went wrong, by object and by fix."""

    objects: frozenset[str]
    """Objects whose fix should be written again with less sparing."""
    harmful: Mapping[str, str]
    """Id of a fix to the harm it did: refused, locked out, opened."""

    @property
    def any(self) -> bool:
        """True when something can still be done about it."""
        return bool(self.objects or self.harmful)


def rightful(
    comparison: Comparison,
    before: Matrix,
    ownership: OwnershipMap,
    fixes: Iterable[Fix] = (),
    catalog: Catalog | None = None,
) -> Comparison:
    """The comparison without lock-outs that are the closed leak itself.

    Where anybody could make themselves a member of any tenant, the owner could too: that this is over is the point. A view, a
    materialized view or a function that showed everybody's rows and left the API showed the owner's too; its fix says so. Whoever could
    write their own permissions no longer can.
    """
    authority = {str(name) for name, entry in ownership.entries.items() if entry.kind is OwnerKind.MEMBERSHIP}
    nobodys = {OwnerKind.SERVICE, OwnerKind.UNKNOWN}
    ownerless = {str(name) for name, entry in ownership.entries.items() if entry.kind in nobodys}
    granted = {
        str(name)
        for name, entry in ownership.entries.items()
        if catalog is not None and name in catalog.tables and says_what_one_may_do(catalog.tables[name], entry)
    }
    leaked = {(cell.object, cell.verb) for cell in before.of(Verdict.LEAKS)}
    withdrawn = {name for fix in fixes for name in fix.objects if any("REVOKE" in one.sql for one in fix.statements)}

    def is_the_leak(cell: Cell) -> bool:
        if cell.object in ownerless:
            return True  # the map knows nobody who has a right to its rows
        if cell.object in granted and cell.verb in _WRITES:
            return True
        if (cell.object, cell.verb) not in leaked:
            return False
        if cell.object in authority and cell.verb is Verb.INSERT:
            return True
        return cell.kind in {"view", "matview", "function"} and cell.object in withdrawn

    kept = tuple(cell for cell in comparison.locked_out if not is_the_leak(cell))
    return replace(comparison, locked_out=kept)


def blame(rehearsed: Rehearsed, comparison: Comparison, fixes: tuple[Fix, ...], catalog: Catalog) -> Blame:
    """Find the fixes behind refused statements, leaks still open, leaks opened and owners locked out."""
    objects: set[str] = set()
    harmful = {
        fix_id: f"rehearsed and PostgreSQL refused it: {said}" for fix_id, (_, said) in rehearsed.refused.items()
    }
    for cell in comparison.still_open:
        objects |= {name for fix in behind(cell, fixes, catalog) for name in fix.objects} & _near(cell)
    for cells, what in ((comparison.locked_out, "it locked the owner out of"), (comparison.opened, "it opened")):
        for cell in cells:
            suspects = behind(cell, fixes, catalog)
            objects |= {name for fix in suspects for name in fix.objects}
            # of several, the one that is needed least goes first: tidying before locking
            for fix in sorted(suspects, key=lambda fix: (fix.order, fix.id))[-1:]:
                harmful.setdefault(fix.id, f"rehearsed and {what} {cell.object} ({cell.verb.value}): {cell.reason}")
    return Blame(objects=frozenset(objects), harmful=harmful)


def behind(cell: Cell, fixes: Iterable[Fix], catalog: Catalog) -> tuple[Fix, ...]:
    """Fixes of the cell's object; where there is none, fixes of what that object reads."""
    fixes = tuple(fixes)
    direct = tuple(fix for fix in fixes if _near(cell).intersection(fix.objects))
    if direct:
        return direct
    below = _below(cell.object, catalog)
    return tuple(fix for fix in fixes if below.intersection(fix.objects))


def _near(cell: Cell) -> set[str]:
    """The object, and the table written first."""
    bucket = cell.object.removeprefix("storage.objects/").removeprefix("storage.")
    told = cell.columns if cell.kind == "bucket" else ()
    return {cell.object, bucket, *told, *([str(cell.through)] if cell.through else [])}


def _below(name: str, catalog: Catalog) -> set[str]:
    """What a view, a function or a table's policies read."""
    found = {str(read) for read in catalog.reads.get(name, ())}
    for view in catalog.views.values():
        if str(view.name) == name:
            found |= {str(read) for read in view.reads}
    for key, reads in catalog.reads.items():
        if key.startswith(f"{name}: "):
            found |= {str(read) for read in reads}
    return found
