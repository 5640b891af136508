"""Which commits are looked at: from the last one that was good to the newest of the branch that is deployed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from assistant.collect.deploys.revisions import commit_of, is_shallow
from assistant.domain.errors import UsageError


if TYPE_CHECKING:
    from assistant.collect.git import Git

DAYS: Final = 30
COMMITS: Final = 200
_AGO: Final = re.compile(r"(\d{1,5})\s*(minute|hour|day|week|month)s?(?:\s+ago)?\Z")
_UNITS: Final = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.0}
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?\Z")


def choose(git: Git, last_good: str | None, head: str, now: datetime) -> tuple[str, str, list[str], str, list[str]]:
    """The window.

    Args:
        git: the repository.
        last_good: a revision, a date (2026-03-01, 2026-03-01T12:30Z), an age (3 days), or None for the default.
        head: revision of the newest commit.
        now: the present, aware UTC.

    Returns:
        Hash of the last good commit (empty: from the beginning), hash of the newest, arguments of ``git log``, why, shortcomings.

    Raises:
        UsageError: a revision is unknown, a date cannot be read, or there are no commits.
    """
    shortcomings: list[str] = []
    if is_shallow(git):
        shortcomings.append("this clone is shallow: older commits are not here; `git fetch --unshallow` brings them")
    newest = commit_of(git, head)
    if newest is None:
        if head == "HEAD":
            raise UsageError("this repository has no commit yet.", "Commit the application first.")
        raise UsageError(f"{head} is no commit of this repository.", "Give a branch, a tag or a hash that is here.")
    if last_good is None:
        return (*_by_default(git, newest, now), shortcomings)
    moment = when(last_good, now)
    if moment is not None and commit_of(git, last_good) is None:
        good = git.line(["rev-list", "-1", "--first-parent", f"--before={int(moment.timestamp())}", newest])
        why = f"what was committed after {moment:%Y-%m-%d %H:%M} UTC"
        return good, newest, _range(good, newest), why, shortcomings
    good = commit_of(git, last_good) or ""
    if not good:
        remedy = "Give a tag, a hash, a date such as 2026-03-01, or an age such as `3 days`."
        if shortcomings:
            remedy = "Run `git fetch --unshallow` and try again, or give a commit that is in this clone."
        raise UsageError(f"{last_good} is no commit of this repository and no time.", remedy)
    if good == newest:
        raise UsageError(
            f"the last good commit is the newest one ({good[:10]}), so nothing came after it.",
            "Give an older commit with --last-good.",
        )
    return (*_from(git, good, newest, last_good, shortcomings), shortcomings)


def when(text: str, now: datetime) -> datetime | None:
    """The moment that a date or an age means, aware UTC; None when it is neither."""
    age = _AGO.match(text.strip().lower())
    if age is not None:
        return now - timedelta(days=int(age[1]) * _UNITS[age[2]])
    if not _DATE.match(text.strip()):
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _by_default(git: Git, newest: str, now: datetime) -> tuple[str, str, list[str], str]:
    since = now - timedelta(days=DAYS)
    count = int(git.line(["rev-list", "--count", "--first-parent", f"--since={int(since.timestamp())}", newest]) or "0")
    if 1 < count <= COMMITS:
        good = git.line(["rev-list", "-1", "--first-parent", f"--skip={count}", newest])
        return good, newest, _range(good, newest), f"the last {DAYS} days ({count} commits)"
    good = git.line(["rev-list", "-1", "--first-parent", f"--skip={COMMITS}", newest])
    why = f"the last {COMMITS} commits" if good else "the whole history"
    return good, newest, _range(good, newest), why


def _from(git: Git, good: str, newest: str, said: str, shortcomings: list[str]) -> tuple[str, str, list[str], str]:
    base = git.line(["merge-base", good, newest])
    if not base:
        shortcomings.append(f"{said} and the newest commit share no history; everything is looked at")
        return "", newest, [newest], f"the whole history, because {said} is not part of it"
    if base != good:
        return base, newest, _range(base, newest), f"what came after {base[:10]}, where {said} left this line"
    if not git.line(["rev-list", "--parents", "-1", good]).partition(" ")[2]:
        # nothing came before a first commit: whether it was good cannot be told from anything, so it is looked at as well
        return good, newest, [newest], f"what came after {said}, and {said} itself, because it is the first commit"
    return good, newest, _range(good, newest), f"what came after {said}"


def _range(good: str, newest: str) -> list[str]:
    return [newest, f"^{good}"] if good else [newest]
