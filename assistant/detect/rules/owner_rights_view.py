"""Views that read with the rights of their owner, past the row-level security of the tables below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.context import AUTH_USERS, Exposure
from assistant.detect.judge import judge, report
from assistant.detect.rule import Example, Rule
from assistant.domain.facts import Subject
from assistant.domain.matrix import Verb
from assistant.domain.ownership import Confidence
from assistant.sql import body


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.findings import Finding

RULE = Rule(
    id="owner-rights-view",
    title="A view reads past row-level security",
    why="A view reads with the rights of its owner unless it is created WITH (security_invoker = true), and its owner bypasses the policies of the tables below. "
    "Everyone with a grant on the view sees every row.",
    remedy="ALTER VIEW … SET (security_invoker = true); or revoke the view from anon and authenticated.",
    docs="https://www.postgresql.org/docs/current/sql-createview.html",
)

EXAMPLES = (
    Example(
        setup="""
            create table public.orders (id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users, email text);
            alter table public.orders enable row level security;
            create policy own on public.orders for select to authenticated using (user_id = auth.uid());
            create view public.order_list with (security_invoker = true) as select id, user_id, email from public.orders;
        """,
        leak="alter view public.order_list reset (security_invoker);",
        mend="alter view public.order_list set (security_invoker = true);",
        attacked=True,
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """Views for guests or users over rows that are not for everyone."""
    for view in context.views("view"):
        hidden = context.private(view.reads)
        if view.security_invoker or not hidden or AUTH_USERS in hidden:
            continue
        verbs = tuple(
            verb
            for verb in (Verb.SELECT, Verb.INSERT, Verb.UPDATE, Verb.DELETE)
            if context.reach(view.grants, verb.value.upper()) is not Exposure.NOBODY
        )
        exposure = context.reach(view.grants, *(verb.value.upper() for verb in verbs)) if verbs else Exposure.NOBODY
        asks = body.names_caller(view.definition)
        judgement = judge(
            context,
            view.name,
            verbs or (Verb.SELECT,),
            exposure,
            confidence=Confidence.LOW if asks else Confidence.MEDIUM,
        )
        if judgement is None or (asks and not judgement.executed):
            continue
        below = ", ".join(str(name) for name in hidden)
        subject = Subject(kind="view", name=str(view.name))
        yield report(
            RULE,
            subject,
            f"{judgement.who(exposure).capitalize()} can {judgement.does((Verb.SELECT,))} rows of {below} through the view {view.name}.",
            judgement,
            context.where(subject),
            detail=f"The view reads with the rights of {view.owner}, who is not held back by row-level security.",
        )
