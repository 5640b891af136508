"""The code map: every way into the program, worst first; Enter shows what stands behind one, ``p`` says that it is public on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.containers import VerticalScroll
from textual.widgets import DataTable, Static

from assistant.engine.codeview import details
from assistant.engine.decisions import decided_private, decided_public
from assistant.faces.tui.code_view import LEGEND, STYLE, cell, columns_for, shown, under
from assistant.faces.tui.screens.dialogs import Choose, Write
from assistant.faces.tui.screens.witness import WitnessScreen
from assistant.faces.tui.widgets.frame import Frame, keys
from assistant.faces.tui.widgets.lists import Entries
from assistant.faces.tui.widgets.plain import plain


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from textual.widget import Widget

    from assistant.domain.code import Decisions
    from assistant.engine.codeview import Row

NO = "no, it must not be public"


class CodeScreen(Frame):
    """Verdict, endpoint, guard, client and tables of every entry, as far as the terminal is wide."""

    BINDINGS: ClassVar = keys("code")

    def __init__(
        self,
        rows: Sequence[Row],
        numbers: Sequence[str],
        decisions: Decisions,
        save: Callable[[Decisions], None],
        close: Callable[[str], None],
    ) -> None:
        """Show ``rows`` under their denominators; ``save`` gets all decisions, ``close`` the entry that shall be closable."""
        super().__init__()
        self.rows, self.numbers, self.decisions, self.save = tuple(rows), tuple(numbers), decisions, save
        self.close = close
        self.only_open = False
        self.changed = False
        self.order: tuple[Row, ...] = ()

    def body(self) -> Iterable[Widget]:
        """The numbers, the table, and a pane for the entry under the cursor."""
        yield Static("", id="summary", classes="line", markup=False)
        yield Static(plain(LEGEND, "dim"), id="legend", classes="line")
        yield Entries(id="entries", cursor_type="row", zebra_stripes=True)
        with VerticalScroll(classes="page low", id="entry-page"):
            yield Static("", id="entry", markup=False)

    def on_mount(self) -> None:
        """Fill the table."""
        self._fill()
        self.query_one("#entries", Entries).focus()

    def on_resize(self) -> None:
        """As many columns as fit."""
        if self.is_mounted:
            self._fill()

    def _fill(self) -> None:
        table = self.query_one("#entries", Entries)
        cursor = table.cursor_row
        table.clear(columns=True)
        columns = columns_for(self.size.width)
        for name, width in columns:
            table.add_column(name, key=name, width=width)
        self.order = shown(self.rows, only_open=self.only_open)
        for row in self.order:
            style = STYLE[row.verdict.word]
            table.add_row(
                *(plain(cell(row, name, width), style if name == "verdict" else "") for name, width in columns)
            )
        table.move_cursor(row=cursor)
        said = self.numbers[0] if self.numbers else ""
        self.query_one("#summary", Static).update(plain(said + (" Changed, not saved." if self.changed else "")))
        self._show_entry()

    def _current(self) -> Row | None:
        at = self.query_one("#entries", Entries).cursor_row
        return self.order[at] if 0 <= at < len(self.order) else None

    def _show_entry(self) -> None:
        row = self._current()
        text = under(row, self.decisions) if row is not None else "\n".join(self.numbers[1:])
        self.query_one("#entry", Static).update(plain(text or "No way into this code was found."))

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """The cursor moved."""
        event.stop()
        self._show_entry()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Enter on a row."""
        event.stop()
        self.action_open_entry()

    def action_open_entry(self) -> None:
        """Guard chain, queries with their filters and ties, and where each stands."""
        row = self._current()
        if row is not None:
            text = "\n".join((*details(row), "", *self.numbers))
            self.app.push_screen(WitnessScreen(row.entry.id, text))

    def action_toggle_open(self) -> None:
        """Show what leaks, is open, asked or partly read; or everything."""
        self.only_open = not self.only_open
        self._fill()

    @work(exclusive=True, group="edit")
    async def action_say_public(self) -> None:
        """Ask how much is public, and why; it is kept once ``w`` saves it."""
        row = self._current()
        if row is None:
            return
        group, entry = f"yes, everything below {row.group}", f"yes, {row.entry.id} alone"
        asks = f"May anybody call {row.entry.id} without signing in?"
        answer = await self.app.push_screen_wait(Choose(asks, (group, entry, NO), row.verdict.says))
        if answer is None:
            return
        name = row.entry.id if answer == entry else row.group
        if answer == NO:
            self.decisions = decided_private(self.decisions, name)
        else:
            why = await self.app.push_screen_wait(
                Write("Why does it need no session? The reason is kept in stanch.toml.")
            )
            if not why:
                return
            self.decisions = decided_public(self.decisions, name, why)
        self.changed = True
        self._fill()

    def action_close_route(self) -> None:
        """Propose the switch for the entry under the cursor; what was said about routes has to be saved or dropped first."""
        row = self._current()
        if row is None:
            return
        if self.changed:
            self.notify("Save what you said about routes first: w.", markup=False)
            return
        self.app.pop_screen()
        self.close(row.entry.id)

    def action_save_decisions(self) -> None:
        """Propose stanch.toml with what was said."""
        if not self.changed:
            self.notify("Nothing was said that could be saved.", markup=False)
            return
        self.changed = False
        self.app.pop_screen()
        self.save(self.decisions)

    def action_back(self) -> None:
        """Leave, but never lose an answer without asking."""
        self._leave()

    @work(exclusive=True, group="edit")
    async def _leave(self) -> None:
        if self.changed:
            choices = ("save it", "drop it", "stay")
            answer = await self.app.push_screen_wait(Choose("What you said about routes is not saved.", choices))
            if answer in {None, "stay"}:
                return
            if answer == "save it":
                self.action_save_decisions()
                return
        self.app.pop_screen()
