"""Who wrote this line? The hunks of the window are walked backwards; every answer is held against git blame."""

from __future__ import annotations

import random

from assistant.collect.deploys.history import read_history
from assistant.collect.git import Git
from assistant.explain.lines import writer_of
from tests.unit.collect.deploys.line import Line


def blamed(line: Line, path: str) -> list[str]:
    told = line.git("blame", "-l", "-s", "--root", "HEAD", "--", path)
    return [row.split()[0].lstrip("^") for row in told.splitlines()]


def test_every_line_has_the_writer_that_blame_names(tmp_path) -> None:
    line, dice = Line(tmp_path / "app"), random.Random(20261128)
    body = [f"line {n}" for n in range(40)]
    line.commit("Start", {"lib/a.ts": "\n".join(body) + "\n"})
    for n in range(30):
        at = dice.randrange(len(body))
        match dice.randrange(3):
            case 0:
                body[at:at] = [f"added {n} {one}" for one in range(dice.randrange(1, 5))]
            case 1 if len(body) > 12:
                del body[at : at + dice.randrange(1, 4)]
            case _:
                body[at] = f"changed {n}"
        line.commit(f"Edit {n}", {"lib/a.ts": "\n".join(body) + "\n"})
    changes = read_history(Git(line.root), ["HEAD"]).changes
    writers = [writer_of(changes, "lib/a.ts", n).commit.sha for n in range(1, len(body) + 1)]
    assert writers == blamed(line, "lib/a.ts")


def test_a_line_older_than_the_window_has_no_writer(tmp_path) -> None:
    line = Line(tmp_path / "app")
    line.commit("Start", {"a.ts": "one\ntwo\n"})
    new = line.commit("More", {"a.ts": "zero\none\ntwo\n"})
    changes = read_history(Git(line.root), ["-1"]).changes
    assert writer_of(changes, "a.ts", 1).commit.sha == new
    assert writer_of(changes, "a.ts", 2) is None
    assert writer_of(changes, "elsewhere.ts", 1) is None


def test_a_rename_is_walked_through(tmp_path) -> None:
    line = Line(tmp_path / "app")
    body = "".join(f"line {n}\n" for n in range(20))
    first = line.commit("Start", {"old.ts": body})
    line.commit("Move", {"old.ts": None, "new.ts": "head\n" + body})
    changes = read_history(Git(line.root), ["HEAD"]).changes
    assert writer_of(changes, "new.ts", 5).commit.sha == first
