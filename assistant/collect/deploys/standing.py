"""Deployed or not: what is live against what is here, and which deploy carried a commit first.

The history is read once, as hashes with their parents; every commit is then visited once, whatever the number of deploys. A commit
that is live and not in this clone is said, with what to run; nothing is fetched.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from assistant.collect.deploys.revisions import commit_of
from assistant.collect.git import EndedEarlyError
from assistant.domain.deploys import Commit
from assistant.domain.errors import UnreachableError, UsageError
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.collect.git import Git
    from assistant.domain.deploys import Deploy

_FORM: Final = "%H%x00%P%x00%ct%x00%an%x00%ae%x00%s"
_FIELDS: Final = 6
_MEANT: Final = frozenset({"tag", "merge", "push"})
"""Sources that only say what was meant to go live: a host's own record counts before them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The newest deploy to production against a local branch."""

    deployed: Deploy | None
    """Newest that succeeded; None when nothing says so."""
    branch: str
    """As it was asked for."""
    head: str
    """Full hash of the branch."""
    is_here: bool
    """True when the deployed commit is in this clone."""
    live_not_here: tuple[Commit, ...]
    """First-parent commits that are live and not in the branch, newest first; files are left empty."""
    here_not_live: tuple[Commit, ...]
    """First-parent commits of the branch that are not live, newest first; files are left empty."""
    says: str
    """One sentence."""
    remedy: str = ""
    """What to do about it; empty when nothing is to be done."""


def standing(git: Git, deploys: Iterable[Deploy], branch: str = "HEAD") -> Standing:
    """Compare what is live with a branch.

    Args:
        git: the repository.
        deploys: in any order, from any source.
        branch: revision of the local production branch.

    Raises:
        UsageError: the branch is no commit here.
        UnreachableError: git cannot be started or cannot read its history.
    """
    head = commit_of(git, branch)
    if head is None:
        raise UsageError(f"{branch} is no commit of this repository.", "Give the branch that is deployed.")
    live = _in_production(deploys)
    live = [deploy for deploy in live if deploy.source not in _MEANT] or live
    deployed = max(live, key=lambda deploy: (deploy.at, deploy.id), default=None)
    if deployed is None:
        return Standing(
            deployed=None,
            branch=branch,
            head=head,
            is_here=False,
            live_not_here=(),
            here_not_live=(),
            says="Nothing says which commit is live.",
            remedy="Give the host's list of deployments as a file, or ask the host for it.",
        )
    if deployed.sha in absent(git, [deployed.sha]):
        return Standing(
            deployed=deployed,
            branch=branch,
            head=head,
            is_here=False,
            live_not_here=(),
            here_not_live=(),
            says=f"{deployed.sha[:10]} is live since {deployed.at:%Y-%m-%d %H:%M} UTC and is not in this clone.",
            remedy="Run `git fetch --all` (in a shallow clone `git fetch --unshallow`) and look again.",
        )
    ahead = _between(git, head, deployed.sha)
    behind = _between(git, deployed.sha, head)
    says, remedy = _told(deployed, branch, ahead, behind)
    return Standing(
        deployed=deployed,
        branch=branch,
        head=head,
        is_here=True,
        live_not_here=ahead,
        here_not_live=behind,
        says=says,
        remedy=remedy,
    )


def absent(git: Git, shas: Iterable[str]) -> frozenset[str]:
    """Those hashes that are no commits of this clone.

    Raises:
        UnreachableError: git cannot be started or cannot read its objects.
    """
    asked = sorted(set(shas))
    told = _whole(git, ["cat-file", "--batch-check=%(objectname) %(objecttype)"], asked).splitlines()
    here = {name for name, _, kind in (line.partition(" ") for line in told) if kind == "commit"}
    return frozenset(asked) - here


def first_carriers(git: Git, deploys: Iterable[Deploy], head: str, good: str = "") -> dict[str, Deploy]:
    """By commit, the oldest deploy to production that succeeded and contained it: with that deploy it went live.

    Args:
        git: the repository.
        deploys: in any order; those of commits that are not here are passed over, ``absent`` names them.
        head: full hash; its history is read with that of the deploys.
        good: full hash; its ancestors are left out. Empty reads to the beginning.

    Returns:
        Every commit that some deploy contained, merged ones too; a commit that never went live is not among them.

    Raises:
        UnreachableError: git cannot be started or cannot read its history.
    """
    live = sorted(_in_production(deploys), key=lambda deploy: (deploy.at, deploy.id))
    missing = absent(git, [deploy.sha for deploy in live])
    live = [deploy for deploy in live if deploy.sha not in missing]
    tips = [head, *dict.fromkeys(deploy.sha for deploy in live), *([f"^{good}"] if good else [])]
    parents: dict[str, Sequence[str]] = {}
    for line in _whole(git, ["rev-list", "--parents", "--stdin"], tips).splitlines():
        sha, *rest = line.split(" ")
        parents[sha] = rest
    carried: dict[str, Deploy] = {}
    for deploy in live:
        waiting = [deploy.sha]
        while waiting:
            sha = waiting.pop()
            if sha in carried or sha not in parents:
                continue
            carried[sha] = deploy
            waiting += parents[sha]
    return carried


def _in_production(deploys: Iterable[Deploy]) -> list[Deploy]:
    return [deploy for deploy in deploys if deploy.succeeded and deploy.environment == "production"]


def _told(deployed: Deploy, branch: str, ahead: Sequence[Commit], behind: Sequence[Commit]) -> tuple[str, str]:
    live = f"{deployed.sha[:10]} is live since {deployed.at:%Y-%m-%d %H:%M} UTC"
    if not ahead and not behind:
        return f"{live}, and {branch} is the same.", ""
    if not ahead:
        return f"{live}; {plural(len(behind), 'commit')} of {branch} {_be(behind)} not live.", ""
    remedy = f"Bring {branch} up to date before you write a fix: it would take back what is live."
    if not behind:
        return f"{live}; {plural(len(ahead), 'commit')} of it {_be(ahead)} not in {branch}.", remedy
    both = f"{plural(len(ahead), 'commit')} of it {_be(ahead)} not in {branch}"
    return f"{live}; {both}, and {plural(len(behind), 'commit')} of {branch} {_be(behind)} not live.", remedy


def _be(commits: Sequence[Commit]) -> str:
    return "is" if len(commits) == 1 else "are"


def _between(git: Git, old: str, new: str) -> tuple[Commit, ...]:
    """First-parent commits of ``new`` that ``old`` does not contain, newest first."""
    told = _whole(git, ["log", "-z", "--first-parent", "--no-notes", f"--format={_FORM}", new, f"^{old}", "--"], [])
    fields = told.split("\0")
    rows = [fields[at : at + _FIELDS] for at in range(0, len(fields) - _FIELDS + 1, _FIELDS)]
    return tuple(
        Commit(
            sha=sha,
            parents=tuple(parents.split()),
            at=datetime.fromtimestamp(int(at or "0"), UTC),
            author=author,
            email=email,
            subject=subject,
        )
        for sha, parents, at, author, email, subject in rows
    )


def _whole(git: Git, arguments: list[str], told: list[str]) -> str:
    try:
        return git.whole(arguments, told=told).decode("utf-8", "replace")
    except EndedEarlyError as error:
        raise UnreachableError(
            f"git cannot read the history: {error.said}", "Run `git fsck` and mend what it says."
        ) from None
