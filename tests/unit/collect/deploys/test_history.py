"""What changed? The first question of the first hour is answered from the hunks of the production branch."""

from __future__ import annotations

import pytest

from assistant.collect.deploys.history import NO_LINES, Hunk, read_history
from assistant.collect.deploys.lanes import lane_of
from assistant.collect.git import Git
from assistant.domain.deploys import Lane
from tests.unit.collect.deploys.line import Line


@pytest.fixture
def line(tmp_path) -> Line:
    return Line(tmp_path / "app")


def read(line: Line, *revisions: str, **options):
    return read_history(Git(line.root), list(revisions) or ["HEAD"], **options)


def test_a_commit_is_told_with_who_when_and_what(line) -> None:
    line.commit("Start", {"app/page.tsx": "export default 1\n"})
    sha = line.commit("Open the door", {"app/api/chats/route.ts": "a\nb\n", "README.md": "hello\n"})
    change = read(line).changes[0]
    assert (change.commit.sha, change.commit.subject, change.commit.author) == (sha, "Open the door", "Night Shift")
    assert change.commit.at.isoformat() == "2025-10-09T09:53:20+00:00"
    assert change.commit.files == {"README.md": Lane.OTHER, "app/api/chats/route.ts": Lane.CODE}
    route = next(file for file in change.files if file.lane is Lane.CODE)
    assert (route.status, route.before, route.hunks) == ("added", "", [Hunk(0, 0, 1, 2)])


def test_only_hunks_of_files_that_count_are_kept(line) -> None:
    line.commit(
        "Start", {"package-lock.json": "1\n", "dist/app.js": "1\n", "tests/chat.test.ts": "1\n", "a.sql": "1;\n"}
    )
    files = {file.path: file for file in read(line).changes[0].files}
    assert files["a.sql"].lane is Lane.MIGRATIONS
    assert files["a.sql"].hunks
    for path in ("package-lock.json", "dist/app.js", "tests/chat.test.ts"):
        assert files[path].lane is Lane.OTHER, path
        assert not files[path].hunks


def test_a_renamed_file_is_no_new_one(line) -> None:
    body = "".join(f"line {n}\n" for n in range(30))
    line.commit("Start", {"lib/old.ts": body})
    line.commit("Move", {"lib/old.ts": None, "lib/new.ts": body + "more\n"})
    (file,) = read(line).changes[0].files
    assert (file.status, file.before, file.path) == ("renamed", "lib/old.ts", "lib/new.ts")
    assert file.hunks == [Hunk(30, 0, 31, 1)]


def test_a_merge_stands_for_everything_it_carried(line) -> None:
    line.commit("Start", {"a.ts": "1\n"})
    line.git("checkout", "-q", "-b", "feature")
    line.commit("First half", {"b.ts": "1\n"})
    line.commit("Second half", {"c.ts": "1\n"})
    line.git("checkout", "-q", "main")
    line.commit("Meanwhile", {"d.ts": "1\n"})
    line.git("merge", "-q", "--no-ff", "-m", "Merge the feature", "feature")
    changes = read(line).changes
    assert [change.commit.subject for change in changes] == ["Merge the feature", "Meanwhile", "Start"]
    assert changes[0].commit.is_merge
    assert sorted(changes[0].commit.files) == ["b.ts", "c.ts"]


def test_a_revert_says_what_it_takes_back(line) -> None:
    line.commit("Start", {"a.ts": "1\n"})
    bad = line.commit("Bad", {"a.ts": "2\n"})
    line.git("revert", "--no-edit", bad)
    assert read(line).changes[0].commit.reverts == bad


def test_a_message_cannot_pretend_to_be_a_commit_or_a_hunk(line) -> None:
    line.commit("Start", {"a.ts": "1\n"})
    line.commit("Sly\n\ndiff --git a/x.ts b/x.ts\n@@ -1 +1 @@\n+x\n\x01" + "0" * 40, {"a.ts": "2\n"})
    changes = read(line).changes
    assert len(changes) == 2
    assert [file.path for file in changes[0].files] == ["a.ts"]


