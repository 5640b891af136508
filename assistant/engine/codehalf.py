"""The code half of a repository: read in the background by worker processes, judged once the database half is known.

Reading starts with the block and runs beside the replay; whoever asks for the map waits for it in the calling thread, so that progress
and cancelling work there. Leaving the block stops the workers, however it is left.
"""

from __future__ import annotations

import gc
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.domain.ownership import CodeHints


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from assistant.collect.code.sources import Sources
    from assistant.detect.code.context import CodeContext
    from assistant.domain.code import CodeMap, Decisions
    from assistant.domain.findings import Finding
    from assistant.domain.ownership import Question
    from assistant.domain.secrets import SecretsFound
    from assistant.engine.options import Options
    from assistant.engine.rehearsal import Rehearsal

    OnProgress = Callable[[str, int, int], None]

_GLANCE = 0.05
"""Seconds between two looks at work in the background."""
_SWITCH = 0.0005
"""Seconds after which following code gives way: the replay beside it waits for a turn after every answer of PostgreSQL."""
_LONGEST_STOP = 20.0
"""Seconds that workers get to end once they are told to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeHalf:
    """What the code says, joined with what the attack on the database showed."""

    map: CodeMap
    """Entry points, callers, guards, queries, with the denominator."""
    findings: tuple[Finding, ...]
    """What is wrong, worst first."""
    questions: tuple[Question, ...]
    """Public on purpose? One a route group."""
    context: CodeContext
    """What verdicts of single entries are told from."""
    secrets: SecretsFound
    """Secrets that were seen, masked, with their denominators."""
    rehearsal: Rehearsal | None
    """The database half; None when there is no schema, or it was left out."""
    sources: Sources | None = None
    """The files as they were read; None unless somebody wants to edit them."""

    @property
    def joined(self) -> bool:
        """True when the attack on the database was there to judge by."""
        return self.rehearsal is not None


class Survey:
    """The code while it is being read. Built by ``surveying``."""

    def __init__(self, root: Path, options: Options, on_progress: OnProgress) -> None:
        """Nothing is read before ``start``.

        Args:
            root: top of the repository; a folder of it in ``options`` narrows what is reported, not what is read.
            options: how many workers read, and the folder.
            on_progress: told where the reading is while somebody waits for it; may raise to stop.
        """
        self._root, self._options, self._on_progress = root, options, on_progress
        self._cancel = threading.Event()
        self._over = threading.Event()
        self._is_read = threading.Event()
        self._map: CodeMap | None = None
        self._sources: Sources | None = None
        self._secrets: SecretsFound | None = None
        self._error: BaseException | None = None
        self._now = ("reading the code", 0, 0)
        self._thread = threading.Thread(target=self._read, name="stanch-code", daemon=True)
        self.seconds = 0.0
        """Wall time of the reading."""

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def map(self) -> CodeMap:
        """The code map; waits for it.

        Raises:
            StanchError: the code cannot be read.
        """
        while not self._over.wait(_GLANCE):
            self._on_progress(*self._now)
        if self._error is not None:
            raise self._error
        assert self._map is not None
        return self._map

    def hints(self) -> CodeHints:
        """Columns that the code compares with the caller, for the ownership map."""
        return CodeHints(owner_columns=dict(self.map().owner_columns))

    def judged(self, rehearsal: Rehearsal | None, decisions: Decisions) -> CodeHalf:
        """Findings and questions; with a rehearsal, the user's own client is judged by what the attack showed."""
        from assistant.detect.code.run import one_by_one, report_code
        from assistant.detect.secrets.run import detect_secrets
        from assistant.engine.judging import MANY, judged_in_two

        read = self.map()
        self._on_progress("judging the code", 0, 0)
        matrix = rehearsal.attack() if rehearsal is not None else None
        report = report_code(
            read,
            catalog=rehearsal.catalog if rehearsal is not None else None,
            ownership=rehearsal.ownership if rehearsal is not None else None,
            matrix=matrix,
            decisions=decisions,
            judge=judged_in_two if len(read.entries) >= MANY and self._options.workers > 1 else one_by_one,
        )
        assert self._secrets is not None
        findings = (*report.findings, *detect_secrets(self._secrets))
        return CodeHalf(
            map=read,
            findings=tuple(sorted(findings, key=lambda finding: finding.rank)),
            questions=report.questions,
            context=report.context,
            secrets=self._secrets,
            rehearsal=rehearsal,
            sources=self._sources,
        )

    def close(self) -> None:
        """Stop reading and wait until the workers are gone."""
        self._cancel.set()
        if self._thread.ident is not None:
            self._thread.join(_LONGEST_STOP)

    def _read(self) -> None:
        began = time.perf_counter()
        try:
            from concurrent.futures import ThreadPoolExecutor

            from assistant.collect.code.map import follow_code
            from assistant.collect.code.pool import read_modules

            with _beside(), ThreadPoolExecutor(1, "stanch-secrets") as other:
                # files are read by workers while this process looks for secrets; following copies this process and waits for both
                looked = other.submit(self._look_for_secrets)
                try:
                    sources = read_modules(
                        self._root,
                        workers=self._options.workers,
                        on_progress=self._look,
                        cancelled=self._cancel.is_set,
                    )
                    self._is_read.set()
                    self._secrets = looked.result()
                except BaseException:
                    self._cancel.set()
                    raise
                read = follow_code(
                    self._root,
                    sources,
                    workers=self._options.workers,
                    on_progress=self._look,
                    cancelled=self._cancel.is_set,
                )
            self._sources = sources if self._options.keeps_sources else None
            self._map = _within(read, self._root, self._options.folder)
        except BaseException as error:  # noqa: BLE001 - it is raised again in the thread that asks
            self._error = error
        finally:
            self.seconds = time.perf_counter() - began
            self._over.set()

    def _look_for_secrets(self) -> SecretsFound:
        from assistant.collect.secrets.read import read_secrets

        return read_secrets(
            self._root, history=self._options.history, on_progress=self._look_aside, cancelled=self._cancel.is_set
        )

    def _look_aside(self, says: str, done: int, total: int) -> None:
        """Progress of what runs beside the reading is shown once the reading is done: two counts at once tell nothing."""
        if self._is_read.is_set():
            self._look(says, done, total)

    def _look(self, says: str, done: int, total: int) -> None:
        self._now = (says, done, total)


