"""A bisect for a person who watches: which leaks and findings can be looked for, and one search that says where it is and stops when asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.domain.errors import UsageError
from assistant.domain.matrix import SEVERITY_RANK, Severity
from assistant.engine.lookback import SHORT, beginning
from assistant.engine.world import Cancelled
from assistant.text.plural import plural


if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from assistant.domain.events import Incident
    from assistant.engine.bisect import Look
    from assistant.engine.opening import Opening
    from assistant.engine.world import World

    OnLook = Callable[[Look], None]
    Hunt = Callable[[str, OnLook, Callable[[str], None], threading.Event], Opening]
    """Fingerprint, told where the search is, told in words what is done, set to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A leak that can be looked for."""

    fingerprint: str
    """Of its finding."""
    says: str
    """Severity, rule and title."""


def wanted(world: World) -> tuple[Wanted, ...]:
    """What can be looked for: leaks of the database that an attack showed, worst first, then findings about code.

    Raises:
        UsageError: there is none.
    """
    rehearsal = world.database()
    shown = [one for one in rehearsal.findings() if one.executed] if rehearsal is not None else []
    grave = [one for one in world.code().findings if SEVERITY_RANK[one.severity] <= SEVERITY_RANK[Severity.MEDIUM]]
    known = {one.fingerprint for one in shown}
    found = (*shown, *(one for one in grave if one.fingerprint not in known))
    if not found:
        raise UsageError(
            "no attack on the database succeeds and no finding about code is grave, so there is nothing to look for.",
            "The list of deploys names commits whose lines say something.",
        )
    return tuple(
        Wanted(fingerprint=one.fingerprint, says=f"{one.severity.value}: {one.rule}: {one.title}") for one in found
    )


def stretch_of(world: World, incident: Incident) -> tuple[str | None, str]:
    """The last good commit when the operator named one (full hash), and a sentence about what is searched."""
    from assistant.collect.deploys.window import choose
    from assistant.collect.git import top_of

    start = beginning(incident, world.root, world.now())
    if start.revision is None:
        return None, "from the beginning of the history to HEAD, because no last good deploy was named"
    good = choose(top_of(world.root), start.revision, "HEAD", world.now())[0]
    if not good:
        return None, "from the beginning of the history to HEAD"
    return good, f"from {good[:SHORT]} ({start.revision}) to HEAD"


def hunt_in(world: World, good: str | None) -> Hunt:
    """The search in the incident's repository: read-only, and remembered, so that a stopped one goes on where it was."""

    def hunt(fingerprint: str, on_look: OnLook, on_word: Callable[[str], None], stop: threading.Event) -> Opening:
        from assistant.collect.git import top_of
        from assistant.engine.opening import find_opening

        def word(says: str, _done: int, _total: int) -> None:
            if stop.is_set():
                raise Cancelled
            on_word(says)

        def look(now: Look) -> None:
            if stop.is_set():
                raise Cancelled
            on_look(now)

        git = top_of(world.root)
        folder = world.options.folder
        below = "" if folder is None else f"{folder.relative_to(git.folder).as_posix()}/"
        return find_opening(git, good, "HEAD", fingerprint, world.options, word, below=below, on_look=look)

    return hunt


def kept_words(opening: Opening) -> str:
    """What the timeline keeps of a search: the commit and how it was found, and no name of a person."""
    verdict = opening.verdict
    since = f"not there at {verdict.before[:SHORT]}" if verdict.before else "there from the beginning"
    skipped = f", {len(verdict.skipped)} skipped" if verdict.skipped else ""
    maybe = f"; it may also be {', '.join(one[:SHORT] for one in verdict.also)}" if verdict.also else ""
    place = f", set in {opening.place}" if opening.place is not None else ""
    return (
        f"bisect: {opening.commit.sha[:SHORT]} of {opening.commit.at:%Y-%m-%d %H:%M} UTC opened {opening.leak.says.rstrip('.')}"
        f"{place}; {plural(verdict.tested, 'commit')} tested{skipped}, {since}{maybe}"
    )
