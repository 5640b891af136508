"""One commit: why it counts, its hunks as a diff, and what it changed for the actors."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import VerticalScroll
from textual.widgets import Static

from assistant.faces.tui.deploys_view import about
from assistant.faces.tui.widgets.frame import Frame, keys
from assistant.faces.tui.widgets.plain import diff, plain


if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from assistant.domain.deploys import Suspect
    from assistant.engine.commitview import Reader
    from assistant.faces.tui.messages import Read

HUNKS, BEHAVIOUR = "hunks", "behaviour"
NO_BEHAVIOUR = "It changed no rule of the database, so attacks on it come to the same before and after; the reasons above are about code."


class CommitScreen(Frame):
    """A scrolling page: reasons, then hunks; ``v`` adds what actors can do since."""

    BINDINGS: ClassVar = keys("commit")

    def __init__(self, suspect: Suspect, reader: Reader) -> None:
        """Show ``suspect``; ``reader`` brings the rest in a worker."""
        super().__init__()
        self.suspect, self.reader = suspect, reader
        self.parts = {HUNKS: "reading the hunks …", BEHAVIOUR: ""}
        self.loaded: set[str] = set()

    def body(self) -> Iterable[Widget]:
        """Subject, then the page."""
        commit = self.suspect.commit
        yield Static(plain(f"{commit.sha[:12]} {commit.subject}"), id="heading")
        with VerticalScroll(classes="page", id="text"):
            yield Static("", id="commit", markup=False)

    def on_mount(self) -> None:
        """Show the reasons at once; the hunks come when they are read."""
        self.query_one("#text").focus()
        self._show()
        self.stanch.read(self, HUNKS, lambda: "\n".join(part for part in reversed(self.reader.hunks()) if part))

    def on_read(self, message: Read) -> None:
        """A worker brought something."""
        message.stop()
        self.loaded.add(message.what)
        self.parts[message.what] = message.text
        self._show()

    @property
    def text(self) -> str:
        """Everything that is shown."""
        behaviour = f"{self.parts[BEHAVIOUR]}\n\n" if self.parts[BEHAVIOUR] else ""
        return f"{about(self.suspect)}\n\n{behaviour}{self.parts[HUNKS] or 'It has no hunks that count.'}"

    def _show(self) -> None:
        shown = Text(end="")
        shown.append_text(plain(about(self.suspect) + "\n\n"))
        if self.parts[BEHAVIOUR]:
            shown.append_text(plain(self.parts[BEHAVIOUR] + "\n\n", "bold"))
        if HUNKS in self.loaded:
            shown.append_text(diff(self.parts[HUNKS] or "It has no hunks that count."))
        else:
            shown.append_text(plain(self.parts[HUNKS], "dim"))
        self.query_one("#commit", Static).update(shown)

    def action_show_behaviour(self) -> None:
        """Rehearse the commit and the one before it, and say what changed for the actors."""
        if self.reader.behaviour is None:
            self.parts[BEHAVIOUR] = NO_BEHAVIOUR
        elif BEHAVIOUR not in self.loaded:
            self.parts[BEHAVIOUR] = "rehearsing the commit and the one before it …"
            self.stanch.read(self, BEHAVIOUR, self.reader.behaviour)
        self._show()
        self.query_one("#text").scroll_home(animate=False)

    def action_copy_text(self) -> None:
        """Copy everything that is shown."""
        self.stanch.copy(self.text)
