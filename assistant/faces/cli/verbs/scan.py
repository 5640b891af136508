"""``stanch scan``: everything that is wrong in the schema and in the code, what was executed before what is only suspected.

``--map`` prints the code map instead of the findings: every way into the program, who is asked, which rows it reaches as whom.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.errors import UsageError
from assistant.domain.matrix import Severity
from assistant.engine.examination import examine
from assistant.faces.cli.exits import Exit
from assistant.faces.cli.report import not_read_records, scan_report
from assistant.faces.cli.settings import options_from, repository_root
from assistant.faces.cli.verbs.prove import nothing_tested, unproven
from assistant.faces.cli.words import tell_findings, tell_gaps, tell_numbers
from assistant.text.plural import plural


if TYPE_CHECKING:
    import argparse

    from assistant.engine.examination import Examination
    from assistant.faces.cli.say import Voice


def run(arguments: argparse.Namespace, voice: Voice) -> int:
    """Exit 1 when anything is wrong, 0 when nothing is (remarks do not count), 4 when nothing could be tested."""
    root = repository_root(arguments.repo)
    database, code = not arguments.code_only, not arguments.database_only
    if arguments.map and not code:
        raise UsageError("--map shows the code, and --database-only leaves it out.", "Give one of the two.")
    with examine(
        root, options_from(arguments, root, voice), voice.progress, database=database, code=code
    ) as examination:
        findings = examination.findings()
        if arguments.json:
            voice.json(scan_report(examination, with_map=arguments.map))
        elif arguments.map:
            _tell_map(voice, examination)
        else:
            _tell(voice, examination)
    if any(finding.severity is not Severity.INFO for finding in findings):
        return Exit.FOUND
    return Exit.CALM if _anything_tested(examination) else unproven(voice)


def _anything_tested(examination: Examination) -> bool:
    """An attack came to a verdict; or, where there is no schema, the code has ways in that were judged."""
    if examination.rehearsal is not None:
        return not nothing_tested(examination.rehearsal)
    return examination.code is not None and bool(examination.code.map.entries)


def _tell(voice: Voice, examination: Examination) -> None:
    findings, rehearsal = examination.findings(), examination.rehearsal
    if rehearsal is not None:
        tell_gaps(voice, rehearsal)
    executed = [finding for finding in findings if finding.executed]
    suspected = [finding for finding in findings if not finding.executed]
    tell_findings(voice, executed, headline=f"{plural(len(executed), 'finding')}, shown by an attack:")
    tell_findings(voice, suspected, headline=f"{plural(len(suspected), 'finding')}, suspected:")
    if not findings:
        voice.line("Nothing found.", kind="good")
    if rehearsal is not None:
        tell_numbers(voice, rehearsal)
        for left in not_read_records(rehearsal):
            voice.line(f"not read: {left['file']}: {left['reason']}")
    else:
        _tell_not_tested(voice, examination)
    if examination.code is not None:
        from assistant.faces.cli.code_words import tell_code_numbers, tell_code_questions, tell_rotation

        tell_rotation(voice, examination.code)
        tell_code_questions(voice, examination.questions())
        tell_code_numbers(voice, examination.code)
        if examination.code.map.entries:
            voice.line("`stanch scan --map` shows every way in, who is asked there, and which rows it reaches.")


def _tell_map(voice: Voice, examination: Examination) -> None:
    from assistant.engine.codeview import rows_of
    from assistant.faces.cli.code_words import tell_code_numbers, tell_code_questions, tell_map

    half = examination.code
    if half is None:
        return
    rows = rows_of(half)
    tell_map(voice, rows)
    tell_code_questions(voice, examination.questions())
    if examination.not_tested:
        _tell_not_tested(voice, examination)
    tell_code_numbers(voice, half, rows)


def _tell_not_tested(voice: Voice, examination: Examination) -> None:
    voice.line(f"The database was not tested: {examination.not_tested}.", kind="strong")
    voice.line()
