"""From findings to fixes: one fix an object, in the order in which they are applied, and a reason for every finding without one.

Deterministic: the same catalog, map, findings and matrix give the same fixes, byte for byte.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.detect.context import Context
from assistant.domain.fixes import Fix, NoFix
from assistant.domain.names import PLATFORM_SCHEMAS
from assistant.domain.ownership import OwnerKind
from assistant.domain.replay import Replay
from assistant.propose.draft import ClosedBeneath
from assistant.propose.evidence import Case, Docket, open_docket
from assistant.propose.functions import fix_function
from assistant.propose.ground import Ground
from assistant.propose.owners import Owners
from assistant.propose.shapes import Shapes
from assistant.propose.storage import OBJECTS, fix_storage
from assistant.propose.surroundings import fix_default_privileges
from assistant.propose.tables import fix_table
from assistant.propose.tidying import REPLACED, tidy_table
from assistant.propose.views import fix_view
from assistant.propose.workshop import Workshop


if TYPE_CHECKING:
    from assistant.domain.catalog import Catalog
    from assistant.domain.findings import Finding
    from assistant.domain.matrix import Matrix
    from assistant.domain.names import Name
    from assistant.domain.ownership import OwnershipMap

_NO_RULE = "stanch has no fix for this kind of finding yet: follow its detail by hand"


def propose(
    findings: tuple[Finding, ...],
    catalog: Catalog,
    ownership: OwnershipMap,
    matrix: Matrix | None,
    *,
    strict: frozenset[str] = frozenset(),
) -> tuple[Fix | NoFix, ...]:
    """Fixes in application order, then what has none.

    Args:
        findings: everything that is wrong.
        catalog: the schema they were found in.
        ownership: the map that fixes are written from.
        matrix: what the attack showed; None when there was none.
        strict: names of objects (``str(Name)``, bucket ids) on which a gentle fix was rehearsed and left a leak or locked somebody
            out: there, every policy at hand is replaced.
    """
    surface = Context(
        catalog=catalog, ownership=ownership, matrix=matrix, replay=Replay(files=0, statements=0, applied=0)
    ).surface
    ground = Ground(catalog=catalog, ownership=ownership, surface=surface)
    docket = open_docket(catalog, findings, matrix, strict)
    trusted = frozenset(
        name for name, case in docket.tables.items() if case.first_steps or "tenant-pointer-writable" in case.rules
    )
    stuffed = frozenset(name for name, case in docket.tables.items() if case.variants & {"stuffed", "move"})
    owners = Owners(ground=ground, workshop=Workshop(ground=ground))
    shapes = Shapes(ground=ground, owners=owners, strict=strict, trusted=trusted, stuffed=stuffed)
    results = _tables(shapes, docket)
    guarded = _guarded(ground, results)
    results += fix_storage(shapes, docket)
    others = _others(ground, docket, guarded, strict)
    results = [*_credited(results, others), *others]
    return _answered(findings, results)


def _tables(shapes: Shapes, docket: Docket) -> list[Fix | NoFix]:
    """Leaks first, table by table; then what could be said better about the policies that are left."""
    tables = shapes.ground.catalog.tables
    results: list[Fix | NoFix] = []
    for name in sorted(docket.tables):
        if name != OBJECTS and name.schema not in PLATFORM_SCHEMAS:
            results += list(fix_table(shapes, tables[name], docket.tables[name]))
    dropped = "\n".join(statement.sql for fix in results if isinstance(fix, Fix) for statement in fix.statements)
    for name in sorted(docket.tidy):
        table = tables[name]
        gone = frozenset(policy.name for policy in table.policies if _drop_of(name, policy.name) in dropped)
        answers = tidy_table(shapes, table, docket.tidy[name], gone)
        replaced = {one.finding for one in answers if isinstance(one, NoFix) and one.reason == REPLACED}
        results = [_also(one, name, replaced) for one in results]
        results += [one for one in answers if not (isinstance(one, NoFix) and one.finding in replaced)]
    return results


def _also(result: Fix | NoFix, table: Name, findings: set[str]) -> Fix | NoFix:
    """The fix of a table's leaks answers findings about policies it drops."""
    if not findings or not isinstance(result, Fix) or result.objects != (str(table),):
        return result
    return replace(result, findings=tuple(sorted({*result.findings, *findings})))


def _drop_of(table: Name, policy: str) -> str:
    from assistant.sql.policy import drop_policy

    return drop_policy(table, policy)


def _guarded(ground: Ground, results: list[Fix | NoFix]) -> frozenset[Name]:
    """Tables whose rows policies guard once the fixes are applied; a public one guards nothing and needs nothing."""
    fixed = {name for result in results if isinstance(result, Fix) for name in result.objects}
    return frozenset(
        name
        for name, table in ground.catalog.tables.items()
        if (table.rls or str(name) in fixed) or ground.entry(name).kind is OwnerKind.PUBLIC
    )


def _others(ground: Ground, docket: Docket, guarded: frozenset[Name], strict: frozenset[str]) -> list[Fix | NoFix]:
    """Views, functions, and what belongs to a schema or a role."""
    views = {str(name): view for name, view in ground.catalog.views.items()}
    functions = {str(name): function for name, function in ground.catalog.functions.items()}
    results: list[Fix | NoFix] = []
    merged: dict[tuple[str, str], Case] = {}
    for key in sorted(docket.others):
        kind, _, name = key.partition(" ")
        home = "view" if name in views else "function" if name in functions else kind
        case = merged.setdefault((home, name), Case())
        case.findings += docket.others[key].findings
        case.cells += docket.others[key].cells
    for (kind, name), case in merged.items():
        if kind == "view" and name in views:
            results += fix_view(ground, views[name], case, guarded, strict=name in strict)
        elif kind == "function" and name in functions:
            results += fix_function(ground, functions[name], case, guarded, strict=name in strict)
        elif any("default-priv" in rule for rule in case.rules):
            results += fix_default_privileges(ground, name, case)
    return results


def _credited(tables: list[Fix | NoFix], others: list[Fix | NoFix]) -> list[Fix | NoFix]:
    """A view or function that already reads with its caller's rights is closed by the fix of a table beneath it."""
    beneath: dict[str, set[str]] = {}
    for one in others:
        if isinstance(one, ClosedBeneath):
            beneath.setdefault(one.finding, set()).update(str(name) for name in one.reads)
    credited: list[Fix | NoFix] = []
    for result in tables:
        if isinstance(result, Fix):
            mine = {finding for finding, reads in beneath.items() if reads.intersection(result.objects)}
            credited.append(replace(result, findings=tuple(sorted({*result.findings, *mine}))))
        else:
            credited.append(result)
    return credited


def _answered(findings: tuple[Finding, ...], results: list[Fix | NoFix]) -> tuple[Fix | NoFix, ...]:
    """Every finding has exactly one answer: its fix, or the first reason, or that there is no rule for it."""
    fixes = sorted((one for one in results if isinstance(one, Fix)), key=lambda fix: (fix.order, fix.id))
    closed = {finding for fix in fixes for finding in fix.findings}
    reasons: dict[str, str] = {}
    for one in results:
        if isinstance(one, NoFix):  # a ClosedBeneath among them: nothing beneath was fixed
            reasons.setdefault(one.finding, one.reason)
    unanswered = [
        NoFix(finding=finding.fingerprint, reason=reasons.get(finding.fingerprint, _NO_RULE))
        for finding in findings
        if finding.fingerprint not in closed
    ]
    return (*fixes, *dict.fromkeys(unanswered))
