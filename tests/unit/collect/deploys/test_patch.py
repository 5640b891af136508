"""The hunks of one commit for people: what speaks against it first, what counts for nothing left out and counted."""

from __future__ import annotations

import pytest

from assistant.collect.deploys import patch
from assistant.collect.deploys.history import read_history
from assistant.collect.deploys.patch import patch_of
from assistant.collect.git import Git
from assistant.domain.errors import UnreachableError
from tests.unit.collect.deploys.line import Line


@pytest.fixture
def line(tmp_path) -> Line:
    return Line(tmp_path / "app")


def newest(line: Line):
    return read_history(Git(line.root), ["HEAD"]).changes[0].commit


def test_what_speaks_against_it_stands_first_and_noise_is_counted(line) -> None:
    line.commit("Start", {"a.ts": "1\n"})
    line.commit(
        "Much", {"a.ts": "2\n", "z/policy.sql": "create policy x;\n", "package-lock.json": "{}\n" * 9, "b.ts": "1\n"}
    )
    text, left_out = patch_of(Git(line.root).bare(), newest(line), ("z/policy.sql",))
    assert text.index("+++ b/z/policy.sql") < text.index("+++ b/a.ts") < text.index("+++ b/b.ts")
    assert "-1\n+2\n" in text
    assert "package-lock" not in text
    assert left_out == "left out: 1 generated, vendored, lock, test or text files"


def test_a_merge_shows_what_it_carried_and_a_move_stays_a_move(line) -> None:
    body = "".join(f"line {n}\n" for n in range(30))
    line.commit("Start", {"lib/old.ts": body})
    line.git("checkout", "-q", "-b", "feature")
    line.commit("Move", {"lib/old.ts": None, "lib/new.ts": body + "more\n"})
    line.git("checkout", "-q", "main")
    line.commit("Meanwhile", {"meanwhile.ts": "1\n"})
    line.git("merge", "-q", "--no-ff", "-m", "Merge", "feature")
    text, left_out = patch_of(Git(line.root).bare(), newest(line))
    assert "rename from lib/old.ts" in text
    assert text.count("\n+") == 2, "the line that came, and the name of the file"
    assert "meanwhile.ts" not in text
    assert left_out == ""


def test_no_attribute_of_the_repository_hides_a_diff(line) -> None:
    line.commit("Start", {".gitattributes": "*.sql binary -diff\n", "a.sql": "select 1;\n"})
    line.commit("Open", {"a.sql": "select 2;\n"})
    text, _ = patch_of(Git(line.root).bare(), newest(line))
    assert "+select 2;" in text


def test_more_than_anybody_reads_is_cut_and_said(line, monkeypatch) -> None:
    monkeypatch.setattr(patch, "LARGEST", 400)
    line.commit("Start", {"a.ts": "a\n" * 300, "b.ts": "b\n"})
    text, left_out = patch_of(Git(line.root).bare(), newest(line))
    assert len(text) == 400
    assert "everything after a.ts" in left_out


def test_hunks_that_are_not_here_are_said_with_a_remedy(line) -> None:
    line.commit("Start", {"a.ts": "1\n"})
    commit = newest(line)
    for blob in (line.root / ".git" / "objects").glob("??/*"):
        kind = line.git("cat-file", "-t", f"{blob.parent.name}{blob.name}")
        if kind == "blob":
            blob.chmod(0o600)
            blob.unlink()
    with pytest.raises(UnreachableError) as refused:
        patch_of(Git(line.root).bare(), commit)
    assert "unshallow" in refused.value.remedy
