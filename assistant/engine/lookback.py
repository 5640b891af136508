"""What the steps, the screens and the runbook say about commits and deploys: since when, with what, and brought by whom."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assistant.domain.events import Decided
from assistant.domain.matrix import SEVERITY_RANK, Severity


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from assistant.domain.deploys import Deploy, Suspect
    from assistant.domain.events import Incident
    from assistant.domain.findings import Finding

_SEEN: Final = "what-leaked"
"""Question of the intake whose answer says which of several leaks was noticed."""
ASKED: Final = "last-good"
"""Question of the intake whose answer says where to begin."""
SHORT: Final = 10
_UNSAID: Final = frozenset({"", "no", "none", "unknown", "not known", "not known yet", "i do not know", "?"})
_POINTER: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?Z?)?|\d{1,5} ?(?:minute|hour|day|week|month)s?(?: ago)?|[\w./-]*\d[\w./-]*"
)
_MAYBE_HASH: Final = re.compile(r"[0-9a-f]{1,6}")
_PUSHED: Final = frozenset({"push", "merge"})
"""Sources that say no more than that the branch moved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """Where the window begins."""

    revision: str | None
    """What the operator named, as git or a clock understands it; None for the default window."""
    seen: str = ""
    """What was seen, as somebody said it; empty when nobody did."""
    remark: str = ""
    """Why an answer could not be used; empty when there was none or it could."""


def answer_to(incident: Incident, question: str) -> str:
    """The last answer to a question of any step, empty when there is none."""
    for event in reversed(incident.events):
        if isinstance(event.what, Decided) and event.what.question == question:
            return event.what.answer
    return ""


def beginning(incident: Incident, root: Path, now: datetime) -> Beginning:
    """The last good deploy that the operator named: a commit, a tag, a date or an age, alone or in a sentence; and what was seen."""
    from assistant.collect.deploys.revisions import commit_of
    from assistant.collect.deploys.window import when
    from assistant.collect.git import top_of

    said, seen = answer_to(incident, ASKED).strip().rstrip("."), answer_to(incident, _SEEN)
    if said.casefold() in _UNSAID:
        return Beginning(revision=None, seen=seen)
    git = top_of(root)
    for word in dict.fromkeys((said, *(part.strip("./-") for part in _POINTER.findall(said)))):
        # a year is four digits of some hash, too: something so short has to be a name
        is_short = _MAYBE_HASH.fullmatch(word) is not None and not git.line(["tag", "--list", word])
        if not word or (is_short and when(word, now) is None):
            continue
        if when(word, now) is not None or commit_of(git, word) is not None:
            return Beginning(revision=word, seen=seen)
    return Beginning(
        revision=None,
        seen=seen,
        remark=f"“{said}” is no commit, tag, date or age here, so the usual window is looked at: answer the first question again",
    )


def live(suspect: Suspect) -> Deploy | None:
    """The deploy that carried a commit first, when something says more than that it was pushed; a host's word before a tag."""
    said = [deploy for deploy in suspect.deploys if deploy.source not in _PUSHED]
    return next((deploy for deploy in said if deploy.source != "tag"), said[0] if said else None)


def began_at(suspect: Suspect) -> datetime:
    """From when what it did was exposed: when it went live, or was committed where nothing says more."""
    deploy = live(suspect)
    return deploy.at if deploy is not None else suspect.commit.at


def called(deploy: Deploy | None) -> str:
    """A deploy as its host or tag calls it; empty for none."""
    return f"{deploy.source} {deploy.id}" if deploy is not None else ""


def went_live(suspect: Suspect) -> str:
    """When it went live, or that nobody says so; a clause."""
    deploy = live(suspect)
    if deploy is None:
        return f"committed {suspect.commit.at:%Y-%m-%d %H:%M} UTC, and nothing says when it went live"
    return f"live with {called(deploy)} since {deploy.at:%Y-%m-%d %H:%M} UTC"


def brought(suspect: Suspect, findings: Mapping[str, Finding]) -> tuple[Finding, ...]:
    """What a commit brought of these findings, heaviest first; what leaks nothing is left out."""
    mine = [findings[reason.finding] for reason in suspect.reasons if reason.finding in findings]
    return tuple(one for one in mine if SEVERITY_RANK[one.severity] <= SEVERITY_RANK[Severity.MEDIUM])


def speaking(suspects: Iterable[Suspect]) -> tuple[Suspect, ...]:
    """Those that did something to access, in their order."""
    return tuple(suspect for suspect in suspects if suspect.score > 0)
