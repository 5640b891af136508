"""Policies for writing whose predicate is simply true for guests and users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.flaws import Flaw, gather, predicates
from assistant.detect.openings import Opening, opening
from assistant.detect.rule import Example, Rule


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.detect.flaws import Group
    from assistant.domain.catalog import PolicyRow, Table
    from assistant.domain.findings import Finding

RULE = Rule(
    id="always-true-write",
    title="A policy lets everyone write any row",
    why="A policy that is always true is no policy: everyone it is for adds, changes or deletes the rows of all customers.",
    remedy="Bind the new row to the caller in WITH CHECK and the old one in USING; let the server write what users may not.",
    docs="https://supabase.com/docs/guides/database/postgres/row-level-security",
)

EXAMPLES = (
    Example(
        setup="""
            create table public.reports (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users, body text);
            alter table public.reports enable row level security;
            create policy own on public.reports for select to authenticated using (user_id = (select auth.uid()));
        """,
        leak="create policy add on public.reports for insert to authenticated with check (true);",
        mend="alter policy add on public.reports with check (user_id = auth.uid());",
        attacked=True,
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """INSERT, UPDATE, DELETE and ALL policies for guests or users that are true whatever the row says."""

    def flaws(table: Table, policy: PolicyRow) -> Iterator[Flaw]:
        for text, verbs in predicates(policy):
            if (
                policy.command == "update"
                and text == policy.check
                and policy.using is not None
                and policy.using != text
            ):
                continue  # the old row is still guarded: that is a write without binding
            if policy.command == "update" and text == policy.check and policy.using not in {None, text}:
                continue  # the old row is still guarded: that is a write without binding
            if opening(context, table, policy, text) is Opening.ALWAYS_TRUE:
                yield Flaw(policy=policy, verbs=verbs, text=text)

    return gather(context, RULE, flaws, _say, access="write")


def _say(group: Group) -> tuple[str, str]:
    return f"{group.can}: {group.names} admits every row.", f"The predicate is always true ({group.texts})."
