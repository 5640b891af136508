"""Compares what is live with what is here, and looks for "temporary" bypasses that the window brought and nobody removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.errors import UnreachableError, UsageError
from assistant.domain.events import FactTaken
from assistant.engine.actions import begins
from assistant.engine.bypasses import bypasses_left
from assistant.engine.lookback import SHORT, beginning
from assistant.text.authors import Unnamed
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from assistant.domain.deploys import Commit
    from assistant.domain.events import Happening
    from assistant.engine.actions import Context

_FEW = 20


@begins("deployed-sha")
def begin(context: Context) -> Generator[Happening, None, str]:
    """The live commit against the branch; then what was meant to be temporary."""
    world, step = context.world, context.step.id
    try:
        start = beginning(context.incident, world.root, world.now())
        told = world.history(start.revision, start.seen)
    except (UsageError, UnreachableError) as error:
        says = f"not tested, because {error.says} {error.remedy}"
        yield FactTaken(step=step, says=says, data={"untested": ["deployed commit"]})
        return f"not tested, because {error.says}"
    standing, window = told.standing, told.ranking.window
    unnamed = Unnamed((*window.commits, *standing.live_not_here, *standing.here_not_live), world.pseudonym)
    if standing.deployed is None or not standing.is_here:
        says = f"not tested, because {standing.says[:1].lower()}{standing.says[1:]} {standing.remedy}"
        yield FactTaken(step=step, says=says.strip(), data={"untested": ["deployed commit"]})
    else:
        yield FactTaken(
            step=step,
            says=f"{standing.says} {standing.remedy}".strip(),
            data={
                "deployed": standing.deployed.sha,
                "live_not_here": len(standing.live_not_here),
                "here_not_live": len(standing.here_not_live),
            },
        )
    yield from _listed(context, "live and not here", standing.live_not_here, unnamed)
    yield from _listed(context, "here and not live", standing.here_not_live, unnamed)
    left = bypasses_left(world.root, told)
    for bypass in left[:_FEW]:
        says = f"a bypass that was meant to be temporary is still there: {bypass.place}, brought by {bypass.commit[:SHORT]}"
        yield FactTaken(step=step, says=says, data={"bypass": str(bypass.place)})
    if not left:
        yield FactTaken(step=step, says="no bypass that the window brought as a temporary one is left")
    return f"{standing.says.rstrip('.')}; {plural(len(left), 'temporary bypass', 'temporary bypasses')} left"


def _listed(context: Context, where: str, commits: Sequence[Commit], unnamed: Unnamed) -> Iterator[Happening]:
    if not commits:
        return
    text = "".join(
        f"{one.sha}  {one.at:%Y-%m-%d %H:%M} UTC  {unnamed.by(one)}: {unnamed.text(one.subject)}\n" for one in commits
    )
    kept = context.world.evidence.put("commits", f"{plural(len(commits), 'commit')} {where}", text)
    yield FactTaken(step=context.step.id, says=f"{where}: {plural(len(commits), 'commit')}", evidence=kept.id)
