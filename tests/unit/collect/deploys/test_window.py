"""From the last good commit to the one that is live: what people type at three in the morning is understood or answered with a remedy."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from assistant.collect.deploys.history import read_history
from assistant.collect.deploys.window import choose
from assistant.collect.git import Git
from assistant.domain.errors import UsageError
from tests.unit.collect.deploys.line import HOUR, START, Line


@pytest.fixture
def line(tmp_path) -> Line:
    made = Line(tmp_path / "app")
    for n in range(6):
        made.commit(f"Commit {n}", {"a.ts": f"{n}\n"})
    return made


def window(line: Line, last_good: str | None, *, after: float = 0, head: str = "HEAD"):
    now = datetime.fromtimestamp(START + 5 * HOUR, UTC) + timedelta(days=after)
    good, _, revisions, why, shortcomings = choose(Git(line.root), last_good, head, now)
    subjects = [change.commit.subject for change in read_history(Git(line.root), revisions).changes]
    return good, subjects, why, shortcomings


def test_without_a_word_the_last_thirty_days_count(line) -> None:
    good, subjects, why, _ = window(line, None)
    assert (good, len(subjects)) == ("", 6)
    assert "30 days" in why


def test_a_quiet_repository_is_looked_at_by_number_instead(line) -> None:
    _, subjects, why, _ = window(line, None, after=400)
    assert len(subjects) == 6
    assert why == "the whole history"


@pytest.mark.parametrize("last_good", ["HEAD~2", "main~2"])
def test_a_revision(line, last_good) -> None:
    assert window(line, last_good)[1] == ["Commit 5", "Commit 4"]


def test_a_first_commit_is_looked_at_itself(line) -> None:
    good, subjects, why, _ = window(line, "HEAD~5")
    assert (good, len(subjects)) == (line.git("rev-parse", "HEAD~5"), 6)
    assert "first commit" in why


@pytest.mark.parametrize("last_good", ["2 hours ago", "2 hours", "2025-10-09T11:53:20Z", "2025-10-09 11:53:20+00:00"])
def test_a_time(line, last_good) -> None:
    assert window(line, last_good)[1] == ["Commit 5", "Commit 4"]


def test_a_commit_of_another_line_begins_where_it_left_this_one(line) -> None:
    line.git("checkout", "-q", "-b", "other", "HEAD~3")
    line.commit("Elsewhere", {"b.ts": "1\n"})
    line.git("checkout", "-q", "main")
    _, subjects, why, _ = window(line, "other")
    assert subjects == ["Commit 5", "Commit 4", "Commit 3"]
    assert "left this line" in why


def test_histories_that_share_nothing(line) -> None:
    line.git("checkout", "-q", "--orphan", "fresh")
    line.commit("Squashed", {"c.ts": "1\n"})
    _, subjects, _, shortcomings = window(line, "main")
    assert subjects == ["Squashed"]
    assert "share no history" in shortcomings[0]


@pytest.mark.parametrize(
    ("last_good", "head"),
    [("nowhere", "HEAD"), ("--all", "HEAD"), ("HEAD", "HEAD"), (None, "gone"), ("2025-99-99", "HEAD")],
)
def test_what_cannot_be_meant_is_one_sentence_and_one_remedy(line, last_good, head) -> None:
    with pytest.raises(UsageError) as caught:
        window(line, last_good, head=head)
    assert caught.value.says.endswith(".")
    assert caught.value.remedy.endswith(".")


def test_no_commit_yet(tmp_path) -> None:
    line = Line(tmp_path / "empty")
    with pytest.raises(UsageError, match="no commit yet"):
        window(line, None)


def test_a_shallow_clone_says_so(line, tmp_path) -> None:
    subprocess.run(
        ["git", "clone", "-q", "--depth", "2", line.root.as_uri(), str(tmp_path / "shallow")],
        check=True,
        capture_output=True,
    )
    shallow = Line.__new__(Line)
    shallow.root, shallow.made = tmp_path / "shallow", 6
    assert "--unshallow" in window(shallow, None)[3][0]
    with pytest.raises(UsageError) as caught:
        window(shallow, line.git("rev-parse", "HEAD~4"))
    assert "--unshallow" in caught.value.remedy
