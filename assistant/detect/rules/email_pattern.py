"""Policies that grant by the shape of an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.flaws import Flaw, gather, predicates
from assistant.detect.judge import NEXT
from assistant.detect.rule import Example, Rule
from assistant.domain.matrix import Severity
from assistant.sql.predicate import email_patterns


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.detect.flaws import Group
    from assistant.domain.catalog import PolicyRow, Table
    from assistant.domain.findings import Finding

RULE = Rule(
    id="email-pattern",
    title="A policy grants by a pattern of the caller's address",
    why="Anyone may register an address. Without an at-sign before the domain, eve@notacme.com matches '%acme.com' as well; with one, the grant is "
    "only as good as the confirmation of addresses.",
    remedy="Keep those who may in a table of their own, by user id.",
)

EXAMPLES = (
    Example(
        setup="""
            create table public.cases (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users, phone text);
            alter table public.cases enable row level security;
            create policy own on public.cases for select to authenticated using (user_id = auth.uid());
        """,
        leak="create policy staff on public.cases for select to authenticated using (auth.jwt() ->> 'email' like '%acme.com');",
        mend="drop policy staff on public.cases;",
        attacked=True,
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """Policies with a branch that rests on LIKE, a regular expression or a part of the caller's address."""
    for loose in (True, False):

        def flaws(table: Table, policy: PolicyRow, *, loose: bool = loose) -> Iterator[Flaw]:
            for text, verbs in predicates(policy):
                if all(branch.bound for branch in context.branches(table.name, text)):
                    continue
                patterns = [pattern for pattern in email_patterns(text) if pattern.loose is loose]
                if patterns:
                    yield Flaw(policy=policy, verbs=verbs, text="; ".join(pattern.pattern for pattern in patterns))

        for finding in gather(context, RULE, flaws, _say_loose if loose else _say_exact, storage=True):
            yield finding if loose or finding.executed else _asked(finding)


def _asked(finding: Finding) -> Finding:
    """A whole domain is a rule for staff more often than a mistake: low, and to be read."""
    from dataclasses import replace

    severity = min(finding.severity, Severity.LOW, key=[Severity.INFO, Severity.LOW, *NEXT].index)
    return replace(finding, severity=severity)


def _say_loose(group: Group) -> tuple[str, str]:
    return (
        f"Anyone who registers a matching address can {group.judgement.does(group.verbs)} rows of {group.table.name}: {group.names}.",
        f"The pattern {group.texts} does not pin a whole domain.",
    )


def _say_exact(group: Group) -> tuple[str, str]:
    return (
        f"Everyone with an address of one domain can {group.judgement.does(group.verbs)} all rows of {group.table.name}: intended?",
        f"{group.names} grants by {group.texts}; it is only as good as the confirmation of addresses.",
    )
