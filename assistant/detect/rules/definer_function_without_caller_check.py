"""SECURITY DEFINER functions that anyone may call and that never ask who is calling."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assistant.detect.context import Exposure
from assistant.detect.functions import is_vector_search, reads_queue, returns_answer
from assistant.detect.judge import NEXT, judge, report
from assistant.detect.rule import Example, Rule
from assistant.domain.facts import Subject
from assistant.domain.matrix import Severity, Verb
from assistant.domain.ownership import Confidence
from assistant.sql import body


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.catalog import Function
    from assistant.domain.findings import Finding
    from assistant.domain.names import Name

RULE = Rule(
    id="definer-function-without-caller-check",
    title="A function with its owner's rights does not ask who is calling",
    why="A SECURITY DEFINER function bypasses row-level security, and every role may execute a new function: on Supabase anon and authenticated hold the grant "
    "by name, so that revoking it from PUBLIC takes nothing away.",
    remedy="Compare with (select auth.uid()) inside the function, or revoke EXECUTE from public, anon and authenticated.",
    docs="https://www.postgresql.org/docs/current/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY",
)

EXAMPLES = (
    Example(
        setup="""
            create table public.invoices (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users, email text);
            alter table public.invoices enable row level security;
            create policy own on public.invoices for select to authenticated using (user_id = auth.uid());
            create function public.invoices_of(p_user_id uuid) returns setof public.invoices language sql stable security definer set search_path = ''
              as $$ select * from public.invoices i where i.user_id = p_user_id $$;
            revoke all on function public.invoices_of(uuid) from public, anon, authenticated;
        """,
        leak="grant execute on function public.invoices_of(uuid) to authenticated;",
        mend="revoke all on function public.invoices_of(uuid) from authenticated;",
        attacked=True,
    ),
)

_SECRET: Final = re.compile(r"(^|_)(token|secret|key|code|hash|password|passcode|pin|otp|nonce|signature)$")


def find(context: Context) -> Iterator[Finding]:
    """Callable definer functions over private rows: executed by the attack, or without a word about the caller."""
    for function in context.catalog.functions.values():
        if (
            not function.definer
            or function.trigger
            or not context.served(function.name)
            or function.kind == "aggregate"
        ):
            continue
        exposure = context.reach(function.grants, "EXECUTE")
        touched = context.private(context.read_by(function))
        if exposure is Exposure.NOBODY or is_vector_search(function) or reads_queue(function):
            continue
        asks = context.asks_caller(function)
        judgement = judge(
            context,
            function.name,
            (Verb.EXECUTE,),
            exposure,
            severity=_severity(function, touched, exposure),
            confidence=Confidence.LOW if body.is_dynamic(function.body) else Confidence.MEDIUM,
        )
        if judgement is None or (not judgement.executed and (asks or _wants_secret(function) or not touched)):
            continue
        subject = Subject(kind="function", name=str(function.name))
        over = f" over {', '.join(str(name) for name in touched)}" if touched else ""
        yield report(
            RULE,
            subject,
            f"{judgement.who(exposure).capitalize()} can call {function.name}, which bypasses row-level security{over}.",
            judgement,
            context.function_place(function),
            detail=_detail(function, asks=asks),
        )


def _wants_secret(function: Function) -> bool:
    """True when it takes a token: whoever holds one is meant to be served, and the attack never holds the victim's."""
    return any(_SECRET.search(argument.name.lower()) for argument in function.arguments)


def _severity(function: Function, touched: tuple[Name, ...], exposure: Exposure) -> Severity:
    """Writers and readers of rows by exposure; a helper that answers yes or no gives little away."""
    if not touched:
        return Severity.INFO
    grade = (
        Severity.HIGH
        if exposure is Exposure.GUEST or body.writes(function.body) or function.arguments
        else Severity.MEDIUM
    )
    if returns_answer(function) and not body.writes(function.body):
        return Severity.LOW
    return grade if function.arguments or body.writes(function.body) else NEXT.get(grade, grade)


def _detail(function: Function, *, asks: bool) -> str:
    if asks:
        return "It mentions the caller, and the attack reached rows of others through it all the same."
    return f"It runs with the rights of {function.owner} and never compares anything with the caller."
