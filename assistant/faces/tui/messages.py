"""What workers send: something happened, work ended, and for a screen that asked for something, what was read or found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from assistant.domain.events import Progressed


if TYPE_CHECKING:
    from assistant.domain.events import Happening, Incident
    from assistant.engine.bisect import Look
    from assistant.engine.opening import Opening


class Happened(Message):
    """A happening was journalled and folded (progress is only shown); a newer progress replaces an older one."""

    def __init__(self, what: Happening, incident: Incident) -> None:
        """Carry what happened and the incident as it stands after it."""
        super().__init__()
        self.what = what
        self.incident = incident

    def can_replace(self, message: Message) -> bool:
        """A flood of progress collapses to the newest."""
        return (
            isinstance(message, Happened) and isinstance(message.what, Progressed) and isinstance(self.what, Progressed)
        )


class Ended(Message):
    """The worker is done; ``problem`` is a sentence and its remedy when it could not finish."""

    def __init__(self, problem: tuple[str, str] | None = None) -> None:
        """Carry the problem, if any."""
        super().__init__()
        self.problem = problem


class Read(Message):
    """What a screen asked for was read; in its place a sentence and a remedy when it could not be."""

    def __init__(self, what: str, text: str) -> None:
        """Carry the name of what was asked for, and the text."""
        super().__init__()
        self.what = what
        self.text = text


class Looked(Message):
    """A bisect asks about the next commit; a newer one replaces an older one."""

    def __init__(self, look: Look) -> None:
        """Carry where the search is."""
        super().__init__()
        self.look = look

    def can_replace(self, message: Message) -> bool:
        """Only the newest is shown."""
        return isinstance(message, Looked)


class Opened(Message):
    """A bisect found the commit."""

    def __init__(self, opening: Opening) -> None:
        """Carry what it came to."""
        super().__init__()
        self.opening = opening
