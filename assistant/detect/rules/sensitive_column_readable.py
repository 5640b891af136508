"""Addresses, tokens and customer ids in rows that strangers may read for another reason."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.detect.context import Exposure, verbs_of
from assistant.detect.judge import NEXT, from_leaks, is_deny, is_plain, judge, report
from assistant.detect.openings import Opening, opening
from assistant.detect.rule import Example, Rule
from assistant.domain.facts import Subject
from assistant.domain.matrix import Actor, Severity, Verb, Verdict
from assistant.domain.ownership import OwnerKind


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.detect.judge import Judgement
    from assistant.domain.catalog import PolicyRow, Table
    from assistant.domain.findings import Finding
    from assistant.domain.matrix import Cell

RULE = Rule(
    id="sensitive-column-readable",
    title="A table that others may read holds columns that they may not",
    why="A policy shows a row whole. A profile, a review or a shared chat that everyone may read gives away the address, token or customer id that stands beside it.",
    remedy="REVOKE SELECT on the table from anon and authenticated and GRANT it on the columns that are shown; or move the private columns to a table of their own.",
    docs="https://www.postgresql.org/docs/current/sql-grant.html",
    consequence=True,
)

EXAMPLES = (
    Example(
        setup="""
            create table public.reviews (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users, stars integer, reviewer_email text);
            alter table public.reviews enable row level security;
            create policy own on public.reviews for select to authenticated using (user_id = auth.uid());
        """,
        leak="create policy everyone on public.reviews for select using (true);",
        mend="revoke select on public.reviews from anon, authenticated; grant select (id, user_id, stars) on public.reviews to anon, authenticated;",
        attacked=True,
    ),
)

STRANGERS = frozenset({Actor.GUEST, Actor.SIGNED_IN, Actor.OTHER_TENANT})


def find(context: Context) -> Iterator[Finding]:
    """Tables with sensitive columns that strangers read, by attack or by a policy open to them."""
    for table in context.tables():
        entry = context.owner(table.name)
        if not table.rls or not entry.sensitive or entry.kind is OwnerKind.SERVICE:
            continue
        exposure = _exposure(context, table)
        columns = [name for name in entry.sensitive if name in context.columns_granted(table, "SELECT", exposure)]
        judgement = _judged(context, table, columns, exposure)
        if judgement is None or not columns:
            continue
        leaked = [name for name in columns if any(name in cell.columns for cell in judgement.leaks)] or columns
        yield report(
            RULE,
            Subject(kind="table", name=str(table.name)),
            f"{judgement.who(exposure).capitalize()} can read {', '.join(leaked)} of {table.name}.",
            judgement,
            context.column_place(table.name, leaked[0]),
            detail="Who may read the row may read every column of it; grants decide on columns, policies on rows.",
            policies=(policy.name for policy in context.api_policies(table) if Verb.SELECT in verbs_of(policy)),
            columns=leaked,
        )


def _exposure(context: Context, table: Table) -> Exposure:
    """Who reads rows of others because a policy publishes them: by what they are, or to everyone with a session."""
    found = Exposure.NOBODY
    for policy in context.api_policies(table):
        if policy.using is not None and Verb.SELECT in verbs_of(policy) and _publishes(context, table, policy):
            found = min(found, context.predicate_reach(table, policy))
    return found


def _publishes(context: Context, table: Table, policy: PolicyRow) -> bool:
    mistake = opening(context, table, policy, policy.using or "")
    if mistake is not None:
        return mistake in {Opening.ALWAYS_TRUE, Opening.SIGNED_IN}
    ways = context.branches(table.name, policy.using)
    return any(
        not way.bound and not any(atom.caller or atom.sub_select or atom.null_test for atom in way.atoms)
        for way in ways
    )


def _judged(context: Context, table: Table, columns: list[str], exposure: Exposure) -> Judgement | None:
    if exposure is Exposure.NOBODY:
        return None
    leaks = [cell for cell in context.cells(table.name) if _shows(cell, columns)]
    leaks += [cell for name in columns for cell in context.cells(f"{table.name}.{name}") if _shows(cell, columns)]
    if leaks:
        found = from_leaks(leaks)
        # a row that its owner chose to publish is worth less to a thief than one that was never meant to be seen
        published = context.owner(table.name).kind is OwnerKind.CONDITIONAL
        return replace(found, severity=NEXT.get(found.severity, found.severity)) if published else found
    grade = Severity.CRITICAL if exposure is Exposure.GUEST else Severity.HIGH
    return judge(context, table.name, {Verb.SELECT}, exposure, severity=grade)


def _shows(cell: Cell, columns: list[str]) -> bool:
    """A plain read by a stranger that showed one of the columns."""
    read = cell.verdict is Verdict.LEAKS and cell.verb is Verb.SELECT and cell.actor in STRANGERS
    return read and is_plain(cell) and is_deny(cell) and (not cell.columns or bool(set(cell.columns) & set(columns)))
