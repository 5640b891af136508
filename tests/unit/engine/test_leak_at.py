"""A leak by the names people give it at three in the morning, and the same leak in a schema that looked otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.attack.triage import ASKED, REPEATS
from assistant.domain.catalog import Catalog, Platform, PlatformKind
from assistant.domain.errors import UsageError
from assistant.domain.facts import Subject
from assistant.domain.findings import Finding
from assistant.domain.matrix import Actor, Cell, Matrix, Seeding, Severity, Verb, Verdict
from assistant.domain.ownership import Confidence, OwnershipMap
from assistant.domain.replay import Replay, Skipped
from assistant.domain.repository import Repository
from assistant.engine.at_commit import Proven, Rules
from assistant.engine.bisect import Presence
from assistant.engine.leak_at import InDatabase, leak_of, same_cause, succeeded


CHATS = Cell(
    object="public.chats",
    kind="table",
    verb=Verb.SELECT,
    actor=Actor.GUEST,
    verdict=Verdict.LEAKS,
    severity=Severity.HIGH,
)
SEARCH = replace(CHATS, object="public.search(text)", kind="function", verb=Verb.EXECUTE, severity=Severity.CRITICAL)
FILES = replace(CHATS, object="storage.objects", kind="bucket", variant="files", severity=Severity.MEDIUM)
NOTES = replace(CHATS, object="public.notes", verdict=Verdict.HOLDS)


def finding(rule: str, name: str, *cells: Cell, mark: str = "0123456789abcdef") -> Finding:
    return Finding(
        rule=rule,
        subject=Subject(kind="table", name=name),
        title=f"{rule} on {name}",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        executed=bool(cells),
        where=None,
        fingerprint=mark,
        cells=tuple(cell.key for cell in cells),
    )


def proven(*cells: Cell, findings: tuple[Finding, ...] = (), skipped: tuple[Skipped, ...] = ()) -> Proven:
    catalog = Catalog(
        platform=Platform(
            kind=PlatformKind.SUPABASE,
            guest_role="anon",
            user_role="authenticated",
            service_role=None,
            claims_setting=None,
        ),
        tables={},
    )
    rules = Rules(
        key="key",
        repository=Repository.__new__(Repository),
        replay=Replay(files=1, statements=1, applied=1, skipped=skipped),
        catalog=catalog,
        ownership=OwnershipMap(entries={}),
    )
    return Proven(rules=rules, matrix=Matrix(cells=cells, seeding=Seeding(tables=0, seeded=0)), findings=findings)


class Told:
    """Replays that are known beforehand."""

    def __init__(self, **commits: Proven | None) -> None:
        self.commits = commits
        self.asked: list[tuple[str, frozenset[str] | None]] = []

    def read(self, commit: str) -> tuple[str, None]:
        return commit, None

    def proven(self, commit: str, objects: frozenset[str] | None = None) -> Proven | None:
        self.asked.append((commit, objects))
        return self.commits[commit]


@pytest.mark.parametrize(
    ("asked", "object_"),
    [
        ("public.chats/select/guest", "public.chats"),
        ("chats/select/guest", "public.chats"),
        ("public.chats", "public.chats"),
        ("public.search(text)/execute/guest", "public.search"),
        ("search", "public.search"),
        ("files/select/guest", "storage.objects"),
        ("storage.objects/select/guest", "storage.objects"),
        (None, "public.search"),
    ],
)
def test_a_leak_is_known_by_its_names(asked: str | None, object_: str) -> None:
    leak = leak_of(proven(CHATS, SEARCH, FILES, NOTES), asked)
    assert leak.objects == {object_}
    assert leak.id == (asked or "public.search(text)/execute/guest")


@pytest.mark.parametrize("asked", ["public.notes/select/guest", "public.chats/delete/guest", "nothing", "f" * 16])
def test_what_does_not_leak_is_refused_with_the_way_to_the_list(asked: str) -> None:
    with pytest.raises(UsageError) as caught:
        leak_of(proven(CHATS, NOTES), asked)
    assert asked in caught.value.says
    assert "--json" in caught.value.remedy
    with pytest.raises(UsageError):
        leak_of(proven(NOTES), None)


def test_a_finding_brings_the_attacks_behind_it() -> None:
    found = finding("always-true", "public.chats", CHATS)
    leak = leak_of(proven(CHATS, SEARCH, findings=(found,)), found.fingerprint)
    assert (leak.by_finding, leak.objects, {key[0] for key in leak.keys}) == (True, {"public.chats"}, {"public.chats"})
    assert leak_of(proven(CHATS, findings=(found,)), "public.chats/select/guest").finding == found


def test_an_attack_that_is_asked_about_succeeded_all_the_same() -> None:
    assert succeeded(CHATS)
    assert succeeded(replace(CHATS, verdict=Verdict.UNKNOWN, reason=ASKED))
    assert succeeded(replace(CHATS, verdict=Verdict.HOLDS, reason=f"{REPEATS}the row is open without forging"))
    assert not succeeded(replace(CHATS, verdict=Verdict.UNKNOWN, reason="there is no row"))
    assert not succeeded(NOTES)


def test_each_schema_is_asked_once_and_only_for_what_leaks() -> None:
    told = Told(
        bad=proven(CHATS),
        held=proven(replace(CHATS, verdict=Verdict.HOLDS)),
        before=None,
        never=proven(NOTES),
        doubtful=proven(replace(CHATS, verdict=Verdict.UNKNOWN, reason="there is no row")),
    )
    question = InDatabase(told, leak_of(proven(CHATS), "chats"))
    assert {commit: question.ask(commit).presence for commit in told.commits} == {
        "bad": Presence.PRESENT,
        "held": Presence.ABSENT,
        "before": Presence.ABSENT,
        "never": Presence.ABSENT,
        "doubtful": Presence.UNTESTED,
    }
    question.ask("bad")
    assert told.asked == [(commit, frozenset({"public.chats"})) for commit in told.commits]


def test_another_argument_makes_no_other_leak() -> None:
    told = Told(older=proven(replace(SEARCH, object="public.search(text,integer)")))
    assert InDatabase(told, leak_of(proven(SEARCH), "search")).ask("older").presence is Presence.PRESENT


def test_what_failed_is_told_with_the_answer() -> None:
    left = Skipped(file="a.sql", line=1, reason="type x does not exist", statement="alter table chats")
    answer = InDatabase(Told(bad=proven(CHATS, skipped=(left,))), leak_of(proven(CHATS), "chats")).ask("bad")
    assert answer.failures == {"alter table chats (type x does not exist)"}


def test_a_cause_is_a_rule_on_an_object_whatever_its_policies_are_called() -> None:
    one = finding("always-true", "public.chats")
    assert same_cause(one, finding("always-true", "public.chats", mark="f" * 16))
    assert not same_cause(one, finding("rls-off", "public.chats"))
    assert not same_cause(one, finding("always-true", "public.notes"))
    assert not same_cause(one, None)


@pytest.mark.parametrize(
    ("statement", "matters"),
    [
        ('create policy "x" on public.chats for select using (true)', True),
        ("do $$ begin execute 'alter table ' end $$", True),
        ("grant select on all tables in schema public to anon", True),
        ("alter table public.notes add column x nonsense", False),
        ("insert into public.chats values (1)", False),
        ("create index on public.chats (x)", False),
    ],
)
def test_a_failure_elsewhere_is_no_doubt(statement: str, *, matters: bool) -> None:
    left = Skipped(file="a.sql", line=1, reason="no", statement=statement)
    assert leak_of(proven(CHATS), "chats").may_turn_on(left) is matters
