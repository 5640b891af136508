"""Whether a finding about code is there at a commit: the code of that commit is followed from the finding's own way in.

The newest map is followed whole once; of an older commit only the entry in question is, as ``explain.code_change`` does for the ranking. Files
that two commits share are parsed once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.collect.code.at_commit import CodeHistory, with_entries
from assistant.collect.code.sources import is_manifest, is_source
from assistant.collect.git import EndedEarlyError
from assistant.detect.code.run import detect_code
from assistant.domain.errors import UnreachableError
from assistant.engine.bisect import Answer, Presence


if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.collect.git import Git
    from assistant.domain.code import Decisions
    from assistant.domain.facts import Place
    from assistant.domain.findings import Finding

    OnProgress = Callable[[str, int, int], None]


class InCode:
    """Asks the code map of a commit."""

    def __init__(
        self, git: Git, bad: str, on_progress: OnProgress, *, workers: int = 2, decisions: Decisions | None = None
    ) -> None:
        """Follow the code of the bad commit; ``look_for`` says what is asked about.

        Raises:
            UnreachableError: its files are not in this clone.
        """
        self._history = CodeHistory(git, workers=workers, on_progress=on_progress)
        self._decisions = decisions
        try:
            self._map = self._history.map(bad)
        except EndedEarlyError as error:
            raise UnreachableError(
                f"the files of commit {bad[:12]} are not in this clone: {error.said}",
                "Fetch the whole history with `git fetch --unshallow` (or `git fetch --refetch` in a partial clone).",
            ) from error
        self.findings = detect_code(self._map, decisions=decisions)
        """About the code of the bad commit."""
        self._finding: Finding | None = None
        self._file = ""

    def look_for(self, finding: Finding) -> None:
        """Ask about this one from now on."""
        self._finding = finding
        entry = next((one for one in self._map.entries if one.id == finding.entry), None)
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
        wanted = self._finding
        if wanted is None:
            return None
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
        found = detect_code(map_, decisions=self._decisions)
        same = [one for one in found if one.fingerprint == wanted.fingerprint]
        same += [one for one in found if wanted.entry and (one.rule, one.entry) == (wanted.rule, wanted.entry)]
        return next(iter(same), None)

    def place(self, commit: str) -> Place | None:
        """The line that the finding blames at a commit."""
        found = self.found(commit)
        return found.where if found is not None else None
