"""A rehearsal in plain linear words: the one true thing first, then the numbers, then what is asked and what is minor."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from assistant.domain.matrix import SEVERITY_RANK, Severity, Verdict
from assistant.engine.leaks import place_of, places, worst_first
from assistant.faces.cli.report import questions
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.domain.findings import Finding
    from assistant.domain.matrix import Cell, Matrix
    from assistant.engine.rehearsal import Rehearsal
    from assistant.faces.cli.say import Voice

_WHO = {
    "guest": "anyone, without signing in,",
    "signed-in": "any signed-in user",
    "other-tenant": "a customer of another tenant",
    "teammate": "a plain member of the same team",
    "forged-claims": "a user who forges what users may write about themselves",
    "service": "trusted server code",
    "owner": "the owner",
}
_DOES = {
    "select": "read",
    "insert": "insert rows into",
    "update": "change rows of",
    "delete": "delete rows of",
    "execute": "call",
}
_MOST_OBJECTS = 12
_MOST_LINES = 10


def sentence(cell: Cell) -> str:
    """Who can do what to which rows."""
    columns = f" ({', '.join(cell.columns[:6])}{', …' if len(cell.columns) > 6 else ''})" if cell.columns else ""  # noqa: PLR2004 - six fit a line
    return f"{_WHO[cell.actor.value]} can {_DOES[cell.verb.value]} {cell.object}{columns}"


def tell_worst(voice: Voice, rehearsal: Rehearsal) -> None:
    """The worst executed leak: who, what, how, where, and the script that shows it."""
    leaks = worst_first(rehearsal.attack().of(Verdict.LEAKS))
    if not leaks:
        return
    worst = leaks[0]
    voice.line(f"{worst.severity.value.upper()}: {sentence(worst)}.", kind=worst.severity.value)
    if worst.reason:
        voice.line(worst.reason, indent=2)
    for number, step in enumerate(worst.steps, start=1):
        voice.line(f"{number}. {step}", indent=2)
    place = place_of(worst, rehearsal.replay, places(rehearsal.findings()))
    if place is not None:
        voice.line(f"set in {place}", indent=2)
    if worst.confidence.value != "high":
        voice.line(f"confidence: {worst.confidence.value}; check with `stanch own` who owns these rows", indent=2)
    if worst.witness:
        voice.line("see it yourself, in psql on a copy of your database that holds no customer's rows:", indent=2)
        voice.block(worst.witness, indent=4)
    voice.line()


def tell_other_leaks(voice: Voice, leaks: Sequence[Cell]) -> None:
    """The rest, one line an object: the worst of each."""
    by_object: dict[str, list[Cell]] = defaultdict(list)
    for leak in leaks:
        by_object[leak.object].append(leak)
    rest = list(by_object.values())
    if len(rest) > 1 or len(leaks) > 1:
        voice.line(f"{plural(len(leaks), 'leak')} in {plural(len(rest), 'object')}:", kind="strong")
        for cells in rest[:_MOST_OBJECTS]:
            worst = cells[0]
            more = f" and {len(cells) - 1} more" if len(cells) > 1 else ""
            voice.line(f"{worst.severity.value}: {sentence(worst)}{more}", indent=2, kind=worst.severity.value)
        if len(rest) > _MOST_OBJECTS:
            voice.line(f"{plural(len(rest) - _MOST_OBJECTS, 'object')} more: `stanch prove --json` lists all", indent=2)
        voice.line()


def tell_gaps(voice: Voice, rehearsal: Rehearsal) -> None:
    """First of all: what is missing from everything that follows."""
    unread = [left for left in rehearsal.repository.not_read if left.unreadable and left.file.endswith(".sql")]
    for left in unread[:_MOST_LINES]:
        voice.line(f"NOT READ, so nothing below speaks of it: {left.file}: {left.reason}", kind="high")
    if len(unread) > _MOST_LINES:
        voice.line(f"and {plural(len(unread) - _MOST_LINES, 'file')} more: `--json` lists all", indent=2)
    replay = rehearsal.replay
    refused = replay.statements - replay.applied
    if refused:
        voice.line(
            f"INCOMPLETE: {refused:,} of {plural(replay.statements, 'statement')} {'was' if refused == 1 else 'were'} refused; "
            "what they would have changed is not tested.",
            kind="high",
        )
    if unread or refused:
        voice.line()


def tell_numbers(voice: Voice, rehearsal: Rehearsal) -> None:
    """The denominators: attacks, seeding, replay; what was not tested and why."""
    matrix, replay = rehearsal.attack(), rehearsal.replay
    counts = matrix.counts()
    locked = f", {counts['locked_out']:,} lock an owner out" if counts["locked_out"] else ""
    untested = f", {counts['unknown']:,} not tested" if counts["unknown"] else ""
    voice.line(
        f"{plural(len(matrix.cells), 'attack')}: {counts['holds']:,} hold, {counts['leaks']:,} leak{locked}{untested}.",
        kind="strong",
    )
    for reason, cells in _by_reason(matrix.of(Verdict.UNKNOWN))[:_MOST_LINES]:
        voice.line(f"not tested ({plural(len(cells), 'attack')} on {_objects(cells)}): {reason}", indent=2)
    for cell in matrix.of(Verdict.LOCKED_OUT)[:_MOST_LINES]:
        voice.line(f"locked out: the owner cannot {_DOES[cell.verb.value]} {cell.object}: {cell.reason}", indent=2)
    seeding = matrix.seeding
    voice.line(f"{seeding.seeded:,} of {plural(seeding.tables, 'table')} filled with two tenants.", indent=2)
    for table, reason in list(seeding.not_seeded.items())[:_MOST_LINES]:
        voice.line(f"not filled: {table}: {reason}", indent=4)
    voice.line(
        f"{replay.applied:,} of {plural(replay.statements, 'statement')} in {plural(replay.files, 'file')} replayed.",
        indent=2,
    )
    for lost in replay.missing[:_MOST_LINES]:
        needed = plural(lost.needed_by, "statement")
        voice.line(
            f"missing: {lost.kind} {lost.name}, which {needed} {'needs' if lost.needed_by == 1 else 'need'}: {lost.remedy}",
            indent=4,
        )
    if not replay.missing:
        for left in replay.skipped[:_MOST_LINES]:
            voice.line(f"skipped: {left.file}:{left.line}: {left.reason}", indent=4)
    if replay.stand_ins:
        voice.line(f"not tested: what these extensions do: {', '.join(replay.stand_ins)}", indent=4)
    for note in replay.notes:
        voice.line(note, indent=4)
    if not rehearsal.ownership.confirmed:
        voice.line(
            "The map of owners is inferred: look at it with `stanch own`, then `stanch own --confirm`.", indent=2
        )
    voice.line()


def tell_questions(voice: Voice, matrix: Matrix, rehearsal: Rehearsal) -> None:
    """What only the operator can say."""
    asked = questions(matrix, rehearsal.ownership)
    if not asked:
        return
    voice.line(f"{plural(len(asked), 'question')} for you:", kind="strong")
    for question in asked:
        voice.line(question["asks"], indent=2)
        voice.line(
            ", ".join(question["objects"][:_MOST_OBJECTS]) + (" …" if len(question["objects"]) > _MOST_OBJECTS else ""),
            indent=4,
        )
    voice.line("Answer in stanch.toml: `stanch own --confirm` writes it.", indent=2)
    voice.line()


def tell_findings(voice: Voice, findings: Sequence[Finding], *, headline: str, most: int = 50) -> None:
    """Findings, one line each and the place below it."""
    if not findings:
        return
    voice.line(headline, kind="strong")
    for finding in findings[:most]:
        seen = "executed" if finding.executed else f"suspected, {finding.confidence.value} confidence"
        voice.line(
            f"{finding.severity.value}: {finding.title} [{finding.rule}, {seen}]", indent=2, kind=finding.severity.value
        )
        if finding.where is not None:
            voice.line(str(finding.where), indent=4)
    if len(findings) > most:
        voice.line(f"{plural(len(findings) - most, 'finding')} more: `stanch scan --json` lists all", indent=2)
    voice.line()


def tell_suspected(voice: Voice, findings: Sequence[Finding], *, most: int = 10) -> None:
    """What no attack showed, last and low: grave suspicions one by one, lint one line a rule."""
    if not findings:
        return
    grave = [finding for finding in findings if SEVERITY_RANK[finding.severity] <= SEVERITY_RANK[Severity.MEDIUM]]
    voice.line("Suspected, and not shown by any attack:", kind="strong")
    for finding in grave[:most]:
        voice.line(f"{finding.severity.value}: {finding.title} [{finding.rule}]", indent=2, kind=finding.severity.value)
        if finding.where is not None:
            voice.line(str(finding.where), indent=4)
    if len(grave) > most:
        voice.line(f"{plural(len(grave) - most, 'suspicion')} more", indent=2)
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding not in grave:
            by_rule[finding.rule].append(finding)
    for rule, lint in by_rule.items():
        first = lint[0]
        if len(lint) == 1:
            voice.line(f"{first.severity.value}: {first.title} [{rule}]", indent=2, kind="low")
        else:
            voice.line(
                f"{first.severity.value}: {rule}, {plural(len(lint), 'object')}; the first: {first.title}",
                indent=2,
                kind="low",
            )
    voice.line("`stanch scan` lists them with their places.", indent=2)
    voice.line()


def _by_reason(cells: Sequence[Cell]) -> list[tuple[str, list[Cell]]]:
    grouped: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        grouped[cell.reason].append(cell)
    return sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0]))


def _objects(cells: Sequence[Cell]) -> str:
    names = list(dict.fromkeys(cell.object for cell in cells))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")  # noqa: PLR2004 - three fit a line
