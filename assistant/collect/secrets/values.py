"""A secret while it is in memory: its value has no printable form, so no log, traceback or repr can show it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from assistant.domain.secrets import SecretKind, Weight

_LONG: Final = 24
"""Characters from which four of them may be shown: 20 unknown ones are left."""


class Hidden:
    """Bytes that print as ``<hidden>``; only ``reveal`` gives them, to whoever makes a fingerprint."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        """Keep the bytes."""
        self._value = value

    def reveal(self) -> bytes:
        """The bytes."""
        return self._value

    def __repr__(self) -> str:
        """Never the value."""
        return "<hidden>"

    __str__ = __repr__

    def __format__(self, specification: str) -> str:
        """Never the value."""
        return "<hidden>"

    def __reduce__(self) -> str:
        """Refuse to be pickled or copied into another process.

        Raises:
            TypeError: always.
        """
        raise TypeError("a secret is not pickled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A secret that a pattern recognised and its check confirmed, at a byte range of a text."""

    kind: SecretKind
    """What it opens."""
    weight: Weight
    """How much."""
    value: Hidden = field(repr=False)
    """Normalised, so that the same secret in another spelling is equal."""
    prefix: str
    """What may be shown in front: a constant of the kind, never part of the secret."""
    at: tuple[int, int]
    """Byte range in the text that was searched."""
    variable: str = ""
    """The name it is given to."""
    about: str = ""
    """What is harmless to say."""
    by_name: bool = False
    """Recognised by its name and its randomness alone."""
    wordy: bool = False
    """Could have been made up for an example: it counts for nothing in tests and documentation."""
    target: str = ""
    """Databases: server and name without credentials."""

    @property
    def shown(self) -> str:
        """The mask."""
        value = self.value.reveal()
        if len(value) < len(self.prefix) + _LONG or self.target:
            return f"{self.prefix}…"
        return f"{self.prefix}…{value[-4:].decode('ascii', 'replace')}"
