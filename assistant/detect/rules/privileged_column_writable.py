"""Users who can raise their own rights: role, plan, credits, verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.context import Exposure, new_row_predicate, verbs_of
from assistant.detect.judge import NEXT, forms, judge, report
from assistant.detect.openings import opening
from assistant.detect.rule import Example, Rule
from assistant.domain.facts import Subject
from assistant.domain.matrix import Severity, Verb
from assistant.domain.ownership import Confidence, OwnerKind


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.catalog import PolicyRow, Table
    from assistant.domain.findings import Finding

RULE = Rule(
    id="privileged-column-writable",
    title="Users can write columns that decide their rights",
    why="A policy decides on rows, not on columns. Whoever may update their own profile may set is_admin, plan or credits on it, unless the grants say otherwise.",
    remedy="REVOKE UPDATE on the table from anon and authenticated, GRANT UPDATE on the columns users may change.",
    docs="https://www.postgresql.org/docs/current/sql-grant.html",
)

EXAMPLES = (
    Example(
        setup="""
            create table public.profiles (id uuid primary key references auth.users, display_name text, is_admin boolean not null default false, credits integer not null default 0);
            alter table public.profiles enable row level security;
            create policy own on public.profiles for select to authenticated using (id = auth.uid());
        """,
        leak="create policy edit on public.profiles for update to authenticated using (id = auth.uid()) with check (id = auth.uid());",
        mend="revoke update on public.profiles from anon, authenticated; grant update (display_name) on public.profiles to authenticated;",
        attacked=True,
    ),
)

OWNED = frozenset({OwnerKind.SELF, OwnerKind.USER, OwnerKind.MEMBERSHIP, OwnerKind.TENANT})


def find(context: Context) -> Iterator[Finding]:
    """Tables whose own rows can be updated, privileged columns included."""
    for table in context.tables():
        entry = context.owner(table.name)
        granted = context.columns_granted(table, "UPDATE", Exposure.SIGNED_IN)
        columns = [name for name in entry.privileged if name in granted]
        updaters = [policy for policy in context.api_policies(table) if Verb.UPDATE in verbs_of(policy)]
        free = [name for name in columns if any(_leaves_free(context, table, policy, name) for policy in updaters)]
        if not table.rls or entry.kind not in OWNED or not free:
            continue
        guarded = any(
            trigger.enabled and trigger.timing == "before" and "update" in trigger.events for trigger in table.triggers
        )
        judgement = judge(
            context,
            table.name,
            {Verb.UPDATE, Verb.INSERT},
            Exposure.SIGNED_IN,
            only=lambda cell: "raise" in forms(cell),
            severity=NEXT[Severity.HIGH] if guarded or entry.kind is OwnerKind.USER else Severity.HIGH,
            confidence=Confidence.LOW if guarded else Confidence.MEDIUM,
        )
        if judgement is None:
            continue
        raised = tuple(dict.fromkeys(column for cell in judgement.leaks for column in cell.columns)) or tuple(free)
        yield report(
            RULE,
            Subject(kind="table", name=str(table.name)),
            f"Users can raise their own rights: {', '.join(raised)} of {table.name} can be written by the row's own user.",
            judgement,
            context.policy_place(updaters[0]),
            detail="The policy lets a user update their own row, and the grant covers all of its columns.",
            policies=(policy.name for policy in updaters),
            columns=raised,
        )


def _leaves_free(context: Context, table: Table, policy: PolicyRow, column: str) -> bool:
    """True when the check on the new row says nothing about the column."""
    text = new_row_predicate(policy)
    if text is None or opening(context, table, policy, text) is not None:
        return text is not None
    return any(not any(column in atom.row for atom in branch.atoms) for branch in context.branches(table.name, text))
