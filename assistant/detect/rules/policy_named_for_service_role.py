"""Policies that are named for the server and, for want of a TO clause, apply to everyone."""

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
    id="policy-named-for-service-role",
    title="A policy named for the service role applies to everyone",
    why="The name of a policy grants nothing. Without TO service_role it is for guests and users too, and the service role never needed it: "
    "it bypasses row-level security.",
    remedy="Drop the policy.",
    docs="https://supabase.com/docs/guides/database/postgres/row-level-security#bypassing-row-level-security",
)

EXAMPLES = (
    Example(
        setup="""
            create table public.payments (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users, email text);
            alter table public.payments enable row level security;
            create policy own on public.payments for select to authenticated using (user_id = auth.uid());
            create policy "Service role manages payments" on public.payments for all to service_role using (true) with check (true);
        """,
        leak='alter policy "Service role manages payments" on public.payments to public;',
        mend='alter policy "Service role manages payments" on public.payments to service_role;',
        attacked=True,
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """Policies whose name says server and whose roles say everyone."""

    def flaws(table: Table, policy: PolicyRow) -> Iterator[Flaw]:
        for text, verbs in predicates(policy):
            if opening(context, table, policy, text) is Opening.NAMED_FOR_SERVER:
                yield Flaw(policy=policy, verbs=verbs, text=text)

    return gather(context, RULE, flaws, _say)


def _say(group: Group) -> tuple[str, str]:
    detail = "It has no TO service_role, so it applies to every role; the service role itself bypasses row-level security and needs no policy."
    return f"{group.can}: {group.names}, meant for the server, applies to everyone.", detail
