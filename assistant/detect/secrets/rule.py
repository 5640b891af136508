"""What a rule about secrets offers: the words of a rule about code, small repositories that are executed, and a function from what was seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assistant.detect.code.rule import CodeRule
    from assistant.domain.findings import Finding
    from assistant.domain.secrets import SecretsFound


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretExample:
    """A small repository in two states. ``{stripe-live}`` in a text becomes a made-up key of that kind when the tests run it."""

    quiet: Mapping[str, str]
    """Path to text of every tracked file; the rule is silent."""
    leak: Mapping[str, str]
    """Files that are added or replaced after which the rule reports."""
    ignored: tuple[str, ...] = ()
    """Paths that .gitignore names."""
    committed_then_mended: bool = False
    """The leak is committed, and then taken back: it is in the history alone."""
    untracked: tuple[str, ...] = field(default=())
    """Paths that are not added."""


class SecretRuleModule(Protocol):
    """What every module under ``assistant.detect.secrets.rules`` offers."""

    RULE: CodeRule
    EXAMPLES: tuple[SecretExample, ...]

    def find(self, found: SecretsFound) -> Iterator[Finding]:
        """Findings of this rule; order does not matter."""
        ...
