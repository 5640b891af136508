"""A search and what it came to, in words: how far it is, what was skipped and why, the commit and its witness."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.engine.lookback import SHORT
from assistant.text.plural import plural


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.domain.matrix import Cell
    from assistant.engine.behaviour import Behaviour, Gained
    from assistant.engine.bisect import Look
    from assistant.engine.opening import Opening

_BAR: Final = 12
_DOES: Final = {
    "select": "read",
    "insert": "insert into",
    "update": "change",
    "delete": "delete from",
    "execute": "call",
}
_MOST: Final = 12


def progress(look: Look) -> str:
    """``■■■□□□ tested 3 of about 6 · at 753740cf52``, and what was skipped, one line each."""
    done = min(_BAR, round(_BAR * look.tested / max(look.expected, 1)))
    lines = [
        f"{'■' * done}{'□' * (_BAR - done)} tested {look.tested} of about {look.expected} · at {look.commit[:SHORT]}",
        *(f"skipped {one.commit[:SHORT]}: {one.why}" for one in look.skipped),
    ]
    return "\n".join(lines)


def came_to(opening: Opening) -> str:
    """The commit first, then what shows it."""
    verdict, commit, cell = opening.verdict, opening.commit, opening.cell
    lines = [
        f"{commit.sha[:12]} opened it: {commit.subject}",
        f"{commit.at:%Y-%m-%d %H:%M} UTC by {commit.author} <{commit.email}>",
        f"looked for: {opening.leak.says}",
    ]
    if opening.place is not None:
        lines.append(f"set in {opening.place}")
    if verdict.merge:
        lines.append(f"merged by {verdict.merge[:12]}")
    if opening.since:
        lines.append(f"open before already, for another reason, since {opening.since[:12]}")
    if opening.cause:
        lines.append(f"the reason it has now came with {opening.cause[:12]}")
    if verdict.also:
        names = ", ".join(one[:12] for one in verdict.also)
        lines.append(f"It may also be one of these, which could not be tested: {names}.")
    since = f"it was not there at {verdict.before[:12]}" if verdict.before else "it was there from the beginning"
    lines += ["", f"{plural(verdict.tested, 'commit')} tested in {opening.seconds:.1f} s; {since}."]
    lines += [f"skipped {one.commit[:12]}: {one.why}" for one in verdict.skipped]
    lines += opening.notes
    if cell is not None:
        lines += [
            "",
            f"From there on {does(cell)}.",
            *(f"{n}. {step}" for n, step in enumerate(cell.steps, 1)),
            "",
            cell.witness.rstrip(),
        ]
    return "\n".join(lines).rstrip()


def does(cell: Cell, actors: str = "") -> str:
    """What an attack does, a clause: ``guest can read public.chats (id, title)``."""
    columns = f" ({', '.join(cell.columns)})" if cell.columns else ""
    return f"{actors or cell.actor.value} can {_DOES.get(cell.verb.value, cell.verb.value)} {cell.object}{columns}"


def _together(gained: Sequence[Gained]) -> list[str]:
    """One line for what several actors can do alike, in the order of the worst."""
    groups: dict[tuple[object, ...], list[Gained]] = {}
    for one in gained:
        groups.setdefault((one.cell.object, one.cell.verb, one.cell.columns, one.place, one.new_object), []).append(one)
    lines = []
    for alike in groups.values():
        first = alike[0]
        actors = ", ".join(dict.fromkeys(one.cell.actor.value for one in alike))
        new = " (new)" if first.new_object else ""
        place = f", set in {first.place}" if first.place is not None else ""
        lines.append(f"  {does(first.cell, actors)}{new}{place}")
    return lines


def behaviour_words(found: Behaviour) -> str:
    """What actors can do since a commit, what they cannot any more, and the lines that set it."""
    lines = list(found.untested)
    if not found.gained:
        lines.append("Nothing became possible with it that was not before, as far as attacks on the database show.")
    for title, asked in (("Became possible with it:", False), ("Possible too since, and perhaps meant so:", True)):
        mine = [one for one in found.gained if one.asked is asked]
        if mine:
            lines.append(title)
        told = _together(mine)
        lines += told[:_MOST]
        if len(told) > _MOST:
            lines.append(f"  and {len(told) - _MOST} more")
    for title, cells in (("No longer possible:", found.lost), ("Locked out of their own rows:", found.locked_out)):
        if cells:
            lines += [title, *(f"  {does(cell)}" for cell in cells[:_MOST])]
        if len(cells) > _MOST:
            lines.append(f"  and {len(cells) - _MOST} more")
    witness = next((one.cell.witness for one in found.gained if one.cell.witness and not one.asked), "")
    if witness:
        lines += ["See the first yourself, in psql on a copy that holds no customer's rows:", witness.rstrip()]
    return "\n".join(lines)
