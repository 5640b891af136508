"""Lays out what a rollback would close, undo and leave as it is, and what a patch would have to close; a person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.deploys import Lane
from assistant.domain.errors import UnreachableError, UsageError
from assistant.domain.events import FactTaken
from assistant.engine.actions import begins
from assistant.engine.lookback import SHORT, beginning, brought, called, live
from assistant.engine.rollback import in_database, rollback
from assistant.text.authors import Unnamed
from assistant.text.plural import listed, plural


if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from assistant.domain.deploys import Commit, Suspect
    from assistant.domain.events import Happening
    from assistant.domain.findings import Finding
    from assistant.engine.actions import Context
    from assistant.engine.deploys import Told
    from assistant.engine.rollback import Rollback, Staying

_FEW = 20


@begins("hotfix-or-rollback")
def begin(context: Context) -> Generator[Happening, None, str]:
    """Facts for both ways, one a line; the question follows."""
    world, step = context.world, context.step.id
    try:
        start = beginning(context.incident, world.root, world.now())
        told = world.history(start.revision, start.seen)
    except (UsageError, UnreachableError) as error:
        yield _fact(step, f"not tested, because {error.says} {error.remedy}", untested=True)
        return ""
    findings = context.world.findings()
    plan = rollback(world.root, told, findings, named=start.revision is not None)
    unnamed = Unnamed(told.ranking.window.commits, world.pseudonym)
    if not plan.to or not (plan.closes or plan.leaves or plan.undoes):
        why = "there is no older commit to go back to" if not plan.to else "nothing came after the last good commit"
        yield _fact(step, f"a rollback was not weighed, because {why}", untested=True)
    else:
        yield from _rolling_back(context, told, plan, findings, unnamed)
    yield from _patching(context, plan, findings)
    return ""


def _rolling_back(
    context: Context, told: Told, plan: Rollback, findings: Mapping[str, Finding], unnamed: Unnamed
) -> Iterator[Happening]:
    step = context.step.id
    target = next((one for one in told.ranking.suspects if one.commit.sha == plan.to), None)
    deploy = called(live(target)) if target is not None else ""
    yield _fact(step, f"roll back: to {plan.to[:SHORT]}{f', {deploy}' if deploy else ''}: {plan.why}")
    if plan.closes:
        yield _fact(step, f"roll back: would close what {_shas(plan.closes)} brought, which lies in the code alone")
    else:
        yield _fact(step, "roll back: would close nothing that is known: no commit brought findings in the code alone")
    if plan.leaves:
        places = [
            f"{one.commit.sha[:SHORT]} ({each.where or each.subject.name})"
            for one in plan.leaves
            for each in brought(one, findings)
            if in_database(each)
        ]
        says = (
            f"roll back: would leave open what lies in the database, which older code does not change: {listed(places)}"
        )
        yield _fact(step, says)
    yield from _undone(context, plan.undoes, unnamed)
    yield from _staying(context, plan.stays)
    yield _fact(
        step, "roll back: leaves variables, cron jobs and webhooks of the host as they are; look at them by hand"
    )
    standing = told.standing
    if standing.live_not_here:
        says = f"roll back: {plural(len(standing.live_not_here), 'commit')} that are live are not in this branch and would go too"
        yield _fact(step, says)


def _undone(context: Context, commits: Sequence[Commit], unnamed: Unnamed) -> Iterator[Happening]:
    """The other work that would be gone."""
    if not commits:
        yield _fact(context.step.id, "roll back: would undo nothing else")
        return
    lanes = [f"{n} in {lane.value}" for lane in Lane if lane is not Lane.OTHER and (n := _touching(commits, lane))]
    text = "".join(f"{one.sha}  {one.at:%Y-%m-%d %H:%M} UTC  {unnamed.text(one.subject)}\n" for one in commits)
    kept = context.world.evidence.put("commits", f"{plural(len(commits), 'commit')} that a rollback undoes", text)
    says = f"roll back: would also undo {plural(len(commits), 'other commit')}"
    yield _fact(context.step.id, says + (f" ({', '.join(lanes)})" if lanes else ""), evidence=kept.id)


def _touching(commits: Sequence[Commit], lane: Lane) -> int:
    return sum(lane in commit.files.values() for commit in commits)


def _staying(context: Context, stays: Sequence[Staying]) -> Iterator[Happening]:
    """Migrations that older code has to live with."""
    if not stays:
        yield _fact(context.step.id, "roll back: no migration lies between, so older code meets the database it knew")
        return
    taking = [one for one in stays if one.takes]
    lines = "".join(f"{one.path}  {one.commit}  {', '.join(one.takes) or 'only adds'}\n" for one in stays)
    kept = context.world.evidence.put("migrations", f"{plural(len(stays), 'migration')} that stay applied", lines)
    says = f"roll back: {plural(len(stays), 'migration')} stay applied, because older code reverses none"
    yield _fact(context.step.id, says, evidence=kept.id)
    for one in taking[:_FEW]:
        says = f"roll back: {one.path} {', '.join(one.takes)}: try the older code against it first"
        yield _fact(context.step.id, says)


def _patching(context: Context, plan: Rollback, findings: Mapping[str, Finding]) -> Iterator[Happening]:
    """What a patch would have to close."""
    grave = [one for suspect in (*plan.closes, *plan.leaves) for one in brought(suspect, findings)]
    step = context.step.id
    if not grave:
        yield _fact(step, "patch: no commit of the window brought a finding; what is open may be older than the window")
        return
    database = [one for one in grave if in_database(one)]
    shown = sum(one.executed for one in grave)
    says = f"patch: has to close {plural(len(grave), 'finding')} ({len(database)} in the database, {len(grave) - len(database)} in the code)"
    yield _fact(step, f"{says}; {shown} of them were shown by an attack; the steps of the stage fix propose how")


def _shas(suspects: Sequence[Suspect]) -> str:
    return listed([one.commit.sha[:SHORT] for one in suspects])


def _fact(step: str, says: str, *, evidence: str = "", untested: bool = False) -> FactTaken:
    data: dict[str, object] = {"way_out": says.partition(":")[0]}
    return FactTaken(
        step=step, says=says, evidence=evidence, data=data | ({"untested": ["rollback"]} if untested else {})
    )
