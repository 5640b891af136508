"""The code map as cells of text: a symbol and a word for every verdict, and names cut where the terminal ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assistant.detect.code.verdict import Word


if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.domain.code import Decisions
    from assistant.engine.codeview import Row

BRIEF: Final = {
    Word.LEAKS: "✗ LEAKS",
    Word.OPEN: "✗ open",
    Word.ASKED: "? asked",
    Word.PARTLY_READ: "? partly",
    Word.PUBLIC: "○ public",
    Word.HOLDS_BY_RULES: "✓ rules",
    Word.SIGNED: "✓ signed",
    Word.GUARDED: "✓ guarded",
    Word.NO_ROWS: "· no rows",
    Word.NOTHING: "· nothing",
}
"""Nine columns: the verdict fits on every terminal."""
STYLE: Final = {
    Word.LEAKS: "bold reverse red",
    Word.OPEN: "bold red",
    Word.ASKED: "bold yellow",
    Word.PARTLY_READ: "yellow",
    Word.PUBLIC: "cyan",
    Word.HOLDS_BY_RULES: "green",
    Word.SIGNED: "green",
    Word.GUARDED: "green",
    Word.NO_ROWS: "dim",
    Word.NOTHING: "dim",
}
CALM: Final = frozenset({Word.PUBLIC, Word.HOLDS_BY_RULES, Word.SIGNED, Word.GUARDED, Word.NO_ROWS, Word.NOTHING})
"""Verdicts that leave nothing to do."""
LEGEND: Final = "✗ rows reach others · ? to be said or not read · ✓ somebody is asked"

_VERDICT = 9
_PADDING = 2
_FULL = 110
_MIDDLE = 76


def columns_for(width: int) -> tuple[tuple[str, int], ...]:
    """Columns of the table and their widths on a screen of ``width`` columns; the narrowest shows verdict and endpoint."""
    if width >= _FULL:
        shares = {"endpoint": 0.36, "guard": 0.32, "client": 0.1, "tables": 0.22}
    elif width >= _MIDDLE:
        shares = {"endpoint": 0.55, "client": 0.15, "tables": 0.3}
    else:
        shares = {"endpoint": 1.0}
    # every column has its padding, and the scroll bar and the border of the screen take what is left
    left = width - _VERDICT - _PADDING * (len(shares) + 1) - 2
    return ("verdict", _VERDICT), *((name, int(left * share)) for name, share in shares.items())


def cell(row: Row, column: str, width: int) -> str:
    """The text of one cell."""
    match column:
        case "verdict":
            return BRIEF[row.verdict.word]
        case "endpoint":
            return tail(row.entry.id, width)
        case "guard":
            return head(row.verdict.guards or "-", width)
        case "client":
            return head(row.clients or "-", width)
        case _:
            return head(row.tables or "-", width)


def head(text: str, width: int) -> str:
    """The beginning that fits."""
    return text if len(text) <= width else text[: max(0, width - 1)] + "…"


def tail(name: str, width: int) -> str:
    """A name that fits: its first word and its end, which tell entries apart better than the folders between."""
    if len(name) <= width:
        return name
    verb, _, rest = name.partition(" ")
    if not rest or len(verb) + 4 > width:
        return "…" + name[-(width - 1) :]
    return f"{verb} …{rest[-(width - len(verb) - 2) :]}"


def under(row: Row, decisions: Decisions) -> str:
    """What the pane below the table says of an entry."""
    lines = [row.verdict.says, f"{row.entry.place}; {row.verdict.guards or 'no guard'}"]
    if row.tables:
        lines.append(f"{row.clients}: {row.tables}")
    for name in (row.entry.id, row.group):
        if name in decisions.public:
            lines.append(f"public on purpose ({name}): {decisions.public[name]}")
        elif name in decisions.private:
            lines.append(f"must not be public ({name})")
    return "\n".join(lines)


def shown(rows: Sequence[Row], *, only_open: bool) -> tuple[Row, ...]:
    """The rows of the table."""
    return tuple(row for row in rows if not (only_open and row.verdict.word in CALM))
