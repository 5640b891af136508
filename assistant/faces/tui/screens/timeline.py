"""The timeline: every event of the journal in UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.widgets import OptionList, Static

from assistant.faces.tui.widgets.frame import Frame, keys
from assistant.faces.tui.widgets.plain import plain
from assistant.faces.tui.words import sentence


if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget


class TimelineScreen(Frame):
    """Newest last, where the cursor stands."""

    BINDINGS: ClassVar = keys("timeline")

    def body(self) -> Iterable[Widget]:
        """A line for every event."""
        yield Static("Timeline (UTC)", id="heading", markup=False)
        yield OptionList(id="events", classes="page", markup=False)

    def on_mount(self) -> None:
        """Fill it."""
        events = self.query_one("#events", OptionList)
        incident = self.stanch.incident
        if incident is None:
            return
        events.add_options(
            [plain(f"{event.at:%Y-%m-%d %H:%M:%S}Z  {event.by}: {sentence(event.what)}") for event in incident.events]
        )
        events.highlighted = len(incident.events) - 1
        events.focus()
