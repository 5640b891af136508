"""Functions that redeem an invitation for whoever names it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.context import Exposure
from assistant.detect.judge import Judgement, from_leaks, is_deny, report
from assistant.detect.rule import Example, Rule
from assistant.domain.facts import Subject
from assistant.domain.matrix import Severity, Verdict
from assistant.domain.ownership import Confidence
from assistant.sql import body


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.catalog import Function
    from assistant.domain.findings import Finding

RULE = Rule(
    id="invitation-without-invitee-check",
    title="An invitation can be accepted by somebody else",
    why="A function that turns an invitation into a membership, found by its id, and never compares the invitee with whoever accepts makes every invitation "
    "a way in for anybody who knows or guesses the id; called by the server for a user it is the same mistake.",
    remedy="Compare the invitation's invitee (id, or address without regard to case) with the caller before the membership is written.",
)

EXAMPLES = (
    Example(
        setup="""
            create table public.teams (id uuid primary key default gen_random_uuid(), name text);
            create table public.team_members (team_id uuid references public.teams, user_id uuid references auth.users, role text default 'member', primary key (team_id, user_id));
            create table public.team_invitations (id uuid primary key default gen_random_uuid(), team_id uuid not null references public.teams, invitee_email text not null);
            alter table public.teams enable row level security;
            alter table public.team_members enable row level security;
            alter table public.team_invitations enable row level security;
            create function public.accept(p_id uuid) returns void language plpgsql security definer set search_path = '' as $$
              begin insert into public.team_members (team_id, user_id) select i.team_id, auth.uid() from public.team_invitations i
                where i.id = p_id and lower(i.invitee_email) = lower(auth.email()); end $$;
        """,
        leak="""
            create or replace function public.accept(p_id uuid) returns void language plpgsql security definer set search_path = '' as $$
              begin insert into public.team_members (team_id, user_id) select i.team_id, auth.uid() from public.team_invitations i where i.id = p_id; end $$;
        """,
        mend="""
            create or replace function public.accept(p_id uuid) returns void language plpgsql security definer set search_path = '' as $$
              begin insert into public.team_members (team_id, user_id) select i.team_id, auth.uid() from public.team_invitations i
                where i.id = p_id and lower(i.invitee_email) = lower(auth.email()); end $$;
        """,
    ),
)

_INVITEE: Final = re.compile(
    r"^(?:invitee|invited|recipient)_(?!by)|^(?:invitee|email|recipient|to_email|target_email)$"
)
_BEARER: Final = re.compile(r"token|code|secret|hash|key", re.IGNORECASE)
_INVITATION: Final = re.compile(r"invit", re.IGNORECASE)


def find(context: Context) -> Iterator[Finding]:
    """Definer functions that write a membership from an invitation and never mention the invitee."""
    memberships = [membership.table for membership in context.ownership.memberships if not membership.pointer]
    for function in context.catalog.functions.values():
        if (
            function.trigger
            or not function.definer
            or any(_BEARER.search(argument.name) for argument in function.arguments)
        ):
            continue
        joined = [name for name in memberships if _inserts(function, name.name)]
        unchecked = [
            name
            for name in context.read_by(function)
            if _INVITATION.search(name.name) and not _checked(context, function, str(name))
        ]
        if not joined or not unchecked or not function.arguments:
            continue
        exposure = context.reach(function.grants, "EXECUTE")
        leaks = [cell for cell in context.cells(function.name) if cell.verdict is Verdict.LEAKS and is_deny(cell)]
        suspicion = Judgement(
            severity=Severity.MEDIUM if exposure is Exposure.NOBODY else Severity.HIGH, confidence=Confidence.MEDIUM
        )
        subject = Subject(kind="function", name=str(function.name))
        by = "for whomever the server names" if exposure is Exposure.NOBODY else "for whoever calls"
        yield report(
            RULE,
            subject,
            f"{function.name} accepts an invitation {by}: it never looks at the invitee.",
            from_leaks(leaks) if leaks else suspicion,
            context.function_place(function),
            detail=f"It writes {joined[0]} from {unchecked[0]}, found by its id alone.",
        )


def _inserts(function: Function, table: str) -> bool:
    return bool(
        re.search(
            rf"insert\s+into\s+(?:[\w\"]+\s*\.\s*)?\"?{re.escape(table)}\b",
            body.code_only(function.body),
            re.IGNORECASE,
        )
    )


def _checked(context: Context, function: Function, relation: str) -> bool:
    """True when the invitation says who is invited and the body looks at it, or when it says nothing."""
    table = next((table for table in context.catalog.tables.values() if str(table.name) == relation), None)
    invitee = [column.name for column in table.columns if _INVITEE.search(column.name)] if table is not None else []
    return not invitee or any(_compared(body.code_only(function.body), name) for name in invitee)


def _compared(code: str, column: str) -> bool:
    """True when the column is read from the invitation or compared; naming it in an INSERT's list is neither."""
    name = re.escape(column)
    read = rf"\.\s*\"?{name}\b"
    before = rf"\b{name}\"?\s*\)?\s*(?:=|<>|!=|~|is\b|in\b|i?like\b)"
    after = rf"(?:=|<>|!=)\s*(?:\w+\s*\(\s*)?{name}\b"
    return any(re.search(pattern, code, re.IGNORECASE) for pattern in (read, before, after))
