"""A fix while it is being written, and the words all fixes share."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from assistant.domain.fixes import NoFix, Statement


if TYPE_CHECKING:
    from assistant.domain.names import Name
    from assistant.propose.evidence import Case

REOPENS: Final = "This re-opens the leak."
"""Said above every statement of an undo that does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedBeneath(NoFix):
    """No fix of its own: the fix of a table beneath closes it, if there is one."""

    reads: tuple[Name, ...]
    """Tables beneath."""


@dataclass(slots=True, kw_only=True)
class Draft:
    """Statements gathered so far."""

    forward: list[Statement] = field(default_factory=list)
    """In order."""
    undo: list[Statement] = field(default_factory=list)
    """In the order of the undo."""
    review: list[str] = field(default_factory=list)
    """Why somebody should read it first."""

    def add(self, both: tuple[tuple[Statement, ...], tuple[Statement, ...]]) -> bool:
        """Forward at the end, undo at the front; True when there was anything."""
        forward, undo = both
        self.forward.extend(forward)
        self.undo[:0] = undo
        return bool(forward)


def no_fix(case: Case, reason: str) -> tuple[NoFix, ...]:
    """The same reason for every finding of a case."""
    return tuple(NoFix(finding=finding, reason=reason) for finding in case.fingerprints)


def closed_beneath(case: Case, name: Name, reads: tuple[Name, ...]) -> tuple[NoFix, ...]:
    """It reads with its caller's rights already, so that what it shows is decided beneath."""
    listed = ", ".join(str(one) for one in reads) or "the tables beneath"
    reason = f"{name} already runs with its caller's rights: what it shows is decided by the policies of {listed}"
    return tuple(ClosedBeneath(finding=finding, reason=reason, reads=reads) for finding in case.fingerprints)


def sentence(text: str) -> str:
    """With a capital, unless it begins with an identifier: ``public.f()`` is another name than ``Public.f()``."""
    first = text.split(" ", 1)[0]
    return text[:1].upper() + text[1:] if first.rstrip(",;:").isalpha() else text


def slug(text: str) -> str:
    """Kebab-case of a name; names that differ only in what kebab-case loses keep apart by a short hash."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:80]
    if re.fullmatch(r"[a-z0-9]+(\.[a-z0-9]+)*", text.replace("_", "")) and "__" not in text:
        return plain
    return f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"
