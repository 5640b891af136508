"""Which deploy opened it: the window, its commits with their hunks, what each did to the code and to the rules, and the order of suspicion."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assistant.domain.deploys import Deploy, Window


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from assistant.collect.deploys.history import Change
    from assistant.collect.deploys.standing import Standing
    from assistant.collect.git import Git
    from assistant.domain.code import CodeMap, Decisions
    from assistant.domain.deploys import Ranking, Reason
    from assistant.domain.findings import Finding
    from assistant.engine.at_commit import Proven, Replays, Rules
    from assistant.engine.options import Options
    from assistant.explain.code_change import Brought
    from assistant.explain.signals import Signals

    OnProgress = Callable[[str, int, int], None]

MOST_COMPARED = 1_000
"""In longer windows the lines choose which commits are followed: doing it for thousands takes longer than anybody waits."""
MOST_LEADING = 40
LONGEST_LEADING = 4.0
"""Seconds after which no other one is begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The answer to "what changed?"."""

    ranking: Ranking
    """The commits of the window, the likeliest culprit first."""
    standing: Standing
    """What is live against what is here."""
    remarks: tuple[str, ...]
    """What of the deploy records is missing or uncertain, one sentence each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Where deploy records come from, beside the tags and what lies in the repository."""

    files: tuple[Path, ...] = ()
    """Lists that a host's API returned."""
    host: str = ""
    """Host that is asked over the network; empty asks nobody."""
    project: str = ""
    """Its project; empty takes the one that the repository names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the operator asks about."""

    last_good: str | None = None
    """A revision, a date, an age; None for the default window."""
    head: str = "HEAD"
    """The newest commit, of the branch that is deployed."""
    finding: str = ""
    """Fingerprint of the finding that is asked about."""
    seen: str = ""
    """What was seen that should not have been, in somebody's own words."""
    code: bool = True
    """Follow the code of the newest commit and of those that changed it."""
    database: bool = True
    """Rehearse the rules of the database."""
    seconds: float = 90.0
    """Longest time for following the code of older commits."""
    records: Records = field(default_factory=Records)
    """Who says what went live."""


def ranked(
    root: Path,
    wish: Wish,
    options: Options,
    on_progress: OnProgress,
    *,
    decisions: Decisions | None = None,
    at_head: Proven | None = None,
    now: datetime | None = None,
) -> Told:
    """The commits of the window, the likeliest culprit first, and when each went live.

    Args:
        root: top of the work tree, or a bare repository.
        wish: what is asked.
        options: how the database is rehearsed.
        on_progress: told where the work is; may raise to stop.
        decisions: what is public on purpose.
        at_head: the newest commit's rules, when they were attacked already.
        now: the present; for tests.

    Raises:
        UsageError: a revision is unknown, the folder is no repository, a record cannot be read.
        UnreachableError: git or a host does not answer.
    """
    from assistant.collect.deploys.standing import standing
    from assistant.collect.git import top_of
    from assistant.explain.rank import Evidence, rank
    from assistant.explain.signals import Signals

    moment = now or datetime.now(UTC)
    git, signals = top_of(root), Signals()
    window, changes = _window(git, wish, moment, signals, on_progress)
    good, head = window.good, window.head
    since = changes[-1].commit.at if changes else moment
    deploys, remarks = _deploys(git, root, wish.records, since, on_progress)
    look = _Look(git=git, wish=wish, options=options, on_progress=on_progress, decisions=decisions, at_head=at_head)
    look.at(changes, good, head, signals)
    ranking = rank(
        window,
        changes,
        Evidence(
            signals=signals,
            brought=look.brought,
            rules=_joined(look.rules, _order(git, changes, head)),
            rehearsed=look.rehearsed,
            not_replayed=look.not_replayed,
            asked=wish.finding,
            seen=wish.seen,
        ),
        carriers=_carriers(git, changes, deploys, head, good),
        compared=look.compared,
        not_compared=look.not_compared,
    )
    return Told(ranking=ranking, standing=standing(git, deploys, wish.head), remarks=remarks)


def _window(
    git: Git, wish: Wish, now: datetime, signals: Signals, on_progress: OnProgress
) -> tuple[Window, list[Change]]:
    """The window and its commits, newest first; their lines were shown to ``signals``."""
    from assistant.collect.deploys.history import read_history
    from assistant.collect.deploys.window import choose

    good, head, revisions, why, shortcomings = choose(git, wish.last_good, wish.head, now)
    history = read_history(
        git, revisions, on_file=signals.take, on_progress=lambda done: on_progress("reading the history", done, 0)
    )
    window = Window(
        good=good,
        head=head,
        commits=tuple(change.commit for change in history.changes),
        why=why,
        shortcomings=(*shortcomings, *history.shortcomings, *_unseen(git, head)),
    )
    return window, history.changes


