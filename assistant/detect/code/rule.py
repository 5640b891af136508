"""What a rule about code is: a name, words for people, small repositories that are executed, and a function from facts to findings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assistant.detect.code.context import CodeContext
    from assistant.domain.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRule:
    """The words of a rule; the reference page is printed from them."""

    id: str
    """Kebab-case, the same words as the module's name."""
    title: str
    """What is wrong, one sentence without a full stop."""
    why: str
    """What happens and who can do it, for somebody who did not write the handler."""
    remedy: str
    """What to do instead."""
    docs: str = ""
    """Where the framework or the provider says so: a public address."""
    lint: bool = False
    """True for what is worth tidying and shows nothing by itself: never above low."""
    cause: str = ""
    """Root cause of ``playbooks/causes.toml`` that a finding speaks for; empty when it speaks for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeExample:
    """A small repository in three states: quiet, then leaking, then quiet again. The tests follow it with the real follower."""

    quiet: Mapping[str, str]
    """Path to text of every file; the rule is silent."""
    leak: Mapping[str, str]
    """Files that are added or replaced after which the rule reports."""
    mend: Mapping[str, str] = field(default_factory=dict)
    """Files that are added or replaced after which it is silent again; empty when going back to ``quiet`` mends it."""
    leaking: frozenset[str] = frozenset()
    """Tables that the attack matrix shows to leak, as ``public.chats``: for rules about the user's own client."""


class CodeRuleModule(Protocol):
    """What every module under ``assistant.detect.code.rules`` offers."""

    RULE: CodeRule
    EXAMPLES: tuple[CodeExample, ...]

    def find(self, context: CodeContext) -> Iterator[Finding]:
        """Findings of this rule; order does not matter."""
        ...
