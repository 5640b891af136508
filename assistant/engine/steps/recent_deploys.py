"""Ranks the commits since the last good deploy and names, for the findings of this incident, the commit that brought each.

What is kept names nobody: authors are pseudonyms here and names on the screen only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.errors import UnreachableError, UsageError
from assistant.domain.events import CauseNamed, FactTaken
from assistant.engine.actions import begins
from assistant.engine.lookback import SHORT, began_at, beginning, brought, called, live, speaking, went_live
from assistant.text.authors import Unnamed
from assistant.text.plural import listed, plural


if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from assistant.domain.deploys import Suspect
    from assistant.domain.events import Happening
    from assistant.engine.actions import Context
    from assistant.engine.deploys import Told

_NAMED = 10
"""Commits that are told one by one; the evidence has all."""
_MOST_CAUSES = 40
_REASONS = 8


@begins("recent-deploys")
def begin(context: Context) -> Generator[Happening, None, str]:
    """The window, the ranked list as evidence, the causes; or why there is no history to look at."""
    world, step = context.world, context.step.id
    try:
        start = beginning(context.incident, world.root, world.now())
        told = world.history(start.revision, start.seen)
    except (UsageError, UnreachableError) as error:
        says = f"not tested, because {error.says} {error.remedy}"
        yield FactTaken(step=step, says=says, data={"untested": ["deploys"]})
        return f"not tested, because {error.says}"
    ranking, window = told.ranking, told.ranking.window
    unnamed = Unnamed(window.commits, world.pseudonym)
    guilty = speaking(ranking.suspects)
    kept = world.evidence.put("deploys", f"{plural(len(window.commits), 'commit')}, ranked", _list(told, unnamed))
    yield FactTaken(
        step=step,
        says=f"{plural(len(window.commits), 'commit')} ({window.why}): {len(guilty)} did something to access; "
        f"{ranking.compared} compared by their code",
        evidence=kept.id,
        data={"commits": len(window.commits), "speaking": len(guilty), "compared": ranking.compared},
    )
    yield from _unseen(step, told, start.remark)
    for n, suspect in enumerate(guilty[:_NAMED], 1):
        shown = world.evidence.put("commit", f"{suspect.commit.sha[:SHORT]}, rank {n}", _about(suspect, unnamed))
        yield FactTaken(step=step, says=f"{n}. {_line(suspect, unnamed)}", evidence=shown.id)
    named = yield from _causes(context, guilty, unnamed)
    if not guilty:
        return f"none of {plural(len(window.commits), 'commit')} did anything to access that stanch can see"
    first = guilty[0].commit.sha[:SHORT]
    return f"{len(guilty)} of {plural(len(window.commits), 'commit')} touched access; {named} brought findings; first {first}"


def _unseen(step: str, told: Told, remark: str) -> Iterator[Happening]:
    """What the list does not know: never silence."""
    window = told.ranking.window
    if len(window.commits) == 1 and not window.good:
        says = "the history is one commit: nothing came before it that it could be compared with"
        yield FactTaken(step=step, says=f"not tested, because {says}", data={"untested": ["deploys"]})
    for says in (*window.shortcomings, *told.ranking.not_compared):
        yield FactTaken(step=step, says=f"not tested, because {says}", data={"untested": ["deploys"]})
    for says in (remark, *told.remarks):
        if says:
            yield FactTaken(step=step, says=says)


def _causes(context: Context, guilty: tuple[Suspect, ...], unnamed: Unnamed) -> Generator[Happening, None, int]:
    """One cause a commit, for what it brought of the findings of this incident; how many commits."""
    findings = context.world.findings()
    causes = [(suspect, mine) for suspect in guilty if (mine := brought(suspect, findings))]
    for suspect, mine in causes[:_MOST_CAUSES]:
        commit, deploy = suspect.commit, live(suspect)
        rules = dict.fromkeys(f"{one.rule} on {one.entry or one.subject.name}" for one in mine)
        yield CauseNamed(
            step=context.step.id,
            says=f"{commit.sha[:SHORT]} brought {listed(list(rules))}; {went_live(suspect)}",
            commit=commit.sha,
            line=next((str(one.where) for one in mine if one.where is not None), ""),
            author=unnamed.by(commit),
            deploy=called(deploy),
            began_at=began_at(suspect).isoformat(),
            findings=tuple(one.fingerprint for one in mine),
        )
    if len(causes) > _MOST_CAUSES:
        says = f"{plural(len(causes) - _MOST_CAUSES, 'commit')} more brought findings: `stanch deploys` lists all"
        yield FactTaken(step=context.step.id, says=says)
    return len(causes)


def _line(suspect: Suspect, unnamed: Unnamed) -> str:
    commit = suspect.commit
    why = unnamed.text(suspect.reasons[0].says)
    return f"{commit.sha[:SHORT]} “{unnamed.text(commit.subject)}” ({suspect.score:.1f}): {why}"


def _about(suspect: Suspect, unnamed: Unnamed) -> str:
    """A commit with its reasons, for the evidence."""
    commit = suspect.commit
    lines = [
        f"{commit.sha}  {suspect.score:.2f}  {unnamed.by(commit)}: {unnamed.text(commit.subject)}",
        f"  {went_live(suspect)}",
        f"  {', '.join(lane.value for lane in commit.lanes()) or 'nothing that counts'}",
    ]
    for reason in suspect.reasons[:_REASONS]:
        place = f" ({reason.file}:{reason.line})" if reason.file else ""
        lines.append(f"  {reason.kind}: {unnamed.text(reason.says)}{place}")
    if len(suspect.reasons) > _REASONS:
        lines.append(f"  and {plural(len(suspect.reasons) - _REASONS, 'reason')} more")
    return "\n".join(lines) + "\n"


def _list(told: Told, unnamed: Unnamed) -> str:
    """All commits that did something, then the hashes of the others."""
    suspects = told.ranking.suspects
    parts = [_about(suspect, unnamed) for suspect in speaking(suspects)]
    quiet = [suspect.commit.sha for suspect in suspects if suspect.score <= 0]
    if quiet:
        parts.append("\n".join((f"did nothing to access that stanch can see: {len(quiet)}", *quiet)) + "\n")
    return "\n".join(parts) or "no commits\n"
