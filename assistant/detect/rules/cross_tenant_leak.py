"""Leaks that the attack executed and no other rule explains."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from assistant.detect.context import STORAGE_OBJECTS, Exposure, verbs_of
from assistant.detect.judge import from_leaks, is_plain, report
from assistant.detect.rule import Example, Rule
from assistant.detect.storage import bucket_place
from assistant.domain.facts import Place, Subject
from assistant.domain.matrix import Verb, Verdict


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.findings import Finding
    from assistant.domain.matrix import Cell

RULE = Rule(
    id="cross-tenant-leak",
    title="An attack succeeded",
    why="The attack reached a row that the ownership map says is not the attacker's. The witness shows how; no pattern of stanch names the mistake.",
    remedy="Read the witness, then the policies of the table; correct the map if the row was meant to be shared.",
    catches_all=True,
)

EXAMPLES = (
    Example(
        setup="""
            create table public.diaries (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users, page integer not null default 1, email text);
            alter table public.diaries enable row level security;
            create policy own on public.diaries for select to authenticated using (user_id = auth.uid());
        """,
        leak="create policy first_page on public.diaries for select to authenticated using (page = 1);",
        mend="drop policy first_page on public.diaries;",
        attacked=True,
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """One finding an object and kind of access, from the leaking cells that nobody claimed."""
    rest: dict[tuple[str, str, str], list[Cell]] = defaultdict(list)
    for cell in context.matrix.of(Verdict.LEAKS) if context.matrix is not None else ():
        if cell.key not in context.claimed:
            name = f"storage.{cell.variant.partition('/')[0]}" if cell.kind == "bucket" else cell.object
            rest[name, cell.kind, _access(cell)].append(cell)
    for (name, kind, access), cells in sorted(rest.items()):
        judgement = from_leaks(cells)
        subject = Subject(kind=kind, name=name)
        policies, place = _policies(context, name, cells)
        reasons = dict.fromkeys(cell.reason for cell in cells if cell.reason)
        yield report(
            RULE,
            subject,
            f"{judgement.who(Exposure.SIGNED_IN).capitalize()} can {judgement.does((Verb.SELECT,))} {'' if kind in {'function', 'column'} else 'rows of '}{name}.",
            judgement,
            place or context.where(subject, Subject(kind="table", name=name)),
            detail="; ".join(list(reasons)[:3]),
            key=access,
            policies=policies,
            columns=dict.fromkeys(column for cell in cells for column in cell.columns),
        )


def _access(cell: Cell) -> str:
    if not is_plain(cell) and cell.kind != "bucket":
        return cell.variant or "two-step"
    return "read" if cell.verb is Verb.SELECT else cell.verb.value if cell.verb is Verb.EXECUTE else "write"


def _policies(context: Context, name: str, cells: list[Cell]) -> tuple[tuple[str, ...], Place | None]:
    """The policies that may have let it through, and the line of the first."""
    if cells[0].kind == "bucket":
        return (), bucket_place(context, name.partition(".")[2])
    verbs = {cell.verb for cell in cells}
    for table in context.catalog.tables.values():
        if str(table.name) == name and table.name != STORAGE_OBJECTS:
            found = (
                [policy for policy in context.api_policies(table) if verbs & set(verbs_of(policy))] if table.rls else []
            )
            return tuple(policy.name for policy in found), context.policy_place(
                found[0]
            ) if found else context.table_place(table)
    return (), None
