"""Replays the schema and records its rules as the server understands them, with what could not be replayed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.errors import ProofError
from assistant.domain.events import FactTaken
from assistant.engine.actions import begins
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from assistant.domain.catalog import Catalog
    from assistant.domain.events import Happening
    from assistant.domain.replay import Replay
    from assistant.engine.actions import Context


@begins("database-rules")
def begin(context: Context) -> Generator[Happening, None, str]:
    """Open the rehearsal and say what is in it."""
    rehearsal = context.world.rehearsal()
    replay, catalog, step = rehearsal.replay, rehearsal.catalog, context.step.id
    yield from _replayed(context, replay)
    if not any(catalog.own_tables()) and not catalog.views and not catalog.functions:
        raise ProofError(
            "after the replay the database has no table, view or function of yours.",
            "Give a schema with --schema FILE (pg_dump --schema-only), or a database with --database-url URL.",
        )
    rules = context.world.evidence.put("catalog", "policies, flags and grants as the server sees them", _rules(catalog))
    tables = tuple(catalog.own_tables())
    unguarded = [table for table in tables if not table.rls]
    policies = sum(len(table.policies) for table in tables)
    yield FactTaken(
        step=step,
        says=f"{plural(len(tables), 'table')}, {len(unguarded)} without row-level security, {plural(policies, 'policy', 'policies')}",
        evidence=rules.id,
        data={"tables": len(tables), "without_rls": len(unguarded), "policies": policies},
    )
    for table in unguarded[:50]:
        place = replay.provenance.get(f"table {table.name}")
        yield FactTaken(step=step, says=f"{table.name} has row-level security off" + (f" ({place})" if place else ""))
    owner_rights = [view for view in catalog.views.values() if not view.security_invoker]
    yield FactTaken(
        step=step,
        says=f"{plural(len(catalog.views), 'view')}, {len(owner_rights)} of them read with their owner's rights; "
        f"{plural(len(catalog.functions), 'function')}",
        data={"views": len(catalog.views), "owner_rights": len(owner_rights), "functions": len(catalog.functions)},
    )
    return f"{replay.applied} of {plural(replay.statements, 'statement')}; {len(unguarded)} of {plural(len(tables), 'table')} unguarded"


def _replayed(context: Context, replay: Replay) -> Iterator[Happening]:
    step = context.step.id
    evidence = ""
    if replay.skipped:
        text = "".join(f"{left.file}:{left.line}: {left.reason}\n    {left.statement}\n" for left in replay.skipped)
        evidence = context.world.evidence.put("replay", f"{len(replay.skipped)} statements skipped", text).id
    yield FactTaken(
        step=step,
        says=f"{replay.applied} of {plural(replay.statements, 'statement')} in {plural(replay.files, 'file')} replayed",
        evidence=evidence,
        data={"files": replay.files, "statements": replay.statements, "applied": replay.applied},
    )
    for missing in replay.missing[:20]:
        yield FactTaken(
            step=step,
            says=f"{missing.kind} {missing.name} is used by {plural(missing.needed_by, 'statement')} and no file creates it: {missing.remedy}",
        )
    if replay.stand_ins:
        yield FactTaken(
            step=step, says=f"stand-ins for extensions, whose work is not tested: {', '.join(replay.stand_ins)}"
        )
    for note in replay.notes:
        yield FactTaken(step=step, says=note)
    if replay.filled_in:
        yield FactTaken(step=step, says=f"taken from generated types: {', '.join(replay.filled_in)}")


def _rules(catalog: Catalog) -> str:
    lines: list[str] = []
    for table in catalog.tables.values():
        lines.append(
            f"{table.kind} {table.name} rls={'on' if table.rls else 'off'} forced={'yes' if table.force_rls else 'no'}"
        )
        for policy in table.policies:
            kind = "permissive" if policy.permissive else "restrictive"
            lines.append(
                f"  policy {policy.name!r} {kind} for {policy.command} to {', '.join(policy.roles)}"
                f" using ({policy.using}) with check ({policy.check})"
            )
        lines += [f"  grant {grant.privilege} {' '.join(grant.columns)} to {grant.grantee}" for grant in table.grants]
    for view in catalog.views.values():
        lines.append(f"{view.kind} {view.name} {'invoker' if view.security_invoker else 'owner'} rights")
        lines += [f"  grant {grant.privilege} to {grant.grantee}" for grant in view.grants]
    for function in catalog.functions.values():
        lines.append(f"function {function.name} {'definer' if function.definer else 'invoker'}")
        lines += [f"  grant {grant.privilege} to {grant.grantee}" for grant in function.grants]
    return "\n".join(lines) + "\n"
