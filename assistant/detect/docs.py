"""Prints the reference page of the findings from the rules themselves, so that the two cannot drift apart."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from assistant.detect.registry import rules


if TYPE_CHECKING:
    from assistant.detect.rule import Example, Rule

PAGE: Final = "docs/look-up/findings.md"
HEAD: Final = """\
# Findings

Printed from the rules by `python -m assistant.detect.docs`; do not edit.

Every finding says how bad it is (**severity**: who reaches it), how sure stanch is (**confidence**) and whether an attack on the
rehearsal database **executed** it or it is only suspected. Executed findings come first. What the attack contradicts is dropped: a policy that
is always true beside a restrictive one that is not, a table without row-level security that nobody holds a grant on.

| severity | reachable by |
|---|---|
| critical | anyone on the internet, and there are writes or sensitive columns |
| high | anyone on the internet, any signed-in user, any other customer |
| medium | a member of the same team; or something stands in the way |
| low, info | nothing is exposed by this alone |

"""


def render() -> str:
    """The whole page."""
    found = rules()
    index = "".join(f"- [{module.RULE.id}](#{module.RULE.id}): {module.RULE.title}\n" for module in found)
    return HEAD + index + "".join("\n" + _section(module.RULE, module.EXAMPLES) for module in found)


def _section(rule: Rule, examples: tuple[Example, ...]) -> str:
    lines = [f"## {rule.id}", "", f"**{rule.title}.**" + (" Never above low." if rule.lint else ""), "", rule.why, ""]
    for example in examples[:1]:
        lines += [
            "Leaks:",
            "",
            "```sql",
            _plain(example.leak),
            "```",
            "",
            "Holds:",
            "",
            "```sql",
            _plain(example.mend),
            "```",
            "",
        ]
    lines += [f"What to do: {rule.remedy}", ""]
    if rule.docs:
        lines += [f"See <{rule.docs}>.", ""]
    return "\n".join(lines)


def _plain(sql: str) -> str:
    return textwrap.dedent(sql).strip()


def main() -> None:
    """Write the page into the checkout the command runs in."""
    from pathlib import Path

    Path(PAGE).write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
