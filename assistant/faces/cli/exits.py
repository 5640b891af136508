"""The exit codes, which are an interface: scripts and pipelines read them."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from assistant.domain.errors import (
    CaseFileError,
    NeedsPersonError,
    ProofError,
    UnreachableError,
    UsageError,
)


if TYPE_CHECKING:
    from assistant.domain.errors import StanchError


class Exit(IntEnum):
    """What a run came to."""

    CALM = 0
    """Nothing found; or everything asked for was done."""
    FOUND = 1
    """Findings or leaks remain."""
    USAGE = 2
    """Command, configuration, folder or case file do not fit."""
    UNREACHABLE = 3
    """A database, git or the rehearsal server did not answer."""
    UNPROVEN = 4
    """Nothing could be tested, or a proof did not hold."""
    NEEDS_PERSON = 5
    """The next step is a decision."""
    INTERRUPTED = 130
    """Ctrl-C."""


_BY_ERROR: tuple[tuple[type[StanchError], Exit], ...] = (
    (UsageError, Exit.USAGE),
    (UnreachableError, Exit.UNREACHABLE),
    (ProofError, Exit.UNPROVEN),
    (NeedsPersonError, Exit.NEEDS_PERSON),
    (CaseFileError, Exit.USAGE),
)


def exit_for(error: StanchError) -> Exit:
    """The exit code of an error."""
    return next((code for kind, code in _BY_ERROR if isinstance(error, kind)), Exit.USAGE)
