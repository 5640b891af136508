"""What the operator decided about routes is kept where it is reviewed, and nothing beside it is lost."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from assistant.domain.code import Decisions
from assistant.domain.errors import UsageError
from assistant.engine.decisions import decided_private, decided_public, decisions_artifact, load_decisions
from assistant.write.apply import apply


def saved(root: Path, decisions: Decisions) -> str:
    artifact = decisions_artifact(root, decisions)
    assert artifact is not None
    apply(root, (artifact,))
    return (root / "stanch.toml").read_text(encoding="utf-8")


def test_without_a_file_nothing_is_decided(tmp_path: Path) -> None:
    assert load_decisions(tmp_path) == Decisions()


def test_a_decision_comes_back_as_it_was_given(tmp_path: Path) -> None:
    decisions = decided_public(Decisions(), "/api/share", " share links, found by token ")
    text = saved(tmp_path, decisions)
    assert '"/api/share" = "share links, found by token"' in text
    assert "[code.public]" in text
    assert load_decisions(tmp_path) == decisions
    assert decisions_artifact(tmp_path, decisions) is None, "said already: nothing to write"


def test_comments_and_other_tables_survive(tmp_path: Path) -> None:
    before = '# mine\n[rehearsal]\nworkers = 1 # one\n\n[code.public]\n"/api/a" = "a form" # asked legal\n'
    (tmp_path / "stanch.toml").write_text(before, encoding="utf-8")
    text = saved(tmp_path, decided_public(load_decisions(tmp_path), "/api/b", "a price list"))
    assert text.startswith(before)
    assert tomllib.loads(text)["code"]["public"] == {"/api/a": "a form", "/api/b": "a price list"}


def test_private_takes_public_back_and_the_other_way_round(tmp_path: Path) -> None:
    saved(tmp_path, decided_public(Decisions(), "/api/admin", "a mistake"))
    text = saved(tmp_path, decided_private(load_decisions(tmp_path), "/api/admin"))
    assert tomllib.loads(text)["code"]["private"] == ["/api/admin"]
    assert load_decisions(tmp_path) == Decisions(private=frozenset({"/api/admin"}))
    saved(tmp_path, decided_public(load_decisions(tmp_path), "/api/admin", "it only shows the version"))
    assert load_decisions(tmp_path) == Decisions(public={"/api/admin": "it only shows the version"})


def test_a_new_public_route_needs_a_reason() -> None:
    with pytest.raises(UsageError, match="without a reason"):
        decided_public(Decisions(), "/api/share", "  ")


@pytest.mark.parametrize(
    "text",
    [
        "code = 1\n",
        "[code]\npubic = {}\n",
        '[code.public]\n"/api/a" = ""\n',
        '[code.public]\n"/api/a" = true\n',
        '[code]\nprivate = "/api/a"\n',
        "[code\n",
    ],
)
def test_what_cannot_be_is_refused_in_words(tmp_path: Path, text: str) -> None:
    (tmp_path / "stanch.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError):
        load_decisions(tmp_path)
