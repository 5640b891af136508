"""The usual root causes as data (``playbooks/causes.toml``), each confirmed, ruled out or unknown, with the reason."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.domain.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualCause:
    """One root cause that the source documents name."""

    id: str
    """Kebab-case."""
    title: str
    """What it means, a clause."""
    rules: tuple[str, ...]
    """Rules that confirm it; empty when it lies outside the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A cause after the attacks."""

    cause: UsualCause
    """Which."""
    verdict: str
    """confirmed, ruled out or unknown."""
    because: str
    """One clause."""


@cache
def usual_causes() -> tuple[UsualCause, ...]:
    """All of them, in the order of the file."""
    data = tomllib.loads(files("playbooks").joinpath("causes.toml").read_text(encoding="utf-8"))
    return tuple(UsualCause(id=name, title=entry["title"], rules=tuple(entry["rules"])) for name, entry in data.items())


def weigh(findings: Sequence[Finding], *, attacks: int, untested: int) -> tuple[Weighed, ...]:
    """Each usual cause with what speaks for or against it.

    Args:
        findings: what was found, executed or suspected.
        attacks: how many attacks were carried out.
        untested: how many could not be.
    """
    return tuple(_weigh(cause, findings, attacks, untested) for cause in usual_causes())


def _weigh(cause: UsualCause, findings: Sequence[Finding], attacks: int, untested: int) -> Weighed:
    if not cause.rules:
        return Weighed(
            cause=cause, verdict="unknown", because="it lies outside the database, where nothing has looked yet"
        )
    mine = [finding for finding in findings if finding.rule in cause.rules]
    shown = [finding for finding in mine if finding.executed]
    if shown:
        subjects = ", ".join(dict.fromkeys(finding.subject.name for finding in shown))
        return Weighed(cause=cause, verdict="confirmed", because=f"an attack showed it on {subjects}")
    if mine:
        subjects = ", ".join(dict.fromkeys(finding.subject.name for finding in mine))
        return Weighed(cause=cause, verdict="unknown", because=f"suspected on {subjects}, and no attack showed it")
    if not attacks:
        return Weighed(cause=cause, verdict="unknown", because="no attack could be carried out")
    left = f"; {untested:,} could not be tested" if untested else ""
    return Weighed(cause=cause, verdict="ruled out", because=f"none of {plural(attacks, 'attack')} went that way{left}")
