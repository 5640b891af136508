"""``stanch bisect``: name the commit that opened a leak, shown by the attack that succeeds there for the first time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.collect.git import top_of
from assistant.engine.leaks import where
from assistant.engine.opening import find_opening
from assistant.faces.cli.exits import Exit
from assistant.faces.cli.settings import options_from
from assistant.faces.cli.words import sentence
from assistant.text.plural import plural


if TYPE_CHECKING:
    import argparse

    from assistant.engine.opening import Opening
    from assistant.faces.cli.say import Voice

_SHORT = 12
_MOST = 8


def run(arguments: argparse.Namespace, voice: Voice) -> int:
    """Exit 1 when the commit was found; everything that keeps it from being found is an error with its own code."""
    git = top_of(arguments.repo.resolve())
    options = options_from(arguments, git.folder, voice)
    below = "" if options.folder is None else f"{options.folder.relative_to(git.folder).as_posix()}/"
    opening = find_opening(git, arguments.good, arguments.bad, arguments.leak, options, voice.progress, below=below)
    if arguments.json:
        voice.json(record(opening))
    else:
        tell(voice, opening)
    return Exit.FOUND


def record(opening: Opening) -> dict[str, Any]:
    """What ``--json`` prints; the first five keys are the contract."""
    verdict, commit, cell = opening.verdict, opening.commit, opening.cell
    return {
        "commit": verdict.commit,
        "leak": opening.leak.id,
        "tested": verdict.tested,
        "skipped": [{"commit": one.commit, "why": one.why} for one in verdict.skipped],
        "seconds": round(opening.seconds, 3),
        "says": opening.leak.says,
        "at": commit.at.isoformat(),
        "author": commit.author,
        "subject": commit.subject,
        "where": where(opening.place),
        "merge": verdict.merge or None,
        "before": verdict.before or None,
        "maybe": list(verdict.also),
        "open_since": opening.since or None,
        "cause": opening.cause or None,
        "attack": None if cell is None else {"object": cell.object, "verb": cell.verb.value, "actor": cell.actor.value},
        "witness": "" if cell is None else cell.witness,
        "bad": opening.bad,
        "notes": list(opening.notes),
        "remembered": opening.remembered,
    }


def tell(voice: Voice, opening: Opening) -> None:
    """In words: the commit first."""
    verdict, commit, cell = opening.verdict, opening.commit, opening.cell
    voice.line(f"{commit.sha[:_SHORT]} opened it: {commit.subject}", kind="strong")
    voice.line(f"{commit.at:%Y-%m-%d %H:%M} UTC by {commit.author}", indent=2)
    if opening.place is not None:
        voice.line(f"set in {opening.place}", indent=2)
    if verdict.merge:
        voice.line(f"merged by {verdict.merge[:_SHORT]}", indent=2)
    if cell is not None:
        voice.line(f"From there on {sentence(cell)}.", indent=2)
        if cell.witness:
            voice.line("see it yourself, in psql on a copy of your database that holds no customer's rows:", indent=2)
            voice.block(cell.witness, indent=4)
    else:
        voice.line(opening.leak.says, indent=2)
    if opening.since:
        voice.line(f"The rows were open before, for another reason: since {opening.since[:_SHORT]}.", indent=2)
    if opening.cause:
        voice.line(f"It is open for another reason by now: since {opening.cause[:_SHORT]}.", indent=2)
    if verdict.also:
        voice.line()
        names = ", ".join(one[:_SHORT] for one in verdict.also[:_MOST])
        more = f" and {len(verdict.also) - _MOST} between them" if len(verdict.also) > _MOST else ""
        voice.line(f"It may also be one of these, which could not be tested: {names}{more}.", kind="high")
    voice.line()
    since = f"it was not there at {verdict.before[:_SHORT]}" if verdict.before else "it was there from the beginning"
    voice.line(f"{plural(verdict.tested, 'commit')} tested in {opening.seconds:.1f} s; {since}.")
    for skipped in verdict.skipped:
        voice.line(f"skipped {skipped.commit[:_SHORT]}: {skipped.why}", indent=2)
    for note in opening.notes:
        voice.line(note, indent=2)
