"""Going back is quick and blunt: what it closes, what it takes along, and the database that stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.collect.deploys.history import read_history
from assistant.collect.deploys.standing import Standing
from assistant.collect.git import Git
from assistant.domain.deploys import Ranking, Reason, Suspect, Window
from assistant.domain.facts import Place, Subject
from assistant.domain.findings import Finding
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence
from assistant.engine.deploys import Told
from assistant.engine.rollback import rollback
from tests.unit.collect.deploys.line import Line


if TYPE_CHECKING:
    from pathlib import Path


def finding(name: str, file: str, entry: str = "") -> Finding:
    return Finding(
        rule="r",
        subject=Subject(kind="table", name="public.chats"),
        title="t",
        detail="d",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        where=Place(file=file, line=1),
        fingerprint=name,
        executed=True,
        entry=entry,
    )


@pytest.fixture
def line(tmp_path: Path) -> Line:
    line = Line(tmp_path / "app")
    line.commit("Start", {"a.ts": "1\n"})
    line.commit("Good", {"a.ts": "2\n"})
    line.commit("Policy", {"supabase/migrations/1.sql": "create policy x on chats using (true);\n"})
    line.commit("Route", {"app/api/x/route.ts": "export {}\n"})
    line.commit(
        "Cleaning",
        {"supabase/migrations/2.sql": "-- never drop table chats\nalter table chats drop column old;\n", "b.ts": "1\n"},
    )
    return line


def told(line: Line, good: str, opened: dict[str, str]) -> Told:
    """``opened``: subject of a commit to the fingerprint it brought."""
    commits = tuple(
        change.commit for change in read_history(Git(line.root), ["HEAD", *([f"^{good}"] if good else [])]).changes
    )
    suspects = []
    for commit in commits:
        brought = opened.get(commit.subject, "")
        reason = Reason(kind="wrote-the-line", says="s", file="", line=0, weight=7.0, finding=brought)
        suspects.append(Suspect(commit=commit, score=7.0 if brought else 0.0, reasons=(reason,) if brought else ()))
    window = Window(good=good, head=commits[0].sha, commits=commits, why="w")
    standing = Standing(
        deployed=None, branch="HEAD", head=commits[0].sha, is_here=False, live_not_here=(), here_not_live=(), says="s"
    )
    return Told(ranking=Ranking(window=window, suspects=tuple(suspects), compared=0), standing=standing, remarks=())


FINDINGS = {
    "db": finding("db", "supabase/migrations/1.sql"),
    "code": finding("code", "app/api/x/route.ts", entry="GET /api/x"),
}
OPENED = {"Policy": "db", "Route": "code"}


def test_what_lies_in_the_database_stays_open(line: Line) -> None:
    good = line.git("rev-parse", "HEAD~3")
    plan = rollback(line.root, told(line, good, OPENED), FINDINGS, named=True)
    assert plan.to == good
    assert [one.commit.subject for one in plan.closes] == ["Route"]
    assert [one.commit.subject for one in plan.leaves] == ["Policy"]
    assert [one.subject for one in plan.undoes] == ["Cleaning"]


def test_every_migration_stays_and_what_it_took_is_named(line: Line) -> None:
    plan = rollback(line.root, told(line, line.git("rev-parse", "HEAD~3"), OPENED), FINDINGS, named=True)
    assert {one.path: one.takes for one in plan.stays} == {
        "supabase/migrations/1.sql": (),
        "supabase/migrations/2.sql": ("drops a column",),
    }


def test_a_file_that_takes_a_migration_back_was_not_applied(line: Line) -> None:
    files = {
        "db/3_x.sql": "select 1;\n",
        "db/3_x.down.sql": "drop table x;\n",
        "db/undo/4.sql": "select 1;\n",
        "db/down.sql": "x;\n",
    }
    line.commit("Both ways", files)
    plan = rollback(line.root, told(line, line.git("rev-parse", "HEAD~1"), {"Both ways": "db"}), FINDINGS, named=True)
    assert [one.path for one in plan.stays] == ["db/3_x.sql", "db/undo/4.sql"]


def test_without_a_named_good_one_it_goes_before_the_oldest_opening(line: Line) -> None:
    plan = rollback(line.root, told(line, "", OPENED), FINDINGS, named=False)
    assert plan.to == line.git("rev-parse", "HEAD~3")
    assert "no last good one was named" in plan.why


def test_what_the_first_commit_opened_cannot_be_gone_back_from(line: Line) -> None:
    plan = rollback(line.root, told(line, "", {"Start": "code"}), FINDINGS, named=False)
    assert plan.to == ""


@pytest.mark.parametrize(
    ("sql", "takes"),
    [
        ("drop table old;", ("drops a table",)),
        ("alter table chats rename column a to b;", ("renames",)),
        ("alter table chats alter column a type bigint;", ("changes the type of a column",)),
        ("alter table chats alter column a set not null;", ("demands a value",)),
        ("truncate chats;", ("deletes rows",)),
        ("/* drop table old */ create index i on chats (id);", ()),
    ],
)
def test_what_older_code_may_stumble_over(tmp_path: Path, sql: str, takes: tuple[str, ...]) -> None:
    line = Line(tmp_path / "app")
    good = line.commit("Start", {"a.ts": "1\n"})
    line.commit("Policy", {"db/1.sql": sql})
    plan = rollback(line.root, told(line, good, {"Policy": "db"}), FINDINGS, named=True)
    assert plan.stays[0].takes == takes
