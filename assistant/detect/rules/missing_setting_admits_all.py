"""Policies that open every row to a caller without the claim or setting they read."""

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
    id="missing-setting-admits-all",
    title="A missing claim or setting admits every row",
    why="On a fresh connection a setting is NULL, and a guest has no subject. A policy that admits when it is missing is open to whoever leaves it out.",
    remedy="Fail closed: compare with current_setting('app.tenant_id', true) alone, which admits nobody when it is NULL.",
    docs="https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-SET",
)

EXAMPLES = (
    Example(
        setup="""
            create table public.drafts (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users, email text);
            alter table public.drafts enable row level security;
            create policy own on public.drafts for select using (user_id = auth.uid());
        """,
        leak="alter policy own on public.drafts using (auth.uid() is null or user_id = auth.uid());",
        mend="alter policy own on public.drafts using (auth.uid() is not null and user_id = auth.uid());",
        attacked=True,
    ),
    Example(
        setup="""
            create table public.orders (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users, token text);
            alter table public.orders enable row level security;
            create policy own on public.orders for select using (user_id::text = current_setting('app.user_id', true));
        """,
        leak="alter policy own on public.orders using (current_setting('app.user_id', true) is null or user_id::text = current_setting('app.user_id', true));",
        mend="alter policy own on public.orders using (user_id::text = current_setting('app.user_id', true));",
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """Policies that are true for a caller about whom nothing is known."""

    def flaws(table: Table, policy: PolicyRow) -> Iterator[Flaw]:
        for text, verbs in predicates(policy):
            if opening(context, table, policy, text) is Opening.MISSING_SETTING:
                yield Flaw(policy=policy, verbs=verbs, text=text)

    return gather(context, RULE, flaws, _say)


def _say(group: Group) -> tuple[str, str]:
    title = f"{group.can} by leaving out a claim or setting: {group.names} admits when it is missing."
    return title, f"With nothing set, this is true for every row: {group.texts}."
