"""``stanch scan``: everything that is wrong in the schema, what was executed before what is only suspected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.matrix import Severity
from assistant.engine.rehearsal import rehearse
from assistant.faces.cli.exits import Exit
from assistant.faces.cli.report import not_read_records, scan_report
from assistant.faces.cli.settings import options_from, repository_root
from assistant.faces.cli.verbs.prove import nothing_tested, unproven
from assistant.faces.cli.words import tell_findings, tell_gaps, tell_numbers
from assistant.text.plural import plural


if TYPE_CHECKING:
    import argparse

    from assistant.faces.cli.say import Voice


def run(arguments: argparse.Namespace, voice: Voice) -> int:
    """Exit 1 when anything is wrong, 0 when nothing is (remarks do not count), 4 when nothing could be tested."""
    root = repository_root(arguments.repo)
    with rehearse(root, options_from(arguments, root, voice), voice.progress) as rehearsal:
        findings = rehearsal.findings()
        if arguments.json:
            voice.json(scan_report(rehearsal))
        else:
            tell_gaps(voice, rehearsal)
            executed = [finding for finding in findings if finding.executed]
            suspected = [finding for finding in findings if not finding.executed]
            tell_findings(voice, executed, headline=f"{plural(len(executed), 'finding')}, shown by an attack:")
            tell_findings(voice, suspected, headline=f"{plural(len(suspected), 'finding')}, suspected:")
            if not findings:
                voice.line("Nothing found.", kind="good")
            tell_numbers(voice, rehearsal)
            for left in not_read_records(rehearsal):
                voice.line(f"not read: {left['file']}: {left['reason']}")
    if any(finding.severity is not Severity.INFO for finding in findings):
        return Exit.FOUND
    return unproven(voice) if nothing_tested(rehearsal) else Exit.CALM
