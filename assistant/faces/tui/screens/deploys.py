"""Which deploy opened it: the commits since the last good one in their rank; Enter shows why one counts, and its hunks."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import VerticalScroll
from textual.widgets import DataTable, Static

from assistant.faces.tui.deploys_view import LEGEND, STYLE, cell, columns_for, shown, summary, under, unseen, word
from assistant.faces.tui.screens.commit import CommitScreen
from assistant.faces.tui.widgets.frame import Frame, keys
from assistant.faces.tui.widgets.lists import Commits
from assistant.faces.tui.widgets.plain import plain


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.widget import Widget

    from assistant.domain.deploys import Suspect
    from assistant.engine.commitview import Reader
    from assistant.engine.deploys import Told


MOST_AT_ONCE = 500
"""Longer windows show what counts first; filling a table with thousands of rows makes people wait."""


class DeploysScreen(Frame):
    """Rank, score in a word, when it went live, who, why it counts; as far as the terminal is wide."""

    BINDINGS: ClassVar = keys("deploys")

    def __init__(self, told: Told, reader: Callable[[Suspect], Reader]) -> None:
        """Show what was ranked; ``reader`` brings what stands behind one commit, in a worker."""
        super().__init__()
        self.told, self.reader = told, reader
        self.only_counting = len(told.ranking.suspects) > MOST_AT_ONCE
        self.order: tuple[tuple[int, Suspect], ...] = ()

    def body(self) -> Iterable[Widget]:
        """The denominator, the table, and a pane for the commit under the cursor."""
        yield Static(plain(summary(self.told)), id="summary", classes="line")
        yield Static(plain(LEGEND, "dim"), id="legend", classes="line")
        yield Commits(id="commits", cursor_type="row", zebra_stripes=True)
        with VerticalScroll(classes="page low", id="commit-page"):
            yield Static("", id="commit", markup=False)

    def on_mount(self) -> None:
        """Fill the table."""
        self._fill()
        self.query_one("#commits", Commits).focus()

    def on_resize(self) -> None:
        """As many columns as fit."""
        if self.is_mounted:
            self._fill()

    def _fill(self) -> None:
        table = self.query_one("#commits", Commits)
        cursor = table.cursor_row
        table.clear(columns=True)
        columns = columns_for(self.size.width)
        for name, width in columns:
            table.add_column(name, key=name, width=width)
        self.order = shown(self.told.ranking.suspects, only_counting=self.only_counting)
        for rank, suspect in self.order:
            style = STYLE[word(suspect.score)]
            table.add_row(
                *(plain(cell(rank, suspect, name, width), style if name == "score" else "") for name, width in columns)
            )
        table.move_cursor(row=cursor)
        self._show_commit()

    def current(self) -> Suspect | None:
        """The commit under the cursor."""
        at = self.query_one("#commits", Commits).cursor_row
        return self.order[at][1] if 0 <= at < len(self.order) else None

    def _show_commit(self) -> None:
        suspect = self.current()
        text = "\n".join((under(suspect), "", unseen(self.told))) if suspect is not None else unseen(self.told)
        self.query_one("#commit", Static).update(plain(text))

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """The cursor moved."""
        event.stop()
        self._show_commit()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Enter on a row."""
        event.stop()
        self.action_open_commit()

    def action_open_commit(self) -> None:
        """Reasons, hunks, and what changed for the actors."""
        suspect = self.current()
        if suspect is not None:
            self.app.push_screen(CommitScreen(suspect, self.reader(suspect)))

    def action_toggle_counting(self) -> None:
        """Only what did something to access, or every commit of the window."""
        self.only_counting = not self.only_counting
        self._fill()
