"""Prints the reference page of the findings about code from the rules themselves, so that the two cannot drift apart."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from assistant.detect.code.registry import code_rules


if TYPE_CHECKING:
    from assistant.detect.code.rule import CodeExample, CodeRule

PAGE: Final = "docs/look-up/code-findings.md"
HEAD: Final = """\
# Findings about code

Printed from the rules by `python -m assistant.detect.code.docs`; do not edit.

A handler is followed from its first line through everything it calls to every query it reaches. A query through the caller's own
Supabase client is judged by the attack on the rehearsal database; one through the service role, an ORM or a driver is judged by the code
alone, because row-level security does not stop it. **Confidence** is high when the whole way was followed, medium when names helped, low when
something could not be followed or only you can say whether it is meant so. What may well be public on purpose becomes one question a route
group; the answer is kept under `[code.public]` in `stanch.toml`.

| severity | means |
|---|---|
| critical | anyone on the internet changes customers' rows, or reads secrets |
| high | anyone reads customers' rows, or one customer reaches another's |
| medium | it takes a role, a missing setting or an unknown table; or row-level security alone stands between |
| low, info | nothing is shown by this alone |

"""


def render() -> str:
    """The whole page."""
    found = code_rules()
    index = "".join(f"- [{module.RULE.id}](#{module.RULE.id}): {module.RULE.title}\n" for module in found)
    return HEAD + index + "".join("\n" + _section(module.RULE, module.EXAMPLES) for module in found)


def _section(rule: CodeRule, examples: tuple[CodeExample, ...]) -> str:
    lines = [f"## {rule.id}", "", f"**{rule.title}.**" + (" Never above low." if rule.lint else ""), "", rule.why, ""]
    for example in examples[:1]:
        for path in list(example.leak)[:1]:
            lines += [f"Leaks (`{path}`):", "", *_fenced(path, example.leak[path])]
            mended = {**example.quiet, **example.mend}.get(path)
            if mended is not None:
                lines += ["Holds:", "", *_fenced(path, mended)]
    lines += [f"What to do: {rule.remedy}", ""]
    if rule.docs:
        lines += [f"See <{rule.docs}>.", ""]
    return "\n".join(lines)


def _fenced(path: str, text: str) -> list[str]:
    return [f"```{path.rpartition('.')[2]}", textwrap.dedent(text).strip(), "```", ""]


def main() -> None:
    """Write the page into the checkout the command runs in."""
    from pathlib import Path

    Path(PAGE).write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
