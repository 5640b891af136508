"""Looking at the app as a person does: the screen as text, at a size, without a database behind it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from assistant.engine.playbooks import load_playbook
from assistant.faces.tui.app import StanchApp
from tests.unit.faces.tui.sample import AT, DIFF


if TYPE_CHECKING:
    from assistant.domain.events import Incident
    from assistant.engine.commands import Command


class PaperSession:
    """Takes commands and remembers them; shows evidence that was not taken."""

    def __init__(self) -> None:
        self.sent: list[Command] = []
        self.evidence = SimpleNamespace(read=lambda _id: DIFF, describe=lambda _id: SimpleNamespace(kind="diff"))
        self.world = SimpleNamespace(patches={})
        self.cancelled = False

    def send(self, command: Command) -> None:
        self.sent.append(command)

    def cancel(self) -> None:
        self.cancelled = True

    def close(self) -> None:
        pass


class PaperApp(StanchApp):
    """The app on an incident that is only told, at 03:26 UTC."""

    def __init__(self, told: Incident, **more: object) -> None:
        super().__init__(Path("repository"), **more)  # type: ignore[arg-type]
        self.paper = PaperSession()
        self.session = self.paper  # type: ignore[assignment]
        self.incident = told
        self.playbook = load_playbook(told.playbook)
        self.now = lambda: AT.replace(minute=26)

    def _open(self) -> None:  # type: ignore[override]
        self._show()


def screen_text(app: StanchApp) -> str:
    """What a person sees, one line a row."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips) + "\n"
