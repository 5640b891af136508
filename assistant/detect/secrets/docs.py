"""Prints the reference page of the findings about secrets, and of how each is changed, from the rules and guides themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.secrets.guides import AS_OF, guide_of
from assistant.detect.secrets.registry import secret_rules
from assistant.detect.secrets.words import can_of, name_of
from assistant.domain.secrets import SecretKind


if TYPE_CHECKING:
    from assistant.detect.code.rule import CodeRule
    from assistant.detect.secrets.rule import SecretExample

PAGE: Final = "docs/look-up/secret-findings.md"
HEAD: Final = """\
# Findings about secrets

Printed from the rules by `python -m assistant.detect.secrets.docs`; do not edit.

A secret is recognised by its form (and, for tokens of Supabase, by the role in it), or by a name that never holds anything else together with a random
value. stanch never asks a provider whether it still works, and keeps no value: what you see is a mask and a fingerprint under a key of your installation.
In the examples `{stripe-live}` stands for a key of that kind.

| stands in | whole database, account, live payments | one service | test mode, half of a pair |
|---|---|---|---|
| what browsers download, or a variable with a public prefix | critical | critical | medium |
| a file that git tracks | critical | high | low |
| the history, pushed | high | high | low |
| the history, not pushed as far as this clone knows | medium | medium | low |
| a file that git would track next, other build output | medium | medium | info |
| an environment file that git ignores | not a finding | not a finding | not a finding |

In tests, examples and documentation it is one step lower, and the confidence is low. Not findings: placeholders, keys for `anon`, publishable keys, keys of the local
Supabase stack, databases of this machine, lock files.

"""


def render() -> str:
    """The whole page."""
    found = secret_rules()
    index = "".join(f"- [{module.RULE.id}](#{module.RULE.id}): {module.RULE.title}\n" for module in found)
    rules = "".join("\n" + _section(module.RULE, module.EXAMPLES) for module in found)
    return HEAD + index + rules + _kinds()


def _section(rule: CodeRule, examples: tuple[SecretExample, ...]) -> str:
    lines = [f"## {rule.id}", "", f"**{rule.title}.**", "", rule.why, ""]
    for example in examples[:1]:
        path = next(iter(example.leak))
        quiet = path if path in example.quiet else next(iter(example.quiet))
        for word, name, text in (("Leaks", path, example.leak[path]), ("Holds", quiet, example.quiet[quiet])):
            lines += [f"{word} (`{name}`):", "", "```", text.strip(), "```", ""]
    lines += [f"What to do: {rule.remedy}", ""]
    if rule.docs:
        lines += [f"See <{rule.docs}>.", ""]
    return "\n".join(lines)


def _kinds() -> str:
    lines = [
        "",
        "# What is known, and how it is changed",
        "",
        f"Looked up in {AS_OF}; consoles move. Change a secret after the code no longer shows it.",
        "",
    ]
    for kind in SecretKind:
        guide = guide_of(kind)
        lines += [
            f"## {kind}",
            "",
            f"{name_of(kind)[:1].upper()}{name_of(kind)[1:]}: whoever has it {can_of(kind)}.",
            "",
            f"{guide.console}.",
            "",
        ]
        if guide.commands:
            lines += ["```", *guide.commands, "```", ""]
        lines += [guide.then, "", f"See <{guide.docs}>.", ""]
    return "\n".join(lines)


def main() -> None:
    """Write the page into the checkout the command runs in."""
    from pathlib import Path

    Path(PAGE).write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
