"""The usual root causes as data (``playbooks/causes.toml``), each confirmed, ruled out or unknown, with the reason."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from assistant.domain.matrix import SEVERITY_RANK, Severity
from assistant.domain.ownership import Confidence
from assistant.text.plural import listed, plural


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.domain.findings import Finding

_FEW = 6
"""Places that are named one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualCause:
    """One root cause that the source documents name."""

    id: str
    """Kebab-case."""
    title: str
    """What it means, a clause."""
    rules: tuple[str, ...]
    """Rules that confirm it, those about code included."""
    code: bool = False
    """True when it lies in the code: no attack on the database rules it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A cause after the attacks."""

    cause: UsualCause
    """Which."""
    verdict: str
    """confirmed, ruled out or unknown."""
    because: str
    """One clause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """How much of the code was read."""

    ways: int
    """Ways in that were followed."""
    gaps: int
    """Files and calls that were not."""


@cache
def usual_causes() -> tuple[UsualCause, ...]:
    """All of them, in the order of the file, with the rules about code that name them."""
    from assistant.detect.code.registry import code_rules

    data = tomllib.loads(files("playbooks").joinpath("causes.toml").read_text(encoding="utf-8"))
    about_code: dict[str, list[str]] = {name: [] for name in data}
    for module in code_rules():
        about_code.setdefault(module.RULE.cause, []).append(module.RULE.id)
    return tuple(
        UsualCause(
            id=name,
            title=entry["title"],
            rules=tuple(dict.fromkeys((*entry["rules"], *about_code[name]))),
            code=bool(entry.get("code")),
        )
        for name, entry in data.items()
    )


def weigh(findings: Sequence[Finding], *, attacks: int, untested: int, read: Read | None = None) -> tuple[Weighed, ...]:
    """Each usual cause with what speaks for or against it.

    Args:
        findings: what was found, executed or suspected, about the database and about the code.
        attacks: how many attacks were carried out.
        untested: how many could not be.
        read: how much of the code was read; None when nobody looked there.
    """
    return tuple(_weigh(cause, findings, attacks, untested, read) for cause in usual_causes())


def _weigh(cause: UsualCause, findings: Sequence[Finding], attacks: int, untested: int, read: Read | None) -> Weighed:
    mine = [finding for finding in findings if finding.rule in cause.rules]
    shown = [finding for finding in mine if finding.executed]
    certain = [
        one for one in mine if (one.entry or one.at != (0, 0)) and one.confidence is Confidence.HIGH and _grave(one)
    ]
    if shown:
        subjects = ", ".join(dict.fromkeys(finding.subject.name for finding in shown))
        return Weighed(cause=cause, verdict="confirmed", because=f"an attack showed it on {subjects}")
    if certain:
        places = _places(certain)
        return Weighed(cause=cause, verdict="confirmed", because=f"it stands in the code: {places}")
    if mine:
        where = _places(mine) if cause.code else ", ".join(dict.fromkeys(finding.subject.name for finding in mine))
        return Weighed(cause=cause, verdict="unknown", because=f"suspected on {where}, and no attack showed it")
    if cause.code:
        return _by_reading(cause, read)
    if not attacks:
        return Weighed(cause=cause, verdict="unknown", because="no attack could be carried out")
    left = f"; {untested:,} could not be tested" if untested else ""
    return Weighed(cause=cause, verdict="ruled out", because=f"none of {plural(attacks, 'attack')} went that way{left}")


def _by_reading(cause: UsualCause, read: Read | None) -> Weighed:
    if read is None or not read.ways:
        because = "it lies outside the database, where nothing has looked yet"
        return Weighed(cause=cause, verdict="unknown", because=because)
    if read.gaps:
        because = f"not seen in {plural(read.ways, 'way')} into the code, but {plural(read.gaps, 'part')} could not be followed"
        return Weighed(cause=cause, verdict="unknown", because=because)
    return Weighed(
        cause=cause, verdict="ruled out", because=f"not seen in any of {plural(read.ways, 'way')} into the code"
    )


def _grave(finding: Finding) -> bool:
    return SEVERITY_RANK[finding.severity] <= SEVERITY_RANK[Severity.MEDIUM]


def _places(findings: Sequence[Finding]) -> str:
    names = list(dict.fromkeys(finding.entry or str(finding.where or finding.subject.name) for finding in findings))
    return listed(names, _FEW)
