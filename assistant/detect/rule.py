"""What a rule is: a name, words for people, examples that are executed, and a function from facts to findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol


if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.detect.context import Context
    from assistant.domain.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The words of a rule; the reference page is printed from them."""

    id: str
    """Kebab-case, the same words as the module's name."""
    title: str
    """What is wrong, one sentence without a full stop."""
    why: str
    """What happens and who can do it, for somebody who has not read the PostgreSQL manual."""
    remedy: str
    """What to do instead."""
    docs: str = ""
    """Where PostgreSQL or the platform says so: a public address."""
    lint: bool = False
    """True for what is worth tidying and exposes nothing by itself: never above low."""
    consequence: bool = False
    """True for a rule that says what is lost and not why: the leaks it shows still need an explanation."""
    catches_all: bool = False
    """True for the rule that runs last, on the leaks that no other has explained."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A schema in three states: quiet, then leaking, then quiet again. The tests execute it on a real PostgreSQL."""

    setup: str
    """SQL after which the rule is silent."""
    leak: str
    """SQL after which the rule reports."""
    mend: str
    """SQL after which it is silent again."""
    attacked: bool = False
    """True when the rule needs the matrix, or must show that the attack executed it."""


class RuleModule(Protocol):
    """What every module under ``assistant.detect.rules`` offers."""

    RULE: Rule
    EXAMPLES: tuple[Example, ...]

    def find(self, context: Context) -> Iterator[Finding]:
        """Findings of this rule; order does not matter."""
        ...
