"""``stanch prove``: attack a rehearsal database as every actor and show which rows leak to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.errors import ProofError
from assistant.domain.matrix import Verdict
from assistant.engine.leaks import worst_first
from assistant.engine.rehearsal import rehearse
from assistant.faces.cli.exits import Exit
from assistant.faces.cli.report import prove_report
from assistant.faces.cli.settings import options_from, repository_root
from assistant.faces.cli.words import (
    tell_gaps,
    tell_numbers,
    tell_other_leaks,
    tell_questions,
    tell_suspected,
    tell_worst,
)


if TYPE_CHECKING:
    import argparse

    from assistant.engine.rehearsal import Rehearsal
    from assistant.faces.cli.say import Voice


def run(arguments: argparse.Namespace, voice: Voice) -> int:
    """Exit 1 when there are leaks, 0 when none, 4 when nothing could be tested."""
    root = repository_root(arguments.repo)
    with rehearse(root, options_from(arguments, root, voice), voice.progress) as rehearsal:
        counts = rehearsal.attack().counts()
        if arguments.json:
            voice.json(prove_report(rehearsal))
        else:
            tell(voice, rehearsal)
    if counts["leaks"]:
        return Exit.FOUND
    return unproven(voice) if nothing_tested(rehearsal) else Exit.CALM


def nothing_tested(rehearsal: Rehearsal) -> bool:
    """No attack came to a verdict."""
    counts = rehearsal.attack().counts()
    return not (counts["leaks"] or counts["holds"] or counts["locked_out"])


def unproven(voice: Voice) -> Exit:
    """Say that silence is no proof."""
    voice.error(
        ProofError(
            "nothing could be tested, so nothing is proven.",
            "Read the reasons above; a complete schema (--schema FILE or --database-url URL) usually mends it.",
        )
    )
    return Exit.UNPROVEN


def tell(voice: Voice, rehearsal: Rehearsal) -> None:
    """In words, the worst first."""
    matrix, findings = rehearsal.attack(), rehearsal.findings()
    leaks = worst_first(matrix.of(Verdict.LEAKS))
    tell_gaps(voice, rehearsal)
    tell_worst(voice, rehearsal)
    tell_other_leaks(voice, leaks)
    if not leaks and matrix.of(Verdict.HOLDS):
        voice.line("No attack reached a row that was not the attacker's.", kind="good")
    tell_numbers(voice, rehearsal)
    tell_questions(voice, matrix, rehearsal)
    tell_suspected(voice, [finding for finding in findings if not finding.executed])
    if leaks:
        voice.line("Next: `stanch fix --dry-run` shows a migration that closes this, rehearsed on a copy.")
