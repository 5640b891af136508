"""``stanch deploys``: the commits since the last good one, ranked by what each did to access."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from assistant.engine.decisions import load_decisions
from assistant.engine.deploys import Records, Wish, ranked
from assistant.faces.cli.exits import Exit
from assistant.faces.cli.settings import history_root, options_from
from assistant.text.plural import plural


if TYPE_CHECKING:
    import argparse

    from assistant.domain.deploys import Deploy, Ranking, Suspect
    from assistant.engine.deploys import Told
    from assistant.faces.cli.say import Voice

_SHOWN = 10
_REASONS = 4


def run(arguments: argparse.Namespace, voice: Voice) -> int:
    """Exit 1 when a commit did something to access, 0 when none did."""
    root = history_root(arguments.repo)
    if arguments.diff is not None:
        from assistant.faces.cli.deploys_diff import run_diff

        return run_diff(arguments, voice, root, arguments.diff)
    wish = Wish(
        last_good=arguments.last_good,
        head=arguments.head,
        finding=arguments.finding or "",
        seen=arguments.seen or "",
        code=not arguments.database_only,
        database=not arguments.code_only,
        seconds=arguments.seconds,
        records=Records(
            files=tuple(arguments.records or ()), host=arguments.host or "", project=arguments.project or ""
        ),
    )
    options = options_from(arguments, root, voice)
    told = ranked(root, wish, options, voice.progress, decisions=load_decisions(root))
    if arguments.json:
        voice.json(report(told))
    else:
        tell(voice, told)
    return Exit.FOUND if any(suspect.score > 0 for suspect in told.ranking.suspects) else Exit.CALM


def report(told: Told) -> dict[str, object]:
    """The JSON contract."""
    ranking, standing = told.ranking, told.standing
    window, carried = ranking.window, together(ranking)
    return {
        "window": {
            "good": window.good or None,
            "head": window.head,
            "commits": len(window.commits),
            "why": window.why,
            "compared": ranking.compared,
            "not_compared": list(ranking.not_compared),
            "shortcomings": list(window.shortcomings),
        },
        "live": {
            "deployed": _deploy(standing.deployed) | {"sha": standing.deployed.sha} if standing.deployed else None,
            "says": standing.says,
            "remedy": standing.remedy or None,
            "live_not_here": [commit.sha for commit in standing.live_not_here],
            "here_not_live": [commit.sha for commit in standing.here_not_live],
            "remarks": list(told.remarks),
        },
        "commits": [_commit(suspect, carried) for suspect in ranking.suspects],
    }


def together(ranking: Ranking) -> Counter[tuple[str, str]]:
    """How many commits of the window each deploy carried first, by source and id: what else went live with a commit."""
    return Counter((deploy.source, deploy.id) for suspect in ranking.suspects for deploy in suspect.deploys)


def _commit(suspect: Suspect, carried: Counter[tuple[str, str]]) -> dict[str, object]:
    commit = suspect.commit
    return {
        "sha": commit.sha,
        "at": commit.at.isoformat(),
        "author": commit.author,
        "subject": commit.subject,
        "lanes": [lane.value for lane in commit.lanes()],
        "deploys": [_deploy(deploy) | {"commits": carried[deploy.source, deploy.id]} for deploy in suspect.deploys],
        "score": suspect.score,
        "reasons": [
            {
                "kind": reason.kind,
                "says": reason.says,
                "file": reason.file or None,
                "line": reason.line or None,
                "weight": reason.weight,
                "finding": reason.finding or None,
            }
            for reason in suspect.reasons
        ],
    }


def _deploy(deploy: Deploy) -> dict[str, object]:
    return {"id": deploy.id, "at": deploy.at.isoformat(), "source": deploy.source, "url": deploy.url or None}


def _live(deploy: Deploy, commits: int) -> str:
    if deploy.source in {"push", "merge"}:
        return f"{deploy.source} of {deploy.at:%Y-%m-%d %H:%M} UTC, as far as git knows"
    others = f", {plural(commits - 1, 'other commit')} with it" if commits > 1 else ""
    return f"{deploy.source} {deploy.id} of {deploy.at:%Y-%m-%d %H:%M} UTC{others}"


def tell(voice: Voice, told: Told) -> None:
    """In words, the likeliest first."""
    ranking = told.ranking
    window = ranking.window
    voice.line(f"{len(window.commits):,} commits: {window.why}; {ranking.compared} compared by their code")
    for says in (*window.shortcomings, *ranking.not_compared):
        voice.line(f"not seen: {says}", indent=2)
    voice.line(f"{told.standing.says} {told.standing.remedy}".rstrip())
    for says in told.remarks:
        voice.line(says, indent=2)
    carried = together(ranking)
    speaking = [suspect for suspect in ranking.suspects if suspect.score > 0]
    if not speaking:
        voice.line("no commit of the window did anything to access that stanch can see")
    for n, suspect in enumerate(speaking[:_SHOWN], 1):
        commit = suspect.commit
        live = ", ".join(_live(deploy, carried[deploy.source, deploy.id]) for deploy in suspect.deploys)
        voice.line()
        voice.line(
            f"{n:>2}. {commit.sha[:10]}  {commit.at:%Y-%m-%d %H:%M} UTC  {suspect.score:7.2f}  {commit.author}: {commit.subject}"
        )
        if live:
            voice.line(f"live with {live}", indent=4)
        for reason in suspect.reasons[:_REASONS]:
            place = f" ({reason.file}:{reason.line})" if reason.file else ""
            voice.line(f"{reason.kind}: {reason.says}{place}", indent=4)
        if len(suspect.reasons) > _REASONS:
            voice.line(f"and {len(suspect.reasons) - _REASONS} reasons more", indent=4)
    if len(speaking) > _SHOWN:
        voice.line(f"{len(speaking) - _SHOWN} commits more with a reason; --json lists all")
