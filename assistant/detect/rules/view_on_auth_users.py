"""Views of the API over the platform's table of accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.context import AUTH_USERS
from assistant.detect.judge import judge, report
from assistant.detect.rule import Example, Rule
from assistant.domain.facts import Subject
from assistant.domain.matrix import Severity, Verb
from assistant.domain.ownership import Confidence
from assistant.sql import body


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.findings import Finding

RULE = Rule(
    id="view-on-auth-users",
    title="A view shows the accounts",
    why="auth.users holds addresses, phone numbers and sign-in data of every account, and has no policies for the API's roles: a view over it shows them all.",
    remedy="Drop the view, or revoke it from anon and authenticated; keep what is shown in a profiles table that a trigger fills.",
    docs="https://supabase.com/docs/guides/database/database-advisors?lint=0002_auth_users_exposed",
)

EXAMPLES = (
    Example(
        setup="create view public.people as select id, email from auth.users; revoke all on public.people from anon, authenticated;",
        leak="grant select on public.people to authenticated;",
        mend="revoke all on public.people from authenticated;",
        attacked=True,
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """Views and materialized views that the API serves and that read ``auth.users``."""
    for view in (*context.views("view"), *context.views("matview")):
        if AUTH_USERS not in context.private(view.reads):
            continue
        exposure = context.reach(view.grants, "SELECT")
        asks = body.names_caller(view.definition)
        judgement = judge(
            context,
            view.name,
            (Verb.SELECT,),
            exposure,
            severity=Severity.HIGH,
            confidence=Confidence.LOW if asks else Confidence.HIGH,
        )
        if judgement is None or (view.security_invoker and not judgement.executed) or (asks and not judgement.executed):
            continue
        subject = Subject(kind=view.kind, name=str(view.name))
        columns = [column.name for column in view.columns]
        yield report(
            RULE,
            subject,
            f"{judgement.who(exposure).capitalize()} can read every account through {view.name}: {', '.join(columns[:6])}.",
            judgement,
            context.where(subject),
            detail="auth.users is the platform's table of accounts; nothing decides whose row is shown.",
            columns=columns,
        )
