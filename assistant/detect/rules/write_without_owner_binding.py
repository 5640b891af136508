"""Writes whose new row need not belong to the one who writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.context import AUTH_USERS, new_row_predicate, verbs_of
from assistant.detect.flaws import CHECK_VERBS, Flaw, gather
from assistant.detect.judge import forms
from assistant.detect.openings import Opening, opening
from assistant.detect.rule import Example, Rule
from assistant.domain.matrix import Verb, Verdict
from assistant.domain.ownership import OwnerKind
from assistant.sql.truth import Caller


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.detect.flaws import Group
    from assistant.domain.catalog import PolicyRow, Table
    from assistant.domain.findings import Finding
    from assistant.domain.matrix import Cell
    from assistant.sql.branches import Branch

RULE = Rule(
    id="write-without-owner-binding",
    title="A written row need not belong to its writer",
    why="A WITH CHECK that proves the author and not the tenant (or the other way round) lets a customer put rows into somebody else's account, "
    "or move their own row there.",
    remedy="WITH CHECK must name every column that says whose row it is: owner and tenant.",
    docs="https://www.postgresql.org/docs/current/sql-createpolicy.html",
)

EXAMPLES = (
    Example(
        setup="""
            create table public.workspaces (id uuid primary key default gen_random_uuid(), name text);
            create table public.workspace_members (workspace_id uuid references public.workspaces, user_id uuid references auth.users, role text default 'member', primary key (workspace_id, user_id));
            create table public.pages (id uuid primary key default gen_random_uuid(), workspace_id uuid not null references public.workspaces, created_by uuid not null references auth.users, body text);
            alter table public.workspaces enable row level security;
            alter table public.workspace_members enable row level security;
            alter table public.pages enable row level security;
            create policy own on public.workspace_members for select to authenticated using (user_id = auth.uid());
            create policy team on public.pages for select to authenticated using (workspace_id in (select m.workspace_id from public.workspace_members m where m.user_id = auth.uid()));
            create policy add on public.pages for insert to authenticated with check (created_by = auth.uid() and workspace_id in (select m.workspace_id from public.workspace_members m where m.user_id = auth.uid()));
        """,
        leak="alter policy add on public.pages with check (created_by = auth.uid());",
        mend="alter policy add on public.pages with check (workspace_id in (select m.workspace_id from public.workspace_members m where m.user_id = auth.uid()));",
        attacked=True,
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """INSERT and UPDATE policies that leave open whose row is written."""

    def flaws(table: Table, policy: PolicyRow) -> Iterator[Flaw]:
        text = new_row_predicate(policy)
        if text is None or context.owner(table.name).kind is OwnerKind.MEMBERSHIP:
            return
        verbs = tuple(verb for verb in verbs_of(policy) if verb in CHECK_VERBS)
        needed = needed_columns(context, table)
        mistake = opening(context, table, policy, text)
        if mistake is Opening.ALWAYS_TRUE and policy.command == "update" and policy.using not in {None, text}:
            yield Flaw(policy=policy, verbs=(Verb.UPDATE,), text=text, columns=tuple(sorted(set().union(*needed))))
        if mistake is not None:
            return
        for branch in context.branches(table.name, text):
            missing = [group for group in needed if not group & branch.bound_columns]
            if missing and not _explained(context, table, branch):
                columns = tuple(sorted(set().union(*missing)))
                yield Flaw(policy=policy, verbs=verbs, text=branch.text, columns=columns)

    return gather(context, RULE, flaws, _say, only=_about_new_rows)


def _about_new_rows(cell: Cell) -> bool:
    return cell.through is None and (cell.verb is Verb.INSERT or bool(forms(cell) & {"move", "stuffed"}))


def needed_columns(context: Context, table: Table) -> list[frozenset[str]]:
    """Groups of columns of which each must be tied to the caller: owner, tenant, parent."""
    entry = context.owner(table.name)
    kind = entry.base if entry.kind is OwnerKind.CONDITIONAL else entry.kind
    groups: list[frozenset[str]] = []
    if kind in {OwnerKind.USER, OwnerKind.SELF, OwnerKind.VIA} and entry.columns:
        groups.append(frozenset(entry.columns))
    if kind is OwnerKind.TENANT and entry.columns:
        groups.append(frozenset(entry.columns[:1]))
    people = {AUTH_USERS, *(principal.table for principal in context.ownership.principals)}
    tenants = {membership.tenant for membership in context.ownership.memberships if membership.tenant not in people}
    stuffed = any(cell.verdict is Verdict.LEAKS and "stuffed" in forms(cell) for cell in context.cells(table.name))
    for key in table.foreign_keys:
        if stuffed and key.target not in people and not any(group & set(key.columns) for group in groups):
            groups.append(frozenset(key.columns))
        beside_owner = kind in {OwnerKind.USER, OwnerKind.TENANT} and len(key.columns) == 1
        if beside_owner and key.target in tenants and not any(group & set(key.columns) for group in groups):
            groups.append(frozenset(key.columns))
    return groups


def _explained(context: Context, table: Table, branch: Branch) -> bool:
    """True when another rule reports the branch, or a gate for staff stands before it."""
    for atom in branch.atoms:
        if atom.captured or atom.forged or atom.itself or (atom.sub_select and not atom.linked):
            return True
        if atom.caller and not atom.row and context.admits(table, atom.text, Caller.SIGNED_IN) is None:
            return True
        if context.admits(table, atom.text, Caller.SIGNED_IN) is False:
            return True
    return False


def _say(group: Group) -> tuple[str, str]:
    columns = " and ".join(dict.fromkeys(column for flaw in group.flaws for column in flaw.columns))
    verb = "do" if group.names.startswith("policies ") else "does"
    return (
        f"{group.who} can write rows of {group.table.name} into somebody else's account: {group.names} {verb} not bind {columns}.",
        f"The check on the new row is: {group.texts}.",
    )
