"""Message queues that guests or users can read or fill."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.context import Exposure
from assistant.detect.functions import reads_queue
from assistant.detect.judge import judge, report
from assistant.detect.rule import Example, Rule
from assistant.domain.facts import Subject
from assistant.domain.matrix import Severity, Verb


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.findings import Finding

RULE = Rule(
    id="queue-in-api",
    title="A message queue is served",
    why="Messages of a queue are the jobs of all customers. A function that reads or fills it for whoever calls shows them, and lets strangers run jobs.",
    remedy="Revoke the function from anon, authenticated and public; let the server read the queue.",
    docs="https://supabase.com/docs/guides/queues/expose-self-hosted-queues",
)

EXAMPLES = (
    Example(
        setup="""
            create schema if not exists pgmq;
            create table if not exists pgmq.q_jobs (msg_id bigint generated always as identity primary key, message jsonb);
            create function public.next_job() returns jsonb language sql security definer set search_path = '' as $$ select q.message from pgmq.q_jobs q limit 1 $$;
            revoke all on function public.next_job() from public, anon, authenticated;
        """,
        leak="grant execute on function public.next_job() to authenticated;",
        mend="revoke all on function public.next_job() from authenticated;",
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """Callable functions that use ``pgmq`` without asking who calls."""
    for function in context.catalog.functions.values():
        if (
            not reads_queue(function)
            or function.trigger
            or not context.served(function.name)
            or context.asks_caller(function)
        ):
            continue
        exposure = context.reach(function.grants, "EXECUTE")
        judgement = judge(
            context,
            function.name,
            (Verb.EXECUTE,),
            exposure if function.definer or function.name.schema == "pgmq_public" else Exposure.NOBODY,
            severity=Severity.HIGH,
        )
        if judgement is None:
            continue
        subject = Subject(kind="function", name=str(function.name))
        yield report(
            RULE,
            subject,
            f"{judgement.who(exposure).capitalize()} can use the message queue through {function.name}.",
            judgement,
            context.function_place(function),
            detail="It works on a queue with its owner's rights and does not ask who is calling.",
        )
