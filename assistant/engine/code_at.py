"""Whether a finding about code is there at a commit: the code of that commit is followed from the finding's own way in.

The newest map is followed whole once; of an older commit only the entry in question is, as ``explain.code_change`` does for the ranking. Files
that two commits share are parsed once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.at_commit import CodeHistory, with_entries
from assistant.collect.code.sources import is_manifest, is_source
from assistant.collect.git import EndedEarlyError
from assistant.domain.errors import UnreachableError
from assistant.domain.ownership import CodeHints
from assistant.engine.bisect import Answer, Presence
from assistant.engine.leak_at import no_finding


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from assistant.collect.git import Git
    from assistant.domain.code import CodeMap
    from assistant.domain.facts import Place
    from assistant.domain.findings import Finding

    OnProgress = Callable[[str, int, int], None]
    Judge = Callable[[CodeMap], tuple[Finding, ...]]


class CodeOf:
    """The code of the bad commit, read and followed when first asked for, and once."""

    def __init__(self, git: Git, commit: str, on_progress: OnProgress, *, workers: int = 2) -> None:
        """Nothing is read yet."""
        self._commit = commit
        self.history = CodeHistory(git, workers=workers, on_progress=on_progress)
        self._map: CodeMap | None = None

    def map(self) -> CodeMap:
        """The code map.

        Raises:
            UnreachableError: its files are not in this clone.
        """
        if self._map is None:
            try:
                self._map = self.history.map(self._commit)
            except EndedEarlyError as error:
                raise UnreachableError(
                    f"the files of commit {self._commit[:12]} are not in this clone: {error.said}",
                    "Fetch the whole history with `git fetch --unshallow` (or `git fetch --refetch` in a partial clone).",
                ) from error
        return self._map

    def hints(self) -> CodeHints:
        """Columns that the code compares with the caller, for the map of owners."""
        return CodeHints(owner_columns=dict(self.map().owner_columns))


class InCode:
    """Asks the code map of a commit about one finding of the bad one."""

    def __init__(self, code: CodeOf, asked: str, judges: Iterable[Judge]) -> None:
        """Args: code: of the bad commit; asked: fingerprint; judges: the rules, of which the first that know the finding are used.

        Raises:
            UsageError: there is no such finding.
            UnreachableError: the files of the bad commit are not in this clone.
        """
        self._history, self._map = code.history, code.map()
        for judge in judges:
            found = next((one for one in judge(self._map) if one.fingerprint == asked), None)
            if found is not None:
                self._judge, self.finding = judge, found
                break
        else:
            raise no_finding(asked)
        entry = next((one for one in self._map.entries if one.id == found.entry), None)
        self._file = entry.place.file if entry is not None else ""

    def counts(self, path: str) -> bool:
        """Source files and what configures them."""
        return is_source(path) or is_manifest(path)

    def ask(self, commit: str) -> Answer:
        """The answer at a commit."""
        try:
            there = self.found(commit)
        except EndedEarlyError:
            return Answer(presence=Presence.UNTESTED, why="its files are not in this clone")
        return Answer(presence=Presence.ABSENT if there is None else Presence.PRESENT)

    def found(self, commit: str) -> Finding | None:
        """The finding as it is at a commit, known by its fingerprint or by rule and way in; None when it is not there.

        Raises:
            EndedEarlyError: the files of the commit are not here.
        """
        wanted = self.finding
        if self._file:
            entries = self._history.entries(commit, [wanted.entry], [self._file])
            map_ = with_entries(self._map, [wanted.entry], entries)
            map_ = (
                map_
                if entries
                else with_entries(map_, [one.id for one in map_.entries if one.place.file == self._file], ())
            )
        else:
            map_ = self._history.map(commit)
        found = self._judge(map_)
        same = [one for one in found if one.fingerprint == wanted.fingerprint]
        same += [one for one in found if wanted.entry and (one.rule, one.entry) == (wanted.rule, wanted.entry)]
        return next(iter(same), None)

    def place(self, commit: str) -> Place | None:
        """The line that the finding blames at a commit."""
        found = self.found(commit)
        return found.where if found is not None else None
