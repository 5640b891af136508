"""Where the window begins: people answer in sentences, and a year in one is no hash."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from assistant.domain.deploys import Deploy
from assistant.domain.events import Decided
from assistant.engine.lookback import began_at, beginning, live, went_live
from assistant.text.plural import listed
from tests.unit.collect.deploys.line import Line
from tests.unit.faces.tui import deploys_sample, sample


if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 20, 3, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Line:
    line = Line(tmp_path_factory.mktemp("lookback") / "app")
    line.commit("Start", {"a.ts": "1\n"})
    line.git("tag", "v1.4.0")
    line.git("tag", "2026")
    line.commit("Next", {"a.ts": "2\n"})
    return line


def found(root: Path, said: str) -> str | None:
    return beginning(sample.incident(Decided(step="intake", question="last-good", answer=said)), root, NOW).revision


@pytest.mark.parametrize(
    ("said", "revision"),
    [
        ("v1.4.0", "v1.4.0"),
        ("It was v1.4.0.", "v1.4.0"),
        ("HEAD~1", "HEAD~1"),
        ("certainly on 2026-11-14, before lunch", "2026-11-14"),
        ("2026-11-14 10:30", "2026-11-14 10:30"),
        ("3 days ago", "3 days ago"),
        ("maybe 3 days ago", "3 days ago"),
        ("2026", "2026"),
        ("not known", None),
        ("Not known yet.", None),
        ("?", None),
        ("--all", None),
        ("some time ago", None),
    ],
)
def test_an_answer_is_a_commit_a_tag_a_day_or_an_age(line: Line, said: str, revision: str | None) -> None:
    assert found(line.root, said) == revision


def test_the_beginning_of_a_hash_is_none_when_it_may_be_a_number(line: Line) -> None:
    sha = line.git("rev-parse", "HEAD~1")
    assert found(line.root, f"the release with {sha[:4]}0 or {sha[:6]}") is None
    if any(character.isdigit() for character in sha[:12]):
        assert found(line.root, f"the release with {sha[:12]}") == sha[:12]


def test_nobody_answered(line: Line) -> None:
    assert beginning(sample.incident(), line.root, NOW).revision is None


def test_a_hosts_word_counts_before_a_tag_and_a_push_says_nothing() -> None:
    suspect = deploys_sample.OPENED
    assert began_at(suspect) == datetime(2026, 11, 12, 10, 5, tzinfo=UTC)
    assert went_live(suspect) == "live with vercel dpl_7 since 2026-11-12 10:05 UTC"
    assert live(deploys_sample.MAYBE) is None
    assert began_at(deploys_sample.MAYBE) == deploys_sample.MAYBE.commit.at
    assert "nothing says when it went live" in went_live(deploys_sample.MAYBE)
    pushed = Deploy(id="b", sha="b" * 40, at=NOW, source="push")
    tag = Deploy(id="v2", sha="b" * 40, at=NOW, source="tag")
    host = suspect.deploys[0]
    for deploys, expected in (((pushed,), None), ((pushed, tag), tag), ((tag, host), host)):
        assert live(replace(suspect, deploys=deploys)) == expected


def test_a_long_row_is_counted() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed(list("abcdefgh"), most=3) == "a, b, c and 5 more"
