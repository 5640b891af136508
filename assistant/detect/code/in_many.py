"""One mistake that many handlers share is one finding."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from assistant.text.plural import listed


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from assistant.domain.findings import Finding

_FEW: Final = 2
"""So many handlers are told one by one."""
_LISTED: Final = 12


def told_once(found: list[Finding], title: Callable[[int], str]) -> Iterable[Finding]:
    """The findings of few handlers as they are; of many one, at the worst of them, with all their names.

    Args:
        found: of one mistake.
        title: the sentence for so many handlers.
    """
    if len({finding.entry for finding in found}) <= _FEW:
        return found
    ordered = sorted(found, key=lambda finding: finding.rank)
    names = list(dict.fromkeys(finding.entry for finding in ordered))
    return (
        replace(
            ordered[0],
            title=title(len(names)),
            detail=f"{ordered[0].detail} So it is with {listed(names, _LISTED)}.".strip(),
            facts=tuple(sorted({**dict(ordered[0].facts), "entries": "\n".join(names)}.items())),
        ),
    )
