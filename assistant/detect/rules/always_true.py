"""SELECT policies whose predicate is simply true for guests and users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.flaws import Flaw, gather, predicates
from assistant.detect.openings import Opening, opening
from assistant.detect.rule import Example, Rule
from assistant.sql.predicate import always_true


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.detect.flaws import Group
    from assistant.domain.catalog import PolicyRow, Table
    from assistant.domain.findings import Finding

RULE = Rule(
    id="always-true",
    title="A policy lets everyone read every row",
    why="A policy that is always true is no policy: everyone it is for sees the rows of all customers.",
    remedy="Compare the row's owner or tenant with the caller; for a table that is public on purpose say so in stanch.toml.",
    docs="https://supabase.com/docs/guides/database/postgres/row-level-security",
)

EXAMPLES = (
    Example(
        setup="""
            create table public.messages (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users, body text, email text);
            alter table public.messages enable row level security;
            create policy own on public.messages for all to authenticated using (user_id = auth.uid()) with check (user_id = auth.uid());
            create policy jobs on public.messages for all to service_role using (true) with check (true);
        """,
        leak='create policy "Anyone can read" on public.messages for select using (true);',
        mend='drop policy "Anyone can read" on public.messages;',
        attacked=True,
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """SELECT policies for guests or users that are true whatever the row says."""

    def flaws(table: Table, policy: PolicyRow) -> Iterator[Flaw]:
        said = context.owner(table.name).condition
        if said is not None and policy.command == "select" and always_true(said):
            return  # the map says that everyone may read every row
        for text, verbs in predicates(policy):
            if (
                policy.command == "update"
                and text == policy.check
                and policy.using is not None
                and policy.using != text
            ):
                continue  # the old row is still guarded: that is a write without binding
            if opening(context, table, policy, text) is Opening.ALWAYS_TRUE:
                yield Flaw(policy=policy, verbs=verbs, text=text)

    return gather(context, RULE, flaws, _say, access="read")


def _say(group: Group) -> tuple[str, str]:
    return f"{group.can}: {group.names} admits every row.", f"The predicate is always true ({group.texts})."
