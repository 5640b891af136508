"""The witness: the script that shows a leak, with the row that leaked; ``y`` copies it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import VerticalScroll
from textual.widgets import Static

from assistant.faces.tui.widgets.frame import Frame, keys
from assistant.faces.tui.widgets.plain import plain


if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget


class WitnessScreen(Frame):
    """A scrolling text under a title."""

    BINDINGS: ClassVar = keys("witness")

    def __init__(self, title: str, text: str) -> None:
        """Show ``text``, which may hold the operator's data."""
        super().__init__()
        self.heading, self.text = title, text

    def body(self) -> Iterable[Widget]:
        """Title and text."""
        yield Static(plain(self.heading), id="heading")
        with VerticalScroll(classes="page", id="text"):
            yield Static(plain(self.text))

    def on_mount(self) -> None:
        """Scroll with the keys at once."""
        self.query_one("#text").focus()

    def action_copy_text(self) -> None:
        """Copy the whole text."""
        self.stanch.copy(self.text)
