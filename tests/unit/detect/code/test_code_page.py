"""The reference page of the findings about code is what the rules print."""

from __future__ import annotations

from pathlib import Path

from assistant.detect.code.docs import PAGE, render
from assistant.detect.code.registry import code_rules


def test_the_page_is_what_the_rules_say():
    page = Path(__file__).parents[4] / PAGE
    assert page.read_text(encoding="utf-8") == render(), "run: python -m assistant.detect.code.docs"


def test_every_rule_is_on_it():
    text = render()
    assert all(f"## {module.RULE.id}\n" in text for module in code_rules())
