"""What holds for every rule about code: its words, its examples, its place on the reference page."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from assistant.detect.code.docs import PAGE, render
from assistant.detect.code.new_rule import lay_out
from assistant.detect.code.registry import code_rule, code_rules
from assistant.domain.errors import UsageError


ROOT = Path(__file__).parents[4]
ALL = [pytest.param(module, id=module.RULE.id) for module in code_rules()]


@pytest.mark.parametrize("module", ALL)
def test_a_rule_is_called_like_its_file_and_explains_itself(module):
    assert module.__name__.rpartition(".")[2].replace("_", "-") == module.RULE.id
    assert module.RULE.title[0].isupper()
    assert not module.RULE.title.endswith(".")
    assert module.RULE.why.endswith(".")
    assert module.RULE.remedy.endswith(".")
    assert module.EXAMPLES, "a rule without an example is a rumour"


@pytest.mark.parametrize("module", ALL)
def test_a_rule_speaks_for_a_cause_that_exists(module):
    known = tomllib.loads((ROOT / "playbooks" / "causes.toml").read_text(encoding="utf-8"))
    assert module.RULE.cause in {"", *known}


def test_the_registry_is_the_same_every_time():
    ids = [module.RULE.id for module in code_rules()]
    assert ids == sorted(ids)
    assert len(ids) == len(set(ids))
    assert code_rule("missing-session").RULE.id == "missing-session"
    with pytest.raises(KeyError):
        code_rule("present-session")


def test_the_reference_page_says_what_the_rules_say():
    page = ROOT / PAGE
    assert page.read_text(encoding="utf-8") == render(), "run: python -m assistant.detect.code.docs"


def test_a_new_rule_is_laid_out_once_and_never_written_over(tmp_path):
    path = lay_out("shared-inbox", tmp_path)
    compile(path.read_text(encoding="utf-8"), str(path), "exec")
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError):
        lay_out("shared-inbox", tmp_path)
    assert path.read_text(encoding="utf-8") == "mine"
    with pytest.raises(UsageError):
        lay_out("../escape", tmp_path)
