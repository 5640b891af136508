"""Both halves of a repository at once: the database as it was rehearsed, the code as it was read, and the findings of both in one order.

A repository without SQL is examined by its code alone, and the database half says why it was not tested.
"""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from assistant.domain.errors import UsageError
from assistant.engine.codehalf import surveying
from assistant.engine.decisions import load_decisions
from assistant.engine.rehearsal import NothingToRehearseError, rehearse


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from assistant.domain.findings import Finding
    from assistant.domain.ownership import Question
    from assistant.engine.codehalf import CodeHalf, Survey
    from assistant.engine.options import Options
    from assistant.engine.rehearsal import Rehearsal

    OnProgress = Callable[[str, int, int], None]


class Examination:
    """What is known of a repository from both sides. Built by ``examine``."""

    def __init__(
        self, root: Path, survey: Survey | None, rehearsal: Rehearsal | None, not_tested: str, began: float
    ) -> None:
        """``survey`` and ``rehearsal`` are None for the half that is left out; ``not_tested`` says why the database is."""
        self.root = root
        self.rehearsal = rehearsal
        self.not_tested = not_tested
        """Why the database half is missing, one clause; empty when it is there."""
        self._survey = survey
        self._code: CodeHalf | None = None
        self._began = began
        self._judging = 0.0

    @property
    def code(self) -> CodeHalf | None:
        """The code half, joined with the attack on the database; None when it was left out. Waits for it."""
        if self._code is None and self._survey is not None:
            decisions = load_decisions(self.root)
            if self.rehearsal is not None:
                self.rehearsal.attack()
            self._survey.map()
            began = time.perf_counter()
            self._code = self._survey.judged(self.rehearsal, decisions)
            self._judging = time.perf_counter() - began
        return self._code

    def findings(self) -> tuple[Finding, ...]:
        """What is wrong on either side: shown by an attack first, then the most severe."""
        database = self.rehearsal.findings() if self.rehearsal is not None else ()
        code = self.code.findings if self.code is not None else ()
        return tuple(sorted((*database, *code), key=lambda finding: finding.rank))

    def questions(self) -> tuple[Question, ...]:
        """What only the operator can say about the code."""
        return self.code.questions if self.code is not None else ()

    def seconds(self) -> dict[str, float]:
        """Wall time by part; the halves ran beside each other, so ``total`` is less than the sum."""
        parts = dict(self.rehearsal.seconds) if self.rehearsal is not None else {}
        if self._survey is not None:
            parts |= {"code": self._survey.seconds, "judge": self._judging}
        return parts | {"total": time.perf_counter() - self._began}


@contextmanager
def examine(
    root: Path, options: Options, on_progress: OnProgress, *, database: bool = True, code: bool = True
) -> Iterator[Examination]:
    """Examine a repository from both sides at the same time.

    Args:
        root: top of the work tree.
        options: where the schema comes from, the folder of a monorepo, how many workers.
        on_progress: told what is done; may raise to stop.
        database: rehearse the database half.
        code: read the code half.

    Raises:
        UsageError: not a repository, a broken stanch.toml, or neither SQL nor code to look at.
        UnreachableError: the live database or the shadow does not answer.
    """
    load_decisions(root)
    with ExitStack() as stack:
        began = time.perf_counter()
        survey = stack.enter_context(surveying(root, options, on_progress)) if code else None
        rehearsal, not_tested = None, "it was left out on request"
        if database:
            try:
                rehearsal = stack.enter_context(
                    rehearse(root, options, on_progress, survey.hints if survey is not None else None)
                )
                not_tested = ""
            except NothingToRehearseError as missing:
                if survey is None or not survey.map().files:
                    raise
                not_tested = missing.says.rstrip(".")
        elif survey is not None and not survey.map().files:
            raise UsageError(
                "there is no source code here that stanch reads.", "It reads TypeScript, JavaScript and Python."
            )
        yield Examination(root, survey, rehearsal, not_tested, began)
