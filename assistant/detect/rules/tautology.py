"""Policies that compare a column of the row with itself."""

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
    id="tautology",
    title="A policy compares a column with itself",
    why="id = id holds for every row. It is what remains when a parameter was meant and a column of the same name was found.",
    remedy="Compare the column with the caller: user_id = (select auth.uid()).",
)

EXAMPLES = (
    Example(
        setup="""
            create table public.letters (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users, email text);
            alter table public.letters enable row level security;
            create policy own on public.letters for select to authenticated using (user_id = auth.uid());
        """,
        leak="alter policy own on public.letters using (user_id = user_id and auth.uid() is not null);",
        mend="alter policy own on public.letters using (user_id = auth.uid());",
        attacked=True,
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """Policies with a branch that holds because a column equals itself."""

    def flaws(table: Table, policy: PolicyRow) -> Iterator[Flaw]:
        for text, verbs in predicates(policy):
            if opening(context, table, policy, text) is Opening.TAUTOLOGY:
                atoms = [atom for branch in context.branches(table.name, text) for atom in branch.atoms if atom.itself]
                columns = tuple(column for atom in atoms for column in atom.row)
                yield Flaw(policy=policy, verbs=verbs, text=", ".join(atom.text for atom in atoms), columns=columns)

    return gather(context, RULE, flaws, _say)


def _say(group: Group) -> tuple[str, str]:
    return f"{group.can}: {group.names} compares a column with itself.", f"{group.texts} holds for every row."
