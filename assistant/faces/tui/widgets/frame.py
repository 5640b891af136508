"""What every full screen shares: its keys from the table, moving with j and k, and a clear word on a tiny terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import DataTable, Footer, OptionList, Static

from assistant.faces.tui.keys import bindings


if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import ComposeResult
    from textual.binding import Binding
    from textual.widget import Widget

    from assistant.faces.tui.app import StanchApp

SMALLEST = (60, 20)
"""Columns and rows below which nothing useful fits."""
_WIDTHS = [(0, "-tiny"), (SMALLEST[0], "-narrow"), (80, "-normal"), (120, "-wide")]
_HEIGHTS = [(0, "-flat"), (SMALLEST[1], "-tall")]


class Frame(Screen[None]):
    """A full screen with a footer, replaced by one sentence when the terminal is too small."""

    HORIZONTAL_BREAKPOINTS = _WIDTHS
    VERTICAL_BREAKPOINTS = _HEIGHTS

    @property
    def stanch(self) -> StanchApp:
        """The app, with its own type."""
        from assistant.faces.tui.app import StanchApp

        assert isinstance(self.app, StanchApp)
        return self.app

    def compose(self) -> ComposeResult:
        """The body, the footer, and the word for tiny terminals."""
        with Vertical(id="whole"):
            yield from self.body()
        yield Static(
            f"This terminal is too small: stanch needs {SMALLEST[0]} columns and {SMALLEST[1]} rows. "
            "Enlarge it, or leave with q and use: stanch prove",
            id="too-small",
            markup=False,
        )
        yield Footer(show_command_palette=False)

    def body(self) -> Iterable[Widget]:
        """What the screen shows."""
        return ()

    def action_back(self) -> None:
        """Leave this screen."""
        self.app.pop_screen()

    def action_move(self, by: int) -> None:
        """Move the cursor, or scroll what has none."""
        focused = self.focused
        if isinstance(focused, OptionList | DataTable):
            if by > 0:
                focused.action_cursor_down()
            else:
                focused.action_cursor_up()
        elif focused is not None:
            focused.scroll_relative(y=by, animate=False)

    def action_open_help(self) -> None:
        """Show all keys."""
        from assistant.faces.tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen())


def keys(screen: str) -> list[Binding | tuple[str, str] | tuple[str, str, str]]:
    """Bindings of a screen, as the class attribute wants them."""
    return [*bindings(screen)]
