"""SECURITY DEFINER functions whose names are looked up on a path of the caller's choosing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.context import Exposure
from assistant.detect.judge import lint, report
from assistant.detect.rule import Example, Rule
from assistant.domain.facts import Subject
from assistant.domain.matrix import Severity


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.findings import Finding

RULE = Rule(
    id="loose-search-path",
    title="A function with its owner's rights does not pin its search path",
    why="Whoever can create objects in a schema on the caller's search path can slip their own table or function under a name that the function uses, and have it run "
    "with the owner's rights.",
    remedy="ALTER FUNCTION … SET search_path = '' and write schemas out in the body.",
    docs="https://www.postgresql.org/docs/current/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY",
    lint=True,
)

EXAMPLES = (
    Example(
        setup="create function public.count_people() returns bigint language sql security definer set search_path = '' as $$ select count(*) from auth.users $$;",
        leak="alter function public.count_people() reset search_path;",
        mend="alter function public.count_people() set search_path = '';",
    ),
)


def find(context: Context) -> Iterator[Finding]:
    """Definer functions without a search path of their own; those that guests or users can call rank higher."""
    for function in context.catalog.functions.values():
        if not function.definer or function.search_path is not None:
            continue
        exposure = Exposure.NOBODY if function.trigger else context.reach(function.grants, "EXECUTE")
        callable_ = exposure is not Exposure.NOBODY and context.served(function.name)
        yield report(
            RULE,
            Subject(kind="function", name=str(function.name)),
            f"{function.name} runs with its owner's rights on the caller's search path.",
            lint(Severity.LOW if callable_ else Severity.INFO),
            context.function_place(function),
            detail="Nothing leaks by this alone: it needs a schema in which others may create objects.",
        )
