"""The code half in plain linear words: the map in route groups, its numbers, and the questions that only the operator can answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.detect.code.verdict import Word
from assistant.engine.codeview import counted, grouped, numbers, rows_of
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.domain.ownership import Question
    from assistant.engine.codehalf import CodeHalf
    from assistant.engine.codeview import Row
    from assistant.faces.cli.say import Voice

_PAINT = {Word.LEAKS: "high", Word.OPEN: "high", Word.ASKED: "medium", Word.PARTLY_READ: "medium", Word.GUARDED: "good"}
_WIDEST = max(len(word.value) for word in Word)
_MOST = 6


def tell_map(voice: Voice, rows: Sequence[Row]) -> None:
    """Every entry: verdict, id, place; below it the guard chain and what it reaches as whom."""
    for name, members in grouped(rows):
        voice.line(f"{name}  ({counted(members)})", kind="strong")
        for row in members:
            word = row.verdict.word
            voice.line(f"{word.value:<{_WIDEST}}  {row.entry.id}", indent=2, kind=_PAINT.get(word, ""))
            under = _WIDEST + 4
            voice.line(str(row.entry.place), indent=under)
            voice.line(row.verdict.guards or "no guard", indent=under)
            if row.entry.queries:
                voice.line(f"{row.clients}: {row.tables}", indent=under)
            if word in {Word.LEAKS, Word.PUBLIC, Word.PARTLY_READ} or row.entry.exposed is False:
                voice.line(row.verdict.says, indent=under)
        voice.line()


def tell_code_numbers(voice: Voice, half: CodeHalf, rows: Sequence[Row] | None = None) -> None:
    """What was looked at, what came out, what is not known."""
    first, *rest = numbers(half, rows if rows is not None else rows_of(half))
    voice.line(first, kind="strong")
    for says in rest:
        voice.line(says, indent=2)
    for place in half.map.partly_read[:_MOST]:
        voice.line(f"partly read: {place}" + (f": {place.symbol}" if place.symbol else ""), indent=4)
    for file, reason in list(half.map.not_read.items())[:_MOST]:
        voice.line(f"not read: {file}: {reason}", indent=4)
    voice.line()


def tell_rotation(voice: Voice, half: CodeHalf) -> None:
    """Which keys to change, in which order; and what of the history was read."""
    from assistant.detect.secrets.rotation import rotation_order

    turns = rotation_order(half.secrets)
    if turns:
        voice.line(
            f"Change {plural(len(turns), 'key')}, in this order, once the code no longer shows them:", kind="strong"
        )
        for turn in turns[: 2 * _MOST]:
            voice.line(f"{turn.order}. {turn.kind.value} {turn.shown}: {turn.why_now} {turn.console}", indent=2)
        if len(turns) > 2 * _MOST:
            voice.line(f"{len(turns) - 2 * _MOST} more: `stanch scan --json` lists all", indent=2)
        voice.line()
    history = half.secrets.history
    if history.asked:
        voice.line(f"Searched for secrets: {history.read:,} of {plural(history.commits, 'commit')}.", indent=2)
        for says in history.says:
            voice.line(says, indent=4)


def tell_code_questions(voice: Voice, asked: Sequence[Question]) -> None:
    """Public on purpose? One a route group, with the way to answer."""
    if not asked:
        return
    voice.line(f"{plural(len(asked), 'question')} about routes, for you:", kind="strong")
    for question in asked:
        voice.line(question.asks, indent=2)
        voice.line(question.why, indent=4)
        shown = ", ".join(question.entries[:_MOST])
        voice.line(
            shown + (f" and {len(question.entries) - _MOST} more" if len(question.entries) > _MOST else ""), indent=4
        )
    first = asked[0].group
    voice.line(f'Yes: `stanch own --public {first} --because "…"`. No: `stanch own --private {first}`.', indent=2)
    voice.line()
