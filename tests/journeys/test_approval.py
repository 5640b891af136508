"""Nothing is written without a yes, nothing of the operator's is lost, and every way of saying no is respected."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.journeys.desk import IDENTITY, STANCH, Desk, desk, leaky


__all__ = ["desk", "leaky"]
pytestmark = pytest.mark.shadow


def at_a_terminal(leaky: Desk, *arguments: str, answer: str) -> tuple[int, str]:
    """Run on a terminal, answer when asked, and give back what was shown."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [*STANCH, *arguments],
        cwd=leaky.root,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm", "NO_COLOR": "1"},
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    answered = False
    while True:
        try:
            read = os.read(ours, 4096)
        except OSError:
            break
        if not read:
            break
        shown += read
        if not answered and b"[y/N]" in shown:
            os.write(ours, answer.encode())
            answered = True
    os.close(ours)
    assert answered
    return child.wait(60), shown.decode()


def migrations(leaky: Desk) -> list[str]:
    return sorted(path.name for path in leaky.migrations.iterdir())


@pytest.mark.parametrize(("answer", "written"), [("y\n", True), ("n\n", False), ("\n", False), ("yes please\n", False)])
def test_only_a_yes_is_a_yes(leaky: Desk, answer: str, written: bool) -> None:
    code, shown = at_a_terminal(leaky, "fix", answer=answer)
    assert (len(migrations(leaky)) > 1) is written
    assert code == (0 if written else 5), shown
    assert shown.index("+CREATE POLICY") < shown.index("[y/N]"), "the diff is shown before the question"


def test_a_dirty_tree_and_a_detached_head_are_left_as_they_are(leaky: Desk) -> None:
    (leaky.root / "app.ts").write_text("// first\n")
    leaky.commit()
    subprocess.run(["git", "checkout", "-q", "--detach"], cwd=leaky.root, check=True)
    (leaky.root / "app.ts").write_text("// half an idea\n")
    (leaky.root / "notes.txt").write_text("untracked\n")
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=leaky.root, capture_output=True, check=True).stdout
    done = leaky.type("fix", "--yes", "--json")
    assert done.code == 0, done
    assert (leaky.root / "app.ts").read_text() == "// half an idea\n"
    assert (leaky.root / "notes.txt").read_text() == "untracked\n"
    assert subprocess.run(["git", "rev-parse", "HEAD"], cwd=leaky.root, capture_output=True, check=True).stdout == head
    assert (
        subprocess.run(["git", *IDENTITY, "stash", "list"], cwd=leaky.root, capture_output=True, check=True).stdout
        == b""
    )
    timeline = leaky.type("incident", "show").out
    assert "no branch (detached HEAD)" in timeline
    assert "uncommitted changes" in timeline


def test_what_is_written_is_named_migration_first_and_lies_beside_the_others(leaky: Desk) -> None:
    said = json.loads(leaky.type("fix", "--yes", "--json").out)
    assert Path(said["written"][0]).parent == Path("supabase/migrations")
    undone = [path.endswith(".undo.sql") for path in said["written"]]
    assert any(undone)
    assert undone == sorted(undone)
    assert migrations(leaky)[0] == "20240101000000_notes.sql"


def test_a_repository_without_a_commit(desk: Desk) -> None:
    from tests.journeys.desk import LEAKY

    desk.write("20240101000000_notes.sql", LEAKY)
    assert desk.type("fix", "--yes").code == 0
    assert "no commit" in desk.type("incident", "show").out
