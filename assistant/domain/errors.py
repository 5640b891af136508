"""Every error that reaches a person: one sentence that says what happened, one remedy that says what to do.

::

    StanchError
    ├── UsageError            exit 2   a flag, a stanch.toml, a folder that is not a repository
    ├── UnreachableError      exit 3   a database, git or a web address did not answer
    │   └── ShadowError       exit 3   the rehearsal PostgreSQL could not be started or kept
    ├── ProofError            exit 4   nothing could be tested, or a proof did not hold
    ├── NeedsPersonError      exit 5   the next step is a decision that only the operator can take
    └── CaseFileError         exit 2   the journal is damaged, locked or from a newer version

The exit codes are applied in one place, ``assistant.faces.cli.exits``.
"""

from __future__ import annotations


class StanchError(Exception):
    """Root of all errors meant for a person.

    Args:
        says: one sentence, lower-case start allowed, without a stack trace or a secret in it.
        remedy: one sentence the operator can act on now.
    """

    def __init__(self, says: str, remedy: str) -> None:
        """Keep both halves apart, so that each face can show them in its own way."""
        super().__init__(says)
        self.says = says
        self.remedy = remedy

    def __str__(self) -> str:
        """The sentence and its remedy on one line."""
        return f"{self.says} {self.remedy}"


class UsageError(StanchError):
    """What was asked for does not fit: correct the command, the configuration or the folder."""


class UnreachableError(StanchError):
    """Something outside did not answer: a database, git, a web address."""


class ShadowError(UnreachableError):
    """The rehearsal PostgreSQL could not be started, or ended under us."""


class ProofError(StanchError):
    """Nothing could be tested, or a proof did not hold; what was claimed is not true."""


class NeedsPersonError(StanchError):
    """Only the operator can decide the next step."""


class CaseFileError(StanchError):
    """The case file cannot be read or written as it stands; nothing in it was changed."""
