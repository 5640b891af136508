"""Rows that are shared with guests on purpose and show every column of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.context import Exposure, verbs_of
from assistant.detect.judge import Judgement, report
from assistant.detect.rule import Example, Rule
from assistant.domain.facts import Subject
from assistant.domain.matrix import Severity, Verb
from assistant.domain.ownership import Confidence, OwnerKind
from assistant.sql.truth import Caller


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.catalog import PolicyRow, Table
    from assistant.domain.findings import Finding

RULE = Rule(
    id="shared-row-shows-all-columns",
    title="A shared row shows guests all of its columns",
    why="A policy that opens shared rows to guests opens them whole: with what is shown go the ids of owner and tenant, and whatever is added to the table later.",
    remedy="REVOKE SELECT on the table from anon and GRANT SELECT on the columns the shared page shows.",
    docs="https://www.postgresql.org/docs/current/sql-grant.html",
)

EXAMPLES = (
    Example(
        setup="""
            create table public.organizations (id uuid primary key default gen_random_uuid(), name text);
            create table public.organization_members (organization_id uuid references public.organizations, user_id uuid references auth.users, primary key (organization_id, user_id));
            create table public.sessions (id uuid primary key default gen_random_uuid(), organization_id uuid not null references public.organizations, created_by uuid references auth.users, title text);
            create table public.share_settings (session_id uuid primary key references public.sessions);
            alter table public.sessions enable row level security;
            alter table public.share_settings enable row level security;
            create policy team on public.sessions for select to authenticated using (organization_id in (select m.organization_id from public.organization_members m where m.user_id = auth.uid()));
            create policy anyone on public.share_settings for select to anon using (true);
            revoke all on public.sessions from anon;
            grant select (id, title) on public.sessions to anon;
            create policy shared on public.sessions for select to anon using (exists (select 1 from public.share_settings s where s.session_id = sessions.id));
        """,
        leak="grant select on public.sessions to anon;",
        mend="revoke select on public.sessions from anon; grant select (id, title) on public.sessions to anon;",
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """Owned tables with a policy of their own for guests that admits some rows, and a grant on the whole table."""
    guest = context.catalog.platform.guest_role
    for table in context.tables():
        entry = context.owner(table.name)
        if guest is None or not table.rls or entry.kind in {OwnerKind.PUBLIC, OwnerKind.SERVICE, OwnerKind.UNKNOWN}:
            continue
        sharing = [policy for policy in context.api_policies(table) if _shares(context, table, policy, guest)]
        granted = context.columns_granted(table, "SELECT", Exposure.GUEST)
        whose = [name for name in (*_whose(context, table), *entry.authors, *entry.sensitive) if name in granted]
        whole = any(
            grant.privilege == "SELECT" and not grant.columns and grant.grantee in context.guest_roles
            for grant in table.grants
        )
        if not sharing or not whole or not whose:
            continue
        columns = tuple(dict.fromkeys(whose))
        granted_at = context.where(Subject(kind="grant", name=str(table.name)))
        yield report(
            RULE,
            Subject(kind="table", name=str(table.name)),
            f"Guests who open a shared row of {table.name} also read {', '.join(columns)}.",
            # somebody wrote this GRANT; where the platform's default stands, nobody ever chose
            Judgement(severity=Severity.MEDIUM if granted_at else Severity.LOW, confidence=Confidence.MEDIUM),
            granted_at or context.policy_place(sharing[0]),
            detail="The policy shares some rows with guests, and the grant covers the whole table.",
            policies=(policy.name for policy in sharing),
            columns=columns,
        )


def _whose(context: Context, table: Table) -> tuple[str, ...]:
    """Columns that say whose row it is: of the map, and foreign keys to people and tenants."""
    people = {principal.table for principal in context.ownership.principals}
    tenants = {membership.tenant for membership in context.ownership.memberships}
    keys = tuple(column for key in table.foreign_keys if key.target in people | tenants for column in key.columns)
    entry = context.owner(table.name)
    own = () if OwnerKind.VIA in {entry.kind, entry.base} else entry.columns
    return tuple(name for name in (*own, *keys) if name not in table.primary_key)


def _shares(context: Context, table: Table, policy: PolicyRow, guest: str) -> bool:
    """A SELECT policy for guests by name that admits rows by what they are."""
    if Verb.SELECT not in verbs_of(policy) or guest not in policy.roles or policy.using is None:
        return False
    return context.admits(table, policy.using, Caller.GUEST) is None
