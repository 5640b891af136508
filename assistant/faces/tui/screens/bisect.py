"""Since when: choose a leak, watch the commits between being attacked, and see the one that opened it. Escape stops a search."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, ClassVar

from textual.containers import VerticalScroll
from textual.widgets import OptionList, Static

from assistant.domain.errors import StanchError
from assistant.engine.commands import Note
from assistant.engine.hunting import kept_words
from assistant.engine.world import Cancelled
from assistant.faces.tui.bisect_view import came_to, progress
from assistant.faces.tui.messages import Looked, Opened, Read
from assistant.faces.tui.widgets.frame import Frame, keys
from assistant.faces.tui.widgets.lists import Leaks
from assistant.faces.tui.widgets.plain import plain


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.widget import Widget

    from assistant.engine.bisect import Look
    from assistant.engine.hunting import Hunt, Wanted
    from assistant.engine.opening import Opening

IDLE = "Enter looks for the commit that opened the leak under the cursor. Nothing of the repository is touched."
STOPPED = "Stopped. Enter looks again: what was attacked is remembered."
STOPPING = "stopping after this commit …"


class BisectScreen(Frame):
    """The leaks above, the search and what it came to below."""

    BINDINGS: ClassVar = keys("bisect")

    def __init__(self, leaks: Sequence[Wanted], stretch: str, hunt: Hunt, first: str = "") -> None:
        """Offer ``leaks``, with the cursor on the fingerprint ``first``; ``hunt`` is run in a worker."""
        super().__init__()
        self.leaks, self.stretch, self.hunt, self.first = tuple(leaks), stretch, hunt, first
        self.stop = threading.Event()
        self.running = False
        self.opening: Opening | None = None
        self.text = IDLE

    def body(self) -> Iterable[Widget]:
        """What is searched, the leaks, the page."""
        yield Static(plain(f"Bisect {self.stretch}", "bold"), id="heading")
        yield Leaks(*(plain(leak.says) for leak in self.leaks), id="leaks", markup=False)
        yield Static("", id="progress", classes="line", markup=False)
        with VerticalScroll(classes="page", id="text"):
            yield Static("", id="found", markup=False)

    def on_mount(self) -> None:
        """The cursor on the leak that was meant."""
        listed = self.query_one("#leaks", Leaks)
        at = next((n for n, leak in enumerate(self.leaks) if leak.fingerprint == self.first), 0)
        listed.highlighted = at
        listed.focus()
        self._show(self.text)

    def on_unmount(self) -> None:
        """Whoever leaves stops the search."""
        self.stop.set()

    def _show(self, text: str, now: str = "") -> None:
        self.text = text
        self.query_one("#found", Static).update(plain(text))
        self.query_one("#progress", Static).update(plain(now))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter on a leak."""
        event.stop()
        self.action_start()

    def action_start(self) -> None:
        """Search for the leak under the cursor; one at a time."""
        at = self.query_one("#leaks", Leaks).highlighted
        if at is None:
            return
        if self.running:
            self.notify("A search is running; Esc stops it.", markup=False)
            return
        leak = self.leaks[at]
        self.remove_class("found")
        self.running, self.opening, self.stop = True, None, threading.Event()
        self._show(leak.says, "reading the commit that leaks …")
        stop, ask = self.stop, self.hunt
        self.stanch.in_thread(lambda: self._hunt(leak.fingerprint, ask, stop))

    def _hunt(self, fingerprint: str, hunt: Hunt, stop: threading.Event) -> None:
        """In a worker: it speaks in messages alone."""

        def word(says: str) -> None:
            self.post_message(Read("word", says))

        def look(now: Look) -> None:
            self.post_message(Looked(now))

        try:
            opening = hunt(fingerprint, look, word, stop)
        except Cancelled:
            self.post_message(Read("problem", STOPPED))
        except StanchError as error:
            self.post_message(Read("problem", f"{error.says} {error.remedy}"))
        except Exception as error:  # noqa: BLE001 - the screen that waits gets a sentence, whatever happened
            self.post_message(
                Read("problem", f"stanch met something it does not know: {type(error).__name__}: {error}")
            )
        else:
            self.post_message(Opened(opening))

    def on_looked(self, message: Looked) -> None:
        """The next commit is asked about."""
        message.stop()
        if not self.stop.is_set():
            self._show(self.text, progress(message.look))

    def on_read(self, message: Read) -> None:
        """A word about what is done, or why there is no answer."""
        message.stop()
        if message.what == "problem":
            self.running = False
            self._show(message.text)
        elif message.text.startswith(("reading", "looking")) and not self.stop.is_set():
            self._show(self.text, f"{message.text} …")

    def on_opened(self, message: Opened) -> None:
        """The commit was found."""
        message.stop()
        self.running, self.opening = False, message.opening
        self._show(came_to(message.opening))
        self.add_class("found")
        self.query_one("#text").focus()

    def action_keep(self) -> None:
        """A line for the timeline; the names of people are left out of it."""
        if self.opening is None:
            self.notify("Nothing was found yet that could be kept.", markup=False)
            return
        self.stanch.send(Note(text=kept_words(self.opening)))
        self.notify("Kept in the timeline.", markup=False)

    def action_copy_text(self) -> None:
        """Copy what is shown."""
        self.stanch.copy(self.text)

    def action_back(self) -> None:
        """Stop a search, go from what was found back to the leaks, or leave."""
        if self.running:
            self.stop.set()
            self._show(self.text, STOPPING)
        elif self.has_class("found"):
            self.remove_class("found")
            self.query_one("#leaks").focus()
        else:
            self.app.pop_screen()
