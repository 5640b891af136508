"""Runs the rules about code in two processes where there is much to judge: a copy of this one takes every other rule.

Both know the same map, and findings are put together in the order of the rules, so that the report is the same. Where no copy can be made,
or one does not come back, this process runs them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.collect.code.follow_apart import apart


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.detect.code.context import CodeContext
    from assistant.detect.code.rule import CodeRuleModule
    from assistant.domain.findings import Finding

MANY: Final = 300
"""Fewer entries are judged faster than a process is copied."""


def judged_in_two(rules: Sequence[CodeRuleModule], context: CodeContext) -> list[tuple[Finding, ...]]:
    """What each rule finds, in their order."""
    mine: list[tuple[Finding, ...]] = []

    def judged(rule: CodeRuleModule) -> tuple[Finding, ...]:
        return tuple(rule.find(context))

    def judge_mine() -> None:
        mine.extend(map(judged, rules[::2]))

    theirs = apart(
        rules[1::2],
        lambda: judged,
        workers=2,
        tell=lambda _: None,
        cancelled=lambda: False,
        meanwhile=judge_mine,
        lost=judged,
        in_turn=True,
    )
    if not mine:  # no copy was made
        judge_mine()
    found: list[tuple[Finding, ...]] = [()] * len(rules)
    found[::2], found[1::2] = mine, [one or () for one in theirs]
    return found