def _unseen(git: Git, head: str) -> tuple[str, ...]:
    """Parts of the newest commit that have a history of their own."""
    from assistant.collect.deploys.trees import submodules
    from assistant.collect.git import EndedEarlyError
    from assistant.text.plural import plural

    try:
        inside = submodules(git, head)
    except EndedEarlyError as error:
        return (f"the files of the newest commit are not whole in this clone: git says {error.said}",)
    if not inside:
        return ()
    return (
        f"{plural(len(inside), 'submodule')} ({', '.join(inside[:3])}) has a history of its own: run stanch there as well",
    )


def _order(git: Git, changes: Sequence[Change], head: str) -> Mapping[str, tuple[Reason, ...]]:
    from assistant.collect.deploys.trees import blobs
    from assistant.collect.git import EndedEarlyError
    from assistant.explain.order import out_of_order

    try:
        return out_of_order(changes, blobs(git, head))
    except EndedEarlyError:  # said by ``_unseen``
        return {}


def _joined(
    one: Mapping[str, tuple[Reason, ...]], other: Mapping[str, tuple[Reason, ...]]
) -> dict[str, tuple[Reason, ...]]:
    return {sha: (*one.get(sha, ()), *other.get(sha, ())) for sha in {**one, **other}}


def _deploys(
    git: Git, root: Path, records: Records, since: datetime, on_progress: OnProgress
) -> tuple[tuple[Deploy, ...], tuple[str, ...]]:
    """Everything that says what went live, and what is uncertain about it."""
    from assistant.collect.deploys.linked import linked_projects
    from assistant.collect.deploys.records import fetch, in_repository, read_file
    from assistant.collect.deploys.releases import tags
    from assistant.domain.errors import UsageError

    found = [in_repository(root), *(read_file(path) for path in records.files)]
    if records.host:
        named = list(dict.fromkeys(one.project for one in linked_projects(root, git) if one.host == records.host))
        if len(named) > 1 and not records.project:
            raise UsageError(
                f"the repository names {len(named)} projects of {records.host}: {', '.join(named[:5])}.",
                "Say which one is meant with --project.",
            )
        project = records.project or (named[0] if named else "")
        found.append(fetch(records.host, project, since, lambda says: on_progress(says, 0, 0)))
    remarks = [remark for one in found for remark in (*one.remarks, one.says_incomplete) if remark]
    return (*tags(git), *(deploy for one in found for deploy in one.deploys)), tuple(remarks)


def _carriers(
    git: Git, changes: Sequence[Change], deploys: Sequence[Deploy], head: str, good: str
) -> dict[str, tuple[Deploy, ...]]:
    """By commit: the release and the host's deploy that carried it first; where nothing says so, the commit itself."""
    from assistant.collect.deploys.standing import first_carriers

    hosts = [deploy for deploy in deploys if deploy.source != "tag"]
    released = first_carriers(git, [deploy for deploy in deploys if deploy.source == "tag"], head, good)
    hosted = first_carriers(git, hosts, head, good)
    found: dict[str, tuple[Deploy, ...]] = {}
    for change in changes:
        commit = change.commit
        by_word = [one[commit.sha] for one in (hosted, released) if commit.sha in one]
        pushed = Deploy(id=commit.sha[:10], sha=commit.sha, at=commit.at, source="merge" if commit.is_merge else "push")
        found[commit.sha] = tuple(by_word) if by_word or hosts else (pushed,)
    return found


