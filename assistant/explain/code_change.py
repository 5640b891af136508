"""Which commit brought each finding about code: the verdict of the code map before and after decides, not the text of a hunk.

A finding is looked for at the commits that touched a file its entry runs through, by halving: there it is absent before one of them and
present after it. Where there is only one such commit and it made the entry, nothing needs to be followed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assistant.collect.code.at_commit import CodeHistory, with_entries
from assistant.collect.git import EndedEarlyError
from assistant.detect.code.run import detect_code
from assistant.domain.code import CodeMap
from assistant.domain.deploys import Lane
from assistant.domain.matrix import SEVERITY_RANK, Severity
from assistant.explain.lines import touching, writer_of


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.collect.deploys.history import Change, FileChange
    from assistant.collect.git import Git
    from assistant.domain.code import Entry
    from assistant.domain.findings import Finding

_LOWEST: Final = SEVERITY_RANK[Severity.LOW]
COMPARING: Final = "comparing the code before and after"


@dataclass(frozen=True, slots=True)
class Brought:
    """A finding and the change that brought it."""

    finding: Finding
    change: Change
    how: str
    """``born`` with its entry, ``turned`` when the entry was there without it, ``line`` when only the line's writer is known."""


@dataclass(slots=True)
class CodeChanges:
    """What was found out."""

    findings: tuple[Finding, ...]
    """At the end of the window."""
    brought: list[Brought]
    compared: int = 0
    """Commits whose code was followed."""
    not_compared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Said:
    """The findings of one commit."""

    fingerprints: frozenset[str]
    doors: frozenset[tuple[str, str, str]]
    """Rule, file and symbol of the entry: a file that was renamed since has other fingerprints."""
    entries: frozenset[tuple[str, str]]
    """File and symbol of every entry that was there, and its name with nothing behind it."""


