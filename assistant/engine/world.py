"""What steps act on: the repository, the rehearsal that is opened when first needed, the evidence, and the way to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assistant.domain.errors import NeedsPersonError, StanchError


if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from assistant.domain.code import Decisions
    from assistant.domain.findings import Finding
    from assistant.domain.fixes import Artifact
    from assistant.domain.matrix import Matrix
    from assistant.engine.at_commit import Proven
    from assistant.engine.codehalf import CodeHalf, Survey
    from assistant.engine.deploys import Told
    from assistant.engine.options import Options
    from assistant.engine.rehearsal import Rehearsal
    from assistant.store.evidence import EvidenceShelf
    from assistant.write.patches import FilePatch

Report = Callable[[str, int, int], None]
"""How long work tells where it is: what it does, how many are done, of how many (0 when unknown)."""


class Cancelled(NeedsPersonError):  # noqa: N818 - it is not an error: the operator asked for it
    """The operator stopped a step; nothing it did is kept."""

    def __init__(self) -> None:
        """Always the same sentence."""
        super().__init__("stopped on request; nothing was changed.", "Run the step again when you are ready.")


@dataclass(slots=True)
class World:
    """The outside, as far as steps may touch it."""

    root: Path
    """The operator's repository."""
    incident: str
    """Id of the incident."""
    options: Options
    """How to rehearse."""
    evidence: EvidenceShelf
    """Where evidence is put, redacted."""
    report: Report = field(default=lambda _says, _done, _total: None)
    """Where progress goes; set by the session while a command runs."""
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    """Aware UTC."""
    cancel: threading.Event = field(default_factory=threading.Event)
    """Set by a face to stop the running step at its next report."""
    proposed: dict[str, tuple[Artifact, ...]] = field(default_factory=dict)
    """What a step has shown and waits to write, by step."""
    patches: dict[str, tuple[FilePatch, ...]] = field(default_factory=dict)
    """Edits of code that a step has shown, hunk by hunk, by step."""
    closing: tuple[str, ...] = ()
    """Entries that a person wants to be able to close, by id."""
    decisions: Decisions | None = None
    """What a person has just decided about routes and not saved yet; None for what stands in stanch.toml."""
    pseudonym: Callable[[str, str], str] = field(default=lambda kind, _value: f"[{kind}]")
    """Stands for a value of a kind in what is kept; the session brings the keyed one."""
    _open: ExitStack = field(default_factory=ExitStack)
    _rehearsal: Rehearsal | None = None
    _open_code: ExitStack = field(default_factory=ExitStack)
    _survey: Survey | None = None
    _code: tuple[CodeHalf, Matrix | None, Decisions] | None = None
    _told: tuple[tuple[str | None, str, str], Told] | None = None

    def progress(self, says: str, done: int = 0, total: int = 0) -> None:
        """Report, or stop when the operator asked for it.

        Raises:
            Cancelled: the operator asked to stop.
        """
        if self.cancel.is_set():
            raise Cancelled
        self.report(says, done, total)

    def rehearsal(self) -> Rehearsal:
        """The rehearsal of the repository as it stands now; opened once, then kept until ``forget`` or ``close``."""
        if self._rehearsal is None:
            from assistant.engine.rehearsal import rehearse

            self._rehearsal = self._open.enter_context(rehearse(self.root, self.options, self.progress))
        return self._rehearsal

    def database(self) -> Rehearsal | None:
        """The rehearsal; None when the repository has no schema."""
        from assistant.engine.rehearsal import NothingToRehearseError

        try:
            return self.rehearsal()
        except NothingToRehearseError:
            return None

    def code(self) -> CodeHalf:
        """The code as it stands now, judged with the rehearsal where there is a schema; read once, then kept like it."""
        from assistant.engine.codehalf import surveying
        from assistant.engine.decisions import load_decisions

        if self._survey is None:
            self._survey = self._open_code.enter_context(surveying(self.root, self.options, self.progress))
        rehearsal = self.database()
        matrix = rehearsal.attack() if rehearsal is not None else None
        decisions = self.decisions or load_decisions(self.root)
        if self._code is None or self._code[1] is not matrix or self._code[2] != decisions:
            self._code = (self._survey.judged(rehearsal, decisions), matrix, decisions)
        return self._code[0]

    def findings(self) -> Mapping[str, Finding]:
        """What is found in both halves, by fingerprint."""
        rehearsal = self.database()
        database = rehearsal.findings() if rehearsal is not None else ()
        return {one.fingerprint: one for one in (*database, *self.code().findings)}

    def history(self, last_good: str | None = None, seen: str = "") -> Told:
        """The commits since the last good one, ranked; looked at once for each newest commit, then kept.

        Args:
            last_good: a revision, a date, an age; None for the default window.
            seen: what was seen that should not have been, in somebody's own words.

        Raises:
            UsageError: there is no history, or nothing in it is called so.
            UnreachableError: git does not answer.
        """
        from assistant.collect.git import top_of
        from assistant.engine.decisions import load_decisions
        from assistant.engine.deploys import Wish, ranked

        key = (last_good, seen, top_of(self.root).line(["rev-parse", "HEAD"]))
        if self._told is None or self._told[0] != key:
            told = ranked(
                self.root,
                Wish(last_good=last_good, seen=seen),
                self.options,
                self.progress,
                decisions=self.decisions or load_decisions(self.root),
                at_head=self._committed(),
            )
            self._told = (key, told)
        return self._told[1]

    def _committed(self) -> Proven | None:
        """The rehearsal as that of the newest commit; None when what was rehearsed is not what is committed."""
        from assistant.collect.files import says_something
        from assistant.engine.at_commit import Proven, Rules

        options = self.options
        if options.schema_file or options.database_url or options.folder:
            return None
        try:
            rehearsal = self.database()
        except StanchError:
            return None  # the ranking says itself why the database was not rehearsed
        if rehearsal is None or any(says_something(path) for path in rehearsal.repository.dirty):
            return None
        rules = Rules(
            key="",
            repository=rehearsal.repository,
            replay=rehearsal.replay,
            catalog=rehearsal.catalog,
            ownership=rehearsal.ownership,
        )
        return Proven(rules=rules, matrix=rehearsal.attack(), findings=rehearsal.findings())

    def head(self) -> str:
        """The commit that is checked out, empty when there is none or the repository cannot be read yet."""
        from assistant.collect.repository import read_repository

        try:
            return read_repository(self.root, self.options.schema_file).head
        except StanchError:
            return ""

    def forget(self) -> None:
        """Drop the rehearsal and the code: the files they were built from changed."""
        self.forget_code()
        self._rehearsal = None
        self._open.close()

    def forget_code(self) -> None:
        """Drop the code alone: files of it changed, and no migration did."""
        self._survey = self._code = None
        self._open_code.close()

    def close(self) -> None:
        """Drop the rehearsal and its database."""
        self.forget()