class _Look:
    """What the newest commit leaks, and which change of the window brought it."""

    def __init__(
        self,
        *,
        git: Git,
        wish: Wish,
        options: Options,
        on_progress: OnProgress,
        decisions: Decisions | None,
        at_head: Proven | None = None,
    ) -> None:
        self._git, self._wish, self._at_head = git, wish, at_head
        self._options, self._tell, self._decisions = options, on_progress, decisions
        self.brought: list[Brought] = []
        self.rules: Mapping[str, tuple[Reason, ...]] = {}
        self.rehearsed = False
        self.not_replayed: frozenset[str] = frozenset()
        self.compared = 0
        self.not_compared: tuple[str, ...] = ()

    def at(self, changes: Sequence[Change], good: str, head: str, signals: Signals) -> None:
        """Fill in what can be found out."""
        if len(changes) > MOST_COMPARED:
            self._leading(changes, signals)
            return
        if any(change.commit.sha == good for change in changes):
            good = ""  # it is the first commit of all: what it brought is its own
        judge: Callable[[CodeMap], tuple[Finding, ...]] = self._judge_code
        if self._wish.database:
            judge = self._with_database(changes, good, head) or judge
        if self._wish.code:
            self._code(changes, good, head, judge)

    def _leading(self, changes: Sequence[Change], signals: Signals) -> None:
        """In a long window, the code of the commits whose lines speak loudest is compared with their parents', while time lasts."""
        from assistant.collect.code.at_commit import CodeHistory
        from assistant.collect.git import EndedEarlyError
        from assistant.explain.code_change import against_parent

        began, history, unreadable = time.monotonic(), CodeHistory(self._git, on_progress=self._tell), 0
        loud = sorted(changes, key=lambda change: -sum(one.weight for one in signals.reasons(change.commit)))
        for n, change in enumerate(loud[:MOST_LEADING] if self._wish.code else ()):
            if time.monotonic() - began > min(self._wish.seconds, LONGEST_LEADING):
                break
            self._tell("comparing the loudest commits", n, MOST_LEADING)
            try:
                self.brought += against_parent(history, change, self._judge_code)
                self.compared += 1
            except EndedEarlyError:
                unreadable += 1
        says = (
            f"the window has {len(changes):,} commits: {self.compared} were compared by their code, the others by their lines alone; "
            f"--last-good with at most {MOST_COMPARED:,} commits compares all that matter"
        )
        self.not_compared = (says, *([f"{unreadable} commits are not whole in this clone"] if unreadable else ()))

    def _judge_code(self, map_: CodeMap) -> tuple[Finding, ...]:
        from assistant.detect.code.run import detect_code

        return detect_code(map_, decisions=self._decisions)

    def _code(
        self, changes: Sequence[Change], good: str, head: str, judge: Callable[[CodeMap], tuple[Finding, ...]]
    ) -> None:
        from assistant.explain.code_change import CodeCulprits

        culprits = CodeCulprits(
            self._git, changes, good, head, judge=judge, seconds=self._wish.seconds, on_progress=self._tell
        )
        found = culprits.find()
        self.brought += found.brought
        self.compared, self.not_compared = found.compared, (*self.not_compared, *found.not_compared)

    def _rules(self, past: Replays, changes: Sequence[Change], good: str, newest: Rules) -> None:
        """What each commit that touched SQL did to the effective rules; one that cannot be replayed is told, the others go on."""
        from assistant.engine.rules_history import LONGEST_REPLAYING, rules_history

        seconds = min(LONGEST_REPLAYING, self._wish.seconds)
        told = rules_history(past, changes, good, newest, seconds=seconds, on_progress=self._tell)
        self.rules, self.not_replayed = told.widened, told.unjudged
        self.not_compared = (*self.not_compared, *told.left_out)

    def _last_good(self, past: Replays, good: str) -> Proven | None:
        """What leaked at the last good commit; None where it has no schema or cannot be replayed."""
        from assistant.engine.rules_history import NOT_JUDGED

        try:
            return past.proven(good) if good else None
        except NOT_JUDGED as error:
            says = f"what leaked at the last good commit {good[:10]} already is not known: {error.says.rstrip('.')}"
            self.not_compared = (*self.not_compared, says)
            return None

    def _with_database(
        self, changes: Sequence[Change], good: str, head: str
    ) -> Callable[[CodeMap], tuple[Finding, ...]] | None:
        """The database half: what leaks at the newest commit and did not at the last good one, by the lines that set it; None without a schema."""
        from assistant.detect.code.run import detect_code
        from assistant.domain.errors import StanchError
        from assistant.engine.at_commit import replays
        from assistant.explain.code_change import Brought
        from assistant.explain.lines import writer_of

        try:
            with replays(self._git, self._options, self._tell) as past:
                now = self._at_head or past.proven(head)
                # older schemas are measured with the owners of today, so that a leak does not begin where a guess became better
                past.yardstick = now.rules.ownership if now is not None else None
                if now is not None:
                    before = self._last_good(past, good)
                    self._rules(past, changes, good, now.rules)
        except StanchError as error:
            self.not_compared = (*self.not_compared, f"the database was not rehearsed: {error.says}")
            return None
        if now is None:
            return None
        self.rehearsed = True
        old = {finding.fingerprint for finding in before.findings} if before is not None else set()
        for finding in now.findings:
            if finding.where is not None and finding.fingerprint not in old:
                writer = writer_of(changes, finding.where.file, finding.where.line)
                if writer is not None:
                    self.brought.append(Brought(finding, writer, "line"))
        rules = now.rules
        return lambda map_: detect_code(
            map_, catalog=rules.catalog, ownership=rules.ownership, matrix=now.matrix, decisions=self._decisions
        )