@contextmanager
def surveying(root: Path, options: Options, on_progress: OnProgress) -> Iterator[Survey]:
    """Read the code of a repository while the block runs."""
    survey = Survey(root, options, on_progress)
    survey.start()
    try:
        yield survey
    finally:
        survey.close()


@contextmanager
def _beside() -> Iterator[None]:
    """Work that gives way to the thread beside it, and whose millions of small values no collector walks over in vain.

    What it leaves is set aside from later collections until the next such work begins: only then is it looked at again.
    """
    interval, collecting = sys.getswitchinterval(), gc.isenabled()
    sys.setswitchinterval(_SWITCH)
    gc.unfreeze()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collecting:
            gc.enable()
        sys.setswitchinterval(interval)


def _within(read: CodeMap, root: Path, folder: Path | None) -> CodeMap:
    """The map of one folder of a monorepo: what is reached from its entries may lie anywhere."""
    if folder is None:
        return read
    below = folder.relative_to(root).as_posix() + "/"
    return replace(
        read,
        entries=tuple(entry for entry in read.entries if entry.place.file.startswith(below)),
        browser=tuple(module for module in read.browser if module.place.file.startswith(below)),
        server=tuple(module for module in read.server if module.place.file.startswith(below)),
        hosts=tuple(rule for rule in read.hosts if rule.place.file.startswith(below)),
        documents=tuple(rule for rule in read.documents if rule.place.file.startswith(below)),
    )
