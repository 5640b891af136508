"""Which commit opened it? Asked of histories that are linear, merged, broken in the middle, and healed in between."""

from __future__ import annotations

import pytest

from assistant.collect.deploys.revisions import stretch
from assistant.collect.git import Git
from assistant.domain.errors import UsageError
from assistant.engine.bisect import AlreadyThereError, Answer, Presence, Verdict, bisect
from tests.unit.collect.deploys.line import Line


@pytest.fixture
def line(tmp_path) -> Line:
    return Line(tmp_path / "app")


class Reading:
    """A leak that is there when schema.sql says so; ``broken`` in it means that nothing can be said."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.asked: list[str] = []

    def counts(self, path: str) -> bool:
        return path.endswith(".sql")

    def ask(self, commit: str) -> Answer:
        self.asked.append(commit)
        text = self.line.git("show", f"{commit}:schema.sql")
        if "broken" in text:
            return Answer(presence=Presence.UNTESTED, why="it does not replay")
        failures = frozenset(word for word in text.split() if word.startswith("fails"))
        there = Presence.PRESENT if "leak" in text else Presence.ABSENT
        return Answer(presence=there, failures=failures)


def hunt(line: Line, good: str, bad: str) -> tuple[Verdict, Reading]:
    git, question = Git(line.root), Reading(line)
    return bisect(git, stretch(git, good, bad), question), question


def schemas(line: Line, *texts: str) -> list[str]:
    return [line.commit(f"Step {n}", {"schema.sql": f"{text} {n}"}) for n, text in enumerate(texts)]


def test_the_first_of_many_is_found_in_few_steps(line) -> None:
    hashes = schemas(line, *["sound"] * 20, *["leak"] * 12)
    verdict, question = hunt(line, hashes[0], hashes[-1])
    assert (verdict.commit, verdict.before, verdict.merge, verdict.also) == (hashes[20], hashes[19], "", ())
    assert verdict.tested == len(question.asked) <= 2 + 5
    assert len(set(question.asked)) == len(question.asked)


def test_commits_that_touch_no_schema_are_never_tested(line) -> None:
    hashes = schemas(line, "sound")
    for n in range(9):
        hashes.append(line.commit(f"Page {n}", {"page.tsx": str(n)}))
    opened = line.commit("Open", {"schema.sql": "leak"})
    last = [line.commit(f"More {n}", {"page.tsx": f"more {n}"}) for n in range(9)][-1]
    verdict, question = hunt(line, hashes[0], last)
    assert verdict.commit == opened
    assert set(question.asked) <= {hashes[0], opened, last}


def test_what_cannot_be_tested_is_passed_over_and_told(line) -> None:
    hashes = schemas(line, "sound", "sound", "broken", "sound", "leak", "broken", "leak")
    verdict, _ = hunt(line, hashes[0], hashes[-1])
    assert (verdict.commit, verdict.also) == (hashes[4], ())
    assert {one.commit for one in verdict.skipped} <= {hashes[2], hashes[5]}
    assert all(one.why == "it does not replay" for one in verdict.skipped)


def test_when_the_culprit_may_be_one_that_cannot_be_tested_all_of_them_are_named(line) -> None:
    hashes = schemas(line, "sound", "sound", "broken", "broken", "leak", "leak")
    verdict, _ = hunt(line, hashes[0], hashes[-1])
    assert (verdict.commit, verdict.before, verdict.also) == (hashes[4], hashes[1], (hashes[2], hashes[3]))


def test_a_long_broken_stretch_is_jumped_out_of(line) -> None:
    hashes = schemas(line, *["sound"] * 10, *["broken"] * 40, *["sound"] * 10, *["leak"] * 10)
    verdict, question = hunt(line, hashes[0], hashes[-1])
    assert verdict.commit == hashes[60]
    assert len(question.asked) < 20


def test_where_nothing_can_be_tested_the_search_ends_and_names_all_that_is_left(line, monkeypatch) -> None:
    monkeypatch.setattr("assistant.engine.bisect.MOST_MISSED", 5)
    hashes = schemas(line, "sound", *["broken"] * 20, "leak")
    verdict, question = hunt(line, hashes[0], hashes[-1])
    assert (verdict.commit, verdict.also) == (hashes[-1], tuple(hashes[1:-1]))
    assert len(verdict.skipped) == 5
    assert len(question.asked) == 2 + 5


def test_an_absence_is_doubted_when_a_statement_fails_there_alone(line) -> None:
    hashes = schemas(line, "sound", "sound", "fails-new", "leak", "leak")
    verdict, _ = hunt(line, hashes[0], hashes[-1])
    assert (verdict.commit, verdict.also) == (hashes[3], (hashes[2],))
    assert "fails-new" in verdict.skipped[0].why


def test_a_statement_that_always_fails_is_no_doubt(line) -> None:
    hashes = schemas(line, "sound fails-old", "sound fails-old", "sound fails-old", "leak fails-old")
    verdict, _ = hunt(line, hashes[0], hashes[-1])
    assert (verdict.commit, verdict.skipped) == (hashes[3], ())


def merged(line: Line) -> tuple[str, list[str], str]:
    """A branch of three commits of which the second leaks, merged while the main line went on."""
    (base,) = schemas(line, "sound")
    line.git("checkout", "-q", "-b", "feature")
    inner = [line.commit(f"Inner {n}", {"schema.sql": text}) for n, text in enumerate(["calm", "leak", "leak more"])]
    line.git("checkout", "-q", "main")
    line.commit("Meanwhile", {"page.tsx": "1"})
    line.git("merge", "-q", "--no-ff", "-m", "Merge", "feature")
    return base, inner, line.git("rev-parse", "HEAD")


def test_a_merge_is_entered(line) -> None:
    base, inner, merge = merged(line)
    last = line.commit("After", {"page.tsx": "2"})
    verdict, _ = hunt(line, base, last)
    assert (verdict.commit, verdict.before, verdict.merge) == (inner[1], inner[0], merge)


def test_a_merge_that_itself_opened_it_is_the_one(line) -> None:
    base = line.commit("Start", {"schema.sql": "sound", "other.sql": "1"})
    line.git("checkout", "-q", "-b", "feature")
    line.commit("Inner", {"other.sql": "2"})
    line.git("checkout", "-q", "main")
    line.commit("Meanwhile", {"page.tsx": "1"})
    line.git("merge", "-q", "--no-ff", "--no-commit", "feature")
    merge = line.commit("Merge", {"schema.sql": "leak"})
    verdict, _ = hunt(line, base, merge)
    assert (verdict.commit, verdict.merge) == (merge, "")


def test_a_squash_and_a_rebase_are_commits_like_any_other(line) -> None:
    base, _, _ = merged(line)
    line.git("checkout", "-q", "-B", "squashed", base)
    line.git("merge", "-q", "--squash", "feature")
    squash = line.commit("Feature (#12)", {})
    verdict, _ = hunt(line, base, squash)
    assert (verdict.commit, verdict.merge) == (squash, "")


def test_it_may_have_been_there_from_the_beginning(line) -> None:
    hashes = schemas(line, "leak", "leak")
    verdict, _ = hunt(line, "", hashes[-1])
    assert (verdict.commit, verdict.before) == (hashes[0], "")


def test_what_does_not_fit_is_one_sentence_and_one_remedy(line) -> None:
    hashes = schemas(line, "leak", "leak", "sound")
    with pytest.raises(AlreadyThereError) as already:
        hunt(line, hashes[0], hashes[1])
    assert hashes[0][:12] in already.value.says
    assert "older commit" in already.value.remedy
    with pytest.raises(UsageError) as absent:
        hunt(line, hashes[0], hashes[2])
    assert "not there" in absent.value.says


def test_nothing_of_the_repository_is_written(line) -> None:
    base, _, merge = merged(line)
    (line.root / "schema.sql").write_text("in the middle of something")
    index, refs = (line.root / ".git/index").read_bytes(), line.git("for-each-ref")
    before = line.git("status", "--porcelain")
    hunt(line, base, merge)
    assert (line.root / ".git/index").read_bytes() == index
    assert (line.git("for-each-ref"), line.git("status", "--porcelain")) == (refs, before)


def test_progress_is_told_and_may_stop_it(line) -> None:
    hashes = schemas(line, *["sound"] * 8, *["leak"] * 8)
    git, told = Git(line.root), []
    bisect(git, stretch(git, hashes[0], hashes[-1]), Reading(line), on_step=lambda *step: told.append(step))
    assert [done for done, _ in told] == list(range(len(told)))
    assert all(done < expected for done, expected in told)

    def stop(done: int, _expected: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bisect(git, stretch(git, hashes[0], hashes[-1]), Reading(line), on_step=stop)
