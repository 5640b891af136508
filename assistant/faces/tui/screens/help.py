"""Every key from the one table, and what the tool proves and does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import VerticalScroll
from textual.widgets import Static

from assistant.faces.tui.keys import ACTIONS, shown
from assistant.faces.tui.widgets.frame import Frame, keys
from assistant.faces.tui.widgets.plain import plain


if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

PROVES = (
    "stanch rebuilds the schema of this repository on a PostgreSQL of its own, fills it with invented rows of two tenants and tries, as a visitor, a signed-in user, a member of the other tenant and a teammate, what each must not be able to do.\n\n"
    'A leak was done, not guessed: its script is on the matrix. "Holds" means that the attacks listed there failed.\n\n'
    "It does not see rules that exist only in the hosted database (give --database-url for those), nor code that uses the service role. What could not be tested is counted and says why; it is never shown as safe.\n\n"
    "Your repository is written to only after you approve. Your database is only ever read."
)
"""Paragraphs without line breaks of their own: the screen breaks them where it is narrow."""


def help_text() -> str:
    """All keys, one a line, grouped as in the table."""
    width = max(len(shown(act.keys)) for act in ACTIONS)
    lines = [f"{shown(act.keys):<{width}}  {act.says}  ({', '.join(act.screens)})" for act in ACTIONS]
    return "\n".join((PROVES, "", *lines))


class HelpScreen(Frame):
    """A scrolling page."""

    BINDINGS: ClassVar = keys("help")

    def body(self) -> Iterable[Widget]:
        """The page."""
        yield Static("Help", id="heading", markup=False)
        with VerticalScroll(classes="page", id="text"):
            yield Static(plain(help_text()))

    def on_mount(self) -> None:
        """Scroll with the keys at once."""
        self.query_one("#text").focus()