class CodeCulprits:
    """Finds the change behind each finding of the newest commit."""

    def __init__(
        self,
        git: Git,
        changes: Sequence[Change],
        good: str,
        head: str,
        *,
        history: CodeHistory | None = None,
        judge: Callable[[CodeMap], tuple[Finding, ...]] = detect_code,
        seconds: float = 90.0,
        on_progress: Callable[[str, int, int], None] | None = None,
    ) -> None:
        """Args: changes: of the window, newest first; good: hash before it, empty for none; judge: the rules, joined with what the database said; seconds: after which no more commits are compared."""
        self._history = history or CodeHistory(git, on_progress=on_progress)
        self._changes, self._good, self._head = changes, good, head
        self._judge = judge
        self._tell = on_progress or (lambda _says, _done, _total: None)
        self._seconds = seconds
        self._began = time.monotonic()
        self._touching: dict[str, list[tuple[Change, FileChange]]] = {}
        self._order = {change.commit.sha: n for n, change in enumerate(reversed(changes))}
        self._said: dict[str, _Said | None] = {}
        self._map: CodeMap | None = None
        self._pending: dict[str, Entry] = {}

    def find(self) -> CodeChanges:
        """Every finding of the newest commit that a change of the window brought."""
        self._map = self._history.map(self._head)
        findings = self._judge(self._map)
        worth = [finding for finding in findings if SEVERITY_RANK[finding.severity] <= _LOWEST]
        entries = {entry.id: entry for entry in self._map.entries}
        with_entry = [(finding, entries[finding.entry]) for finding in worth if finding.entry in entries]
        trails = {finding.fingerprint: self._trail(finding, entry) for finding, entry in with_entry}
        self._pending = {entry.id: entry for finding, entry in with_entry if trails[finding.fingerprint]}
        result = CodeChanges(findings=findings, brought=[])
        left = 0
        for n, (finding, entry) in enumerate(with_entry):
            self._tell(COMPARING, n, len(with_entry))
            trail = trails[finding.fingerprint]
            if not trail:
                continue
            brought = self._bringer(finding, entry, trail)
            if brought is not None:
                result.brought.append(brought)
            left += self._spent()
        for finding in worth:
            if finding.entry not in entries and finding.where is not None:
                writer = writer_of(self._changes, finding.where.file, finding.where.line)
                if writer is not None:
                    result.brought.append(Brought(finding, writer, "line"))
        result.compared = sum(1 for said in self._said.values() if said is not None)
        if left:
            result.not_compared = (
                f"{left} findings were traced by their lines alone, because comparing took longer than {self._seconds:.0f} seconds",
            )
        return result

    # --- one finding -------------------------------------------------------------------------------------------------

    def _trail(self, finding: Finding, entry: Entry) -> list[Change]:
        """The changes of the window that touched what the entry runs through, oldest first."""
        files = {entry.place.file, *entry.files, *(query.place.file for query in entry.queries)}
        if finding.where is not None:
            files.add(finding.where.file)
        found = {change.commit.sha: change for path in files for change, _ in self._touched(path)}
        return sorted(found.values(), key=lambda change: self._order[change.commit.sha])

    def _touched(self, path: str) -> list[tuple[Change, FileChange]]:
        if path not in self._touching:
            self._touching[path] = touching(self._changes, path)
        return self._touching[path]

    def _bringer(self, finding: Finding, entry: Entry, trail: list[Change]) -> Brought | None:
        touched = self._touched(entry.place.file)
        born = next((change for change, file in reversed(touched) if file.status == "added"), None)
        if born is not None:
            trail = [change for change in trail if self._order[change.commit.sha] >= self._order[born.commit.sha]]
            if len(trail) == 1:
                return Brought(finding, born, "born")
        if self._spent():
            return self._by_line(finding)
        if born is None:
            before = self._present(finding, entry, self._good) if self._good else False
            if before is not False:
                return None if before else self._by_line(finding)
        low, high = 0, len(trail) - 1  # the first at which it is there; at the last it is
        while low < high:
            middle = (low + high) // 2
            there = self._present(finding, entry, trail[middle].commit.sha)
            if there is None:
                return self._by_line(finding)
            low, high = (low, middle) if there else (middle + 1, high)
        made = trail[low] is born or not self._was_there(entry, trail[low - 1].commit.sha if low else self._good)
        return Brought(finding, trail[low], "born" if made else "turned")

    def _was_there(self, entry: Entry, commit: str) -> bool:
        """Whether the entry was there at a commit that was looked at: a function can be new in an old file."""
        if not commit:
            return False
        said = self._said.get(commit)
        then = (self._name_at(entry.place.file, commit), entry.place.symbol or "")
        return said is None or (entry.id, "") in said.entries or then in said.entries

    def _by_line(self, finding: Finding) -> Brought | None:
        if finding.where is None:
            return None
        writer = writer_of(self._changes, finding.where.file, finding.where.line)
        return Brought(finding, writer, "line") if writer is not None else None

    def _present(self, finding: Finding, entry: Entry, commit: str) -> bool | None:
        """Whether the finding is there at a commit; None when that cannot be told."""
        if commit not in self._said:
            if self._spent():
                return None
            self._said[commit] = self._findings_at(commit)
        said = self._said[commit]
        if said is None or finding.fingerprint in said.fingerprints:
            return None if said is None else True
        then = self._name_at(entry.place.file, commit)
        return then != entry.place.file and (finding.rule, then, entry.place.symbol or "") in said.doors

    def _name_at(self, path: str, commit: str) -> str:
        """What a file of the newest commit was called at another one."""
        at = self._order.get(commit, -1)
        for change, file in self._touched(path):
            if self._order[change.commit.sha] <= at:
                break
            path = file.before or path
        return path

    def _findings_at(self, commit: str) -> _Said | None:
        assert self._map is not None
        files = {self._name_at(entry.place.file, commit) for entry in self._pending.values()}
        try:
            entries = self._history.entries(commit, self._pending, files)
        except EndedEarlyError:
            return None
        map_ = with_entries(self._map, self._pending, entries)
        found = self._judge(map_)
        places = {entry.id: entry.place for entry in entries}
        return _Said(
            frozenset(finding.fingerprint for finding in found),
            frozenset(
                (finding.rule, places[finding.entry].file, places[finding.entry].symbol or "")
                for finding in found
                if finding.entry in places
            ),
            frozenset(
                one for entry in entries for one in ((entry.id, ""), (entry.place.file, entry.place.symbol or ""))
            ),
        )

    def _spent(self) -> bool:
        return time.monotonic() - self._began > self._seconds


def against_parent(
    history: CodeHistory, change: Change, judge: Callable[[CodeMap], tuple[Finding, ...]] = detect_code
) -> list[Brought]:
    """Findings of the entries in the files of a change that its parent does not have; for windows too long to look at every commit.

    Raises:
        EndedEarlyError: the commit or its parent is not here.
    """
    commit = change.commit
    files = [file.path for file in change.files if file.lane is Lane.CODE and file.status != "deleted"]
    before = [file.before for file in change.files if file.lane is Lane.CODE and file.before]
    if not files:
        return []
    entries = history.entries(commit.sha, (), files)
    older = history.entries(commit.parents[0], {entry.id for entry in entries}, before) if commit.parents else ()
    had = {finding.fingerprint for finding in judge(CodeMap(entries=older))}
    known = {entry.id for entry in older}
    return [
        Brought(finding, change, "turned" if finding.entry in known else "born")
        for finding in judge(CodeMap(entries=entries))
        if finding.fingerprint not in had and SEVERITY_RANK[finding.severity] <= _LOWEST
    ]
