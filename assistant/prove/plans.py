"""EXPLAIN of a plain read of each fixed table, as a signed-in user, with sequential scans discouraged.

The shadow's tables are almost empty, so the question is not what the planner would choose on a million rows but whether the
policy *can* use an index at all; a predicate that cannot is an incident in waiting.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import psycopg

from assistant.domain.fixes import PlanNote
from assistant.sql.names import ident, literal, qualified
from assistant.sql.predicate import always_true, column_names


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.domain.catalog import Catalog, Platform, Table
    from assistant.shadow.database import Shadow

_SOMEBODY: Final = "00000000-0000-4000-8000-000000000001"


def explain(shadow: Shadow, catalog: Catalog, tables: Iterable[str]) -> tuple[PlanNote, ...]:
    """One note for each of the tables that has a policy of ours and a read policy with a condition.

    Args:
        shadow: with the fixes applied.
        catalog: of the shadow with the fixes applied.
        tables: names as ``str(Name)`` prints them.
    """
    wanted = sorted(set(tables))
    known = {str(name): table for name, table in catalog.tables.items()}
    notes: list[PlanNote] = []
    with shadow.connect(autocommit=False) as connection:
        for name in wanted:
            table = known.get(name)
            columns = _filtered(table, catalog.platform) if table is not None else ()
            ours = table is not None and any(policy.name.startswith("stanch ") for policy in table.policies)
            if table is not None and ours and columns:
                notes.append(_note(connection, catalog.platform, table, columns))
    return tuple(notes)


def _filtered(table: Table, platform: Platform) -> tuple[str, ...]:
    """Columns that the read policies of users filter on; none when some policy admits every row."""
    own = {column.name for column in table.columns}
    found: dict[str, None] = {}
    for policy in table.policies:
        reads = policy.command in {"select", "all"} and {platform.user_role, "public"}.intersection(policy.roles)
        if not reads or policy.using is None:
            continue
        if always_true(policy.using):
            return ()
        found.update(dict.fromkeys(name for name in column_names(policy.using) if name in own))
    return tuple(found)


def _note(connection: psycopg.Connection[Any], platform: Platform, table: Table, columns: tuple[str, ...]) -> PlanNote:
    try:
        _become(connection, platform)
        row = connection.execute(f"explain (format json, costs off) select 1 from {qualified(table.name)}").fetchone()
        plan = row[0] if row else []
    except psycopg.Error as error:
        connection.rollback()
        return PlanNote(table=str(table.name), columns=columns, uses_index=False, plan=str(error).splitlines()[0])
    connection.rollback()
    nodes = list(_nodes((plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]))
    hit = next((node for node in nodes if _by_index(node, columns)), None)
    shown = hit or nodes[0]
    condition = shown.get("Index Cond") or shown.get("Filter") or ""
    line = f"{shown['Node Type']} on {shown.get('Relation Name') or shown.get('Index Name') or table.name.name} ({condition})"
    return PlanNote(table=str(table.name), columns=columns, uses_index=hit is not None, plan=line)


def _become(connection: psycopg.Connection[Any], platform: Platform) -> None:
    """A signed-in user with a subject, and every setting filled."""
    settings = dict.fromkeys((*platform.user_settings, *platform.tenant_settings), _SOMEBODY)
    if platform.claims_setting is not None:
        settings[platform.claims_setting] = json.dumps({"sub": _SOMEBODY, "role": platform.user_role})
    for name, value in settings.items():
        connection.execute(f"select set_config({literal(name)}, {literal(value)}, true)")
    connection.execute("set local enable_seqscan = off")
    connection.execute(f"set local role {ident(platform.user_role)}")


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def _by_index(node: dict[str, Any], columns: tuple[str, ...]) -> bool:
    condition = str(node.get("Index Cond", ""))
    return any(ident(column) in condition for column in columns)
