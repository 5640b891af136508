"""One commit that cannot be replayed costs its own answer and no other: the commit that opened a policy is still found."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from assistant.collect.deploys.history import read_history
from assistant.collect.git import Git
from assistant.domain.errors import NeedsPersonError, ShadowError, UnreachableError
from assistant.engine.at_commit import Replays
from assistant.engine.deploys import Wish, ranked
from assistant.engine.options import Options
from assistant.engine.rules_history import RulesHistory, rules_history
from tests.unit.collect.deploys.line import Line


if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.shadow

START = """\
create table public.chats (id uuid primary key, user_id uuid not null, title text);
alter table public.chats enable row level security;
create policy "read own" on public.chats for select to authenticated using (user_id = (select auth.uid()));
"""
TORN = "create index on public.chats (user_id);\n"
OPEN = 'drop policy "read own" on public.chats;\ncreate policy "read" on public.chats for select using (true);\n'
NOTES = (
    "create table public.notes (id uuid primary key, body text);\nalter table public.notes enable row level security;\n"
)


class Past(Replays):
    """Replays of which some commits fail as they do when the server ends under them, or their files are not in this clone."""

    def __init__(self, git: Git, torn: tuple[str, ...], unread: tuple[str, ...] = ()) -> None:
        self.stack = ExitStack()
        super().__init__(git, Options(), lambda *_: None, self.stack)
        self.torn, self.unread = torn, unread

    def read(self, commit):
        if commit in self.unread:
            raise UnreachableError(f"the files of commit {commit[:12]} are not in this clone: bad tree", "Fetch them.")
        return super().read(commit)

    def rules(self, commit):
        self.read(commit)
        if commit in self.torn:
            raise ShadowError("the shadow database does not answer: it is gone.", "Run the command again.")
        return super().rules(commit)


@pytest.fixture
def line(tmp_path: Path) -> Line:
    """A repository whose first commit is the last good one."""
    line = Line(tmp_path / "app")
    line.commit("Start", {"supabase/migrations/1_start.sql": START})
    return line


def judged(line: Line, *, torn: tuple[str, ...] = (), unread: tuple[str, ...] = (), **more) -> RulesHistory:
    git = Git(line.root)
    good, head = line.git("rev-list", "--max-parents=0", "HEAD"), line.git("rev-parse", "HEAD")
    changes = read_history(git, [head, f"^{good}"]).changes
    past = Past(git, torn, unread)
    with past.stack:
        newest = Replays.rules(past, head)
        return rules_history(past, changes, good, newest, **more)


def kinds(told: RulesHistory) -> dict[str, list[str]]:
    return {sha: [reason.kind for reason in reasons] for sha, reasons in told.widened.items()}


def test_the_commit_after_one_that_does_not_replay_is_judged_by_its_own_lines(line: Line) -> None:
    torn = line.commit("Index", {"supabase/migrations/2_index.sql": TORN})
    opened = line.commit("Share", {"supabase/migrations/3_share.sql": OPEN})
    line.commit("Notes", {"supabase/migrations/4_notes.sql": NOTES})
    told = judged(line, torn=(torn,))
    assert set(told.widened) == {opened}
    assert told.widened[opened][0].file.endswith("3_share.sql")
    assert told.unjudged == {torn}
    assert told.left_out == (
        f"the rules of {torn[:10]} were not compared: the shadow database does not answer: it is gone",
    )


@pytest.mark.parametrize("how", ["torn", "unread"])
def test_what_the_skipped_commit_did_itself_is_laid_at_it(line: Line, how: str) -> None:
    opened = line.commit("Share", {"supabase/migrations/2_share.sql": OPEN})
    line.commit("Notes", {"supabase/migrations/3_notes.sql": NOTES})
    assert set(kinds(judged(line, **{how: (opened,)}))) == {opened}


def test_what_time_did_not_last_for_is_seen_in_the_newest_rules(line: Line) -> None:
    opened = line.commit("Share", {"supabase/migrations/2_share.sql": OPEN})
    last = line.commit("Notes", {"supabase/migrations/3_notes.sql": NOTES})
    told = judged(line, seconds=-1.0)
    assert set(told.widened) == {opened}
    assert told.unjudged == {opened, last}
    assert "2 commits were not compared: it took longer" in told.left_out[0]


def test_where_the_beginning_is_not_known_nothing_looks_new(line: Line) -> None:
    good = line.git("rev-parse", "HEAD")
    first = line.commit("Index", {"supabase/migrations/2_index.sql": TORN})
    opened = line.commit("Share", {"supabase/migrations/3_share.sql": OPEN})
    for how in ("torn", "unread"):
        told = judged(line, **{how: (good,)})
        assert set(told.widened) == {opened}
        assert told.unjudged == {first}


def test_equal_rules_are_not_replayed(line: Line) -> None:
    same = line.commit("Say why", {"supabase/migrations/README.sql.md": "why\n", "prisma/meta/_journal.json": "{}\n"})
    assert judged(line, torn=(same,)) == RulesHistory(widened={})


def test_stopping_it_is_no_failure_of_a_commit(line: Line) -> None:
    line.commit("Share", {"supabase/migrations/2_share.sql": OPEN})

    def stop(*_: object) -> None:
        raise NeedsPersonError("stopped on request.", "Run it again.")

    with pytest.raises(NeedsPersonError):
        judged(line, on_progress=stop)


@pytest.fixture
def gone(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Commits whose replay ends with the server."""
    shas: list[str] = []
    whole = Replays.rules

    def rules(self: Replays, commit: str):
        if commit in shas:
            raise ShadowError("the shadow database does not answer: it is gone.", "Run the command again.")
        return whole(self, commit)

    monkeypatch.setattr(Replays, "rules", rules)
    return shas


def test_the_ranking_still_names_the_commit_that_opened_it_first(line: Line, gone: list[str]) -> None:
    good = line.git("rev-parse", "HEAD")
    gone.append(line.commit("Index", {"supabase/migrations/2_index.sql": TORN}))
    opened = line.commit("Share", {"supabase/migrations/3_share.sql": OPEN})
    line.commit("Notes", {"supabase/migrations/4_notes.sql": NOTES})
    told = ranked(line.root, Wish(last_good=good), Options(), lambda *_: None)
    first = told.ranking.suspects[0]
    assert first.commit.sha == opened
    assert any(reason.kind == "policy-added-open" for reason in first.reasons), first.reasons
    assert any(gone[0][:10] in says for says in told.ranking.not_compared)
