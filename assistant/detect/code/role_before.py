"""One question for all handlers that leave a role to the middleware: whether that is enough is answered once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from assistant.detect.code.telling import confidence_of
from assistant.domain.code import GuardKind
from assistant.domain.ownership import Confidence
from assistant.text.plural import listed


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.detect.code.access import Access
    from assistant.domain.findings import Finding

IS_IT_ENOUGH: Final = "Worth asking: is the role that the middleware asks for enough?"
"""How such a finding begins."""
_FEW: Final = 2
_NAMED: Final = 12


def as_asked(access: Access, title: str, said: str, *, above: bool) -> tuple[str, Confidence]:
    """The title and how sure it is; a question where the middleware asks for a role, and ``above`` it nobody can ask."""
    if above or GuardKind.ROLE not in (access.entry.asked_before or ()):
        return title, confidence_of(access)
    return f"{IS_IT_ENOUGH} Whoever passes it {said}", Confidence.LOW


def asked_before_in_one(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings as they are, and those that ask this as one, told at the most urgent of them."""
    asked: list[Finding] = []
    for finding in findings:
        if finding.title.startswith(IS_IT_ENOUGH):
            asked.append(finding)
        else:
            yield finding
    if len(asked) <= _FEW:
        yield from asked
        return
    first, *_ = sorted(asked, key=lambda one: one.rank)
    names = list(dict.fromkeys(one.entry for one in asked))
    yield replace(
        first,
        title=f"{IS_IT_ENOUGH} {len(names)} handlers do what an administrator may and ask for none themselves.",
        detail=f"{first.detail} So it is with {listed(sorted(names), _NAMED)}.",
        facts=tuple(sorted({**dict(first.facts), "entries": "\n".join(names)}.items())),
    )
