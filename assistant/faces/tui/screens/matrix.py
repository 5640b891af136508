"""The matrix screen: objects by actors; leaking cells stand out by word and symbol as well as colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.widgets import DataTable, Static

from assistant.faces.tui.matrix_view import (
    ACTORS,
    LEGEND,
    Row,
    brief,
    brief_actor,
    brief_name,
    rows,
    summary,
    witness_text,
)
from assistant.faces.tui.screens.witness import WitnessScreen
from assistant.faces.tui.widgets.frame import Frame, keys
from assistant.faces.tui.widgets.lists import Squares
from assistant.faces.tui.widgets.plain import plain


if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from assistant.domain.matrix import Matrix


WIDE = 140
"""Columns from which every cell can spell out its verbs."""
BRIEF_ACTORS = 60
"""Columns that the seven actors take in brief words, with their padding and the scroll bar."""


class MatrixScreen(Frame):
    """Enter on a cell opens what stands behind it."""

    BINDINGS: ClassVar = keys("matrix")

    def __init__(self, matrix: Matrix) -> None:
        """Show ``matrix``."""
        super().__init__()
        self.matrix = matrix
        self.only_bad = False
        self.brief = False
        self.shown: tuple[Row, ...] = ()

    def body(self) -> Iterable[Widget]:
        """The denominator, then the table."""
        yield Static(plain(summary(self.matrix)), id="summary", classes="line")
        yield Static(plain(LEGEND, "dim"), id="legend", classes="line")
        yield Squares(id="matrix", cursor_type="cell", zebra_stripes=True)

    def on_mount(self) -> None:
        """Fill the table."""
        table = self.query_one("#matrix", Squares)
        self._fill()
        table.focus()

    def on_resize(self) -> None:
        """Every actor stays in sight: brief words on a narrow terminal."""
        if self.is_mounted and self.brief != (self.size.width < WIDE):
            self._fill()

    def _fill(self) -> None:
        table = self.query_one("#matrix", Squares)
        table.clear(columns=True)
        self.brief = self.size.width < WIDE
        table.add_column("object", key="object")
        for actor in ACTORS:
            table.add_column(brief_actor(actor) if self.brief else actor.value, key=actor.value)
        self.shown = rows(self.matrix, only_bad=self.only_bad)
        for row in self.shown:
            name = row.object if row.kind == "table" else f"{row.object} ({row.kind})"
            if self.brief:
                name = brief_name(name, max(8, self.size.width - BRIEF_ACTORS))
            cells = (plain(brief(square) if self.brief else square.text, square.style) for square in row.squares)
            table.add_row(plain(name), *cells)

    def action_toggle_leaks(self) -> None:
        """Show what leaks or could not be tested, or everything."""
        self.only_bad = not self.only_bad
        self._fill()

    def on_data_table_cell_selected(self, event: DataTable.CellSelected) -> None:
        """Enter on a cell."""
        event.stop()
        self.action_open_witness()

    def action_open_witness(self) -> None:
        """What stands behind the cell under the cursor; on the name, behind the whole row."""
        table = self.query_one("#matrix", Squares)
        if not self.shown:
            return
        row, column = table.cursor_row, table.cursor_column
        squares = self.shown[row].squares if column == 0 else (self.shown[row].squares[column - 1],)
        cells = [cell for square in squares for cell in square.cells]
        text = witness_text(cells) or "This actor tried nothing here: there is no such attack on this kind of object."
        self.app.push_screen(WitnessScreen(f"{self.shown[row].object}: {len(cells)} attacks", text))
