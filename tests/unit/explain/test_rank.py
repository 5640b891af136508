"""The order of suspicion: what leaks now before what a line hints at, and size before nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from assistant.collect.deploys.history import Change, FileChange, Hunk
from assistant.domain.deploys import Commit, Lane, Reason, Window
from assistant.domain.facts import Place, Subject
from assistant.domain.findings import Finding
from assistant.domain.matrix import Severity
from assistant.domain.ownership import Confidence
from assistant.explain.code_change import Brought
from assistant.explain.rank import Evidence, rank
from assistant.explain.signals import Signals


START = datetime(2026, 1, 1, tzinfo=UTC)


def change(n: int, *, files: int = 1) -> Change:
    commit = Commit(
        sha=f"{n:040x}",
        parents=(),
        at=START + timedelta(hours=n),
        author="a",
        email="a@parley.example",
        subject=f"Commit {n}",
        files={f"lib/{n}.{one}.ts": Lane.CODE for one in range(files)},
    )
    changed = [FileChange(path=path, before=path, status="modified", lane=Lane.CODE) for path in commit.files]
    return Change(commit=commit, files=changed)


def finding(name: str, severity: Severity = Severity.HIGH, *, executed: bool = False, entry: str = "GET /a") -> Finding:
    return Finding(
        rule="missing-session",
        subject=Subject(kind="table", name=name),
        title=f"Anyone can read {name}.",
        severity=severity,
        confidence=Confidence.HIGH,
        executed=executed,
        where=Place(file="app/a/route.ts", line=3),
        fingerprint=name,
        entry=entry,
    )


def order(changes: list[Change], *brought: Brought, **evidence: object) -> list[str]:
    window = Window(good="", head=changes[0].commit.sha, commits=tuple(one.commit for one in changes), why="")
    told = rank(window, changes, Evidence(signals=Signals(), brought=brought, **evidence), carriers={})
    assert len(told.suspects) == len(changes)
    return [suspect.commit.subject for suspect in told.suspects]


def test_a_finding_comes_before_ten_smaller_ones() -> None:
    changes = [change(2), change(1)]
    small = [Brought(finding(f"t{n}", Severity.LOW), changes[0], "born") for n in range(10)]
    assert order(changes, Brought(finding("chats"), changes[1], "born"), *small) == ["Commit 1", "Commit 2"]


def test_the_finding_that_is_asked_about_outweighs_everything() -> None:
    changes = [change(2), change(1)]
    worse = [Brought(finding(f"t{n}", Severity.CRITICAL), changes[0], "born") for n in range(20)]
    asked = Brought(finding("notes", Severity.MEDIUM), changes[1], "turned")
    assert order(changes, *worse, asked)[0] == "Commit 2"
    assert order(changes, *worse, asked, asked="notes")[0] == "Commit 1"


def test_of_several_leaks_the_one_that_the_report_speaks_of_comes_first() -> None:
    changes = [change(2), change(1)]
    invoices = Brought(finding("invoices", Severity.CRITICAL), changes[0], "born")
    notes = Brought(finding("release_notes"), changes[1], "born")
    assert order(changes, invoices, notes)[0] == "Commit 2"
    assert order(changes, invoices, notes, seen="Dana read a note of another company")[0] == "Commit 1"
    assert order(changes, invoices, notes, seen="somebody saw data of another customer")[0] == "Commit 2"
    widened = {changes[1].commit.sha: (Reason(kind="rls-off", says="public.chats", file="a.sql", line=1, weight=7.0),)}
    assert order(changes, invoices, rules=widened, seen="the chats of others")[0] == "Commit 1"


def test_neither_size_nor_message_makes_a_suspect() -> None:
    assert order([change(3), change(2, files=200), change(1)]) == ["Commit 3", "Commit 2", "Commit 1"]


def test_of_two_equal_ones_the_newer_is_likelier_and_an_old_one_is_not_forgotten() -> None:
    changes = [change(n) for n in range(100, 0, -1)]
    old, new = Brought(finding("a"), changes[-1], "born"), Brought(finding("b"), changes[3], "born")
    assert order(changes, old, new)[:2] == [changes[3].commit.subject, changes[-1].commit.subject]


def test_rules_that_were_widened_count_and_the_code_that_reads_through_them_hardly() -> None:
    changes = [change(2), change(1)]
    reader = Brought(finding("chats", executed=True), changes[0], "born")
    opened = {changes[1].commit.sha: (Reason(kind="policy-widened", says="", file="a.sql", line=1, weight=4.0),)}
    assert order(changes, reader, rules=opened)[0] == "Commit 1"


def test_where_a_commit_was_not_replayed_its_lines_speak() -> None:
    changes = [change(2), change(1)]
    signals = Signals()
    for one in changes:
        file = FileChange(path="a.sql", before="", status="added", lane=Lane.MIGRATIONS, hunks=[Hunk(0, 0, 1, 1)])
        signals.take(one.commit, file, [[b"+create policy a on b using (true);"]])
    window = Window(good="", head=changes[0].commit.sha, commits=tuple(one.commit for one in changes), why="")
    not_replayed = frozenset({changes[1].commit.sha})
    told = rank(
        window, changes, Evidence(signals=signals, rehearsed=True, not_replayed=not_replayed), carriers={}
    ).suspects
    assert [(one.commit.subject, len(one.reasons)) for one in told] == [("Commit 1", 1), ("Commit 2", 0)]