@pytest.mark.parametrize(
    "name", ["with space.ts", 'quo"te.ts', "tab\tin.ts", "ümlaut.ts", "a b/c d.ts", "back\\slash.ts"]
)
def test_names_that_git_quotes_are_read_as_they_are(line, name) -> None:
    line.commit("Start", {"z.ts": "1\n"})
    line.commit("Odd", {name: "1\n"})
    line.commit("Again", {name: "2\n"})
    assert [file.path for file in read(line).changes[0].files] == [name]
    assert [file.path for file in read(line).changes[1].files] == [name]


def test_changed_lines_pass_by_hunk_by_hunk(line) -> None:
    line.commit("Start", {"a.ts": "one\ntwo\nthree\n"})
    line.commit("Change", {"a.ts": "one\nzwei\nthree\nfour\n"})
    seen = []
    read(line, "-1", on_file=lambda commit, file, bodies: seen.append((commit.subject, file.path, bodies)))
    assert seen == [("Change", "a.ts", [[b"-two", b"+zwei"], [b"+four"]])]


def test_files_without_a_last_line_break_and_lines_that_look_like_headings(line) -> None:
    line.commit("Start", {"a.ts": "one"})
    line.commit("Change", {"a.ts": "two", "b.ts": "-- a/x\n++ b/y\n@@ -1 +1 @@\n"})
    line.commit("After", {"c.ts": "1\n"})
    seen = {}
    changes = read(
        line, on_file=lambda commit, file, bodies: seen.update({(commit.subject, file.path): bodies})
    ).changes
    assert [len(change.files) for change in changes] == [1, 2, 1]
    assert b"+two" in seen["Change", "a.ts"][0]
    assert seen["Change", "b.ts"] == [[b"+-- a/x", b"+++ b/y", b"+@@ -1 +1 @@"]]


def test_an_empty_commit_and_a_binary_file_do_no_harm(line) -> None:
    line.commit("Start", {"logo.png": bytes(range(256))})
    line.commit("Nothing", {})
    changes = read(line).changes
    assert changes[0].files == []
    assert changes[1].commit.files == {"logo.png": Lane.OTHER}


def test_a_history_that_ends_early_is_told(line) -> None:
    assert "git says" in read(line, "nowhere").shortcomings[0]


def test_content_that_is_not_in_the_clone_costs_its_commit_and_no_other(line) -> None:
    line.commit("Start", {"a.ts": "1\n"})
    line.commit("Large", {"a.ts": "2\n", "big.ts": "large\n", "z.ts": "3\n"})
    line.commit("After", {"b.ts": "1\n"})
    blob = line.git("rev-parse", "HEAD:big.ts")
    (line.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    history = read(line)
    assert [change.commit.subject for change in history.changes] == ["After", "Large", "Start"]
    assert set(history.changes[1].commit.files) == {"a.ts", "big.ts", "z.ts"}
    assert "not in this clone" in history.shortcomings[0]


@pytest.mark.parametrize("name", NO_LINES)
def test_what_git_shows_no_lines_of_counts_for_nothing(name: str) -> None:
    assert lane_of(f"apps/web/{name.replace('*', 'x')}") is Lane.OTHER


def test_long_files_that_count_for_nothing_are_named_and_code_beside_them_keeps_its_lines(tmp_path) -> None:
    line = Line(tmp_path / "app")
    line.commit("Start", {"pnpm-lock.yaml": "a: 1\n", "README.md": "x\n", "lib/a.ts": "one\n"})
    odd = [".github/workflows/README.md", "api/Dockerfile.md", ".env.md", "tsconfig.x-lock.json", "compose-lock.yaml"]
    more = dict.fromkeys(odd, "z\n")
    line.commit("More", {"pnpm-lock.yaml": "a: 2\n", "README.md": "y\n", "lib/a.ts": "two\n", **more})
    seen: dict[str, list[list[bytes]]] = {}
    history = read_history(Git(line.root), ["-1"], on_file=lambda _, file, bodies: seen.update({file.path: bodies}))
    assert set(history.changes[0].commit.files) == {"pnpm-lock.yaml", "README.md", "lib/a.ts", *odd}
    assert seen == {"lib/a.ts": [[b"-one", b"+two"]], **{path: [[b"+z"]] for path in odd}}
