"""The approval screen: the question, the files, the scrolling diff; nothing is written without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import VerticalScroll
from textual.widgets import Static

from assistant.faces.tui.widgets.frame import Frame, keys
from assistant.faces.tui.widgets.plain import diff, plain


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from textual.widget import Widget


class ApproveScreen(Frame):
    """Answers with ``approve``, ``decline`` or ``edit`` through the callback; leaving it answers nothing."""

    BINDINGS: ClassVar = keys("approve")

    def __init__(self, asks: str, proof: str, files: Sequence[str], text: str, answer: Callable[[str], None]) -> None:
        """Show the question, what the rehearsal came to, the paths and the unified diff."""
        super().__init__()
        self.asks, self.proof, self.files, self.text, self.answer = asks, proof, tuple(files), text, answer

    def body(self) -> Iterable[Widget]:
        """Question, proof, files, diff."""
        yield Static(plain(self.asks, "bold"), classes="line", id="asks")
        yield Static(plain(self.proof), classes="line", id="proof-line")
        yield Static(plain("\n".join(f"+ {file}" for file in self.files)), classes="line", id="files")
        with VerticalScroll(classes="page", id="diff"):
            yield Static(diff(self.text))

    def on_mount(self) -> None:
        """Scroll the diff at once."""
        self.query_one("#diff").focus()

    def action_approve(self) -> None:
        """Write."""
        self._end("approve")

    def action_decline(self) -> None:
        """Write nothing."""
        self._end("decline")

    def action_edit(self) -> None:
        """Change it first."""
        self._end("edit")

    def action_copy_text(self) -> None:
        """Copy the diff."""
        self.stanch.copy(self.text)

    def _end(self, answer: str) -> None:
        self.app.pop_screen()
        self.answer(answer)
